"""The uniform numbers: Philox4x32-10 as published, each alternative's the same for any number of them."""

import numpy as np
import pytest

from vqdemo import noise


@pytest.mark.parametrize(
    ("counter", "seed", "expected"),
    [
        ((0, 0, 0, 0), 0, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((0xFFFFFFFF,) * 4, 0xFFFFFFFF_FFFFFFFF, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            0x299F31D0_A4093822,
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_it_is_philox(counter, seed, expected):
    """The known answers that the authors publish with their library, Random123."""
    assert tuple(noise.philox(np.array(counter, np.uint64), seed)) == expected


def test_alternatives_and_cells_have_numbers_of_their_own():
    numbers = noise.cell_numbers(7, range(1000), 49)
    assert numbers.shape == (1000, 49)
    assert np.array_equal(numbers[3:5], noise.cell_numbers(7, range(3, 5), 49))
    assert np.array_equal(numbers[:, :9], noise.cell_numbers(7, range(1000), 9))
    assert len(np.unique(numbers)) > 0.999 * numbers.size
    assert not np.isin(numbers[0], noise.cell_numbers(8, range(1), 49)).any()
    assert not np.isin(numbers[0], noise.cell_numbers(7 + 2**32, range(1), 49)).any()


def test_numbers_are_uniform_and_neighbours_independent():
    numbers = noise.cell_numbers(1, range(2000), 49)
    assert numbers.min() >= 0
    assert numbers.max() < 1
    share = np.histogram(numbers, 20, (0, 1))[0] / numbers.size
    assert np.abs(share - 0.05).max() < 0.005
    for one, other in [
        (numbers[:, 0], numbers[:, 1]),
        (numbers[:-1, 0], numbers[1:, 0]),
        (numbers[:, 3], numbers[:, 4]),
    ]:
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.1


def test_labels_numbers_are_spread_evenly_from_the_first_on():
    """Every interval gets its share of the first n, within 2.5; their start depends on the seed."""
    for seed in range(20):
        numbers = noise.label_numbers(seed, range(64))
        assert np.array_equal(numbers[5:9], noise.label_numbers(seed, range(5, 9)))
        for n in (2, 3, 8, 16, 64):
            ends = np.linspace(0, 1, 21)
            below = (numbers[:n, None] < ends).sum(0)
            share = (below[None] - below[:, None]) - n * (ends[None] - ends[:, None])
            assert np.abs(share).max() < 2.5
    starts = np.array([noise.label_numbers(seed, range(1))[0] for seed in range(1000)])
    assert abs(starts.mean() - 0.5) < 0.05
