"""A stage with real workbooks in a folder, without Snakemake."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
from prismake.kept.answers import record
from prismake.protocol.guide import guide_lines
from prismake.protocol.schema import with_defaults
from prismake.sheets.batches import plan
from prismake.sheets.loop import Reading, read_back
from prismake.sheets.offering import offer
from prismake.sheets.stage import StageSheets, load_stage

TITLES = [
    "Tisagenlecleucel in children",
    '=HYPERLINK("http://example.org")',
    "+1 and counting: a trial",
    "-omics of relapse",
    "@home treatment",
    "Relapse after CD19 therapy",
    "A title with a \x0bcontrol character",
    "白血病的治疗",
]


def title_of(item: str) -> str:
    number = int(item.partition(":")[2].partition("|")[0])
    return TITLES[number % len(TITLES)] + (f" ({number})" if number >= len(TITLES) else "")


class Stage:
    """Offer, fill, read: what two runs do to the sheets of one stage."""

    def __init__(self, folder: Path, name: str = "title_abstract", items: int = 8, **config: object) -> None:
        self.name = name
        self.folder = folder
        protocol = {"title": "t", "question": "q", "reviewers": ["anna", "ben"], "title_abstract": {"batch": 0}}
        self.config = with_defaults({**protocol, **config})
        pairs = name in ("duplicates", "merges")
        self.items = [f"pubmed:{n:03d}" + (f"|embase:{n:03d}" if pairs else "") for n in range(items)]
        self.guided = False  # whether the first page is that of the protocol
        self.last_read: StageSheets | None = None
        self.links: dict[tuple[str, str], str] = {}  # item and column of the queue to the text there

    def queue(self) -> pd.DataFrame:
        rows = [
            {
                "item_id": item,
                "title": title_of(item),
                "abstract": f"Words about {item}. " * 20,
                "authors": f"Writer{item[-3:]} AB",
                "year": "2001",
                "doi": f"10.5555/{item[-3:]}.example",
            }
            for item in self.items
        ]
        blank = dict.fromkeys(("journal", "types", "pmid", "trials", "sources", "members", "choices"), "")
        if "|" in "".join(self.items):
            rows = [{**row, "first": "Smith, 2001", "second": "Smith, 2002", "rule": "title"} for row in rows]
            blank |= dict.fromkeys(("first", "second", "rule", "differences"), "")
        if self.name == "appraisal":  # its rows have choices of their own
            rows = [{**row, "choices": "a|b|a+b|c"} for row in rows]
        table = pd.DataFrame(
            [{**blank, **row} for row in rows],
            columns=["item_id", "title", "abstract", "authors", "year", "doi", *blank],
        )
        for (item, column), text in self.links.items():
            table.loc[table["item_id"] == item, column] = text
        return table.fillna("")

    def load(self) -> StageSheets:
        rows = {row["item_id"]: row for row in self.queue().to_dict("records")}
        return load_stage(self.name, self.config, rows, self.folder)

    def offer(self) -> None:
        sheets = self.load()
        lines = guide_lines(sheets.setup.form, self.config) if self.guided else [("Question", "q")]
        offer(plan(sheets), lines, list(sheets.queue))

    def read(self) -> Reading:
        """What a run reads; ``last_read`` are the sheets as they were read in it."""
        sheets = self.load()
        self.last_read = sheets
        decisions = sheets.decisions()
        settled_by = {one.item: one.settled_by for one in decisions}
        workbooks = {who: (table.path, table.digest) for who, table in sheets.tables.items()}
        notes = {who: own.notes for who, own in sheets.answers.items()}
        record(
            self.name,
            sheets.snapshot(decisions),
            self.folder,
            settled_by,
            workbooks,
            notes,
            sheets.kept_stage.last_good,
        )
        return read_back(sheets, decisions)

    def path(self, who: str) -> Path:
        return self.folder / f"{self.name}.{who}.xlsx"

    def edit(self, who: str, change) -> None:
        """Open a workbook as a person does, change its table, save it."""
        book = openpyxl.load_workbook(self.path(who))
        change(book.worksheets[1])
        book.save(self.path(who))

    def decide(self, who: str, *answers: str, header: str = "Decision") -> None:
        def change(sheet):
            column = next(cell.column for cell in sheet[1] if cell.value == header)
            for number, answer in enumerate(answers, start=2):
                sheet.cell(number, column).value = answer or None

        self.edit(who, change)

    def cells(self, who: str) -> list[list[object]]:
        """The table, with the identifiers first and the count, where there is one, behind them."""
        sheet = openpyxl.load_workbook(self.path(who)).worksheets[1]
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        place = rows[0].index("Item") if "Item" in rows[0] else 0
        return [[row[place], *row[:place], *row[place + 1 :]] for row in rows]
