"""Make the sheets of the demonstration: offer real sheets, fill them in as the reviewers would, and run again.

    python tests/demo/make_sheets.py REVIEW

REVIEW is a folder with ``config/`` (and the Snakefile); its ``config/sheets/`` is made anew. Every cell comes
from the tables beside this file, which say what anna, ben and the consensus answered.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from demo_keys import keys_by_record  # noqa: E402
from prismake.appraisal.item_ids import asked_by  # noqa: E402

REVIEWERS = ("anna", "ben")
Answers = dict[str, str]  # header of the column to the answer
Question = tuple[str, str]  # item id, header of the question


def rows_of(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Judgements:
    """What everyone answers, looked up by record id."""

    def __init__(self, review: Path) -> None:
        self.key = keys_by_record(review / "config" / "searches")
        self.by_key = {row["key"]: row for row in rows_of("judgements.csv")}
        self.slips = {
            (frozenset((row["first"], row["second"])), row["reviewer"]): row["answer"]
            for row in rows_of("duplicate_slips.csv")
        }
        self.appraisal = {(row["study"], row["result"], row["item"]): row for row in rows_of("appraisal.csv")}
        self.certainty = {f"{row['outcome']}|{row['domain']}": row for row in rows_of("certainty.csv")}
        self.extraction = {row["study"]: row for row in rows_of("extraction.csv")}
        self.wrong = {
            (row["study"], row["field"], row["reviewer"]): row["value"] for row in rows_of("extraction_slips.csv")
        }

    def judged(self, item: str) -> dict[str, str]:
        return self.by_key[self.key[item]]

    def same(self, item: str) -> str:
        first, second = (self.judged(record)["work"] for record in item.split("|"))
        return "same" if first == second else "different"

    def duplicates(self, item: str, who: str, _: dict[str, str]) -> Answers:
        pair = frozenset(self.key[record] for record in item.split("|"))
        return {"Same report?": self.slips.get((pair, who), self.same(item))}

    def title_abstract(self, item: str, who: str, _: dict[str, str]) -> Answers:
        return {"Decision": self.judged(item)[f"title_abstract.{who}"]}

    def full_text(self, item: str, who: str, _: dict[str, str]) -> Answers:
        row = self.judged(item)
        decision = row[f"full_text.{who}"]
        answers = {"Decision": decision, "Reason for exclusion": row[f"full_text.{who}.reason"]}
        if decision == "include":
            answers |= {"Study design": row["design"], "Study name": row["study"]}
        return answers

    def appraise(self, item: str, who: str, shown: dict[str, str]) -> Answers:
        row = self.appraised(item, shown)
        if not row:  # a question about a result that the trial does not report
            return {}
        differs = shown["Proposed"] and row[who] != shown["Proposed"]
        return {"Answer": row[who], "Support": row["support"], "Why it differs": row["why"] if differs else ""}

    def appraised(self, item: str, shown: dict[str, str]) -> dict[str, str]:
        asked = asked_by(item)
        return self.appraisal.get((shown["Study"].partition(", ")[0], asked.result, asked.item), {})

    def extract(self, _: str, who: str, shown: dict[str, str]) -> Answers:
        study = shown["Study"]
        row = self.extraction[study]
        columns = {
            "Treatment": "treatment",
            "Antigen target": "antigen",
            "Costimulatory domain": "costimulatory_domain",
            "Infused": "infused",
            "Remissions": "remissions",
            "Relapses": "relapses",
            "CRS": "crs",
            "Neurotoxicity": "neurotoxicity",
            "Hazard ratio of death": "hazard_ratio",
            "Lower limit": "hazard_ratio_lower",
            "Upper limit": "hazard_ratio_upper",
            "Same participants as": "overlaps_with",
        }
        answers = {header: self.wrong.get((study, name, who), row[name]) for header, name in columns.items()}
        return {**answers, "Source": row["source"]}

    def certain(self, item: str, who: str, shown: dict[str, str]) -> Answers:
        row = self.certainty[item]
        differs = shown["Proposed"] and row[who] != shown["Proposed"]
        return {
            "Judgement": row[who],
            "Explanation": row["explanation"],
            "Why it differs": row["why"] if differs else "",
        }

    def settle(self, stage: str, item: str, question: str, shown: dict[str, str]) -> str:
        """The answer of the consensus sheet to one disagreement."""
        if stage == "duplicates":
            return self.same(item)
        if stage == "title_abstract":
            return self.judged(item)["title_abstract.consensus"]
        if stage == "full_text":
            row = self.judged(item)
            if question == "Decision":
                return row["full_text.consensus"]
            return {
                "Reason for exclusion": row["full_text.consensus.reason"],
                "Study design": row["design"],
                "Study name": row["study"],
            }[question]
        if stage == "appraisal":
            return self.appraised(item, shown)["consensus"]
        if stage == "certainty":
            return self.certainty[item]["consensus"]
        return self.extract(item, "consensus", shown)[question]


def table_of(sheet: object) -> Iterator[tuple[int, dict[str, int], dict[str, str]]]:
    """Row number, column by header, text by header, for each row of a sheet."""
    headers = {cell.value: cell.column for cell in sheet[1]}
    for number in range(2, sheet.max_row + 1):
        shown = {header: str(sheet.cell(number, column).value or "") for header, column in headers.items()}
        if shown["Item"]:
            yield number, headers, shown


def fill(path: Path, answer: Callable[[dict[str, str]], Answers]) -> int:
    """Fill the empty answer cells of one workbook; the number of rows that were changed."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    changed = 0
    for number, headers, shown in table_of(sheet):
        wanted = {header: value for header, value in answer(shown).items() if value and not shown[header]}
        for header, value in wanted.items():
            cell = sheet.cell(number, headers[header])
            cell.value = int(value) if value.isdigit() else value
        changed += bool(wanted)
    if changed:
        book.save(path)
    return changed


