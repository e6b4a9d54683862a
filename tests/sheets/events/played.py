"""An event: something that people do to a sheet, what it ought to come to, and what the program makes of it.

An event is a function of a hand (``hands``): it does something to the workbook of Anna and says in ``hand.meant`` what
her answers are then, to a human being who sees the sheet. Some go on with what happens to the file (``then``). Each is
fixed as one of two: *right*, all answers in force are the meant ones and nobody is told anything; or *named*, a sentence
that holds the given words is there, and nothing is in force that is neither meant nor was read before. What it comes to
may be worse:

silent     an answer is in force that nobody gave
unread     an answer is not in force, or one that was withdrawn is, and no sentence says so
elsewhere  there is a sentence, and not about this
traceback  the program ended in an error of its own
"""

from __future__ import annotations

import re
import shutil
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hands import Hand, OfficeHand, ProgramHand
from prismake.core.errors import PrismakeError
from prismake.kept.unread_files import unread_files
from sheet_stage import Stage

RIGHT, NAMED = "right", "named"
VERDICTS = (RIGHT, NAMED, "silent", "unread", "elsewhere", "traceback")
ROWS = 12
ANSWERS = "include exclude exclude maybe exclude include exclude include maybe exclude exclude include".split()
NOTES = {3: "wrong population", 5: "see table 2", 8: "ask Ben", 10: "animal study", 12: "duplicate?"}
Key = tuple[str, str]
_NAMED_FILE = re.compile(r"history/[\w.-]+\.(?:xlsx|ods|json)")  # to go back to: what a sentence names is there


