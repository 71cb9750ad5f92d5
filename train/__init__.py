"""Training: regenerates everything in weights/ from MNIST."""

import os

# Threads that wait for each other by spinning make training many times slower on a machine that is busy otherwise.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
