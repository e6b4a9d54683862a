"""Rows of results: what is asked about a study, and about each of its arms for each outcome.

An item is a study (``S``) or a result of an arm (``S|arm|outcome``; the arm is empty if a study is one group). They are
combined into one row per study or arm, with a column for each part of each outcome, as in a sheet with such rows;
``Studies`` converts between the two.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from prismake.core.labels import arms_and_comparator
from prismake.core.names import ITEM_ID, STUDY_ID
from prismake.core.states import SettledBy, State
from prismake.extraction.doubts import Remark
from prismake.extraction.extracted import Outcome
from prismake.protocol.outcome_columns import ARM_ROW, STUDY_ROW, asked_columns, part_of, question_of
from prismake.protocol.outcome_names import EACH_ARM, EACH_PAIR

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (ITEM_ID, "title", "report", "doi", "notices", "members", "arm", "comparator", "outcome", "fill_in", "asks")
FILL_IN = "fill_in"  # the column that says what a row asks, in headings
ARM = "arm"  # stands for the outcome in the id of a row that asks about an arm
BETWEEN = "; "  # the headings that a row asks for
COMPARATOR = "yes"  # in the column of the queue that marks the rows of comparators
NO_COMPARATOR = "not asked: the study has no comparator"


def result_rows(table: pd.DataFrame, notices: Mapping[str, str], asked: Mapping[str, Any]) -> pd.DataFrame:
    """One row for each study, and one for each of its arms and outcomes.

    Args:
        table: the included studies (study_id, label, report, doi, report_ids, arms, design).
        notices: by report, retractions and similar notices in words.
        asked: ``prismake.protocol.settings.for_extraction_rows``.
    """
    import pandas as pd

    rows: list[dict[str, str]] = []
    for study in table.to_dict("records"):
        reports = study["report_ids"].split("; ")
        texts = dict.fromkeys(text for report in reports if (text := notices.get(report)))
        shown = {"title": study["label"], "report": study["report"], "doi": study["doi"], "notices": "\n".join(texts)}
        for row in _of_study(study, asked):
            behind = "" if not row["name"] else f"|{row['arm']}|{row['name']}"
            members = "\n".join(f"{report}{behind}" for report in reports)
            rows.append({**row, **shown, ITEM_ID: f"{study[STUDY_ID]}{behind}", "members": members})
    return pd.DataFrame(rows, columns=COLUMNS, dtype=str)


def _of_study(study: Mapping[str, str], asked: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    arms, comparator = arms_and_comparator(study["arms"])
    if not arms:
        arms = list(asked["arms"].get(study["design"], [""]))
        arms, comparator = (arms[:-1], arms[-1]) if len(arms) > 1 else (arms, "")
    blank = {"arm": "", "comparator": "", "outcome": "", "name": ""}
    if asked["study"]:
        yield {**blank, "fill_in": STUDY_ROW, "asks": " ".join(asked["study"])}
    for arm in arms if asked["arm"] else ():
        yield {**blank, "arm": arm, "name": ARM, "fill_in": ARM_ROW, "asks": " ".join(asked["arm"])}
    every = [*arms, *filter(None, [comparator])]
    if asked["arm"] and comparator and any(own.get("rows") == EACH_ARM for own in asked["outcomes"].values()):
        row = {**blank, "arm": comparator, "comparator": COMPARATOR}
        yield {**row, "name": ARM, "fill_in": ARM_ROW, "asks": " ".join(asked["arm"])}
    for name, outcome in asked["outcomes"].items():
        if not outcome["asks"] or (outcome["compares"] and not comparator):
            continue
        fill_in = BETWEEN.join(asked["labels"][part] for part in outcome["asks"])
        own = {
            **blank,
            "outcome": outcome["title"],
            "name": name,
            "fill_in": fill_in,
            "asks": " ".join(outcome["asks"]),
        }
        if outcome.get("rows") == EACH_PAIR:
            pairs = [f"{first} v {second}" for first, second in combinations(every, 2)]
            yield from ({**own, "arm": pair} for pair in pairs or [""])
            continue
        for arm in arms:
            yield {**own, "arm": arm}
        if outcome["compares"] or (comparator and outcome.get("rows") == EACH_ARM):
            asks = [part for part in outcome["asks"] if part not in outcome.get("of_comparison", ())]
            of_arm = {"fill_in": BETWEEN.join(asked["labels"][part] for part in asks), "asks": " ".join(asks)}
            yield {**own, **of_arm, "arm": comparator, "comparator": COMPARATOR}


class Place(NamedTuple):
    """Where a number is entered: a row of the sheet and a question."""

    item: str
    question: str


@dataclass
class _Asked:
    """What the queue asks of one study: its arms, its comparator, and the arms of outcomes with rows of their own."""

    title: str
    arms: dict[str, None] = field(default_factory=dict)
    comparator: str | None = None
    apart: dict[str, list[str]] = field(default_factory=dict)  # by arm, the outcomes

    def rows(self, study: str, usual: Sequence[str]) -> dict[str, tuple[str, list[str]]]:
        """By id of each row of the outcome table, its arm and its outcomes."""
        arms = list(self.arms or {"": None}) if usual or not self.apart else []
        rows = {f"{study}|{arm}" if len(arms) > 1 else study: (arm, list(usual)) for arm in arms}
        for arm, names in self.apart.items():
            rows.setdefault(f"{study}|{arm}" if arm else study, (arm, []))[1].extend(names)
        return rows


def _studies_asked(queue: Iterable[Mapping[str, Any]], apart: Collection[str]) -> tuple[dict[str, _Asked], set[str]]:
    """What each study is asked, and the ids of all rows of the sheet."""
    studies: dict[str, _Asked] = {}
    items: set[str] = set()
    for row in queue:
        item = str(row[ITEM_ID])
        study, _, rest = item.partition("|")
        items.add(item)
        asked = studies.setdefault(study, _Asked(str(row["title"])))
        if (name := item.rpartition("|")[2]) in apart:
            asked.apart.setdefault(str(row["arm"]), []).append(name)
        elif rest and str(row["comparator"]) == COMPARATOR:
            asked.comparator = str(row["arm"])
        elif rest:
            asked.arms.setdefault(str(row["arm"]))
    return studies, items


@dataclass(frozen=True)
class Studies:
    """The studies and arms behind rows of results.

    ``labels``: by id, the label of each study or arm. ``by_row``: for each of these, the places of its columns.
    ``by_item``: for each row of the sheet, (study or arm, question, column); the row of a comparator belongs to all
    arms compared with it. ``unasked``: outcomes of a study or arm that have no row, and why. ``absent``: rows and
    outcomes that have nothing to do with each other.
    """

    labels: Mapping[str, str]
    by_row: Mapping[str, Mapping[str, Place]]
    by_item: Mapping[str, Sequence[tuple[str, str, str]]]
    unasked: Mapping[tuple[str, str], str]
    absent: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(
        cls,
        queue: Iterable[Mapping[str, Any]],
        fields: Mapping[str, bool],
        outcomes: Mapping[str, Mapping[str, str]],
        apart: Collection[str] = (),
    ) -> Studies:
        """Build them from the rows of the queue.

        Args:
            fields: the other questions, and whether each is asked of an arm and not of a study.
            outcomes: the columns of each outcome, by its parts.
            apart: outcomes of which every row of the queue is a row of its own (``outcome_kinds.Kind.rows``).
        """
        studies, items = _studies_asked(queue, apart)
        labels: dict[str, str] = {}
        by_row: dict[str, dict[str, Place]] = {}
        unasked: dict[tuple[str, str], str] = {}
        absent: set[tuple[str, str]] = set()
        usual = [name for name in outcomes if name not in apart]
        for study, asked in studies.items():
            for row_id, (arm, names) in asked.rows(study, usual).items():
                labels[row_id] = f"{asked.title}, {arm}" if row_id != study else asked.title
                places = by_row.setdefault(row_id, {})
                above = {False: study, True: f"{study}|{arm}|{ARM}"}
                places |= {
                    name: Place(above[of_arm], name) for name, of_arm in fields.items() if above[of_arm] in items
                }
                absent |= {(row_id, name) for name in outcomes if name not in names}
                for outcome in names:
                    for role, column in outcomes[outcome].items():
                        side = asked.comparator if role.endswith("2") else arm
                        place = Place(f"{study}|{side}|{outcome}", question_of(role))
                        if side is not None and place.item in items:
                            places.setdefault(column, place)
                        elif column not in places:
                            unasked[row_id, outcome] = NO_COMPARATOR
        by_item: dict[str, list[tuple[str, str, str]]] = {}
        for row_id, places in by_row.items():
            for column, place in places.items():
                by_item.setdefault(place.item, []).append((row_id, place.question, column))
        return cls(labels, by_row, by_item, unasked, frozenset(absent))

    def answers(self, given: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
        """Answers by row and question of the sheet, converted to answers by study or arm and column."""
        result: dict[str, dict[str, str]] = {}
        for item, own in given.items():
            for row_id, question, column in self.by_item.get(item, ()):
                if text := own.get(question, ""):
                    result.setdefault(row_id, {})[column] = text
        return result

    def remarks(self, notes: Mapping[str, Iterable[str]]) -> dict[str, list[Remark]]:
        """Notes by row of the sheet, converted to notes by study or arm; one on a result is about its columns only."""
        result: dict[str, list[Remark]] = {}
        for item, texts in notes.items():
            about: dict[str, set[str]] = {}
            for row_id, _, column in self.by_item.get(item, ()):
                about.setdefault(row_id, set()).add(column)
            for row_id, columns in about.items():
                scope = frozenset(columns) if is_result(item) else frozenset()
                result.setdefault(row_id, []).extend(Remark(text, scope) for text in texts)
        return result


def as_asked_in_rows(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """Outcomes by the questions of a row of results, each kind once, for reading composite cells."""
    kinds: dict[tuple[str, ...], Outcome] = {}
    for outcome in outcomes:
        columns = {part_of(role): question_of(role) for role in outcome.columns}
        measure = "PLO" if columns.keys() == {"events", "total"} else outcome.measure
        converted = {part_of(role): question_of(role) for role in outcome.converted_from}
        further = {part_of(role): question_of(role) for role in (*outcome.printed, *outcome.converted_from)}
        own = replace(outcome, measure=measure, columns=columns, checks=further, converted_from=converted)
        kinds.setdefault((measure if "events" in columns else "", *columns, *further), own)
    return tuple(kinds.values())


def study_fields(fields: Iterable[Mapping[str, Any]], outcomes: Mapping[str, Mapping[str, Any]]) -> dict[str, bool]:
    """The questions that are asked of a study: those that belong to no outcome."""
    of_outcomes = {f"{name}_{role}" for name, spec in outcomes.items() for role in asked_columns(spec)}
    return {question["name"]: question.get("per") == ARM for question in fields if question["name"] not in of_outcomes}


def is_result(item: str) -> bool:
    """Whether an item is a result of an arm rather than a study."""
    return "|" in item


def studies_and_arms(
    decisions: pd.DataFrame, notes: pd.DataFrame, studies: Studies
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Queue, decisions and notes of a sheet of results, as if the sheet had one row per study or arm.

    Decisions say under ``settled_by|outcome`` how each outcome was settled. Notes have a further column, ``columns``:
    the columns that a note is about, separated by blanks; empty for all.
    """
    import pandas as pd

    row_of_item = {row[ITEM_ID]: row for row in decisions.to_dict("records")}
    rows = [_decided(row_id, studies.by_row[row_id], row_of_item) for row_id in studies.labels]
    note_rows = [note_row for note in notes.to_dict("records") for note_row in _noted(note, studies)]
    queue = pd.DataFrame(list(studies.labels.items()), columns=[ITEM_ID, "title"], dtype=str)
    table = pd.DataFrame(rows, dtype=str).fillna("")
    return queue, table, pd.DataFrame(note_rows, columns=[ITEM_ID, "who", "note", "how", "columns"], dtype=str)


