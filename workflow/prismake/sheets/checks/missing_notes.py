"""A column of notes that is gone or has another heading: no notes are read from it, and people are told."""

from __future__ import annotations

from prismake.sheets.checks.checked_sheet import CheckedSheet, Problem


def check(sheet: CheckedSheet) -> list[Problem]:
    """At most one problem; none if there were no notes and nobody has added a column that could hold some."""
    header = sheet.form.note
    if header in sheet.table.headers or not (sheet.answers.notes or sheet.table.extra):
        return []
    stay = f" The {len(sheet.answers.notes)} notes read last are kept." if sheet.answers.notes else ""
    text = f"the column “{header}” is missing, and no notes are read.{stay}"
    return [Problem(sheet.place, f"{text} If it has another heading, give it this one back.")]
