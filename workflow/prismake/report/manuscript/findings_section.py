"""The summary of findings in the manuscript: one sentence per outcome, the table, and its footnotes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prismake.core.numbers import count
from prismake.report.manuscript.blocks import Block, Field, Gap, Paragraph, Table

DASH = "–"
ITEMS = ("22",)


def findings_section(findings: Mapping[str, Any] | None) -> Iterator[Block]:
    """The content of ``certainty/summary_of_findings.json`` as blocks; a gap if no outcome has been judged."""
    rows = [row for row in (findings or {}).get("outcomes", []) if row["certainty"]]
    if not rows:
        yield Gap("The certainty of the evidence for each outcome, with the reasons for rating it up or down.", ITEMS)
        return
    for row in rows:
        if row["statement"]:
            sentence = Field(f"certainty.{row['outcome']}.statement", row["statement"], wording=True)
            yield Paragraph((sentence,), ITEMS, f"{row['title']}.")
    yield _table(rows)
    for row in rows:
        for note in row["footnotes"]:
            text = Field(f"certainty.note.{note['letter']}", f"{row['title']}. {note['text']}", wording=True)
            yield Paragraph((text,), ITEMS, str(note["letter"]))
    waiting = [row["title"] for row in (findings or {}).get("outcomes", []) if not row["certainty"]]
    if waiting:
        yield Gap(f"The certainty of {'; '.join(waiting)}, which is not judged yet.", ITEMS)


def _table(rows: list[Mapping[str, Any]]) -> Table:
    """The columns of GRADE's summary of findings, without those that no outcome needs."""
    compared, related = any(row["risk_without"] for row in rows), any(row["relative"] for row in rows)
    columns = ["Outcome", *(["Without", "With", "Difference"] if compared else ["People with the outcome"])]
    columns += [*(["Effect"] if related else []), "Participants (studies)", "Certainty", "What it means"]
    cells = []
    for row in rows:
        title = f"{row['title']}, {row['follow_up']}" if row["follow_up"] else row["title"]
        absolute = [row["risk_without"], row["risk_with"], row["difference"]] if compared else [row["risk_with"]]
        people = f"{count(row['participants'])} ({row['studies']})"
        letters = ", ".join(note["letter"] for note in row["footnotes"])
        certainty = f"{row['symbol']} {row['certainty']}{' ' + letters if letters else ''}"
        line = [title, *absolute, *([row["relative"]] if related else []), people, certainty, row["statement"]]
        cells.append(tuple(cell or DASH for cell in line))
    return Table("table.findings", "Summary of findings (GRADE)", tuple(columns), tuple(cells), ITEMS)
