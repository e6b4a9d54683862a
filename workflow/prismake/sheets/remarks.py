"""The column *Remark*: the workflow's own words about a row, followed by whatever people write there."""

from __future__ import annotations

from functools import cache

from prismake.protocol.translations import beginnings

TO_CHECK = "to check:"  # how the remark on a doubted number begins
WORTH_KNOWING = "worth knowing:"  # how a remark begins, or goes on, on numbers for which nothing waits

_OURS = ("no_longer", "now_say", "apart", "to_check", "worth_knowing")


def with_remark(now: str, remark: str) -> str:
    """The updated cell: the current remark, if any, followed by people's own text on separate lines."""
    first, _, rest = now.partition("\n")
    text = rest if first.startswith(_beginnings()) else now
    return "\n".join(part for part in (remark, text) if part)


def is_not_needed(now: str) -> bool:
    """Whether a remark says, in any language, that a row is no longer needed."""
    return any(words in now for words in beginnings("remarks.no_longer"))


@cache
def _beginnings() -> tuple[str, ...]:
    """How our remarks begin, in every language."""
    return tuple(text for key in _OURS for text in beginnings(f"remarks.{key}"))
