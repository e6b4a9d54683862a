"""How many answers have changed since they were read, and whose they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from prismake.core.labels import join
from prismake.core.phrases import plural
from prismake.core.states import State


def changes_in_words(stage: str, changes: Iterable[Mapping[str, Any]]) -> list[str]:
    """A sentence about the latest reading of a stage in which answers had changed; empty if none has.

    It is derived from the log of changes, so that reading the same sheets again gives the same sentence.

    Args:
        changes: the log of changed decisions, of all stages and owners, oldest first.
    """
    own = [line for line in changes if line["stage"] == stage and line["who"] != State.SETTLED]
    if not own:
        return []
    last = own[-1]["time"]
    latest = Counter(line["who"] for line in own if line["time"] == last)
    whose = join([f"{count:,} of {who}" for who, count in sorted(latest.items())])
    number = plural(latest.total(), "answer")
    return [
        f"Changed after they had been read: {number} in the last reading with changes ({whose}), {len(own):,} in all."
    ]
