"""What the system refuses: the sentence says what, where and what to do, and what was there stays as it was."""

from __future__ import annotations

import errno
import os
from collections import namedtuple
from pathlib import Path

import pytest
from prismake.core import files, refusals
from prismake.core.errors import FileRefused, ImportFileError, SheetError
from prismake.core.files import digest, write_text
from prismake.core.refusals import REFUSALS, in_traceback, refuse_unwritable, refused
from prismake.core.reuse import keeping
from prismake.kept.retained_records import kept_ids
from prismake.search.decode import read_all
from prismake.sheets.reading import read_sheet

KNOWN = [name for name in REFUSALS if hasattr(errno, name)]


def of_windows(number: int, code: int = errno.EACCES) -> OSError:
    """As Python raises it on Windows, where most of what is refused looks like missing rights."""
    error = OSError(code, "The process cannot access the file", "config/sheets/a.xlsx")
    error.winerror = number  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize("name", KNOWN)
def test_every_number_has_a_sentence_with_a_way_out(name):
    number = getattr(errno, name)
    error = refused(OSError(number, os.strerror(number), "config/sheets/title_abstract.anna.xlsx"))
    assert error.where == "config/sheets/title_abstract.anna.xlsx"
    assert REFUSALS[name].what in error.what and os.strerror(number) in error.what
    assert error.remedy.startswith(REFUSALS[name].remedy) and error.remedy.endswith("Then type snakemake again.")


def test_a_number_that_nobody_expects_is_told_as_the_system_tells_it():
    assert "the system refused this (Protocol error)" in str(refused(OSError(errno.EPROTO, "Protocol error", "a")))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (32, "Excel"),
        (33, "Excel"),
        (59, "network drive"),
        (64, "network drive"),
        (112, "no room left"),
        (19, "only be read"),
        (362, "cloud drive"),
    ],
)
def test_numbers_of_windows_come_before_those_that_python_makes_of_them(number, words):
    assert words in str(refused(of_windows(number)))


@pytest.mark.parametrize("name", ["ENOSPC", "EACCES", "EROFS", "EIO", "ESTALE", "EBUSY", "ENOTCONN", "EDQUOT"])
def test_a_file_that_cannot_be_replaced_stays_and_leaves_no_draft(tmp_path, monkeypatch, name):
    path = tmp_path / "decisions.csv"
    write_text(path, "before")
    number = getattr(errno, name)

    def refuse(draft: Path, target: Path) -> None:
        raise OSError(number, os.strerror(number), str(draft), None, str(target))

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(FileRefused) as error:
        write_text(path, "after")
    assert error.value.where == str(path) and "What was there is as it was" in error.value.remedy
    assert path.read_text(encoding="utf-8") == "before" and os.listdir(tmp_path) == ["decisions.csv"]
    monkeypatch.undo()
    write_text(path, "after")  # mended, it works
    assert path.read_text(encoding="utf-8") == "after"


def test_a_file_that_another_program_holds_for_a_moment_is_waited_for(tmp_path, monkeypatch):
    replace, attempts = Path.replace, []

    def hold(draft: Path, target: Path) -> None:
        attempts.append(draft)
        if len(attempts) < 4:
            raise of_windows(32)
        replace(draft, target)

    monkeypatch.setattr(Path, "replace", hold)
    monkeypatch.setattr(files.time, "sleep", lambda seconds: None)
    write_text(tmp_path / "a.csv", "new")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "new"
    attempts[:] = []
    monkeypatch.setattr(
        Path, "replace", lambda draft, target: attempts.append(1) or (_ for _ in ()).throw(of_windows(32))
    )
    with pytest.raises(FileRefused, match="Close the program"):
        write_text(tmp_path / "a.csv", "newer")
    assert len(attempts) == len(files._PATIENCE) + 1


@pytest.mark.parametrize("name", ["EINVAL", "ENOSYS"])
def test_a_drive_that_knows_neither_sync_nor_rights_is_written(tmp_path, monkeypatch, name):
    def unknown(*_: object) -> None:
        raise OSError(getattr(errno, name), "not known")

    def no_rights(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "fsync", unknown)
    monkeypatch.setattr(Path, "chmod", no_rights)
    write_text(tmp_path / "a.csv", "new")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "new"


def test_a_disk_that_fails_while_it_settles_is_no_success(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.EIO, "Input/output error")))
    with pytest.raises(FileRefused, match="gave an error"):
        write_text(tmp_path / "a.csv", "new")
    assert os.listdir(tmp_path) == []


def test_the_file_that_the_system_names_is_named(tmp_path):
    """Not the one that was to be made from it."""
    with pytest.raises(FileRefused) as error, files.replacing(tmp_path / "made.csv"):
        (tmp_path / "needed.csv").open()
    assert error.value.where == str(tmp_path / "needed.csv")


