"""The pilot of the extraction: how far it is, and on how many cells the assigned reviewers agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismake.core.labels import join
from prismake.core.phrases import plural
from prismake.panel.allocation import PILOT
from prismake.panel.decisions import answer_to, comparable
from prismake.sheets.batches import unread_rows
from prismake.sheets.stage import StageSheets


def pilot_status(sheets: StageSheets) -> dict[str, Any] | None:
    """Studies and rows of the pilot, rows that all have answered, and cells that were compared and agree.

    ``apart`` counts the differences by heading, most frequent first; ``sentence`` summarises everything. None if there
    was no pilot.
    """
    pilots = sheets.allocation.of_kind(PILOT)
    if not pilots:
        return None
    pilot = pilots[-1]
    items = [item for item in pilot.rows if item in sheets.queue]
    compared, apart = 0, dict.fromkeys((question.label for question in sheets.setup.form.fields), 0)
    for item in items:
        form = sheets.forms.of_item(item)
        for question in form.fields:
            answers = (
                answer_to(form, question, sheets.answers[who].answers.get(item, {}))
                for who in pilot.rows[item]
                if who in sheets.answers
            )
            given = [comparable(question, answer) for answer in answers if answer is not None]
            compared += len(given) > 1
            apart[question.label] += len(set(given)) > 1
    status = {
        "studies": len({sheets.setup.scheme.unit(item) for item in items}),
        "rows": len(items),
        "read": len(items) - len(unread_rows(sheets, pilot)),
        "reviewers": list(pilot.team),
        "compared": compared,
        "agreed": compared - sum(apart.values()),
        "apart": {label: number for label, number in sorted(apart.items(), key=lambda pair: -pair[1]) if number},
    }
    return {**status, "sentence": _words(status)}


def _words(status: Mapping[str, Any]) -> str:
    what = f"Pilot of {plural(status['studies'], 'study', 'studies')} by {join(status['reviewers'])}"
    if status["read"] < status["rows"]:
        return f"{what}: {status['read']} of {status['rows']} rows are answered by all; the other studies wait for it."
    if not status["compared"]:
        return f"{what}: nothing could be compared."
    share = 100 * status["agreed"] / status["compared"]
    text = f"{what}: they agree on {status['agreed']} of {status['compared']} cells ({share:.1f} %)"
    most = [f"“{label}” ({number})" for label, number in list(status["apart"].items())[:3]]
    return f"{text}; they differ most on {join(most)}." if most else f"{text}."
