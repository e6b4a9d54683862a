"""Reviews frozen as earlier versions left them, and cloud folders with conflicts: nothing lost, nothing passed over.

Each folder below ``reviews/`` holds the ``config/`` of a small review as one version of prismake left it, and
``answers.json``: the cells that people had filled in and the decisions that were in force. A release adds its own:

    python tests/faults/campaign.py --freeze
"""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from frozen_review import STAGES, answers_of, at_work, decisions_of, keep
from outcome import Outcome, half_filled
from prismake import __version__
from prismake.kept.cloud_copies import cloud_copies
from prismake.kept.unread_files import unread_files
from quick import QuickReview, inside

REVIEWS = Path(__file__).with_name("reviews")
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
# The same in other languages and by other programs, of each file below: {0} is the name of a file, {1} its ending.
VARIANTS = (
    "{0} (Case Conflict 1){1}",
    "{0} (Annas in Konflikt stehende Kopie 2025-03-01){1}",
    "{0} (copie en conflit de Anna 2025-03-01){1}",
    "{0} (Copia en conflicto de Anna){1}",
    "{0} (Конфликтующая копия с компьютера Anna){1}",
    "{0} (Anna 的冲突副本 2025-03-01){1}",
    "{0} (Anna の競合コピー){1}",
    "{0} (Ben's conflicted copy 2025-03-01 (1)){1}",
    "{0} [Konflikt]{1}",
    "{0}_conflict-20250301-101010{1}",
    "{0}.sync-conflict-20250301-101010-ABCDEFG{1}",
    "{0} - Kopie{1}",
    "{0} - Kopie (2){1}",
    "{0} – Cópia{1}",
    "{0} copy 2{1}",
    "{0} のコピー{1}",
    "Copia di {0}{1}",
    "Kopie van {0}{1}",
    "Copy of Copy of {0}{1}",
    "{0}(1){1}",
    "{0}-LAPTOP-ÄÖ{1}",
    "{0}-Anna’s MacBook Pro{1}",
    "{0} (anna@example.org){1}",
    "{0}~{1}",
)
KEPT = (
    *("config.yaml", "sheets/title_abstract.anna.xlsx", "sheets/history/title_abstract.json", "searches/embase.ris"),
    *("sheets/history/title_abstract.answers.json", "sheets/history/title_abstract.events.jsonl"),
    *("sheets/history/records.parquet", "versions/2025.json", "instruments/own.yaml"),
)


def upgrades(scratch: Path, dice: random.Random, times: int) -> Outcome:
    """Every frozen review, run by this version: the cells of people and the decisions in force are as they were."""
    lost: list[str] = []
    folders = sorted(path for path in REVIEWS.iterdir() if path.is_dir())
    for source in folders:
        review = QuickReview.at(scratch / source.name)
        shutil.copytree(source, review.folder)
        (review.folder / "results").mkdir()
        expected = json.loads((source / "answers.json").read_text(encoding="utf-8"))
        stages = {line.split()[0] for line in expected["decisions"]}
        # nothing that is kept depends on pooling, figures or page
        output = review.run(*(f"results/{stage}/status.json" for stage in sorted(stages)), check=False)
        if review.status:
            lost.append(f"{source.name}: does not run: {output[-200:]}")
            continue
        now = {"\x1f".join(key): value for key, value in answers_of(review.folder).items()}
        lost += [f"{source.name}: {key}" for key, value in expected["cells"].items() if now.get(key) != value]
        in_force = decisions_of(review.folder)
        lost += [f"{source.name}: {line}" for line in expected["decisions"] if line not in in_force]
    return Outcome("a review of an earlier version is run by this one", "frozen reviews", len(folders), tuple(lost))


def freeze() -> Path:
    """Keep a small review as this version leaves it."""
    folder = REVIEWS / __version__
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        keep(at_work(Path(scratch) / "review"), folder)
    return folder


def cloud_folders(scratch: Path, dice: random.Random, times: int) -> Outcome:
    """Twelve conflicts as four programs make them, and variants: each is named, none is taken for the file itself."""
    lost: list[str] = []
    folder = half_filled(scratch / "cloud", finished=True)
    sheet = folder / "config/sheets/title_abstract.anna.xlsx"
    for name, place in CONFLICTS.items():
        path = folder / place.format(sheet=sheet.stem)
        if path.suffix == ".icloud":
            sheet.rename(path)
        else:
            path.write_bytes(b"the other copy")
        lost += [f"{name}: {silent} is passed over without a word" for silent in _unnamed([path], folder)]
        if path.suffix == ".icloud":
            path.rename(sheet)
        else:
            path.unlink()
    for kept in KEPT:
        original = folder / "config" / kept
        original.parent.mkdir(exist_ok=True)
        if not original.exists():
            original.write_bytes(b"{}")
        copies = [original.with_name(variant.format(original.stem, original.suffix)) for variant in VARIANTS]
        for path in copies:
            # exports are not edited, and may come in parts: there, only the same content is a copy
            path.write_bytes(original.read_bytes() + (b"" if "searches" in kept else b" "))
        lost += [f"{kept}: {silent} is passed over without a word" for silent in _unnamed(copies, folder)]
        for path in copies:
            path.unlink()
    made = f"OneDrive, Dropbox, Google Drive, iCloud: {len(CONFLICTS)}, and {len(VARIANTS)} names of {len(KEPT)} files"
    return Outcome("conflicts of cloud folders", made, len(CONFLICTS) + len(VARIANTS) * len(KEPT), tuple(lost))


def _unnamed(paths: Sequence[Path], folder: Path) -> list[str]:
    """Names of those files of which nothing is said."""
    with inside(folder):
        stages = [Path(f"config/sheets/{stage}.{who}.xlsx") for stage in STAGES[:2] for who in ("anna", "ben")]
        named = [*(where for where, _ in cloud_copies()), *(str(file.path) for file in unread_files(stages))]
    names = {Path(where).name for where in named}
    return [path.name for path in paths if path.name not in names]
