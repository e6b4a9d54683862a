"""Every question of the reference folder, one test a file; the summary at the end adds up by kind."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import battery
import judge
import pytest


def test_reference(reference_case: Path, record_property) -> None:
    document = json.loads(reference_case.read_text())
    assert document["schema"] == "pooling-reference/1"
    case = battery.Case(document)
    kinds: dict[str, dict] = {}
    unanswered, problems, aside = [], [], Counter()
    limits: dict[str, list] = {}
    finer: dict[str, list] = {}
    for result in judge.questions(case):
        row = kinds.setdefault(result["kind"], {"asked": 0, "answered": 0, "within": 0, "worst": 0.0, "set_aside": 0})
        verdict = judge.judge(case, result)
        row["asked"] += 1
        row["answered"] += verdict.answered
        row["within"] += verdict.answered and not verdict.problems
        row["set_aside"] += bool(verdict.aside)
        row["worst"] = max(row["worst"], verdict.worst if not verdict.problems else 0.0)
        aside.update(set(verdict.aside))
        if verdict.answered and verdict.limit and not verdict.problems:
            step = limits.setdefault(f"{verdict.limit:.0e}", [0, 0.0])
            step[0], step[1] = step[0] + 1, max(step[1], verdict.worst)
        if verdict.finer and not verdict.problems:
            step = finer.setdefault(judge.why(result), [0, 0.0, 0.0])
            step[0] += 1
            step[1:] = (max(pair) for pair in zip(step[1:], verdict.finer, strict=True))
        where = f"{document['id']} {result['name']}"
        if not verdict.answered:
            unanswered.append(f"{where}: {'; '.join(verdict.problems) or 'no function for this kind'}")
        else:
            problems += [f"{where}: {problem}" for problem in verdict.problems]
    tally = {"kinds": kinds, "unanswered": unanswered, "aside": aside, "limits": limits, "finer": finer}
    record_property("reference", json.dumps(tally))
    if problems:
        pytest.fail(f"{len(problems)} deviations\n" + "\n".join(problems[:60]), pytrace=False)
