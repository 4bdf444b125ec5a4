"""From a process's start to its first training step, and to a trained model of the small digits. One script a system:

``python -m benchmarks.starts.NAME FILE EPOCHS``: trains 64-100-10 with ReLU by Adam (0.002) in batches of 32 on ``x`` and ``y``
of the file for so many epochs (0: a single step), and prints the accuracy on ``x_test`` and ``y_test``.
"""