@pytest.fixture
def unreadable(tmp_path, monkeypatch):
    """A file whose content the drive no longer gives."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04")
    opened = Path.open

    def stale(self: Path, *given: object, **named: object):
        if self == path:
            raise OSError(errno.ESTALE, "Stale file handle", str(path))
        return opened(self, *given, **named)

    monkeypatch.setattr(Path, "open", stale)
    return path


@pytest.mark.parametrize("read", [digest, read_all, lambda path: read_sheet(path, [])])
def test_what_cannot_be_read_is_not_called_damaged(unreadable, read):
    with pytest.raises((FileRefused, ImportFileError, SheetError)) as error:
        read(unreadable)
    assert error.value.where == str(unreadable)
    assert "network drive" in str(error.value) and "damaged" not in str(error.value)


def test_kept_records_on_a_drive_that_is_gone_are_not_written_anew(tmp_path, monkeypatch):
    import pyarrow.parquet as pq

    def stale(*_: object) -> None:
        raise OSError(errno.ESTALE, "Stale file handle")

    monkeypatch.setattr(pq, "ParquetFile", stale)
    with pytest.raises(FileRefused, match="network drive"):
        kept_ids(tmp_path / "records.parquet")


def test_results_that_cannot_be_kept_for_the_next_run_cost_nothing(tmp_path, monkeypatch):
    from types import SimpleNamespace

    monkeypatch.chdir(tmp_path)
    Path("results").mkdir()
    Path(".snakemake").write_text("a file where a folder is needed", encoding="utf-8")
    step = SimpleNamespace(rule="r", wildcards={}, params={}, input=[], output=["results/a"], log=["results/r.log"])
    with keeping(step):
        Path("results/a").write_text("made", encoding="utf-8")
    assert Path("results/a").read_text(encoding="utf-8") == "made"


TRACEBACK = """Traceback (most recent call last):

  File "persistence/file.py", line 45, in __init__
    os.makedirs(self._lockdir, exist_ok=True)

OSError: [Errno 30] Read-only file system: '/srv/review/.snakemake/locks'
"""


def test_a_traceback_of_snakemake_is_told_by_its_last_line():
    refusal = in_traceback(TRACEBACK)
    assert refusal is not None and refusal.where == "/srv/review/.snakemake/locks"
    assert "can only be read" in refusal.what
    assert in_traceback("Traceback\nKeyError: 'a'") is None
    assert "rights" not in str(in_traceback("PermissionError: [WinError 32] It is used: 'a.xlsx' -> 'b.xlsx'"))


def test_folders_that_cannot_be_written_are_named_once_each(tmp_path, monkeypatch):
    (tmp_path / "results" / "flow").mkdir(parents=True)
    refuse_unwritable([tmp_path / "results", tmp_path / "results" / "flow", tmp_path / "not" / "yet"])
    assert not (tmp_path / "not").exists()

    def refuse(dir: Path) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(refusals.tempfile, "TemporaryFile", refuse)
    with pytest.raises(FileRefused) as error:
        refuse_unwritable([tmp_path / "results", tmp_path / "results" / "flow"])
    assert str(error.value).count("Read-only") == 1 and str(tmp_path / "results") in str(error.value)


def test_a_panic_of_the_reader_is_about_the_workbook_and_an_interrupt_is_not(tmp_path, monkeypatch):
    """Old versions of calamine end a damaged workbook in a panic, which is no ``Exception``."""
    import python_calamine
    from prismake.core.errors import SheetError

    monkeypatch.chdir(tmp_path)
    Path("config/sheets").mkdir(parents=True)
    path = Path("config/sheets/title_abstract.anna.xlsx")
    path.write_bytes(b"PK")
    for error, expected in (
        (type("PanicException", (BaseException,), {})(), SheetError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ):

        def fail(_: Path, error: BaseException = error) -> None:
            raise error

        monkeypatch.setattr(
            python_calamine, "CalamineWorkbook", type("Workbook", (), {"from_path": staticmethod(fail)})
        )
        with pytest.raises(expected):
            read_sheet(path, [])


def test_a_full_disk_is_named_although_the_system_does_not(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".snakemake").mkdir()
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(refusals.shutil, "disk_usage", lambda place: usage(0 if place.name == ".snakemake" else 10**9))
    assert refused(OSError(errno.ENOSPC, "No space left on device")).where == ".snakemake"
    monkeypatch.setattr(refusals.shutil, "disk_usage", lambda place: usage(10**9))
    assert refused(OSError(errno.ENOSPC, "No space left on device")).where == ""


@pytest.mark.skipif(os.name == "nt", reason="names are always text there")
def test_names_in_another_encoding_are_named(tmp_path):
    from prismake.core.refusals import refuse_names_in_other_encodings

    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.ris"))
    refuse_names_in_other_encodings([tmp_path / "café.ris"])
    with pytest.raises(FileRefused, match=r"café\.ris: the name .* is not in UTF-8\. Rename it"):
        refuse_names_in_other_encodings([odd, tmp_path / "a.ris"])
