"""Two studies with the same numbers: one cohort reported twice, or a row typed twice."""

from __future__ import annotations

from collections.abc import Iterator

from prismake.extraction.checks.arithmetic import shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction

_COUNTS = 4  # equal numbers beside an equal total
_SHOWN = 6  # numbers that the sentence lists
_TELLING = 2  # smaller counts are shared by chance


def check(extraction: Extraction) -> Iterator[Finding]:
    """Rows of different studies that share at least four counts, means or the like, and a total."""
    totals = set(extraction.totals)
    pooled = {column for outcome in extraction.outcomes for column in outcome.columns.values()}
    counts = [name for name, kind in extraction.kinds.items() if kind == "count" or name in pooled]
    for place, row in enumerate(extraction.rows):
        named = {row.study}
        for earlier in extraction.rows[:place]:
            if earlier.study in named:
                continue
            same = [name for name in counts if name in row.values and row.values[name] == earlier.values.get(name)]
            telling = [name for name in same if _is_telling(row.values[name])]
            if len(set(telling) - totals) >= _COUNTS and totals & set(telling):
                named.add(earlier.study)
                each = [f"{extraction.label(name)} {shown(row.values[name])}" for name in telling]
                numbers = ", ".join(each[:_SHOWN]) + (f" and {len(each) - _SHOWN} more" if len(each) > _SHOWN else "")
                why = f"the numbers are those of {earlier.label} ({numbers}), as if the participants were the same"
                yield Finding(Grade.ASK, "same numbers", row.item, tuple(telling), why)


def _is_telling(value: float) -> bool:
    """Whether two studies would hardly have this number by chance: a count that is not small, or one with decimals."""
    return value > _TELLING or not value.is_integer()
