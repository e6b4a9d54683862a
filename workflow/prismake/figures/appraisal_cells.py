"""The answers of an appraisal as a grid of studies and items, the basis of star table and traffic lights."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prismake.core.names import STUDY_ID

if TYPE_CHECKING:
    import pandas as pd

DOMAINS = ("selection", "comparability", "outcome", "exposure")
# Newcastle–Ottawa for cohorts; without a comparison group S2 and C1 do not apply, which the table shows.
COHORT_ITEMS = ("S1", "S2", "S3", "S4", "C1", "O1", "O2", "O3")
COHORT_DOMAINS = dict.fromkeys(COHORT_ITEMS[:4], "selection") | {"C1": "comparability"}
COHORT_DOMAINS |= dict.fromkeys(COHORT_ITEMS[5:], "outcome")
COHORTS = ("nos_cohort", "nos_single_arm")
MOST_STARS = {"C1": 2}

GOOD, SOME, BAD, WORST, UNCLEAR, UNDECIDED, NOT_APPLICABLE = (
    *("good", "some", "bad", "worst", "unclear", "undecided", "n/a"),
)
_JUDGEMENTS = {
    **dict.fromkeys(("low", "low risk", "yes", "y"), GOOD),
    **dict.fromkeys(("some concerns", "moderate", "moderate risk", "partly"), SOME),
    **dict.fromkeys(("high", "high risk", "serious", "serious risk", "no", "n"), BAD),
    **dict.fromkeys(("critical", "critical risk"), WORST),
    **dict.fromkeys(("unclear", "no information", "not reported"), UNCLEAR),
    **dict.fromkeys(("n/a", "na", "not applicable"), NOT_APPLICABLE),
}


@dataclass(frozen=True)
class Cell:
    """One answer: ``kind`` is one of the constants above; ``stars``, of ``most`` that the item can earn, is None for
    instruments without stars."""

    kind: str
    stars: int | None = None
    most: int = 1


@dataclass(frozen=True)
class Block:
    """Studies judged by the same items: ``studies`` are (study_id, label), ``items`` (item, domain)."""

    instruments: tuple[str, ...]
    items: tuple[tuple[str, str], ...]
    studies: tuple[tuple[str, str], ...]
    cells: dict[tuple[str, str], Cell]

    @property
    def with_stars(self) -> bool:
        return any(cell.stars is not None for cell in self.cells.values())

    def domain_items(self, domain: str) -> list[str]:
        return [item for item, its in self.items if its == domain]

    def most(self, study: str, items: list[str]) -> int:
        """The stars that a study could earn on these items, without items that do not apply."""
        cells = (self.cells[study, item] for item in items)
        return sum(cell.most for cell in cells if cell.kind != NOT_APPLICABLE)

    def earned(self, study: str, items: list[str]) -> int:
        return sum(self.cells[study, item].stars or 0 for item in items)

    def open(self, study: str) -> bool:
        return any(self.cells[study, item].kind == UNDECIDED for item, _ in self.items)


@dataclass(frozen=True)
class Part:
    """What a page shows of a block: some of its studies, and whether they are its last ones."""

    whole: Block
    studies: tuple[tuple[str, str], ...]
    last: bool = True


def in_pages(
    grids: list[Block], tall: float, around: Callable[[Block], float], height: Callable[[str], float]
) -> list[list[Part]]:
    """The parts of the blocks on each page.

    Args:
        tall: inches of a page for its blocks.
        around: inches of a block without its studies.
        height: inches of the row of a study, by its label.
    """
    pages: list[list[Part]] = [[]]
    room = tall
    for grid in grids:
        studies = list(grid.studies)
        while studies:
            left = room - around(grid)
            number = 0
            while number < len(studies) and (left := left - height(studies[number][1])) >= 0.0:
                number += 1
            if not number and not pages[-1]:
                number = 1  # a page too low for any row
            if number:
                pages[-1].append(Part(grid, tuple(studies[:number]), number == len(studies)))
                studies = studies[number:]
                room = left
            if studies:
                pages.append([])
                room = tall
    return pages


def blocks(appraisal: pd.DataFrame) -> list[Block]:
    """The grids of an appraisal table (study_id, label, instrument, item, domain, answer, stars; kind and most, which
    ``prismake.appraisal.scores`` adds, say what the instrument makes of an answer).

    Cohorts with and without a comparison group share a grid of all eight Newcastle–Ottawa items; any other
    instrument has its own. Domains and items follow the order of the table; studies are sorted by label.
    """
    groups: dict[str, list[str]] = {}
    for instrument in sorted(set(appraisal["instrument"])):
        name = "cohorts" if instrument in COHORTS else instrument
        groups.setdefault(name, []).append(instrument)
    return [_block(appraisal, tuple(members), name == "cohorts") for name, members in groups.items()]


def _block(appraisal: pd.DataFrame, instruments: tuple[str, ...], cohorts: bool) -> Block:
    rows = appraisal[appraisal["instrument"].isin(instruments)].to_dict("records")
    items = COHORT_DOMAINS if cohorts else {row["item"]: str(row["domain"]) for row in rows}
    seen = list(dict.fromkeys(items.values()))
    order = sorted(items.items(), key=lambda pair: (_rank(pair[1], seen), _natural(pair[0])))
    asked = {(row["instrument"], row["item"]) for row in rows}
    given = {(row[STUDY_ID], row["item"]): row for row in rows}
    studies = {row[STUDY_ID]: (row["label"], row["instrument"]) for row in rows}
    cells = {
        (study, item): _cell(given.get((study, item)), item, (instrument, item) in asked)
        for study, (_, instrument) in studies.items()
        for item, _ in order
    }
    named = sorted(((study, label) for study, (label, _) in studies.items()), key=lambda pair: (pair[1], pair[0]))
    return Block(instruments, tuple(order), tuple(named), cells)


def _rank(domain: str, seen: list[str]) -> int:
    """Domains of Newcastle–Ottawa in their order, then those of other instruments as they come in the table."""
    return DOMAINS.index(domain) if domain in DOMAINS else len(DOMAINS) + seen.index(domain)


def _natural(item: str) -> list[tuple[int, str]]:
    """Q2 before Q10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", item)]


