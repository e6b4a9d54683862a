"""Forms as data: the questions of a stage about an item (``workflow/forms/<stage>.yaml``), and parsing of answers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

from prismake.core.errors import FormError
from prismake.core.files import read_yaml
from prismake.core.missing import NOT_REPORTED, WORDS
from prismake.core.names import EXTRACTION
from prismake.core.paths import data_files
from prismake.core.phrases import normal_word
from prismake.protocol.languages import ENGLISH, Language, in_every_language, language_codes, load_language
from prismake.protocol.outcome_columns import rows_and_results
from prismake.protocol.outcome_shapes import RESULTS
from prismake.protocol.parsing import normal_dose, parse_count, parse_number, typed_number
from prismake.protocol.translations import english_answers, phrase

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")  # soft hyphens and invisible characters in pasted text
_LETTERS = re.compile(r"[a-z0-9](?:\s*[+,;&]?\s*[a-z0-9])*")  # several answers in one cell


@dataclass(frozen=True)
class Choice:
    """An allowed answer; ``settles_as`` is the answer as which it is settled.

    ``shown``: its word in the team's language, if that is not ``value``.
    """

    value: str
    synonyms: tuple[str, ...] = ()
    settles_as: str = ""
    colour: str = ""
    shown: str = ""

    @property
    def word(self) -> str:
        """The word that people see and choose."""
        return self.shown or self.value


@dataclass(frozen=True)
class Field:
    """One question of a form.

    ``kind`` is choice, count, number or text. ``when`` names the answer to an earlier field for which this field
    applies, as ``("decision", "exclude")``; ``strict``: with any other answer it is a contradiction. ``by_row``: the
    choices differ from row to row. ``decimal_sign``: the decimal sign of the team, if the protocol names it.
    ``per_arm``: at extraction, asked of each arm rather than of the study. ``some_rows``: asked only in rows of this
    kind, a study, an arm or a result (``prismake.extraction.result_rows``). ``dose``: a text that is a printed dose.
    kind, a study, an arm or a result (``prismake.extraction.result_rows``). ``shown``: by language, the labels of
    questions that an outcome brings with it.
    """

    name: str
    label: str
    kind: str = "text"
    choices: tuple[Choice, ...] = ()
    required: bool = True
    when: tuple[str, str] | None = None
    strict: bool = False
    by_row: bool = False
    width: int = 14
    help: str = ""
    decimal_sign: str = ""
    some_rows: str = ""
    per_arm: bool = False
    dose: bool = False
    shown: Mapping[str, str] = field(default_factory=dict, hash=False)

    @cached_property
    def meanings(self) -> Mapping[str, str]:
        """The answer for each accepted word: values and synonyms in the form of ``normal_word``."""
        return _meanings(self.choices)

    @cached_property
    def standing_for(self) -> Mapping[str, str]:
        """Answers that settle as another one: *maybe* as *include*."""
        return {choice.value: choice.settles_as for choice in self.choices if choice.settles_as}


@dataclass(frozen=True)
class Context:
    """A column that is shown but never read back.

    ``link``: prefix that turns the text into a web address, or ``address`` if the text itself is one. ``after``: to the
    right of the answers. ``live``: updated in rows that have been handed out. ``ours``: how a text of the workflow is
    translated (``prismake.protocol.translations``); empty for what authors, databases and instruments say.
    """

    column: str
    label: str
    width: int = 20
    wrap: bool = False
    link: str = ""
    after: bool = False
    live: bool = False
    ours: str = ""


@dataclass(frozen=True)
class Form:
    """The questions of a stage about each item, and the layout of the sheet.

    ``optional``: an item without answers is left as it is; if there are answers, only these count. ``typed``: items are
    pairs of ids, and rows typed in by people count as if they had been offered. ``reason``: heading of the column for
    the reason why a judgement differs from the proposal; empty if there are no judgements. ``highlight``: terms
    emphasised in titles and abstracts. ``kinds``: if rows differ in their questions, the names of the questions by kind
    of row.
    """

    stage: str
    title: str
    unit: str
    instruction: str
    context: tuple[Context, ...]
    fields: tuple[Field, ...]
    note: str = "Note"
    note_width: int = 28
    reason: str = ""
    optional: bool = False
    typed: bool = False
    highlight: tuple[str, ...] = ()
    kinds: tuple[tuple[str, ...], ...] = ()
    language: Language = field(default_factory=lambda: load_language(ENGLISH))

    @property
    def shown_title(self) -> str:
        """The title of the stage in the team's language."""
        return self.title if self.language.code == ENGLISH else self.language[f"stages.{self.stage}.title"]

    def heading_of(self, question: Field) -> str:
        """The label of a question in the team's language; fields of the extraction are in the team's own words."""
        if self.stage == EXTRACTION:
            return question.shown.get(self.language.code, question.label)
        return self.language.heading(question.label)

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)

    def asking(self, names: Collection[str]) -> Form:
        """The form with these questions only."""
        return replace(self, fields=tuple(question for question in self.fields if question.name in names))