def fill_all(review: Path, judgements: Judgements) -> int:
    """Fill every sheet that is there, as far as it can be answered; the number of rows that were changed."""
    answer_of = {
        "duplicates": judgements.duplicates,
        "merges": lambda *_: {},  # nobody undoes a merge
        "title_abstract": judgements.title_abstract,
        "full_text": judgements.full_text,
        "appraisal": judgements.appraise,
        "extraction": judgements.extract,
        "certainty": judgements.certain,
    }
    changed = 0
    for path in sorted((review / "config" / "sheets").glob("*.xlsx")):
        stage, who = path.stem.split(".")
        if who == "consensus":
            changed += fill(path, lambda row, stage=stage: _settled(judgements, stage, row))
        else:
            ask = answer_of[stage]
            changed += fill(path, lambda row, ask=ask, who=who: ask(row["Item"], who, row))
    return changed


def _settled(judgements: Judgements, stage: str, row: dict[str, str]) -> Answers:
    if row["Remark"] == "no longer needed":
        return {}
    settled = {"Settled": judgements.settle(stage, row["Item"], row["Question"], row)}
    if stage == "certainty":
        settled["Explanation"] = judgements.certainty[row["Item"].partition("/")[0]]["settled"]
    return settled


def make_sheets(review: Path, snakemake: str = "snakemake") -> int:
    """Offer, fill in, run again, until nothing is left to fill in; the number of runs."""
    sheets = review / "config" / "sheets"
    for path in [sheets / "history", *sheets.glob("*.xlsx")]:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    runs = 0
    # duplicates first, so that nobody is offered a record that is about to join another
    for target in ("results/duplicates/reports.parquet", "all"):
        while True:
            subprocess.run([snakemake, "--quiet", "all", "--", target], cwd=review, check=True)
            runs += 1
            if not fill_all(review, Judgements(review)):
                break
    for path in sheets.glob("history/*.xlsx"):
        path.unlink()  # copies of sheets that were half filled in
    return runs


if __name__ == "__main__":
    print(f"{make_sheets(Path(sys.argv[1]))} runs")
