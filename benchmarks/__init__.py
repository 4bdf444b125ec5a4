"""Speed and memory of Pellucid beside other systems. Run ``python -m benchmarks`` from the root of the repository."""
