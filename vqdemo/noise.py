"""The uniform numbers behind all sampling: one for each seed, alternative and cell.

    Salmon, Moraes, Dror, Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", SC '11: Philox4x32-10
    turns a counter of four words into four random words by ten rounds of multiplication, with a key of two.

The key is the seed. The counter is (cell // 4, alternative, purpose, 0), and the number of a cell is word
cell % 4 of the four. So alternative 3 is the same whether 4 or 16 are asked for. The browser computes the
same words (ui/static/networks/noise.js) and samples the same codes.

Labels come in even shares, also among few alternatives. So their numbers are a low-discrepancy sequence: the
additive recurrence offset + alternative / golden ratio (mod 1), from a random offset.
"""

import numpy as np

ROUNDS = 10
MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
WEYL = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)  # added to the key each round; the first is 2^32 / 1.618
CELLS, LABELS = 0, 1  # purposes
WORD, HALF = np.uint64(0xFFFFFFFF), np.uint64(32)


def philox(counter: np.ndarray, seed: int) -> np.ndarray:
    """Counters of four words, uint64 (...,4), and a seed -> random words 0 to 2^32-1, uint64 (...,4)."""
    a, b, c, d = np.moveaxis(counter, -1, 0)
    k, m = np.uint64(seed) & WORD, np.uint64(seed) >> HALF
    for _ in range(ROUNDS):
        ab, cd = a * MULTIPLIERS[0], c * MULTIPLIERS[1]
        a, b, c, d = (cd >> HALF) ^ b ^ k, cd & WORD, (ab >> HALF) ^ d ^ m, ab & WORD
        k, m = (k + WEYL[0]) & WORD, (m + WEYL[1]) & WORD
    return np.stack([a, b, c, d], -1)


def cell_numbers(seed: int, alternatives: range, cells: int) -> np.ndarray:
    """For each cell of some alternatives a number in [0,1): -> float64 (alternatives,cells)."""
    counter = np.zeros((len(alternatives), -(-cells // 4), 4), np.uint64)
    counter[..., 0] = np.arange(counter.shape[1])
    counter[..., 1] = np.array(alternatives)[:, None]
    counter[..., 2] = CELLS
    return philox(counter, seed).reshape(len(alternatives), -1)[:, :cells] / 2**32


def label_numbers(seed: int, alternatives: range) -> np.ndarray:
    """A number in [0,1) for the label of each of some alternatives: -> float64 (alternatives,)."""
    offset = philox(np.array([0, 0, LABELS, 0], np.uint64), seed)[0]
    return ((offset + np.array(alternatives, np.uint64) * WEYL[0]) & WORD) / 2**32
