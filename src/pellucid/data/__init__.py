"""Data on its way to training: tables, splits, batches."""
