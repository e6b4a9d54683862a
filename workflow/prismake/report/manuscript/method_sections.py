"""The methods of the manuscript: the paragraphs of the page, each under its heading and in a field of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prismake.report.certainty_methods import NOT_JUDGED
from prismake.report.manuscript.blocks import Block, Field, Gap, Heading, Paragraph
from prismake.report.methods import paragraphs

STRATEGIES = "in the supplement (supplement.xlsx, sheet Searches)"
# heading, titles of the page's paragraphs below it, items of PRISMA 2020, what people add
SECTIONS: tuple[tuple[str, tuple[str, ...], tuple[str, ...], str], ...] = (
    (
        "Registration and protocol",
        ("Registration and protocol",),
        ("24a", "24b"),
        "Where the protocol can be read, or that none was prepared.",
    ),
    ("Eligibility criteria", ("Eligibility criteria",), ("5",), ""),
    (
        "Information sources and search strategy",
        ("Information sources and search",),
        ("6", "7"),
        "Who designed the search, whether it was peer reviewed (PRESS), and whom you asked for further studies.",
    ),
    ("Selection process", ("Duplicates", "Selection"), ("8",), ""),
    (
        "Data collection process",
        ("Data collection",),
        ("9",),
        "Whether authors were asked for data, and with what success.",
    ),
    ("Data items", ("Data items",), ("10a", "10b"), "What was assumed about missing or unclear information."),
    ("Risk of bias assessment", ("Risk of bias",), ("11",), ""),
    ("Effect measures", ("Effect measures",), ("12",), ""),
    ("Synthesis methods", ("Synthesis", "Software"), ("13a", "13b", "13c", "13d", "13e", "13f", "14"), ""),
)


def method_sections(review: Mapping[str, Any]) -> Iterator[Block]:
    """One section per entry of ``SECTIONS``, and one on certainty."""
    config = review["config"]
    written = paragraphs(
        config, review["searches"], review["instruments"], review["versions"], review["stages"], STRATEGIES
    )
    texts = {paragraph["title"]: paragraph["text"] for paragraph in written}
    yield Heading("Methods")
    for heading, titles, items, hint in SECTIONS:
        yield Heading(heading, 2, items)
        present = [title for title in titles if texts.get(title)]
        for title in present:
            field = Field(f"methods.{title.lower().replace(' ', '_')}", texts[title], wording=True)
            yield Paragraph((field,), items)
        if not present:
            yield Gap(hint or "The protocol says nothing here.", items)
        elif hint:
            yield Gap(hint, items)
    yield Heading("Certainty assessment", 2, ("15",))
    certainty = texts.get("Certainty of the evidence", NOT_JUDGED)
    if certainty == NOT_JUDGED:
        yield Gap(
            "How the certainty of the evidence was judged for each outcome (such as GRADE), and by whom.", ("15",)
        )
    else:
        yield Paragraph((Field("methods.certainty", certainty, wording=True),), ("15",))