def _cell(row: dict | None, item: str, asked: bool) -> Cell:
    most = int((row or {}).get("most") or MOST_STARS.get(item, 1))
    if row is None:
        return Cell(UNDECIDED if asked else NOT_APPLICABLE, most=most)
    answer = row["answer"].strip().casefold() if isinstance(row["answer"], str) else ""
    if not answer:
        return Cell(UNDECIDED, most=most)
    stars = row["stars"]
    if answer in ("n/a", "not applicable"):
        return Cell(NOT_APPLICABLE, most=most)
    if stars is None or stars == "" or stars != stars:  # noqa: PLR0124 - not a number
        return Cell(row.get("kind") or _JUDGEMENTS.get(answer, UNCLEAR))
    stars = int(float(stars))
    return Cell(BAD if stars == 0 else GOOD if stars >= most else SOME, stars, most)


def foot_lines(grids: list[Block], items: Mapping[str, str | Mapping[str, str]] | None) -> list[str]:
    """The questions behind the items, and the number of studies in the figure.

    ``items`` maps item to question, or instrument to such a mapping.
    """
    lines = []
    for block in grids:
        asked: dict[str, str] = {}
        for name, value in (items or {}).items():
            if isinstance(value, Mapping):
                asked |= value if name in block.instruments else {}
            else:
                asked[name] = value
        lines += [f"{item}  {asked[item]}" for item, _ in block.items if item in asked]
    studies = [(block, study) for block in grids for study, _ in block.studies]
    waiting = sum(block.open(study) for block, study in studies)
    state = f"{waiting} of them not decided on every item" if waiting else "all items have been decided"
    lines.append(f"Based on {len(studies)} appraised {'study' if len(studies) == 1 else 'studies'}; {state}.")
    return list(dict.fromkeys(lines))