@dataclass
class Place:
    """The folder of the sheets, as an event finds and leaves it."""

    folder: Path
    anna: Path
    ben: Path
    stage: Stage
    who: str = "anna"
    meant: dict[int, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """``start``: how far Anna is before it (``STARTS``). ``then``: what happens to the file once it is saved."""

    name: str
    family: str
    does: Callable[[Hand], None] | None
    expected: str
    says: tuple[str, ...] = ()
    start: str = "read"
    then: Callable[[Place], None] | None = None


EVENTS: dict[str, Event] = {}
OFFICE_ONLY: set[str] = set()  # families that no program but LibreOffice can play here


def right(start: str = "read", then: Callable[[Place], None] | None = None) -> Callable[..., Any]:
    """An event after which every answer is in force as it is meant, without a word."""
    return _event(RIGHT, (), start, then)


def named(*says: str, start: str = "read", then: Callable[[Place], None] | None = None) -> Callable[..., Any]:
    """An event that a sentence with these words must name."""
    return _event(NAMED, says, start, then)


def _event(
    expected: str, says: tuple[str, ...], start: str, then: Callable[[Place], None] | None
) -> Callable[..., Any]:
    def register(does: Callable[..., None]) -> Callable[..., None]:
        family = does.__module__.removesuffix("_events")
        assert does.__name__ not in EVENTS, f"two events are called {does.__name__}"
        of_file = "place" in does.__code__.co_varnames[: does.__code__.co_argcount]
        EVENTS[does.__name__] = Event(
            does.__name__, family, None if of_file else does, expected, says, start, does if of_file else then
        )
        return does

    return register


def _begin(name: str) -> Stage:
    """A stage of which Anna has done as much as the name says: ``read``, ``half``, and at which stage, ``read full_text``."""
    how, _, stage_name = name.partition(" ")
    config = CONFIGS.get(stage_name, {})
    stage = Stage(Path(mkdtemp(prefix="events-")) / "sheets", FOLDERS.get(stage_name, stage_name), ROWS, **config)
    stage.offer()
    FILLED[stage_name](stage, ROWS // 2 if how == "half" else ROWS if how != "new" else 0)
    if how in ("read", "half"):
        stage.read()
        stage.offer()
    return stage


def _screened(stage: Stage, rows: int) -> None:
    stage.decide("anna", *ANSWERS[:rows])
    stage.decide("anna", *(NOTES.get(row, "") for row in range(2, rows + 2)), header="Note")
    stage.decide("ben", *ANSWERS[:rows][::-1])


def _judged(stage: Stage, rows: int) -> None:
    stage.decide("anna", *(a if a != "maybe" else "exclude" for a in ANSWERS[:rows]))
    reasons = ["" if a == "include" else REASONS[n % 2] for n, a in enumerate(ANSWERS[:rows])]
    stage.decide("anna", *reasons, header="Reason for exclusion")
    stage.decide("anna", *("cohort" if a == "include" else "" for a in ANSWERS[:rows]), header="Study design")


def _extracted(stage: Stage, rows: int) -> None:
    stage.decide("anna", *map(str, EVENTS_OF[:rows]), header="Events")
    stage.decide("anna", *map(str, TOTALS[:rows]), header="Participants")


def _appraised(stage: Stage, rows: int) -> None:
    stage.decide("anna", *("abacbbcaabca"[:rows]), header="Answer")


def _compared(stage: Stage, rows: int) -> None:
    stage.decide("anna", *(("same", "different")[a == "exclude"] for a in ANSWERS[:rows]), header="Same report?")


def _settled(stage: Stage, rows: int) -> None:
    stage.decide("anna", *["include"] * ROWS)
    stage.decide("ben", *["exclude"] * ROWS)
    stage.offer()
    stage.decide("consensus", *(a if a != "maybe" else "include" for a in ANSWERS[:rows]), header="Settled")


REASONS = ("Wrong population", "Wrong outcome")
EVENTS_OF, TOTALS = (3, 17, 8, 0, 12, 5, 21, 9, 14, 2, 30, 7), (40, 61, 33, 25, 80, 52, 77, 41, 39, 28, 96, 64)
CONFIGS: dict[str, dict[str, Any]] = {
    "full_text": {"full_text": {"reasons": list(REASONS)}},
    "extraction": {
        "extraction": {
            "fields": [
                {"name": "events", "label": "Events", "type": "count"},
                {"name": "total", "label": "Participants", "type": "count"},
                {"name": "women", "label": "Share of women", "type": "number", "required": False},
            ]
        }
    },
}
FOLDERS = {"": "title_abstract", "consensus": "title_abstract"}
FILLED = {
    "": _screened,
    "full_text": _judged,
    "extraction": _extracted,
    "appraisal": _appraised,
    "duplicates": _compared,
    "merges": _compared,
    "consensus": _settled,
}  # fmt: skip


@dataclass(frozen=True)
class Begun:
    """A stage before an event: what the sheet says by row and field, and what of it was read."""

    stage: Stage
    who: str
    says: Mapping[int, Mapping[str, str]]
    read: Mapping[Key, str]


@cache
def begun(name: str) -> Begun:
    """The stage at which events of a start happen; it is made once and copied for each of them."""
    stage = _begin(name)
    who = "consensus" if name.endswith("consensus") else "anna"
    place = Place(stage.folder, stage.path(who), stage.path("ben"), stage, who)
    says: dict[int, dict[str, str]] = {row: {} for row in range(2, ROWS + 2)}
    stage.last_read = None
    for (item, field_name), value in in_force(place).items():
        says[stage.items.index(item) + 2][field_name] = value
    kept = stage.load().kept_stage
    read = _by_item(place, kept.last_good.get(who, {}), kept.last_notes.get(who, {}))
    return Begun(stage, who, says, read)


def set_up(event: Event, folder: Path) -> Place:
    """A copy of the stage at which an event happens."""
    template = begun(event.start)
    sheets = folder / "config" / "sheets"
    shutil.copytree(template.stage.folder, sheets)
    stage = object.__new__(Stage)
    stage.__dict__.update(template.stage.__dict__, folder=sheets, items=list(template.stage.items), last_read=None)
    return Place(stage.folder, stage.path(template.who), stage.path("ben"), stage, template.who)


def by_program(event: Event, folder: Path) -> tuple[str, str]:
    """Play an event through openpyxl, and what it comes to: the verdict, and the sentences or the traceback."""
    place = set_up(event, folder)
    meant = meant_of(event)
    if event.does:
        hand = ProgramHand(place.anna, meant)
        event.does(hand)
        hand.save()
    return finish(event, place, meant)


def finish(event: Event, place: Place, meant: dict[int, Any]) -> tuple[str, str]:
    """What happens to the file, then a run: rows are offered, sheets are read."""
    place.meant = meant
    before = begun(event.start).read
    if event.then:
        event.then(place)
    try:
        told = _run(place)
        after = in_force(place)
    except PrismakeError as error:
        told, after = [str(error)], dict(before)
    except Exception:
        return "traceback", traceback.format_exc(limit=-4)
    if missing := [name for line in told for name in _NAMED_FILE.findall(line) if not (place.folder / name).exists()]:
        return "elsewhere", f"no such file: {missing}"
    told = [line.replace(f"{place.folder}/", "").replace(f"{place.folder.parent.parent}/", "") for line in told]
    return verdict(event, _by_key(place), before, after, told), "\n".join(told)


def _run(place: Place) -> list[str]:
    place.stage.offer()
    status = place.stage.read().status
    sheets = place.stage.last_read
    known = [place.stage.path(who) for who in (*sheets.owners, *sheets.kept_stage.left)]
    told = [f"{problem['where']}: {problem['what']}" for problem in status["problems"]]
    return [*told, *(f"{file.path} {file.what}" for file in unread_files(known, place.folder))]


def in_force(place: Place) -> dict[Key, str]:
    """By item and field, the answers of the sheet that count, and its notes."""
    answers = (place.stage.last_read or place.stage.load()).answers[place.who]
    return _by_item(place, answers.answers, answers.notes)


def _by_item(place: Place, answers: Mapping[str, Mapping[str, str]], notes: Mapping[str, str]) -> dict[Key, str]:
    cells = {(item, name): value for item, given in answers.items() for name, value in given.items()}
    notes_by_key = {(item, "note"): text for item, text in notes.items()}
    return {key: value for key, value in {**cells, **notes_by_key}.items() if value and key[0] in place.stage.items}


def meant_of(event: Event) -> dict[int, dict[str, str]]:
    """By row as offered, what the sheet says before the event, by field."""
    return {row: dict(given) for row, given in begun(event.start).says.items()}


def _by_key(place: Place) -> dict[Key, str]:
    return {
        (place.stage.items[row - 2], name): value
        for row, given in place.meant.items()
        for name, value in given.items()
        if value
    }


def verdict(
    event: Event, meant: dict[Key, str], before: Mapping[Key, str], after: dict[Key, str], told: list[str]
) -> str:
    keys = {*meant, *before, *after}
    differ = [key for key in keys if after.get(key, "") != meant.get(key, "")]
    if any(after.get(key) and after[key] != before.get(key) for key in differ):
        return "silent"
    if differ and not told:
        return "unread"
    if not told:
        return RIGHT
    return NAMED if all(any(words in line for line in told) for words in event.says) else "elsewhere"


def record_for_office(event: Event, folder: Path) -> tuple[Place, OfficeHand]:
    """Set an event up, and write down what LibreOffice is to do."""
    place = set_up(event, folder)
    hand = OfficeHand(place.anna, meant_of(event))
    if event.does:
        event.does(hand)
    hand.save()
    return place, hand


def all_events() -> Iterator[Event]:
    """Every event of the corpus, in the order of its families."""
    import importlib

    for file in sorted(Path(__file__).parent.glob("*_events.py")):
        importlib.import_module(file.stem)
    yield from EVENTS.values()
