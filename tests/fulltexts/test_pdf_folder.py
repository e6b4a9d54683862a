"""Reading the first pages of PDFs: once per file, in a process of its own, and harmless whatever is in the folder."""

from __future__ import annotations

import json
import os
import random
import sys
import time

import pytest
from paper import locked, pdf
from prismake.fulltexts import folder

PAPER = pdf(["A trial of amber therapy", "doi: 10.5555/example.0001"], "second", "third", Title="Amber (final)")


@pytest.fixture
def shelf(tmp_path):
    made = tmp_path / "config" / "fulltexts"
    made.mkdir(parents=True)
    (made / "amber.pdf").write_bytes(PAPER)
    return made


def read(shelf, **more):
    return {path.name: found for path, found in folder.read(folder.pdfs(shelf), shelf / "cache.json", **more).items()}


def test_words_and_properties_of_the_first_pages(shelf):
    found = read(shelf)["amber.pdf"]
    assert "A trial of amber therapy" in found["pages"][0] and "10.5555/example.0001" in found["pages"][0]
    assert len(found["pages"]) == 2 and found["pages"][1].strip() == "second"
    assert found["title"] == "Amber (final)"


def test_files_made_by_matplotlib_are_read(shelf):
    from matplotlib.figure import Figure

    figure = Figure()
    figure.text(0.1, 0.9, "Outcomes of basil therapy in elder disease")
    figure.savefig(shelf / "drawn.pdf", metadata={"Title": "Basil", "CreationDate": None})
    found = read(shelf)["drawn.pdf"]
    assert found["title"] == "Basil" and "problem" not in found


def test_a_file_is_read_once_and_forgotten_when_it_is_gone(shelf, monkeypatch):
    first = read(shelf)
    cache = json.loads((shelf / "cache.json").read_text(encoding="utf-8"))
    monkeypatch.setattr(sys, "executable", "/no/such/program")
    assert read(shelf) == first, "nothing was read a second time"
    (shelf / "amber.pdf").rename(shelf / "renamed.pdf")
    assert read(shelf)["renamed.pdf"] == first["amber.pdf"]
    (shelf / "renamed.pdf").unlink()
    assert read(shelf) == {}
    assert json.loads((shelf / "cache.json").read_text(encoding="utf-8"))["texts"] == {}
    assert len(cache["texts"]) == 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"made_by": "pypdf 1", "texts": {}}'])
def test_a_spoilt_cache_is_made_again(shelf, text):
    first = read(shelf)
    (shelf / "cache.json").write_text(text, encoding="utf-8")
    assert read(shelf) == first


def test_every_file_that_cannot_be_read_is_a_sentence_and_harms_no_other(shelf):
    locked(PAPER, "secret", shelf / "a_locked.pdf")
    (shelf / "b_empty.pdf").write_bytes(b"")
    (shelf / "c_page.pdf").write_text("<html>Please log in</html>", encoding="utf-8")
    (shelf / "d_cut.pdf").write_bytes(PAPER[: len(PAPER) // 3])
    (shelf / "e_zip.pdf").write_bytes(b"PK\x03\x04" + bytes(200))
    (shelf / "z_last.pdf").write_bytes(PAPER + b"\n%another copy")
    found = read(shelf)
    assert {name for name, one in found.items() if "problem" not in one} == {"amber.pdf", "z_last.pdf"}
    assert "password" in found["a_locked.pdf"]["problem"]
    assert all(found[name]["problem"].endswith(".") for name in ("b_empty.pdf", "c_page.pdf", "d_cut.pdf", "e_zip.pdf"))


def test_an_owner_password_alone_keeps_nobody_from_reading(shelf):
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(shelf / "amber.pdf"))
    writer.encrypt("", "owner", algorithm="RC4-128")
    with (shelf / "printing_forbidden.pdf").open("wb") as out:
        writer.write(out)
    assert "A trial of amber therapy" in read(shelf)["printing_forbidden.pdf"]["pages"][0]


def test_damaged_bytes_never_stop_the_reading(shelf):
    draw = random.Random(5)
    for number in range(60):
        data = bytearray(PAPER)
        for _ in range(draw.randint(1, 30)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        (shelf / f"damaged{number:02d}.pdf").write_bytes(data)
    found = read(shelf)
    assert len(found) == 61 and all(("pages" in one) != ("problem" in one) for one in found.values())


def test_a_file_that_takes_too_long_is_given_up_and_the_rest_is_read(shelf):
    (shelf / "slow.pdf").write_bytes(pdf(["many words"] * 400_000))  # takes minutes
    (shelf / "zebra.pdf").write_bytes(PAPER + b"%")
    started = time.monotonic()
    found = read(shelf, seconds=8)  # enough for the others on a busy machine
    assert time.monotonic() - started < 100
    assert "took longer than" in found["slow.pdf"]["problem"]
    assert "pages" in found["amber.pdf"] and "pages" in found["zebra.pdf"]


def test_only_pdfs_that_people_see_are_listed(shelf):
    for name in (".amber.pdf", "~amber.pdf", "notes.txt", "amber.docx"):
        (shelf / name).write_bytes(PAPER)
    (shelf / "2018").mkdir()
    (shelf / "2018" / "Basil.PDF").write_bytes(PAPER)
    (shelf / ".trash").mkdir()
    (shelf / ".trash" / "old.pdf").write_bytes(PAPER)
    assert [path.relative_to(shelf).as_posix() for path in folder.pdfs(shelf)] == ["2018/Basil.PDF", "amber.pdf"]
    assert folder.pdfs(shelf / "nowhere") == []


def test_the_state_changes_with_the_files_and_with_nothing_else(shelf):
    before = folder.state(shelf)
    (shelf / "notes.txt").write_text("nothing", encoding="utf-8")
    assert folder.state(shelf) == before
    (shelf / "basil.pdf").write_bytes(PAPER)
    with_two = folder.state(shelf)
    os.utime(shelf / "basil.pdf", ns=(1, 1))
    assert len({before, with_two, folder.state(shelf)}) == 3
    (shelf / "basil.pdf").unlink()
    assert folder.state(shelf) == before


@pytest.mark.parametrize(
    ("module", "error", "words"),
    [
        ("class PdfReader:\n    pass\n", RuntimeError, "PdfReader"),
        ("raise ImportError('no pypdf')\n", ImportError, "no pypdf"),
        ("raise MemoryError\n", MemoryError, "MemoryError"),
        ("import os\nos._exit(9)\n", RuntimeError, "did not start"),
    ],
)
def test_a_reader_that_does_not_work_blames_no_file(shelf, tmp_path, monkeypatch, module, error, words):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "pypdf.py").write_text(module, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "broken"), os.environ.get("PYTHONPATH", "")]))
    with pytest.raises(error, match=words):
        read(shelf)
    assert not (shelf / "cache.json").exists()
