"""Jobs: whatever ends one early becomes one sentence, and only a person's file is blamed for what is in it."""

from __future__ import annotations

import errno

import pytest
from prismake.core.errors import SheetError
from prismake.core.jobs import forget_problems, job, problem_of, problems


def stopped_by(error: BaseException, folder) -> str:
    log = str(folder / "read_sheets.full_text.log")
    with pytest.raises(SystemExit) as ended, job(log):
        raise error
    assert ended.value.code == 1
    return problem_of(log)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (SheetError("the sheet is empty.", where="a.xlsx"), ["a.xlsx: the sheet is empty."]),
        (MemoryError(), ["too little memory", "no file of yours is at fault"]),
        (AttributeError("no attribute 'cells'"), ["fault of prismake itself", "not of a file of yours", "cells"]),
        (
            ImportError("libxml2.so.2"),
            ["installation of prismake is not complete", "no file of yours is at fault", "prismake doctor"],
        ),
        (type("PanicException", (BaseException,), {})("in Rust"), ["fault of prismake itself", "in Rust"]),
        (
            PermissionError(errno.EACCES, "Permission denied", "results/x.csv"),
            ["results/x.csv", "the right to read and write"],
        ),
        (OSError(errno.EIO, "Input/output error", "config/sheets"), ["config/sheets", "disk or the network drive"]),
        (OSError(errno.EROFS, "Read-only file system", "results"), ["results", "can be written"]),
    ],
)
def test_the_sentence_blames_what_is_at_fault(tmp_path, capfd, error, words):
    sentence = stopped_by(error, tmp_path)
    assert all(word in sentence for word in words), sentence
    assert sentence in capfd.readouterr().err
    assert problems(tmp_path) == [sentence]


def test_a_problem_whose_sentence_could_not_be_written_names_the_log(tmp_path):
    (tmp_path / "pool_outcome.cure.log.problem").write_text("", encoding="utf-8")  # as a full disk leaves it
    assert problems(tmp_path) == [f"a step failed; its log is {tmp_path / 'pool_outcome.cure.log'}"]
    forget_problems(tmp_path)
    assert problems(tmp_path) == []


def test_a_job_that_ends_well_takes_back_its_problem(tmp_path):
    stopped_by(MemoryError(), tmp_path)
    with job(str(tmp_path / "read_sheets.full_text.log")):
        pass
    assert problems(tmp_path) == []


def test_ctrl_c_ends_a_job_without_traceback_and_without_a_problem(tmp_path, capfd):
    log = str(tmp_path / "read_sheets.log")
    with pytest.raises(SystemExit) as ended, job(log):
        raise KeyboardInterrupt
    assert ended.value.code == 130 and problem_of(log) == "" and "Traceback" not in capfd.readouterr().err
