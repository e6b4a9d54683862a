"""How often a sheet is held back although nothing in it has moved: on real screening decisions.

    python tests/benchmarks/sheets/false_alarms.py [READINGS] [FOLDER]

READINGS (10,000 unless said) are made from the labelled sets in FOLDER, ``*.csv.gz`` with the columns ``title`` and
``label_included``: the finished reviews of the shared material (PRISMAKE_SHARED, or ``shared`` beside the checkout) unless said. Sheets of 30 to 20,000 rows are drawn from one set each (with replacement where it is
smaller than the sheet), laid out and filled in one of four ways, and read twice or three times by the check itself:

- *row order*: rows as offered, answered from the top to some row, then to the end;
- *by topic*: rows in the order of their titles' commonest words, so that what is alike stands together, answered alike;
- *by relevance*: those to include tend to stand at the top, as ``order: relevance`` has it;
- *sorted rows*: whole rows sorted by the answers, by title or by identifier between two readings.

Between readings up to three answers are reconsidered, one in ten *include* is *maybe*. Limit: one alarm in 1,000.
"""

from __future__ import annotations

import collections
import csv
import gzip
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "screening"))

from prismake.protocol.config import with_defaults
from prismake.protocol.forms import load_form
from prismake.sheets.answers import SheetAnswers
from prismake.sheets.checks import filled_gaps, reordered, shifted_cells
from prismake.sheets.checks.checked_sheet import CheckedSheet
from prismake.sheets.checks.row_order import RowOrders
from prismake.sheets.layout import reviewer_columns
from prismake.sheets.reading import SheetTable
from screening_replay import SHARED

SEED = 14
SIZES = (30, 60, 120, 250, 500, 1_000, 2_500, 5_000, 20_000)
WEIGHTS = (8, 8, 8, 8, 6, 4, 2, 1, 0.5)  # large sheets take long and are rare
WAYS = ("row order", "by topic", "by relevance", "sorted rows")
FORM = load_form("title_abstract", with_defaults({"title": "t", "question": "q", "reviewers": ["anna"]}))
COLUMNS = reviewer_columns(FORM)
HEADERS = {column.header: place for place, column in enumerate(COLUMNS, start=1)}


def labelled(path: Path) -> list[tuple[str, bool]]:
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as file:
        return [(row["title"], row["label_included"] == "1") for row in csv.DictReader(file)]


def drawn(source: random.Random, records: list[tuple[str, bool]], size: int, way: str) -> list[tuple[str, str, str]]:
    """(item, title, answer) in the order of offering."""
    start = source.randrange(len(records))
    rows = [records[(start + place) % len(records)] for place in range(size)]
    if way == "by topic":
        words = collections.Counter(word for title, _ in rows for word in set(title.casefold().split()))
        rows.sort(
            key=lambda row: max(((words[w], w) for w in row[0].casefold().split() if len(w) > 6), default=(0, ""))
        )
    elif way == "by relevance":
        rows.sort(key=lambda row: source.gauss(0, 1) - 2.3 * row[1])  # an area under the curve of about .95
    answers = ["exclude" if not kept else "maybe" if source.random() < 0.1 else "include" for _, kept in rows]
    return [
        (f"pubmed:{place:06d}", title, answer)
        for place, ((title, _), answer) in enumerate(zip(rows, answers, strict=True))
    ]


def alarm(rows: list[tuple[str, str, str]], offered: list[str], last: dict[str, str], *, ranked: bool) -> bool:
    """Whether the check holds back a sheet whose rows stand in this order."""
    cells = [
        (number, {"Item": item, "Title": title, "Decision": answer, "Note": ""})
        for number, (item, title, answer) in enumerate(rows, start=2)
    ]
    answers = SheetAnswers(
        {item: {"decision": answer} for item, _, answer in rows if answer},
        places={item: [number] for number, (item, _, _) in enumerate(rows, start=2)},
    )
    titles = {item: title for item, title, _ in rows}
    queue = {item: {"title": titles[item]} for item in offered}
    sheet = CheckedSheet(
        "title_abstract", "anna", FORM, COLUMNS, SheetTable(Path("s.xlsx"), "s", 1, HEADERS, cells, ()), answers,
        queue, queue, {item: {"decision": answer} for item, answer in last.items()},
        orders=RowOrders(None, queue), ranked=ranked,
    )  # fmt: skip
    try:
        shifted_cells.check(sheet)
        filled_gaps.check(sheet)
        reordered.check(sheet)
    except reordered.HeldBack:
        return True
    return False


def readings(source: random.Random, records: list[tuple[str, bool]], size: int, way: str) -> list[bool]:
    """The alarms of two readings of a sheet, and of a third one after rows were sorted."""
    rows = drawn(source, records, size, way)
    offered, ranked = [item for item, _, _ in rows], way == "by relevance"
    half = source.randrange(size // 5, size)
    first = [(item, title, answer if place < half else "") for place, (item, title, answer) in enumerate(rows)]
    alarms = [alarm(first, offered, {}, ranked=ranked)]
    last = {item: answer for item, _, answer in first if answer}
    for place in source.sample(range(size), k=source.randrange(4)):
        item, title, _ = rows[place]
        rows[place] = (item, title, source.choice(["include", "exclude", "maybe"]))
    if way == "sorted rows":
        key = source.choice([0, 1, 2, 2])
        rows.sort(key=lambda row: row[key].casefold(), reverse=source.random() < 0.5)
    alarms.append(alarm(rows, offered, last, ranked=ranked))
    if way == "sorted rows":
        alarms.append(alarm(rows, offered, {}, ranked=ranked))  # read for the first time after it was sorted
    return alarms


def main(folder: Path, count: int) -> None:
    sets = {path.name.removesuffix(".csv.gz"): labelled(path) for path in sorted(folder.glob("*.csv.gz"))}
    source = random.Random(SEED)
    tally: dict[str, list[int]] = {way: [0, 0] for way in WAYS}
    while sum(read for _, read in tally.values()) < count:
        for way in WAYS:
            name = source.choice(sorted(sets))
            size = source.choices(SIZES, WEIGHTS)[0]
            alarms = readings(source, sets[name], size, way)
            tally[way][0] += sum(alarms)
            tally[way][1] += len(alarms)
            for reading, raised in enumerate(alarms, start=1):
                if raised:
                    print(f"alarm: {name}, {size} rows, {way}, reading {reading}")
    print(f"{'filled':<16}{'readings':>10}{'alarms':>8}{'per 1,000':>11}")
    for way, (alarms_raised, read) in (
        *tally.items(),
        ("all", [sum(column) for column in zip(*tally.values(), strict=True)]),
    ):
        print(f"{way:<16}{read:>10,}{alarms_raised:>8}{1000 * alarms_raised / read:>11.2f}")


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    main(Path(sys.argv[2]) if len(sys.argv) > 2 else SHARED / "benchmarks/screening", number)
