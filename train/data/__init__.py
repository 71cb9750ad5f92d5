"""Pictures to learn from and to measure on, sets of cells, and augmentation."""
