"""A story: several events in turn with a run after each, as a review goes on.

After every run the answers in force of everyone are compared with what is meant, as for a single event (``played``).
"""

from __future__ import annotations

import copy
import shutil
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from hands import Hand, OfficeHand, ProgramHand
from office import play
from played import _NAMED_FILE, Event, Place, _run, set_up
from prismake.core.errors import PrismakeError
from prismake.kept import sheet_state
from prismake.kept.sheet_copies import copies
from prismake.protocol.schema import with_defaults
from prismake.sheets.renaming import rename_reviewer
from prismake.sheets.restore import SheetOf, carry_out, plan

Cells = dict[tuple[str, str], str]  # by item and field, the answer


@dataclass
class Story:
    """A review in which things happen; ``meant``: by owner, what the sheets say to a human being."""

    place: Place
    office: Path | None = None
    meant: dict[str, Cells] = field(default_factory=dict)
    before: dict[str, Cells] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    runs: int = 0

    def __post_init__(self) -> None:
        self.stage.config = copy.deepcopy(self.stage.config)  # it is that of every story with this start
        self.before = self.in_force()
        self.meant = {who: dict(cells) for who, cells in self.before.items()}

    @property
    def stage(self) -> Any:
        return self.place.stage

    @property
    def items(self) -> list[str]:
        return self.stage.items

    def in_force(self) -> dict[str, Cells]:
        return {
            who: {
                **{
                    (item, name): value for item, given in own.answers.items() for name, value in given.items() if value
                },
                **{(item, "note"): text for item, text in own.notes.items() if text},
            }
            for who, own in (self.stage.last_read or self.stage.load()).answers.items()
        }

    @contextmanager
    def hand(self, who: str = "anna") -> Iterator[Hand]:
        """Somebody's workbook, opened; it is saved at the end."""
        path = next(p for s in (".xlsx", ".ods") if (p := self.place.folder / f"{self.stage.name}.{who}{s}").exists())
        hand = OfficeHand(path, {}) if self.office else ProgramHand(path, {})
        yield hand
        hand.save()
        if self.office and isinstance(hand, OfficeHand):
            play(hand.lines, self.office)

    def row(self, item: int, who: str = "anna") -> int:
        """The row in which an item stands now."""
        sheet = openpyxl.load_workbook(self.place.folder / f"{self.stage.name}.{who}.xlsx").worksheets[1]
        column = next(cell.column for cell in sheet[1] if cell.value == "Item")
        return next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, column).value == self.items[item])

    def answer(
        self, item: int, value: str, who: str = "anna", header: str = "Decision", name: str = "decision"
    ) -> None:
        """Somebody types an answer."""
        row = self.row(item, who)
        with self.hand(who) as hand:
            hand.put(hand.cell(header, row), value)
        self.mean(item, value, who, name)

    def mean(self, item: int, value: str, who: str = "anna", name: str = "decision") -> None:
        self.meant.setdefault(who, {}).pop((self.items[item], name), None)
        if value:
            self.meant[who][self.items[item], name] = value

    def read_as(self, who: str = "anna", header: str = "Decision", name: str = "decision") -> None:
        """What stands in a column now is meant."""
        sheet = openpyxl.load_workbook(self.place.folder / f"{self.stage.name}.{who}.xlsx").worksheets[1]
        columns = {cell.value: cell.column for cell in sheet[1]}
        for row in range(2, sheet.max_row + 1):
            item = sheet.cell(row, columns["Item"]).value
            if item in self.items:
                self.mean(self.items.index(item), str(sheet.cell(row, columns[header]).value or ""), who, name)

    def run(self, *says: str, silent: bool | None = None) -> None:
        """A run: nothing is said where ``says`` is empty, or these words are; answers are as meant or as before."""
        self.runs += 1
        try:
            self.told = [line.replace(f"{self.place.folder}/", "") for line in _run(self.place)]
            after = self.in_force()
        except PrismakeError as error:
            self.told, after = [str(error).replace(f"{self.place.folder}/", "")], self.before
        for name in (name for line in self.told for name in _NAMED_FILE.findall(line)):
            if not (self.place.folder / name).exists():
                self._fault(f"names {name}, which does not exist")
        for who in sorted({*after, *self.meant}):
            self._compare(who, after.get(who, {}), bool(says))
        for words in says:
            if not any(words in line for line in self.told):
                self._fault(f"does not say “{words}”")
        if not says and self.told and silent is not False:
            self._fault("says something")
        self.before = after

    def _compare(self, who: str, after: Cells, named: bool) -> None:
        meant, before = self.meant.get(who, {}), self.before.get(who, {})
        for key in sorted({*after, *meant}):
            now, then, ought = after.get(key, ""), before.get(key, ""), meant.get(key, "")
            if now == ought:
                continue
            if now and now != then:
                self._fault(f"{who} {key}: “{now}” is in force, meant is “{ought}”")
            elif not named:
                self._fault(f"{who} {key}: “{now}” is in force, meant is “{ought}”, without a word")

    def _fault(self, text: str) -> None:
        self.faults.append(f"run {self.runs}: {text}\n    " + "\n    ".join(self.told))

    def accept(self, who: str = "anna") -> None:
        sheet_state.accept(self.place.folder / f"{self.stage.name}.{who}.xlsx")

    def restore(self, who: str = "anna", number: int | None = None) -> None:
        """``prismake restore``; ``number``: that of another copy, 0 the newest."""
        queue = {row["item_id"]: row for row in self.stage.queue().to_dict("records")}
        notes = self.stage.load().kept_stage.last_notes.get(who, {})
        sheet = SheetOf(self.stage.name, who, self.stage.config, queue, notes, self.place.folder)
        chosen = None if number is None else copies(sheet.path)[number].path
        carry_out(plan(sheet, chosen))

    def protocol(self, **changes: Any) -> None:
        """The protocol is changed."""
        self.stage.config = with_defaults({**{k: v for k, v in self.stage.config.items() if v is not None}, **changes})

    def rename(self, old: str, new: str) -> None:
        rename_reviewer(old, new, self.place.folder)
        self.meant[new] = self.meant.pop(old)
        self.before[new] = self.before.pop(old)

    def feed(self, number: int) -> None:
        """New records."""
        self.items.extend(f"pubmed:{len(self.items) + n:03d}" for n in range(number))

    def put_back(self, who: str = "anna") -> Callable[[], None]:
        """Remembers a workbook; what is returned puts it back, as an undo does."""
        path = self.place.folder / f"{self.stage.name}.{who}.xlsx"
        beside = self.place.folder.parent / f"before run {self.runs + 1}"
        shutil.copy(path, beside)
        return lambda: shutil.copy(beside, path)


STORIES: dict[str, tuple[Callable[[Story], None], str]] = {}


def story(start: str = "read") -> Callable[..., Any]:
    """Registers a story; ``start`` as for an event."""

    def register(tell: Callable[[Story], None]) -> Callable[[Story], None]:
        assert tell.__name__ not in STORIES
        STORIES[tell.__name__] = (tell, start)
        return tell

    return register


def play_story(name: str, folder: Path, *, office: bool = False) -> list[str]:
    """What went wrong in a story; nothing if it went as it is told."""
    tell, start = STORIES[name]
    place = set_up(Event(name, "stories", None, "right", (), start), folder / name)
    played = Story(place, folder / name if office else None)
    try:
        tell(played)
    except Exception:
        played.faults.append(f"run {played.runs}: {traceback.format_exc(limit=-4)}")
    return played.faults
