"""Decisions imported from exports of screening tools: the reviewers they belong to, and their outcome.

They are prefilled in a reviewer's sheet when the row is first offered, and never again: from then on only the sheet
counts. A tool that does not name reviewers (Covidence) gives the decision of the team, named ``consensus``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prismake.core.names import FULL_TEXT, ITEM_ID, RECORD_ID, TITLE_ABSTRACT
from prismake.core.phrases import normal_word
from prismake.protocol.team import EVERYBODY

if TYPE_CHECKING:
    import pandas as pd

TEAM = "consensus"
STAGES = (TITLE_ABSTRACT, FULL_TEXT)
DECISION_COLUMNS = [RECORD_ID, "stage", "reviewer", "decision", "reason", "labels", "file"]
COLUMNS = [*DECISION_COLUMNS, ITEM_ID, "who", "implied"]


def nobody_here(source: str, decisions: Iterable[Mapping[str, str]], names: Mapping[str, str]) -> list[str]:
    """A sentence for each reviewer of the tool who is not assigned to a reviewer of this review."""
    counted = Counter((row["reviewer"], row["file"]) for row in decisions if row["reviewer"] not in names)
    sentences = []
    for (person, file), number in sorted(counted.items()):
        name = "the team" if person == TEAM else f"“{person}”"
        reviewer = EVERYBODY if person == TEAM else "the name of a reviewer"
        sentences.append(
            f"{file} brought decisions along that are not taken over, of {name}: {number:,}. To take them over, write "
            f"under searches.{source} in config/config.yaml: "
            f"reviewers: {{ {json.dumps(person, ensure_ascii=False)}: {reviewer} }}"
        )
    return sentences


def carry(
    decisions: pd.DataFrame,
    report_of: Mapping[str, str],
    names: Mapping[str, Mapping[str, str]],
    reviewers: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    """One row per decision and reviewer (``who``, empty if unassigned), sorted; ``item_id`` is the report of the
    record.

    A decision at full text implies inclusion at title and abstract: such rows are added and marked ``implied``.

    Args:
        decisions: columns ``DECISION_COLUMNS`` and source.
        names: by source, the reviewer by the name used in the tool.
        reviewers: by stage.
    """
    import pandas as pd

    rows = []
    for row in decisions.to_dict("records"):
        name = names.get(row.pop("source"), {}).get(row["reviewer"], "")
        stages = [(row["stage"], "")]
        if row["stage"] == FULL_TEXT and name:
            stages.append((TITLE_ABSTRACT, "yes"))
        for stage, implied in stages:
            passed = {"stage": stage, "decision": "include", "reason": "", "labels": ""} if implied else {}
            people = reviewers[stage] if name == EVERYBODY else [name if name in reviewers[stage] else ""]
            item = report_of[row[RECORD_ID]]
            rows += [{**row, **passed, ITEM_ID: item, "who": who, "implied": implied} for who in people]
    table = pd.DataFrame(rows, columns=COLUMNS, dtype=str)
    return table.sort_values(COLUMNS, kind="stable", ignore_index=True)


def prefilled(carried: pd.DataFrame, stage: str, reasons: Sequence[str]) -> dict[str, str]:
    """By item, the prefilled answers of each reviewer as JSON: {who: {field: answer}}.

    Contradictory decisions of one reviewer (on two records of one report) are not used. A reason listed in the protocol
    becomes the answer, any other becomes a note.
    """
    configured = {normal_word(reason): reason for reason in reasons}
    by_item: dict[str, dict[str, Any]] = {}
    of_stage = carried[(carried["stage"] == stage) & (carried["who"] != "")]
    for (item, reviewer), rows in of_stage.groupby([ITEM_ID, "who"], sort=True):
        if len(set(rows["decision"])) > 1:
            continue
        imported = rows.sort_values("implied", kind="stable").iloc[0].to_dict()
        reason = configured.get(normal_word(imported["reason"]), "") if stage == FULL_TEXT else ""
        note = [f"labels: {imported['labels']}"] if imported["labels"] else []
        note += [f"reason: {imported['reason']}"] if imported["reason"] and not reason else []
        answer = {"decision": imported["decision"], "reason": reason, "note": "; ".join(note)}
        team = {"team": "yes"} if imported["reviewer"] == TEAM else {}
        filled = {name: value for name, value in answer.items() if value}
        by_item.setdefault(item, {})[reviewer] = {"answers": filled, "file": imported["file"], **team}
    return {item: json.dumps(people, ensure_ascii=False, sort_keys=True) for item, people in sorted(by_item.items())}


def outcome(carried: pd.DataFrame, decisions: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The outcome of each imported decision; all are in the table, with the outcome in ``became``.

    Args:
        decisions: by stage, the table of decisions.
    """
    tables = {stage: table.set_index(ITEM_ID).to_dict("index") for stage, table in decisions.items()}
    several = carried.groupby(["stage", ITEM_ID, "who"])["decision"].transform("nunique") > 1
    became = []
    for row, torn in zip(carried.to_dict("records"), several, strict=True):
        item = tables[row["stage"]].get(row[ITEM_ID])
        current = item.get(f"decision.{row['who']}", "") if item else ""
        if not row["who"]:
            became.append("not taken over: nobody here")
        elif item is None:
            became.append("waits: not asked at this stage now")
        elif torn:
            became.append("not taken over: contradicts another of this report")
        elif current == row["decision"]:
            became.append("stands in the sheet")
        else:
            became.append(f"the sheet says {current}" if current else "not in the sheet")
    return carried.assign(became=became)


def summary(table: pd.DataFrame) -> list[str]:
    """One sentence per file: number and outcome of its decisions, without implied ones."""
    sentences = []
    for file, rows in table[table["implied"] == ""].groupby("file", sort=True):
        counted = Counter(
            "changed in the sheet" if text.startswith("the sheet says") else text for text in rows["became"]
        )
        parts = "; ".join(f"{how}: {number:,}" for how, number in sorted(counted.items(), key=lambda c: (-c[1], c[0])))
        sentences.append(f"{file}: decisions that came along: {len(rows):,} ({parts}).")
    return sentences