def load_form(stage: str, config: Mapping[str, Any], *, judged: bool = False) -> Form:
    """The form of a stage, with the lists that the protocol fills in (reasons, designs, columns).

    Args:
        judged: whether reviewers give judgements (``instrument_choice.asks_judgements``): the form then has the columns
            of the proposed judgement and of the reason for departing from it. It is given by the caller, so that forms
            can be read without the instruments.

    Raises:
        FormError: the file is not a form.
    """
    data, language = _form_data(stage), load_language(config.get("language", ENGLISH))
    kinds: tuple[tuple[str, ...], ...] = ()
    by_result = config.get(EXTRACTION, {}).get("shape") == RESULTS
    if by_result:
        data = {**data, **data.get(RESULTS, {})}
    if stage == EXTRACTION:
        entries = config[EXTRACTION]["fields"]
        if by_result:
            entries, kinds = rows_and_results(config)
        fields = [_extraction_field(entry) for entry in entries]
    else:
        fields = [_in_language(_field(entry, config, f"{stage}.yaml"), language) for entry in data["fields"]]
    fields = [_as_the_team_writes(entry, config) for entry in fields]
    note = data.get("note", {})
    context = [
        Context(**shown_column) for shown_column in data["context"] if judged or shown_column["column"] != "proposed"
    ]
    return Form(
        stage=data["stage"],
        title=data["title"],
        unit=data["unit"],
        instruction=language[f"stages.{stage}.instruction{'_results' if stage == EXTRACTION and by_result else ''}"],
        context=tuple(context),
        fields=tuple(fields),
        note=note.get("label", "Note"),
        note_width=note.get("width", 28),
        reason=data.get("reason", "") if judged else "",
        optional=data.get("optional", False),
        typed=data.get("typed", False),
        highlight=tuple(config[stage].get("highlight", ())) if stage in config else (),
        kinds=kinds,
        language=language,
    )


def extracted_fields(config: Mapping[str, Any]) -> list[Field]:
    """All fields extracted for a study or arm, one question per column, whatever the shape of the sheet."""
    return [_as_the_team_writes(_extraction_field(entry), config) for entry in config[EXTRACTION]["fields"]]


def _as_the_team_writes(field: Field, config: Mapping[str, Any]) -> Field:
    return replace(_with_words(field, config.get("words", {})), decimal_sign=config.get("decimal_sign", ""))


def lists_of(stage: str) -> set[str]:
    """The lists from which a form takes its answers (``choices_from``): reasons, designs, row."""
    return {entry["choices_from"] for entry in _form_data(stage)["fields"] if "choices_from" in entry}


@cache
def _form_data(stage: str) -> dict[str, Any]:
    return read_yaml(data_files("forms/*.yaml")[stage])


_LISTS = {
    "reasons": lambda config: tuple(Choice(reason) for reason in config["full_text"]["reasons"]),
    "designs": lambda config: tuple(
        Choice(design, (design.replace("_", " "),)) for design in config["appraisal"]["instruments"]
    ),
    "row": lambda config: (),
}


def parse_answer(field: Field, raw: Any, row_choices: Iterable[str] = ()) -> str | None:
    """The answer in a cell in normal form, ``""`` for an empty cell, ``None`` if it is not understood.

    Nothing is guessed: a choice must be a value or a documented synonym, and a number with two readings is not
    understood (``prismake.protocol.parsing``).
    """
    text = " ".join(_INVISIBLE.sub("", as_typed(raw)).split()) if raw not in ("", None) else ""
    if not text:
        return ""
    if field.kind == "choice":
        return _row_choice(tuple(row_choices), text) if field.by_row else field.meanings.get(normal_word(text))
    if field.kind in ("count", "number"):
        return _numeric(field, raw, text)
    return normal_dose(text, field.decimal_sign) if field.dose else text


def allowed(field: Field, row_choices: Iterable[str] = (), language: Language | None = None) -> str:
    """The allowed content of a cell, in words."""
    if field.kind == "choice":
        return ", ".join(row_choices if field.by_row else (choice.word for choice in field.choices))
    kinds = {"count": "page.whole_number", "number": "page.number"}
    return (language or load_language(ENGLISH))[kinds.get(field.kind, "page.any_text")]


