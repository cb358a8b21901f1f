"""Sums of heights: the tree gives what adding them up gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.chat.heights import Heights

numbers = st.lists(st.integers(0, 50), max_size=60)


@given(numbers, numbers, st.lists(st.tuples(st.integers(0, 119), st.integers(0, 50)), max_size=30))
def test_sums_are_those_of_a_list(first: list[int], added: list[int], changes: list[tuple[int, int]]) -> None:
    heights, plain = Heights(first), list(first)
    for each in added:
        heights.append(each)
        plain.append(each)
    for row, height in changes:
        if row < len(plain):
            heights.set(row, height)
            plain[row] = height
    assert [heights.top(row) for row in range(len(plain) + 1)] == [sum(plain[:row]) for row in range(len(plain) + 1)]
    assert heights.total == sum(plain)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=60), st.integers(-5, 3000))
def test_the_row_at_an_offset_covers_it(plain: list[int], offset: int) -> None:
    heights = Heights(plain)
    row = heights.row_at(offset)
    if offset < 0:
        assert row == 0
    elif offset >= sum(plain):
        assert row == len(plain) - 1
    else:
        assert heights.top(row) <= offset < heights.top(row) + plain[row]


def test_a_row_without_height_is_never_at_an_offset_that_another_covers() -> None:
    heights = Heights([10, 0, 0, 10])
    assert [heights.row_at(offset) for offset in (0, 9.5, 10, 19)] == [0, 0, 3, 3]
    assert Heights().row_at(0) == -1
    assert Heights([0.1] * 10).total == pytest.approx(1.0)
