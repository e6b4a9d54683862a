"""Hostile text in every field of an export, from the file to what people open: page, sheets, tables, exports.

LibreOffice and Chromium, where they are installed, open what was made: no formula has run, no element was made of text.
"""

from __future__ import annotations

import csv
import os
import random
import re
import shutil
import subprocess
import time
import zipfile
from pathlib import Path

from outcome import Outcome
from prismake.core.errors import PrismakeError
from prismake.protocol.export_files import exports
from prismake.search import read_records
from quick import QuickReview
from review import config, fill_stage

MARK = "HACKED7"  # what an attack leaves behind where it works: 7 is computed, never written
ATTACKS = {
    "formula": '=CONCATENATE("HACKED",3+4)',
    "formula by link": '=HYPERLINK("http://127.0.0.1:9/","HACKED"&3+4)',
    "DDE": "+cmd|' /C calc'!A0",
    "at sign": "@SUM(1+6)",
    "tab before a formula": '\t=CONCATENATE("HACKED",3+4)',
    "script": "<script>document.title='HACKED'+(3+4)</script>",
    "image": "<img src=x onerror=\"document.title='HACKED'+(3+4)\">",
    "SVG": "<svg onload=\"document.title='HACKED'+(3+4)\"></svg>",
    "closing tags": "</style></title></script><script>document.title='HACKED'+(3+4)</script>",
    "template": "{{ 'HACKED' ~ (3+4) }}{% for x in [1] %}HACKED{{3+4}}{% endfor %}",
    "format": "{0.__class__}%s%n${7*7}",
    "R code": '")); cat(paste0("HACKED", 3+4)); c("',
    "R escapes": '\\"); cat(paste0("HACKED", 3+4)) #',
    "shell": "$(echo HACKED$((3+4)))`echo HACKED$((3+4))`",
    "ANSI": "\x1b[2J\x1b]0;HACKED\x07",
    "forged tag": "ER  -",
    "rich markup": "[bold red]HACKED[/][link=http://127.0.0.1:9/]x[/link]",
    "direction marks": "\u202egnihtemos\u202c",
    "path": "../../../../etc/passwd",
    "matplotlib": r"$\frac{1}{$ \input{/etc/passwd}",
}


def hostile_text(scratch: Path, dice: random.Random, times: int) -> Outcome:
    """A review of records that carry each attack in every field, screened and reported."""
    review = QuickReview(scratch / "review", config(title=f"A review {ATTACKS['script']}"), {"embase.ris": _export()})
    review.run()
    fill_stage(review, "title_abstract")
    review.run()
    fill_stage(review, "full_text")
    output = review.run()
    lost = [f"terminal: {name}" for name in ("\x1b[2J", "\x1b]0;") if name in output]
    lost += _in_tables(review.folder) + _in_workbooks(review.folder) + _in_page(review.folder, scratch)
    lost += _in_libreoffice(review.folder, scratch)
    programs = [name for name in ("chromium", "soffice") if shutil.which(name)]
    made = (
        f"{len(ATTACKS)} attacks in title, authors, abstract, journal; opened in {' and '.join(programs) or 'nothing'}"
    )
    return Outcome("hostile text, from the export to the page", made, len(ATTACKS) * 4, tuple(lost))


def _export() -> str:
    records = []
    for number, text in enumerate(ATTACKS.values()):
        line = " ".join(text.split()) if "\t" not in text else text
        fields = {"TI": f"{line} number {number}", "AU": f"{line}, A.", "AB": line, "JO": line, "PY": "2001"}
        tags = "".join(f"{tag}  - {value}\n" for tag, value in fields.items())
        records.append(f"TY  - JOUR\n{tags}DO  - 10.5555/attack.{number}\nER  - \n\n")
    return "".join(records)


def _in_tables(folder: Path) -> list[str]:
    lost = []
    for path in (folder / "results").rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(csv.reader(file), start=1):
                lost += [
                    f"{path.name}, line {number}: {cell[:40]}" for cell in row if re.match(r"[=+@\t\r]|-[^\d.]", cell)
                ]
    return lost


def _in_workbooks(folder: Path) -> list[str]:
    lost = []
    for path in (folder / "config/sheets").glob("*.xlsx"):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.startswith("xl/worksheets/sheet") and any(
                    word in text
                    for text in re.findall(rb"<f[ >].*?</f>", archive.read(name))
                    for word in (b"HACKED", b"cmd|")
                ):
                    lost.append(f"{path.name}: a formula of an export stands in {name}")
    return lost


