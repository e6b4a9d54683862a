"""Decisions that come along with an export of a screening tool: whose they are here, and what has become of them.

They are written into a reviewer's sheet when the row is offered first, and never again: from then on the sheet alone
counts. A tool that does not say who decided (Covidence) gives the team's decision; ``consensus`` is its name there.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prismake.core.names import FULL_TEXT, TITLE_ABSTRACT
from prismake.core.phrases import normal_word
from prismake.protocol.team import EVERYBODY

if TYPE_CHECKING:
    import pandas as pd

TEAM = "consensus"
STAGES = (TITLE_ABSTRACT, FULL_TEXT)
FOUND = ["record_id", "stage", "reviewer", "decision", "reason", "labels", "file"]
COLUMNS = [*FOUND, "item_id", "who", "implied"]


def nobody_here(source: str, decisions: Iterable[Mapping[str, str]], names: Mapping[str, str]) -> list[str]:
    """A sentence for each person of the tool who is nobody in this review."""
    counted = Counter((row["reviewer"], row["file"]) for row in decisions if row["reviewer"] not in names)
    said = []
    for (person, file), number in sorted(counted.items()):
        who = "the team" if person == TEAM else f"“{person}”"
        here = EVERYBODY if person == TEAM else "the name of a reviewer"
        said.append(
            f"{file} brought decisions along that are not taken over, of {who}: {number:,}. To take them over, write "
            f"under searches.{source} in config/config.yaml: "
            f"reviewers: {{ {json.dumps(person, ensure_ascii=False)}: {here} }}"
        )
    return said


def carry(
    decisions: pd.DataFrame,
    report_of: Mapping[str, str],
    names: Mapping[str, Mapping[str, str]],
    reviewers: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    """One row a decision and person here (``who``, empty for nobody), sorted; ``item_id`` is the record's report.

    A decision at full text implies that title and abstract were passed: such rows are added and marked ``implied``.

    Args:
        decisions: columns ``FOUND`` and source.
        names: by source, the person here by the name in the tool.
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
            item = report_of[row["record_id"]]
            rows += [{**row, **passed, "item_id": item, "who": who, "implied": implied} for who in people]
    table = pd.DataFrame(rows, columns=COLUMNS, dtype=str)
    return table.sort_values(COLUMNS, kind="stable", ignore_index=True)


def prefilled(carried: pd.DataFrame, stage: str, reasons: Sequence[str]) -> dict[str, str]:
    """By item, what stands in each reviewer's row when it is offered, as JSON: {who: {field: answer}}.

    Decisions of one person that contradict each other (two records of one report) are nobody's answer. A reason that
    is one of the protocol's becomes the answer, any other a note.
    """
    known = {normal_word(reason): reason for reason in reasons}
    found: dict[str, dict[str, Any]] = {}
    mine = carried[(carried["stage"] == stage) & (carried["who"] != "")]
    for (item, who), rows in mine.groupby(["item_id", "who"], sort=True):
        if len(set(rows["decision"])) > 1:
            continue
        said = rows.sort_values("implied", kind="stable").iloc[0].to_dict()
        reason = known.get(normal_word(said["reason"]), "") if stage == FULL_TEXT else ""
        note = [f"labels: {said['labels']}"] if said["labels"] else []
        note += [f"reason: {said['reason']}"] if said["reason"] and not reason else []
        answer = {"decision": said["decision"], "reason": reason, "note": "; ".join(note)}
        team = {"team": "yes"} if said["reviewer"] == TEAM else {}
        filled = {name: value for name, value in answer.items() if value}
        found.setdefault(item, {})[who] = {"answers": filled, "file": said["file"], **team}
    return {item: json.dumps(people, ensure_ascii=False, sort_keys=True) for item, people in sorted(found.items())}


def outcome(carried: pd.DataFrame, decisions: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What has become of each decision that came along; every one is in the table, ``became`` says how.

    Args:
        decisions: by stage, the table of decisions.
    """
    said = {stage: table.set_index("item_id").to_dict("index") for stage, table in decisions.items()}
    several = carried.groupby(["stage", "item_id", "who"])["decision"].transform("nunique") > 1
    became = []
    for row, torn in zip(carried.to_dict("records"), several, strict=True):
        item = said[row["stage"]].get(row["item_id"])
        now = item.get(f"decision.{row['who']}", "") if item else ""
        if not row["who"]:
            became.append("not taken over: nobody here")
        elif item is None:
            became.append("waits: not asked at this stage now")
        elif torn:
            became.append("not taken over: contradicts another of this report")
        elif now == row["decision"]:
            became.append("stands in the sheet")
        else:
            became.append(f"the sheet says {now}" if now else "not in the sheet")
    return carried.assign(became=became)


def summary(table: pd.DataFrame) -> list[str]:
    """One sentence a file: how many decisions came along, and what has become of them. Implied ones are left out."""
    said = []
    for file, rows in table[table["implied"] == ""].groupby("file", sort=True):
        counted = Counter("changed in the sheet" if one.startswith("the sheet says") else one for one in rows["became"])
        parts = "; ".join(f"{how}: {number:,}" for how, number in sorted(counted.items(), key=lambda c: (-c[1], c[0])))
        said.append(f"{file}: decisions that came along: {len(rows):,} ({parts}).")
    return said
