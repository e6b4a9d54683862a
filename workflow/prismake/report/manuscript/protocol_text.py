"""The protocol as text by the items of PRISMA-P 2015, from the config, before the review begins.

Shamseer et al., BMJ 2015;349:g7647. PROSPERO asks for the same fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prismake.report.methods import paragraphs

_HINTS = {
    "Rationale": "Why this review is needed in the light of what is known.",
    "Amendments": "How amendments will be told (prismake protocol --keep keeps a dated version).",
    "Confidence in cumulative evidence": "How certainty will be judged, such as with GRADE.",
}
# number, heading, key of the config or title of the paragraph of the methods
_ITEMS = (
    ("1", "Title", "title"),
    ("2", "Registration", "registration"),
    ("3", "Authors", "authors"),
    ("4", "Amendments", ""),
    ("5", "Support", "support"),
    ("6", "Rationale", ""),
    ("7", "Objectives", "question"),
    ("8", "Eligibility criteria", "Eligibility criteria"),
    ("9, 10", "Information sources and search strategy", "Information sources and search"),
    ("11a", "Data management", "Duplicates"),
    ("11b", "Selection process", "Selection"),
    ("11c", "Data collection process", "Data collection"),
    ("12, 13", "Data items and outcomes", "Data items"),
    ("14", "Risk of bias in individual studies", "Risk of bias"),
    ("15a", "Effect measures", "Effect measures"),
    ("15b-15d, 16", "Synthesis and bias across studies", "Synthesis"),
    ("17", "Confidence in cumulative evidence", ""),
)


def protocol_text(
    config: Mapping[str, Any], searches: Sequence[Mapping[str, Any]], instruments: Mapping[str, Mapping[str, Any]]
) -> str:
    """Markdown with one section per item; what the config does not say is a gap with a hint.

    Args:
        config: the validated protocol.
        searches: label, kind, platform, date, limits and query of each search.
        instruments: by name, the details of each (``instrument_details``).
    """
    written = {part["title"]: part["text"] for part in paragraphs(config, searches, instruments, {}, (), "below")}
    lines = ["# Protocol of a systematic review (PRISMA-P 2015)", ""]
    lines += ["The sentences are those of the manuscript and tell what will be done as done.", ""]
    for number, heading, source in _ITEMS:
        value = config.get(source) if source in config else written.get(source, "")
        text = "; ".join(value) if isinstance(value, list) else str(value or "")
        hint = _HINTS.get(heading, "The config does not say it yet.")
        lines += [f"## {heading} (item {number})", "", " ".join(text.split()) or f"[To write: {hint}]", ""]
    lines += ["## Strategies", ""]
    for search in searches:
        query = " ".join(str(search.get("query") or "").split()) or "[To write: the strategy as it will be run.]"
        lines += [f"### {search['label']}", "", *(f"    {query}" for _ in (0,)), ""]
    return "\n".join(lines)
