"""ONNX Runtime: one session on the CPU, all graph optimizations."""

from __future__ import annotations

from typing import Any

import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from benchmarks.protocol import serve
from benchmarks.systems.inference import Array, Inference


class PredictOnnxRuntime(Inference):
    packages = ("onnxruntime", "onnx")

    def prepare(self, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        self.session = onnxruntime.InferenceSession(self._graph(), options, providers=["CPUExecutionProvider"])

    def _graph(self) -> bytes:
        nodes, weights, value = [], [], "x"
        for i, (w, b) in enumerate(self.problem.weights):
            weights += [numpy_helper.from_array(w, f"w{i}"), numpy_helper.from_array(b, f"b{i}")]
            nodes.append(helper.make_node("Gemm", [value, f"w{i}", f"b{i}"], [f"z{i}"]))
            value = f"z{i}"
            if i + 1 < len(self.problem.weights):
                nodes.append(helper.make_node("Relu", [value], [f"y{i}"]))
                value = f"y{i}"
        sizes, batch = self.workload.sizes, self.workload.batch
        x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, sizes[0]])
        y = helper.make_tensor_value_info(value, TensorProto.FLOAT, [batch, sizes[-1]])
        graph = helper.make_graph(nodes, "net", [x], [y], weights)
        opset = [helper.make_opsetid("", 17)]
        return bytes(helper.make_model(graph, opset_imports=opset, ir_version=9).SerializeToString())

    def answer(self, x: Array) -> Any:
        return self.session.run(None, {"x": x})[0]


if __name__ == "__main__":
    serve(PredictOnnxRuntime)