def as_typed(raw: Any) -> str:
    """The value of a cell as a person would have typed it: 1 rather than 1.0, yes rather than TRUE."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, float):
        return typed_number(raw)
    return str(raw)


def typed_answer(field: Field, answer: str) -> str:
    """An answer in normal form as text that can be typed, so that reading it returns the same answer."""
    if field.kind == "choice":
        return shown_answer(field, answer)
    if field.kind != "number" or answer in ("", NOT_REPORTED):
        return answer
    return typed_number(float(answer), field.decimal_sign)


def shown_answer(field: Field, answer: str) -> str:
    """An answer in normal form as people see it."""
    return next((choice.word for choice in field.choices if choice.value == answer), answer)


def _meanings(choices: Iterable[Choice]) -> dict[str, str]:
    meanings: dict[str, str] = {}
    for choice in choices:
        for word in (choice.value, *choice.synonyms):
            meanings.setdefault(normal_word(word), choice.value)
    return meanings


def _row_choice(values: tuple[str, ...], text: str) -> str | None:
    """One of the values of the row; "b + a", "a, b", "ab" are the answer "a+b" if the row offers it.

    "a/b", "a → b", "a? b?" and "a (b?)" are not answers, because they leave open which one is meant.
    """
    word = normal_word(text)
    if same := next((value for value in values if normal_word(value) == word), None):
        return same
    if translated := next((value for value in english_answers(word) if value in values), None):
        return translated
    parts = "+".join(sorted(set(re.findall(r"[a-z0-9]", word)))) if _LETTERS.fullmatch(word) else ""
    return next((value for value in values if "+" in value and value == parts), None)


def _numeric(field: Field, raw: Any, text: str) -> str | None:
    if normal_word(text) in WORDS:
        return NOT_REPORTED
    if isinstance(raw, float) and not raw.is_integer():  # a number in the spreadsheet, however it is displayed
        return repr(raw) if field.kind == "number" else None
    if field.kind == "count":
        count = parse_count(text, field.decimal_sign)
        return None if count is None else str(count)
    number = parse_number(text, field.decimal_sign)
    return None if number is None else repr(number)


def _field(data: Mapping[str, Any], config: Mapping[str, Any], where: str) -> Field:
    origin = data.get("choices_from")
    if origin and origin not in _LISTS:
        raise FormError(f"'choices_from: {origin}' is not known.", where=where, remedy=f"Known: {', '.join(_LISTS)}.")
    choices = _LISTS[origin](config) if origin else tuple(_make_choice(choice) for choice in data.get("choices", []))
    when = next(iter(data["when"].items())) if "when" in data else None
    return Field(
        name=data["name"],
        label=data["label"],
        kind=data["type"],
        choices=choices,
        required=data.get("required", True),
        when=when,
        strict=data.get("strict", False),
        by_row=origin == "row",
        width=data.get("width", 14),
        help=data.get("help", ""),
    )


def _in_language(field: Field, language: Language) -> Field:
    """The field with its answers in the team's language; their words in other languages are understood too."""
    if not field.choices:
        return field
    choices = []
    for choice in field.choices:
        words = in_every_language(f"answers.{choice.value}")
        others = [word for word in words if word not in (choice.value, *choice.synonyms)]
        synonyms = (*choice.synonyms, *others)
        choices.append(replace(choice, synonyms=synonyms, shown=language.answer(choice.value)))
    return replace(field, choices=tuple(choices))


def _with_words(field: Field, words: Mapping[str, Iterable[str]]) -> Field:
    """The field, with the team's own words as synonyms."""
    choices = (replace(choice, synonyms=(*choice.synonyms, *words.get(choice.value, ()))) for choice in field.choices)
    return replace(field, choices=tuple(choices))


def _make_choice(data: Mapping[str, Any]) -> Choice:
    return Choice(
        data["value"], tuple(map(str, data.get("synonyms", ()))), data.get("settles_as", ""), data.get("colour", "")
    )


def _extraction_field(data: Mapping[str, Any]) -> Field:
    choices = tuple(Choice(str(word)) for word in data["choices"])
    if data["type"] == "choice":
        choices = (*choices, Choice(NOT_REPORTED, tuple(sorted(WORDS))))
    label = data["label"] or data["name"].replace("_", " ").capitalize()
    width = max(11, min(24, len(label) + 3))
    when = next(iter(data.get("when", {}).items()), None)
    return Field(
        data["name"],
        label,
        data["type"],
        choices,
        data["required"],
        when,
        strict=True,
        help=data["help"],
        width=width,
        some_rows=data.get("some_rows", ""),
        per_arm=data.get("per") == "arm",
        dose=data.get("role") == "dose",
        shown={code: _of_outcome(label, code) for code in language_codes()} if data.get("outcome") else {},
    )


def _of_outcome(label: str, code: str) -> str:
    """The label of a part of an outcome, such as ``Relapse: events, first arm`` or ``Events``, in a language."""
    title, colon, part = label.rpartition(": ")
    if not colon:
        word = phrase(part, code) or phrase(part[:1].lower() + part[1:], code) or part
        return word[:1].upper() + word[1:]
    words, comma, arm = part.rpartition(", ")
    if (whole := phrase(part, code)) is None:
        whole = f"{phrase(words, code) or words}{comma}{phrase(arm, code) or arm}"
    return f"{title}{colon}{whole}"
