"""The column *Remark*: the workflow's own words about a row, followed by whatever people write there."""

from __future__ import annotations

from prismake.panel.decisions import AGAINST
from prismake.sheets.layout import NO_LONGER
from prismake.sheets.merged_answers import APART

TO_CHECK = "to check:"  # how the remark on a doubted number begins
WORTH_KNOWING = "worth knowing:"  # how a remark begins, or goes on, on numbers for which nothing waits

_OURS = (NO_LONGER, AGAINST, APART, TO_CHECK, WORTH_KNOWING)


def with_remark(now: str, remark: str) -> str:
    """The updated cell: the current remark, if any, followed by people's own text on separate lines."""
    first, _, rest = now.partition("\n")
    text = rest if first.startswith(_OURS) else now
    return "\n".join(part for part in (remark, text) if part)
