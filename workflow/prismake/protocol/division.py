"""How outcomes and records are shared out among jobs."""

from __future__ import annotations

from collections.abc import Sequence


def groups(names: Sequence[str], jobs: int, least: int = 1) -> list[list[str]]:
    """Consecutive names in at most so many groups of about one size, which is about ``least`` if they are few."""
    jobs = min(jobs, -(-len(names) // least))
    return [list(names[start:stop]) for start, stop in (stretch(len(names), jobs, k) for k in range(jobs))]


def by_size(names: Sequence[str], sizes: Sequence[float], most: float) -> list[list[str]]:
    """Consecutive names in groups whose sizes add up to ``most`` at most; a larger one is a group of its own.

    A name that is added at the end leaves the full groups before it as they are.
    """
    groups, room = list[list[str]](), 0.0
    for name, size in zip(names, sizes, strict=True):
        if not groups or size > room:
            groups.append([])
            room = most
        groups[-1].append(name)
        room -= size
    return groups


def stretch(rows: int, parts: int, number: int) -> tuple[int, int]:
    """Start and end of part ``number``, from 0, of so many rows in order; all parts together are all rows."""
    return rows * number // parts, rows * (number + 1) // parts


def share(rows: int, parts: int, number: int, above: int) -> tuple[int, int]:
    """As ``stretch``, but up to ``above`` rows are not divided: the first part is all of them."""
    return stretch(rows, parts if rows > above else 1, number) if rows > above or not number else (rows, rows)
