"""Whatever a file contains, a reader gives records and problems or refuses it: it never fails in another way.

The long campaign, 10,000 mutations of real exports and more (PRISMAKE_MUTATIONS), and many examples of all else:

    pytest -m slow tests/search/test_source_fuzz.py
"""

from __future__ import annotations

import gzip
import json
import os
import random
import time
from pathlib import Path

import pytest
from eutils_server import article_set
from hypothesis import given
from hypothesis import strategies as st
from prismake.core.errors import PrismakeError
from prismake.core.records import COLUMNS, LIST_COLUMNS
from prismake.search import read_file
from sample_folder import SHARED

EXPORTS = Path(__file__).parent / "exports"
SEEDS = {path.name: path.read_bytes() for path in sorted(EXPORTS.iterdir())}
SEEDS["pubmed.xml"] = article_set(["30000001", "30000002"])
SEEDS["pubmed.xml.gz"] = gzip.compress(SEEDS["pubmed.xml"], mtime=0)
PIECES = [
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r",
    b"\n",
    b"\n\n",
    b'"',
    b"{",
    b"}",
    b"<",
    b">",
    b"&",
    b"\\",
    b"%",
    b"@",
]
PIECES += [
    b"ER  - \n",
    b"TY  - JOUR\n",
    b"PMID- ",
    b"PT J\n",
    b"ER\n",
    b"]]>",
    b"<![CDATA[",
    b"&#xD800;",
    b"&x;",
    b'\\ud800"',
]
PIECES += [
    b"      ",
    b",",
    b";",
    b"|",
    b"\xed\xa0\x80",
    b"9" * 400,
    b"../../x",
    b"=HYPERLINK(1)",
    b"(" * 50,
    b"\t" * 50,
]


def read(path: Path, data: bytes) -> bool:
    """Whether the data were read; fails on anything but records that are in order or an error of our own."""
    path.write_bytes(data)
    try:
        found = read_file(path)
    except PrismakeError as error:
        assert str(error)
        return False
    ids = set()
    for record in found.records:
        assert set(record) == set(COLUMNS)
        assert all(isinstance(record[column], list) for column in LIST_COLUMNS)
        assert record["year"] is None or 1500 <= record["year"] < 2100
        assert not set(record["record_id"]) & set("/\\| \n")
        ids.add(record["record_id"])
        json.dumps(record, ensure_ascii=False).encode("utf-8")
    assert len(ids) == len(found.records)
    return True


def mutate(data: bytes, dice: random.Random) -> bytes:
    """The data with one to four cuts, repetitions, insertions or changed bytes."""
    for _ in range(dice.randint(1, 4)):
        start = dice.randrange(len(data) + 1)
        stop = min(len(data), start + int(dice.expovariate(1 / 40)))
        kind = dice.randrange(6)
        if kind == 0:
            data = data[:start] + data[stop:]
        elif kind == 1:
            data = data[:stop] + data[start:stop] * dice.randint(1, 3) + data[stop:]
        elif kind == 2:
            data = data[:start] + dice.choice(PIECES) + data[start:]
        elif kind == 3:
            data = data[:start] + bytes(dice.randrange(256) for _ in range(stop - start)) + data[stop:]
        elif kind == 4:
            data = data[: max(start, 1)] if dice.random() < 0.3 else data[start // 8 :]
        else:
            lines = data.split(b"\n")
            dice.shuffle(lines)
            data = b"\n".join(lines) if dice.random() < 0.2 else data
    return data


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_mutated_exports(name, tmp_path):
    dice = random.Random(name)
    for _ in range(40):
        read(tmp_path / "x", mutate(SEEDS[name], dice))


@given(st.binary(max_size=400))
def test_any_bytes(tmp_path, data):
    read(tmp_path / "x", data)


LINE = st.one_of(
    st.builds(
        "{}  - {}".format,
        st.sampled_from(["TY", "ER", "AU", "TI", "PY", "DO", "AB", "SP", "EP", "ID"]),
        st.text(max_size=30),
    ),
    st.builds("{:4}- {}".format, st.sampled_from(["PMID", "TI", "AU", "DP", "LID", "AID", "PT"]), st.text(max_size=30)),
    st.builds(
        "{} {}".format, st.sampled_from(["PT", "AU", "TI", "ER", "EF", "PY", "%0", "%T", "%A"]), st.text(max_size=30)
    ),
    st.builds("{}: {}".format, st.sampled_from(["ID", "AU", "TI", "Record #1 of 2"]), st.text(max_size=30)),
    st.builds(
        "@article{{{},{}={{{}}}}}".format, st.text(max_size=9), st.sampled_from(["title", "doi"]), st.text(max_size=30)
    ),
    st.text(max_size=40),
    st.sampled_from(["<1>", "Title", "  value", "      more", "", "title,authors,year"]),
)


@given(
    st.lists(LINE, max_size=25), st.sampled_from(["utf-8", "utf-16", "cp1252"]), st.sampled_from(["\n", "\r\n", "\r"])
)
def test_any_tagged_lines(tmp_path, lines, encoding, end):
    read(tmp_path / "x", end.join(lines).encode(encoding, errors="replace"))


CELL = st.one_of(st.text(max_size=20), st.sampled_from(["10.1000/x", "2019", '="x"', "Doe, J; Roe, R", "NA", "1e5"]))


@given(
    st.lists(
        st.sampled_from(["Title", "Authors", "Year", "DOI", "PMID", "Abstract", "EID", "Source title", "PUI"]),
        max_size=6,
    ),
    st.lists(st.lists(CELL, max_size=7), max_size=8),
    st.sampled_from([",", ";", "\t"]),
)
def test_any_table(tmp_path, header, rows, separator):
    lines = [separator.join(header), *(separator.join(f'"{cell}"' for cell in row) for row in rows)]
    read(tmp_path / "x", "\n".join(lines).encode("utf-8", errors="replace"))


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=9)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["protocolSection", "identificationModule", "nctId", "studies", "references", "statusModule"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@given(JSON)
def test_any_json(tmp_path, data):
    read(tmp_path / "x", json.dumps({"protocolSection": data} if isinstance(data, dict) else data).encode())


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "samples").is_dir(), reason="the folder of real exports is not here")
def test_mutated_real_exports(tmp_path):
    """At least 10,000 mutations of real exports; larger ones are shortened, as each is read hundreds of times."""
    files = sorted(
        path for path in (SHARED / "samples").rglob("*") if path.is_file() and path.suffix not in {".yaml", ".md"}
    )
    dice, count, slowest = random.Random(1), 0, (0.0, "")
    while count < int(os.environ.get("PRISMAKE_MUTATIONS", "10000")):
        for path in files:
            seed = path.read_bytes()
            data = seed if path.suffix == ".xlsx" and count < 500 else seed[: dice.choice([4_000, 20_000, 60_000])]
            started = time.perf_counter()
            mutated = mutate(data, dice)
            try:
                read(tmp_path / "x", mutated)
            except BaseException:
                (tmp_path / "failed").write_bytes(mutated)
                print(f"mutation {count} of {path} is kept as {tmp_path / 'failed'}")
                raise
            slowest = max(slowest, (time.perf_counter() - started, path.name))
            count += 1
    assert slowest[0] < 20, f"{slowest[1]} took {slowest[0]:.1f} s"
