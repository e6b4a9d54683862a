"""A small review in a folder of its own, run by the real snakemake and filled in through real workbooks."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

import openpyxl
import yaml
from prismake.protocol.new_review import make_review

IDLE = "Nothing to be done"
Row = Mapping[str, str]


def snakemake_command() -> str:
    """The snakemake of the environment that runs the tests."""
    beside = Path(sys.executable).with_name("snakemake")
    return str(beside) if beside.exists() else (shutil.which("snakemake") or "snakemake")


def environment() -> dict[str, str]:
    """The environment of a user at a terminal: no variable of the test runner leaks into the jobs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    return {**kept, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"}


def ris(number: int, **extra: str) -> str:
    """One invented RIS record; numbers make them differ in title, authors, year and pages."""
    words = (
        "amber basil cedar dahlia elder fennel ginger hazel iris juniper kelp lilac mango nettle olive poppy".split()
    )
    first, second = words[number % 16], words[(number // 16 + 5) % 16]
    fields = {
        "TI": f"Outcomes of {first} therapy in {second} disease: a study of cohort {number * 7919 % 1000}",
        "AU": f"{first.capitalize()}, A. {chr(65 + number % 26)}.",
        "PY": str(1990 + number % 30),
        "JO": f"Journal of {second.capitalize()} Medicine",
        "VL": str(number + 1),
        "SP": str(100 + 13 * number),
        "DO": f"10.5555/example.{number:04d}",
        **extra,
    }
    return "TY  - JOUR\n" + "".join(f"{tag}  - {value}\n" for tag, value in fields.items()) + "ER  - \n\n"


class Review:
    """A review folder: run it, fill its sheets, look at its tables."""

    def __init__(self, folder: Path, config: Mapping[str, object], exports: Mapping[str, str]) -> None:
        self.folder = folder
        make_review(folder)
        self.configure(config)
        for name, text in exports.items():
            (folder / "config" / "searches" / name).write_text(text, encoding="utf-8")

    @classmethod
    def at(cls, folder: Path) -> Self:
        """A review in a folder that is there already."""
        review = cls.__new__(cls)
        review.folder = folder
        return review

    def configure(self, config: Mapping[str, object]) -> None:
        text = yaml.safe_dump(dict(config), allow_unicode=True, sort_keys=False)
        (self.folder / "config" / "config.yaml").write_text(text, encoding="utf-8")

    def run(self, *arguments: str, check: bool = True) -> str:
        """Run snakemake; what it printed. Fails the test when it stops and should not."""
        done = subprocess.run(
            [snakemake_command(), *arguments],
            cwd=self.folder,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        self.status = done.returncode
        output = done.stdout + done.stderr
        if check:
            assert done.returncode == 0, output[-6000:]
        return output

    def idle(self) -> None:
        """The run after a run has nothing to do."""
        output = self.run()
        assert IDLE in output, output[-6000:]

    def sheet(self, stage: str, who: str) -> Path:
        return self.folder / "config" / "sheets" / f"{stage}.{who}.xlsx"

    def rows(self, stage: str, who: str) -> list[dict[str, str]]:
        sheet = openpyxl.load_workbook(self.sheet(stage, who)).worksheets[1]
        head = [cell.value for cell in sheet[1]]
        cells = (
            [("" if cell.value is None else str(cell.value)) for cell in row] for row in sheet.iter_rows(min_row=2)
        )
        return [dict(zip(head, row, strict=True)) for row in cells if row[head.index("Item")]]

    def fill(
        self, stage: str, who: str, answer: Callable[[int, Row], Mapping[str, str]], *, again: bool = False
    ) -> int:
        """Fill answers into the rows of one sheet, those that are empty or (``again``) all; rows that were changed."""
        path = self.sheet(stage, who)
        book = openpyxl.load_workbook(path)
        sheet = book.worksheets[1]
        columns = {cell.value: cell.column for cell in sheet[1]}
        changed = 0
        for number in range(2, sheet.max_row + 1):
            row = {head: str(sheet.cell(number, column).value or "") for head, column in columns.items()}
            if not row["Item"]:
                continue
            for head, value in answer(number - 2, row).items():
                if value != row[head] and (again or not row[head]):
                    sheet.cell(number, columns[head]).value = value
                    changed += 1
        book.save(path)
        return changed

    def status_of(self, stage: str) -> dict:
        return json.loads((self.folder / "results" / stage / "status.json").read_text(encoding="utf-8"))

    def open_rows(self, stage: str) -> tuple[int, int]:
        """(open, of) of a stage."""
        status = self.status_of(stage)
        return status["open"], status["of"]

    def digests(self, *patterns: str) -> dict[str, str]:
        """SHA-256 of result files by path; logs are left out."""
        files = [file for pattern in patterns or ("**/*",) for file in (self.folder / "results").glob(pattern)]
        return {
            str(file.relative_to(self.folder)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(files)
            if file.is_file() and "logs" not in file.parts and not file.name.startswith(".")
        }


def config(**changes: object) -> dict[str, object]:
    """A protocol with two reviewers, one outcome and one subgroup."""
    return {
        "title": "A small review",
        "question": "What happens in small reviews?",
        "reviewers": ["anna", "ben"],
        "extraction": {
            "fields": [
                {"name": "events", "label": "Events", "type": "count"},
                {"name": "total", "label": "Participants", "type": "count"},
                {"name": "region", "label": "Region", "type": "choice", "choices": ["north", "south"]},
                {"name": "overlaps_with", "label": "Same participants as", "type": "text", "required": False},
            ]
        },
        "outcomes": {"cure": {"columns": {"events": "events", "total": "total"}, "subgroups": ["region"]}},
        **changes,
    }


def include_all(_: int, row: Row) -> dict[str, str]:
    return {"Decision": "include"}


def assess_all(_: int, row: Row) -> dict[str, str]:
    return {"Decision": "include", "Study design": "single_arm"}


def best_stars(_: int, row: Row) -> dict[str, str]:
    return {"Answer": "a"}


def extract_all(number: int, row: Row) -> dict[str, str]:
    return {"Events": str(3 + number), "Participants": str(20 + 2 * number), "Region": ("north", "south")[number % 2]}


FILLERS: dict[str, Callable[[int, Row], dict[str, str]]] = {
    "title_abstract": include_all,
    "full_text": assess_all,
    "appraisal": best_stars,
    "extraction": extract_all,
}


def fill_stage(review: Review, *stages: str) -> None:
    """Both reviewers give the same answers to every empty row."""
    for stage in stages:
        for who in ("anna", "ben"):
            review.fill(stage, who, FILLERS[stage])
