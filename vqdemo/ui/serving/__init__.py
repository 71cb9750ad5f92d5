"""What keeps the process healthy: what a request passes first, memory, and how the process ends."""
