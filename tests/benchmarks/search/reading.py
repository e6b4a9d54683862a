"""How fast exports become records, and how much memory it takes.

    python tests/benchmarks/search/reading.py [RECORDS [MANY]]

Makes PubMed XML and RIS files of RECORDS records (default 20,000) out of invented text of the length of real records,
or out of the recordings in the folder of real exports when it is there, and prints records per second of processor
time, from the file to the written record table. ``Entrez.read`` reads the same XML, file by file in turn, for
comparison. Memory is the peak of a process of its own that reads MANY records (default 100,000), and of another that
joins the tables of all sources.
"""

from __future__ import annotations

import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[3]
sys.path[:0] = [str(HERE / "tests" / "search"), str(HERE / "workflow")]

from eutils_server import DTD, article  # noqa: E402
from prismake.core import record_files as recordfile  # noqa: E402
from prismake.search import stream  # noqa: E402
from sample_folder import SHARED  # noqa: E402

PART = 2_000
WORDS = "children with relapsed acute leukaemia received cells and remission was seen after infusion".split()


def invented(count: int) -> Iterator[str]:
    dice = random.Random(1)
    for number in range(count):
        abstract = " ".join(dice.choices(WORDS, k=230))
        heads = "".join(
            f"<MeshHeading><DescriptorName UI='D{n}'>Heading {n}</DescriptorName></MeshHeading>" for n in range(14)
        )
        people = "".join(
            f"<Author><LastName>Name{n}</LastName><ForeName>A B</ForeName><AffiliationInfo><Affiliation>"
            f"{' '.join(dice.choices(WORDS, k=18))}</Affiliation></AffiliationInfo></Author>"
            for n in range(8)
        )
        text = article(str(10_000_000 + number), abstract=abstract, extra=f"<MeshHeadingList>{heads}</MeshHeadingList>")
        yield text.replace("</AuthorList>", people + "</AuthorList>")


def recorded(count: int) -> Iterator[str] | None:
    """Articles of a recorded search, over and over, each time with PMIDs of their own."""
    path = SHARED / "samples/entrez/hawc_full_search.yaml"
    if not path.is_file():
        return None
    import yaml

    talk = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    text = next(
        turn["response"]["body"]["string"] for turn in talk["interactions"] if "efetch" in turn["request"]["uri"]
    )
    text = text.decode() if isinstance(text, bytes) else text
    articles = re.findall(r"<PubmedArticle>.*?</PubmedArticle>", text, re.DOTALL)
    return (
        re.sub(r'(<PMID Version="\d+">)\d+', rf"\g<1>{10_000_000 + number}", articles[number % len(articles)], count=1)
        for number in range(count)
    )


def write_xml(path: Path, count: int) -> str:
    records = recorded(count)
    with path.open("w", encoding="utf-8") as file:
        file.write(f'<?xml version="1.0" ?>\n{DTD}\n<PubmedArticleSet>\n')
        for text in records or invented(count):
            file.write(text + "\n")
        file.write("</PubmedArticleSet>\n")
    return "recorded" if records else "invented"


def write_ris(path: Path, count: int) -> None:
    dice = random.Random(2)
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            lines = [
                "TY  - JOUR",
                "M3  - Article",
                f"U2  - L{600_000_000 + number}",
                "Y1  - 2019",
                "VL  - 12",
                "IS  - 3",
            ]
            lines += ["SP  - 101", "EP  - 109", "JF  - Journal of examples", f"DO  - 10.1000/ex.{number}"]
            lines += [f"A1  - Name{n}, A.B." for n in range(7)]
            lines += [f"T1  - {' '.join(dice.choices(WORDS, k=14))}", "LA  - English"]
            lines += [f"KW  - heading {n}" for n in range(25)]
            lines += [f"N2  - {' '.join(dice.choices(WORDS, k=230))}", "ER  - ", ""]
            file.write("\n".join(lines) + "\n")


def entrez_read(path: Path) -> int:
    """Number of records that Biopython reads; 0 if it is not installed."""
    try:
        from Bio import Entrez
    except ImportError:
        return 0

    with path.open("rb") as file:
        return len(Entrez.read(file, validate=False)["PubmedArticle"])


def to_table(paths: list[Path], folder: Path) -> int:
    """What the workflow does with the files of a source: read them, write the table of records."""
    with recordfile.writing(folder / "records.parquet") as writer:
        imports = stream(paths, "source", writer.add)
    return sum(len(one.record_ids) for one in imports)


def timed(work: Callable[..., int], *given: Any) -> tuple[int, float]:
    started = time.process_time()
    return work(*given), time.process_time() - started


def compare(paths: list[Path], folder: Path) -> None:
    """Both readers on each file in turn, so that both meet the same machine."""
    ours, theirs, count, others = 0.0, 0.0, 0, 0
    for path in paths:
        found, seconds = timed(to_table, [path], folder)
        count, ours = count + found, ours + seconds
        found, seconds = timed(entrez_read, path)
        others, theirs = others + found, theirs + seconds
    print(f"  {count:,} records to the record table: {count / ours:,.0f} records/s")
    print(
        f"  Entrez.read: {count / theirs:,.0f} records/s; ratio {theirs / ours:.1f}"
        if others
        else "  Biopython: not installed"
    )


def peak(work: str, *given: Path) -> float:
    """Peak memory (MiB) of a process that does only this."""
    names = ", ".join(f"Path({str(one)!r})" for one in given)
    code = f"import sys; sys.path[:0] = {sys.path[:2]!r}; from pathlib import Path; import reading; {work}({names})"
    watched = f"{code}; print(reading.resident())"
    done = subprocess.run(
        [sys.executable, "-c", watched], capture_output=True, text=True, check=True, cwd=Path(__file__).parent
    )
    return float(done.stdout)


def resident() -> float:
    """Peak memory of this process alone in MiB; rusage carries over that of its parent."""
    status = Path("/proc/self/status")
    if status.is_file():
        return int(re.search(r"VmHWM:\s+(\d+)", status.read_text()).group(1)) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def whole(xml: Path, folder: Path) -> None:
    to_table([xml], folder)


def joined(folder: Path) -> None:
    recordfile.join([folder / "records.parquet"], folder / "all.parquet")


def main(count: int, many: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = [folder / f"{number:02}.xml" for number in range(max(1, count // PART))]
        kind = ""
        for part in parts:
            kind = write_xml(part, min(count, PART))
        write_xml(folder / "a.xml", 1)
        to_table([folder / "a.xml"], folder)  # modules are loaded before the clock starts
        entrez_read(folder / "a.xml")
        size = sum(os.path.getsize(part) for part in parts) / 1e6
        print(f"PubMed XML, {kind}, {size:.0f} MB in {len(parts)} files")
        compare(parts, folder)
        write_ris(folder / "a.ris", count)
        records, seconds = timed(to_table, [folder / "a.ris"], folder)
        size = os.path.getsize(folder / "a.ris") / 1e6
        print(f"RIS, {size:.0f} MB: {records / seconds:,.0f} records/s to the record table")
        for records in (PART, many):
            write_xml(folder / "a.xml", records)
            read, all_sources = peak("reading.whole", folder / "a.xml", folder), peak("reading.joined", folder)
            print(f"Peak memory, {records:,} PubMed records: {read:.0f} MiB to read, {all_sources:.0f} MiB to join")


if __name__ == "__main__":
    main(*(int(word) for word in [*sys.argv[1:], "20000", "100000"][:2]))