def _decided(row_id: str, places: Mapping[str, Place], row_of_item: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The decision on a study or arm, combined from those on its rows; settled if all of them are."""
    values, states, by = {}, [], []
    of_outcome: dict[str, list[str]] = {}
    for column, place in places.items():
        row = row_of_item.get(place.item, {})
        values[column] = row.get(place.question, "")
        if not is_result(place.item):
            values |= {name: text for name, text in row.items() if name.startswith(f"{column}.")}
    for item in dict.fromkeys(place.item for place in places.values()):
        row = row_of_item.get(item, {"state": State.UNDECIDED, "settled_by": ""})
        states.append(row["state"])
        by.append(row["settled_by"])
        if is_result(item):
            of_outcome.setdefault(item.rpartition("|")[2], []).append(row["settled_by"])
    unsettled = [state for state in states if state != State.SETTLED]
    return {
        ITEM_ID: row_id,
        "state": unsettled[0] if unsettled else State.SETTLED,
        "settled_by": _settler(by),
        **{f"settled_by|{outcome}": _settler(own) for outcome, own in of_outcome.items()},
        **values,
    }


def _settler(by: Sequence[str]) -> str:
    """Who settled several rows: the adjudicator if one of them was adjudicated."""
    return SettledBy.CONSENSUS if SettledBy.CONSENSUS in by else next(filter(None, by), "")


def _noted(note: Mapping[str, str], studies: Studies) -> Iterator[dict[str, str]]:
    about: dict[str, dict[str, str]] = {}
    for row_id, question, column in studies.by_item.get(note[ITEM_ID], ()):
        about.setdefault(row_id, {})[question] = column
    for row_id, columns in about.items():
        lines = (line.partition(": ") for line in note["how"].split("\n") if line)
        how = "\n".join(f"{columns[name]}: {way}" for name, _, way in lines if name in columns)
        scope = " ".join(columns.values()) if is_result(note[ITEM_ID]) else ""
        yield {**note, ITEM_ID: row_id, "how": how, "columns": scope}
