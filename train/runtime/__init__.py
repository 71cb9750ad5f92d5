"""What every training needs: folders, settings, checkpoints, logs, devices and processes."""