def _in_page(folder: Path, scratch: Path) -> list[str]:
    page = folder / "results/report/report.html"
    text = page.read_text(encoding="utf-8")
    lost = [f"page: {MARK} was computed"] if MARK in text else []
    if (program := shutil.which("chromium")) is None:
        return lost
    command = [program, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={scratch / 'chromium'}"]
    done = subprocess.run(
        [*command, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=120, check=False
    )
    if "</html>" not in done.stdout:
        return [*lost, f"page: Chromium could not open it: {done.stderr[-200:]}"]
    title = re.search(r"<title>(.*?)</title>", done.stdout, re.DOTALL)
    if title is None or MARK in title[1]:
        lost.append("page: a script of an export ran in Chromium")
    lost += [
        f"page: <{tag} of an export became an element"
        for tag in ('img src="x"', "svg onload")
        if f"<{tag}" in done.stdout
    ]
    return lost


def _in_libreoffice(folder: Path, scratch: Path) -> list[str]:
    if (program := shutil.which("soffice")) is None:
        return []
    lost = []
    files = [*(folder / "config/sheets").glob("title_abstract.*.xlsx"), folder / "results/report/studies.csv"]
    place = scratch / "opened"
    command = [program, f"-env:UserInstallation={(scratch / 'office').as_uri()}", "--headless", "--convert-to", "html"]
    subprocess.run([*command, "--outdir", str(place), *map(str, files)], capture_output=True, timeout=300, check=False)
    for file in files:
        made = place / f"{file.stem}.html"
        if not made.exists():
            lost.append(f"LibreOffice could not open {file.name}")
        elif MARK in made.read_text(encoding="utf-8", errors="replace"):
            lost.append(f"LibreOffice computed a formula in {file.name}")
    return lost


def odd_files(scratch: Path, dice: random.Random, times: int) -> Outcome:
    """Links, pipes, bombs, long lines and text that is slow for careless regular expressions: refused or read, soon."""
    folder = scratch / "searches"
    folder.mkdir(parents=True)
    lost: list[str] = []
    makers = [_nowhere, _circle, _device, _pipe, _bomb, _one_long_line, _slow_text]
    for make in makers:
        path = folder / "odd.ris"
        make(path, times)
        began = time.process_time()
        try:
            for files in exports(folder).values():
                read_records(files[0])
        except PrismakeError as error:
            if "odd" not in str(error):
                lost.append(f"{make.__name__}: the sentence names no file: {error}")
        seconds = time.process_time() - began
        if seconds > 10 + times:
            lost.append(f"{make.__name__}: took {seconds:.0f} s of processor time")
        path.unlink(missing_ok=True)
    made = f"links that lead nowhere or to a device, a pipe, a gzip bomb, a line of {times} MB, backtracking text"
    return Outcome("odd files among the exports", made, len(makers), tuple(lost))


def _nowhere(path: Path, size: int) -> None:
    path.symlink_to("not-there.ris")


def _circle(path: Path, size: int) -> None:
    path.symlink_to(path.name)


def _device(path: Path, size: int) -> None:
    path.symlink_to("/dev/zero")


def _pipe(path: Path, size: int) -> None:
    os.mkfifo(path)


def _bomb(path: Path, size: int) -> None:
    import gzip

    with gzip.open(path, "wb") as file:
        for _ in range(256):
            file.write(b"\0" * 1024**2)


def _one_long_line(path: Path, size: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("TY  - JOUR\nTI  - A title\nAB  - ")
        for _ in range(size):
            file.write("word " * (1024**2 // 5))
        file.write("\nER  - \n")


def _slow_text(path: Path, size: int) -> None:
    pieces = ("a" * 30_000 + "!", "(" * 20_000, " " * 30_000 + "x", "10." + "1" * 20_000, "<" * 20_000, "A, " * 10_000)
    records = (
        f"TY  - JOUR\nTI  - {text}\nAU  - {text}\nAB  - {text}\nDO  - {text}\nUR  - {text}\nER  - \n\n"
        for text in pieces
    )
    path.write_text("".join(records), encoding="utf-8")
