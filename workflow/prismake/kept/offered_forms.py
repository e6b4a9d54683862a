"""The form of a stage as it was offered: columns, allowed answers and the criteria shown.

``config/sheets/history/<stage>.form.json``. The protocol may change while people work, so that a sheet is compared with
what was offered on it, not with the current form. A column is identified by the name of its field, not by its heading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from prismake.core.names import CONSENSUS
from prismake.kept import store
from prismake.kept.formats import OFFERED_FORM
from prismake.kept.sheet_files import SHEETS

Headings = Mapping[str, Sequence[str]]  # key of a column -> the headings that it had in a sheet, newest last


@dataclass(frozen=True)
class OfferedForm:
    """What was offered at a stage so far. Immutable: the ``with_…`` methods return a new object.

    Attributes:
        columns: by name of a workbook, the headings of its columns.
        labels: name of the field by label of the question, including former labels.
        choices: by field, every answer that sheets ever allowed.
        pages: by name of a workbook, a digest of the text on its first page.
        criteria: every version of question and criteria that sheets have shown, oldest first.
        shown: by name of a workbook, the version (from 0) on its first page.
        judged: by version and reviewer, the items judged under it. The first version has no entry: it applies to all
            items that are in no other.
    """

    columns: Mapping[str, Headings] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    choices: Headings = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    criteria: Sequence[Mapping[str, Sequence[str]]] = ()
    shown: Mapping[str, int] = field(default_factory=dict)
    judged: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "columns": {name: {key: list(texts) for key, texts in own.items()} for name, own in self.columns.items()},
            "labels": dict(self.labels),
            "choices": {name: list(words) for name, words in self.choices.items()},
            "pages": dict(self.pages),
            "criteria": [{key: list(texts) for key, texts in version.items()} for version in self.criteria],
            "shown": dict(self.shown),
            "judged": {
                version: {who: list(items) for who, items in own.items()} for version, own in self.judged.items()
            },
        }

    def with_sheet(self, name: str, headings: Mapping[str, str]) -> OfferedForm:
        """The same after a workbook was restored to an earlier state: it has these columns and no others."""
        return replace(self, columns={**self.columns, name: {key: [text] for key, text in headings.items()}})

    def with_columns(self, name: str, headings: Mapping[str, str]) -> OfferedForm:
        """The same with the current columns of a workbook; former headings of a column are kept."""
        own = {key: list(texts) for key, texts in self.columns.get(name, {}).items()}
        for key, text in headings.items():
            own[key] = [*(former for former in own.get(key, ()) if former != text), text]
        return replace(self, columns={**self.columns, name: own})

    def with_questions(self, labels: Mapping[str, str], choices: Mapping[str, Iterable[str]]) -> OfferedForm:
        """The same with the current questions.

        Args:
            labels: label of the question by name of the field.
            choices: allowed answers by name of the field.
        """
        answers = {name: list(dict.fromkeys([*self.choices.get(name, ()), *words])) for name, words in choices.items()}
        named = {label: name for name, label in labels.items()}
        return replace(self, labels={**self.labels, **named}, choices={**self.choices, **answers})

    def with_criteria(self, criteria: Mapping[str, Sequence[str]]) -> OfferedForm:
        """The same with the current criteria as the newest version."""
        if self.criteria and self.criteria[-1] == criteria:
            return self
        return replace(self, criteria=[*self.criteria, criteria])

    def with_page(self, name: str, page: str) -> OfferedForm:
        """The same after the first page of a workbook was written, which shows the newest criteria."""
        shown = {**self.shown, name: len(self.criteria) - 1} if self.criteria else self.shown
        return replace(self, pages={**self.pages, name: page}, shown=shown)

    def with_judged(self, who: str, version: int, items: Iterable[str]) -> OfferedForm:
        """The same with answers given while a sheet showed this version of the criteria."""
        new = set(items)
        if not new or (version == 0 and not self.judged):
            return self
        judged = {number: {name: list(own) for name, own in by.items()} for number, by in self.judged.items()}
        for by in judged.values():
            if who in by:
                by[who] = [item for item in by[who] if item not in new]
        if version > 0:
            own = judged.setdefault(str(version), {})
            own[who] = sorted({*own.get(who, ()), *new})
        return replace(self, judged={number: {w: i for w, i in by.items() if i} for number, by in judged.items()})

    def version_of(self) -> dict[tuple[str, str], int]:
        """The version of the criteria by (reviewer, item); 0 for pairs that are not in it."""
        return {
            (who, item): int(version)
            for version, by in self.judged.items()
            for who, items in by.items()
            for item in items
        }

    def renamed(self, stage: str, old: str, new: str) -> OfferedForm:
        """The same after a reviewer was given another name."""
        before, after = f"{stage}.{old}.xlsx", f"{stage}.{new}.xlsx"

        def by_name(parts: Mapping[str, Any]) -> dict[str, Any]:
            return {after if name == before else name: value for name, value in parts.items()}

        judged = {
            version: {new if who == old else who: items for who, items in by.items()}
            for version, by in self.judged.items()
        }
        columns = by_name(self.columns)
        sheet = f"{stage}.{CONSENSUS}.xlsx"
        if sheet in columns:  # its columns are named after the reviewers
            ends = {f"{kind}.{old.capitalize()}": f"{kind}.{new.capitalize()}" for kind in ("says", "notes")}
            columns[sheet] = {ends.get(key, key): texts for key, texts in columns[sheet].items()}
        return replace(self, columns=columns, pages=by_name(self.pages), shown=by_name(self.shown), judged=judged)


def form_file(stage: str, folder: Path) -> Path:
    return folder / "history" / f"{stage}.form.json"


def load_offered_form(stage: str, folder: Path = SHEETS) -> OfferedForm:
    """What was offered so far; empty in a review older than this record.

    Raises:
        KeptFileError: the file is damaged, or a newer prismake wrote it.
    """
    return OfferedForm(**(store.read(form_file(stage, folder), OFFERED_FORM) or {}))


def save_offered_form(stage: str, form: OfferedForm, folder: Path = SHEETS) -> None:
    """Save what was offered; unchanged content is not written again."""
    store.update(form_file(stage, folder), OFFERED_FORM, lambda _: form.to_dict())
