"""Training: regenerates everything in weights/ from MNIST."""

import os

# Threads that wait for each other without end make training many times slower on a machine that is busy
# otherwise; if they sleep at once, two threads are no faster than one. With GNU's OpenMP, which PyTorch has
# on Linux, they wait a moment and then sleep.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
