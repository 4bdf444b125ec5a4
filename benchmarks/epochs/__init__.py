"""Whole epochs on Fashion-MNIST from disk, shuffling included. One script a way to train:

``python -m benchmarks.epochs.NAME FOLDER EPOCHS THREADS`` reads the files of FOLDER and trains 784-100x4-10 with ReLU by Adam
(0.001) in batches of 128 of images held as bytes: a first epoch that is not counted, then EPOCHS. It prints JSON: seconds to
read the files, seconds of each epoch, accuracy on the test set, and the setting.
"""
