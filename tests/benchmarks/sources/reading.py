"""How fast exports become records, and how much memory it takes.

    python tests/benchmarks/sources/reading.py [RECORDS]

Makes PubMed XML and RIS files of RECORDS records (default 20,000) out of invented text of the length of real records,
or out of the recordings in the folder of real exports when it is there, and prints records per second on one core.
``Entrez.read`` reads the same XML for comparison. Memory is the peak of a process of its own that only streams.
"""

from __future__ import annotations

import json
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

HERE = Path(__file__).parents[3]
sys.path[:0] = [str(HERE / "tests" / "sources"), str(HERE / "workflow")]

from eutils_server import DTD, article  # noqa: E402
from prismake.sources import imports, pubmed_xml  # noqa: E402
from sample_folder import SHARED  # noqa: E402

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


def timed(work: Callable[[], int]) -> tuple[int, float]:
    started = time.process_time()
    return work(), time.process_time() - started


def entrez_read(path: Path) -> int:
    from Bio import Entrez

    with path.open("rb") as file:
        return len(Entrez.read(file, validate=False)["PubmedArticle"])


def peak(path: Path) -> float:
    """Peak memory (MiB) of a process that goes through the file record by record."""
    code = f"import sys; sys.path[:0] = {sys.path[:2]!r}; import reading; print(reading.stream({str(path)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parent
    )
    return json.loads(done.stdout)


def stream(path: str) -> float:
    count = sum(1 for _ in pubmed_xml.records(open(path, "rb"), []))  # noqa: SIM115
    assert count
    status = Path("/proc/self/status")
    if status.is_file():  # the peak of this process alone; rusage carries over that of its parent
        return int(re.search(r"VmHWM:\s+(\d+)", status.read_text()).group(1)) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(count: int) -> None:
    import pandas  # noqa: F401  (loaded before the clock starts)

    with tempfile.TemporaryDirectory() as folder:
        xml, ris, few = Path(folder, "a.xml"), Path(folder, "a.ris"), Path(folder, "few.xml")
        kind = write_xml(xml, count)
        write_xml(few, min(count, 2000))
        write_ris(ris, count)
        size = os.path.getsize(xml) / 1e6
        streamed = timed(lambda: sum(1 for _ in pubmed_xml.records(xml.open("rb"), [])))
        print(
            f"PubMed XML, {kind}, {size:.0f} MB, {count:,} records: {streamed[0] / streamed[1]:,.0f} records/s streamed"
        )
        whole = timed(lambda: len(imports.read_file(xml).table()))
        print(f"  to the record table: {whole[0] / whole[1]:,.0f} records/s")
        ours = timed(lambda: sum(1 for _ in pubmed_xml.records(few.open("rb"), [])))
        theirs = timed(lambda: entrez_read(few))
        print(f"  Entrez.read: {theirs[0] / theirs[1]:,.0f} records/s; ratio {theirs[1] / ours[1]:.1f}")
        print(f"  peak memory of streaming: {peak(xml):.0f} MiB for {count:,} records, {peak(few):.0f} MiB for 2,000")
        table = timed(lambda: len(imports.read_file(ris).table()))
        print(f"RIS, {os.path.getsize(ris) / 1e6:.0f} MB: {table[0] / table[1]:,.0f} records/s to the record table")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
