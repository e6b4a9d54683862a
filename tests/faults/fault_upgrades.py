"""Reviews frozen as earlier versions left them, and cloud folders with conflicts: nothing lost, nothing passed over.

Each folder below ``reviews/`` holds the ``config/`` of a small review as one version of prismake left it, and
``answers.json``: the cells that people had filled in and the decisions that were in force. A release adds its own:

    python tests/faults/campaign.py --freeze
"""

from __future__ import annotations

import csv
import json
import random
import shutil
from pathlib import Path

from outcome import Outcome, answers_of, half_filled
from prismake import __version__
from prismake.kept.cloud_copies import cloud_copies
from prismake.kept.unread_files import unread_files
from quick import QuickReview, inside

REVIEWS = Path(__file__).with_name("reviews")
STAGES = ("title_abstract", "full_text")
CONFLICTS = {
    "OneDrive, a sheet": "config/sheets/{sheet}-DESKTOP-A1B2C3.xlsx",
    "OneDrive, the history": "config/sheets/history/title_abstract-DESKTOP-A1B2C3.json",
    "OneDrive, the protocol": "config/config-Annas-MacBook-Pro.yaml",
    "Dropbox, a sheet": "config/sheets/{sheet} (Anna Berg's conflicted copy 2025-03-01).xlsx",
    "Dropbox, the log of decisions": "config/sheets/history/decisions (Ben's conflicted copy 2025-03-01).jsonl",
    "Dropbox, an export": "config/searches/embase (Ben's conflicted copy 2025-03-01).ris",
    "Google Drive, a sheet": "config/sheets/{sheet} (1).xlsx",
    "Google Drive, a sheet that became its own": "config/sheets/{sheet}.gsheet",
    "Google Drive, the protocol": "config/config [Conflict].yaml",
    "iCloud, a sheet": "config/sheets/{sheet} 2.xlsx",
    "iCloud, the answers read last": "config/sheets/history/title_abstract.answers 2.json",
    "iCloud, a sheet taken away": "config/sheets/.{sheet}.xlsx.icloud",
}


def upgrades(scratch: Path, dice: random.Random, times: int) -> Outcome:
    """Every frozen review, run by this version: the cells of people and the decisions in force are as they were."""
    lost: list[str] = []
    folders = sorted(path for path in REVIEWS.iterdir() if path.is_dir())
    for source in folders:
        review = QuickReview.__new__(QuickReview)
        review.folder = scratch / source.name
        shutil.copytree(source, review.folder)
        (review.folder / "results").mkdir()
        expected = json.loads((source / "answers.json").read_text(encoding="utf-8"))
        output = review.run(check=False)
        if review.status:
            lost.append(f"{source.name}: does not run: {output[-200:]}")
            continue
        now = {"\x1f".join(key): value for key, value in answers_of(review.folder).items()}
        lost += [f"{source.name}: {key}" for key, value in expected["cells"].items() if now.get(key) != value]
        lost += [f"{source.name}: {line}" for line in expected["decisions"] if line not in _decisions(review.folder)]
    return Outcome("a review of an earlier version is run by this one", "frozen reviews", len(folders), tuple(lost))


def freeze() -> Path:
    """Keep a small review as this version leaves it."""
    folder = REVIEWS / __version__
    shutil.rmtree(folder, ignore_errors=True)
    source = half_filled(folder.with_name(f".{__version__}"), finished=True)
    shutil.copytree(source / "config", folder / "config")
    shutil.copy(source / "Snakefile", folder)
    cells = {"\x1f".join(key): value for key, value in answers_of(source).items()}
    content = {"cells": cells, "decisions": _decisions(source)}
    (folder / "answers.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    shutil.rmtree(source)
    return folder


def _decisions(folder: Path) -> list[str]:
    """Stage, item, state and decision of every item, as lines."""
    lines = []
    for stage in STAGES:
        with (folder / "results" / stage / "decisions.csv").open(encoding="utf-8", newline="") as file:
            lines += [f"{stage} {row['item_id']} {row['state']} {row['decision']}" for row in csv.DictReader(file)]
    return lines


def cloud_folders(scratch: Path, dice: random.Random, times: int) -> Outcome:
    """Twelve conflicts as four programs make them: each is named, none is taken for the file itself."""
    lost: list[str] = []
    for number, (name, place) in enumerate(CONFLICTS.items()):
        folder = half_filled(scratch / f"cloud-{number}", finished=True)
        sheet = "title_abstract.anna"
        path = folder / place.format(sheet=sheet)
        if path.suffix == ".icloud":
            (folder / f"config/sheets/{sheet}.xlsx").rename(path)
        else:
            path.write_bytes(b"the other copy")
        with inside(folder):
            stages = [Path(f"config/sheets/{stage}.{who}.xlsx") for stage in STAGES for who in ("anna", "ben")]
            named = [*(where for where, _ in cloud_copies()), *(str(file.path) for file in unread_files(stages))]
        if not any(where.endswith(path.name) for where in named):
            lost.append(f"{name}: {path.name} is passed over without a word")
        shutil.rmtree(folder)
    return Outcome("conflicts of cloud folders", "OneDrive, Dropbox, Google Drive, iCloud", len(CONFLICTS), tuple(lost))
