"""PyTorch with its DataLoader."""

from benchmarks.epochs.pytorch import loaders, main

if __name__ == "__main__":
    main(loaders)
