"""PyTorch with a loop that indexes the data."""

from benchmarks.epochs.pytorch import indexing, main

if __name__ == "__main__":
    main(indexing)
