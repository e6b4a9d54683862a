"""Sharing out among jobs: everything once, in order, in parts of about one size."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from prismake.protocol.division import groups, share, stretch


@given(st.integers(0, 400), st.integers(1, 40))
def test_groups_are_all_names_in_order_and_differ_by_one_at_most(number: int, jobs: int):
    names = [f"o{k}" for k in range(number)]
    shared = groups(names, jobs)
    assert [name for group in shared for name in group] == names
    assert len(shared) == min(jobs, number)
    assert not shared or max(map(len, shared)) - min(map(len, shared)) <= 1


def test_few_names_are_shared_out_among_fewer_groups():
    assert groups("abcde", 16, least=3) == [["a", "b"], ["c", "d", "e"]]
    assert [len(groups(range(number), 16, least=3)) for number in (0, 1, 3, 4, 48, 500)] == [0, 1, 1, 2, 16, 16]


@given(st.integers(0, 1000), st.integers(1, 40))
def test_stretches_lie_end_to_end(rows: int, parts: int):
    ends = [stretch(rows, parts, number) for number in range(parts)]
    assert ends[0][0] == 0
    assert ends[-1][1] == rows
    assert all(before[1] == after[0] for before, after in pairwise(ends))


def test_few_rows_are_left_to_the_first_part():
    assert [share(100, 3, number, 100) for number in range(3)] == [(0, 100), (100, 100), (100, 100)]
    assert [share(101, 3, number, 100) for number in range(3)] == [(0, 33), (33, 67), (67, 101)]
