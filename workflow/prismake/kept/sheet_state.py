"""What people last did to the sheets of a stage, as distinct from what the workflow itself wrote.

``config/sheets/history/<stage>.json`` keeps, for each offered workbook, ``bytes`` (its digest as the
workflow last wrote it) and ``people`` (its digest as people had left it before that). A rule takes
``state`` as a parameter: the workflow's own writing never looks like an edit, and an edit always does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from prismake.core.errors import SheetError
from prismake.core.names import CONSENSUS
from prismake.kept import store
from prismake.kept.formats import SHEET_STATE
from prismake.kept.sheet_files import SHEETS, SUFFIXES, file_digest, open_in_program, sheet_path

_WITH_MACROS = ".xlsm"  # the other format in which the workflow adds rows to a sheet


def state(stage: str, reviewers: Sequence[str], folder: Path = SHEETS) -> dict[str, str]:
    """By workbook name, what people last left there; the empty string before they did anything.

    The sheets of people who have left the team are included, because their answers still count.
    """
    book = read_book(stage, folder)
    everyone = [*reviewers, *left(book, stage, reviewers)]
    return {path.name: _state(path, book) for path in paths(stage, everyone, folder)}


def left(book: Mapping[str, Any], stage: str, team: Sequence[str]) -> list[str]:
    """Those who were once offered a sheet of the stage and are no longer in the team."""
    names = (name.removeprefix(f"{stage}.").removesuffix(".xlsx") for name in sorted(book["sheets"]))
    return [who for who in names if who not in (*team, CONSENSUS)]


def paths(stage: str, reviewers: Sequence[str], folder: Path = SHEETS) -> list[Path]:
    """The workbooks of a stage: one per reviewer, and the consensus sheet where there are several."""
    owners = [*reviewers, CONSENSUS] if len(reviewers) > 1 else list(reviewers)
    return [sheet_path(stage, who, folder) for who in owners]


def read_book(stage: str, folder: Path = SHEETS) -> dict[str, Any]:
    """The recorded state of the workbooks of a stage.

    Raises:
        KeptFileError: the file is damaged, or a newer prismake wrote it.
    """
    return store.read(state_file(stage, folder), SHEET_STATE) or {"sheets": {}}


def state_file(stage: str, folder: Path = SHEETS) -> Path:
    return folder / "history" / f"{stage}.json"


def written(book: Mapping[str, Any], path: Path) -> str | None:
    """The digest of a workbook as the workflow last wrote it."""
    return book["sheets"].get(path.name, {}).get("bytes")


def user_digest(book: Mapping[str, Any], path: Path) -> str:
    """The digests of a sheet as people last left it; empty if it is as the workflow wrote it."""
    last = book["sheets"].get(path.name, {})
    now = {suffix: file_digest(path.with_suffix(suffix)) for suffix in SUFFIXES}
    for suffix in (path.suffix, _WITH_MACROS):
        if last and now[suffix] == last["bytes"] and not any(now[s] for s in SUFFIXES if s != suffix):
            return last["people"]
    others = [
        f"{suffix}:{value}"
        for suffix, value in now.items()
        if value and not (suffix == path.suffix and last and value == last["bytes"])
    ]
    return "+".join(others)


def accepted(book: Mapping[str, Any], path: Path) -> bool:
    """Whether people have confirmed a sheet as they left it, however its answers changed."""
    mark = book["sheets"].get(path.name, {}).get("accepted")
    return bool(mark) and mark == user_digest(book, path)


def accept(path: Path) -> None:
    """Accept a sheet as people left it, once: after their next change it is compared with the last answers again.

    Args:
        path: the workbook in the folder of the sheets, ``<stage>.<reviewer>.xlsx`` or what it was saved as.
    """
    stage = path.name.partition(".")[0]
    offered, folder = path.with_suffix(SUFFIXES[0]), path.parent
    book = read_book(stage, folder)
    if not path.is_file() or offered.name not in book["sheets"]:
        names = ", ".join(sorted(book["sheets"])) or "none yet"
        raise SheetError(
            "this is not a sheet that was offered.", where=str(path), remedy=f"Offered at this stage: {names}."
        )
    mark = user_digest(book, offered)

    def accepting(present: dict[str, Any] | None) -> dict[str, Any]:
        content = present or book
        sheets = content["sheets"]
        return {**content, "sheets": {**sheets, offered.name: {**sheets[offered.name], "accepted": mark}}}

    store.update(state_file(stage, folder), SHEET_STATE, accepting)


def begin(stage: str, review: str, folder: Path = SHEETS) -> None:
    """Record the id that distinguishes the rows of this review from those of others; the first id is kept.

    Sheets offered before such ids existed have rows without one (``unmarked``).
    """

    def begun(present: dict[str, Any] | None) -> dict[str, Any]:
        content = present or {"sheets": {}}
        if "review" in content:
            return content
        return {**content, "review": review, **({"unmarked": 1} if content["sheets"] else {})}

    store.update(state_file(stage, folder), SHEET_STATE, begun)


def is_held(book: Mapping[str, Any], path: Path) -> bool:
    """Whether a sheet was held back at the last run because its answers seemed to have shifted to other rows."""
    return bool(book["sheets"].get(path.name, {}).get("held"))


def takes_unmarked_rows(book: Mapping[str, Any]) -> bool:
    """Whether rows were offered here before rows carried the id of their review."""
    return "review" not in book or bool(book.get("unmarked"))


def taken_for_own(book: Mapping[str, Any], path: Path) -> list[str]:
    """Names and marks of other sheets that this one may carry: accepted by people, or former ones of its reviewer."""
    return list(book["sheets"].get(path.name, {}).get("taken_for_own", ()))


def texts_written(book: Mapping[str, Any], path: Path) -> Mapping[str, Mapping[str, Sequence[str]]] | None:
    """By row and column, digests of the texts written into columns that are kept up to date, newest last.

    None if this was not recorded: by earlier versions of prismake, and before a sheet was offered.
    """
    return book["sheets"].get(path.name, {}).get("live")


def remember(
    stage: str,
    before: Mapping[str, str],
    waiting: Mapping[str, int],
    all_paths: Sequence[Path],
    refused: Collection[Path] = (),
    taken_over: Mapping[str, Sequence[str]] | None = None,
    held: Collection[Path] = (),
    live: Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]] | None = None,
) -> None:
    """Record the present state of the workbooks, and which of them wait for rows because they were open.

    If several files of a sheet were edited and it was ``refused``, its recorded state is kept, so that none of the
    files becomes the valid one merely by having been looked at.

    Args:
        taken_over: by name of a workbook, the names and marks of other sheets that it may carry from now on.
        live: by name of a workbook, what was written into it (``texts_written``).
        held: workbooks whose answers seem to have shifted; they are held back until they are corrected or accepted.
    """
    folder = all_paths[0].parent

    def changed(present: dict[str, Any] | None) -> dict[str, Any]:
        content = present or {"sheets": {}}
        entries = content["sheets"]
        now = {path.name: _entry(path, entries.get(path.name, {}), before, waiting, refused) for path in all_paths}
        for name, marks in (taken_over or {}).items():
            if marks:
                now[name]["taken_for_own"] = sorted({*entries.get(name, {}).get("taken_for_own", ()), *marks})
        for name, written in (live or {}).items():
            now[name]["live"] = written
        for path in all_paths:
            now[path.name] = {key: value for key, value in now[path.name].items() if key != "held"}
            if path in held:
                now[path.name]["held"] = 1
        return {**content, "sheets": {**entries, **now}}

    store.update(state_file(stage, folder), SHEET_STATE, changed)


def _entry(
    path: Path,
    last: Mapping[str, Any],
    before: Mapping[str, str],
    waiting: Mapping[str, int],
    refused: Collection[Path],
) -> dict[str, Any]:
    undecided = path in refused and sum(path.with_suffix(suffix).is_file() for suffix in SUFFIXES) > 1
    waits = int(last.get("waits", 0))
    if last.get("waiting") and not waiting.get(path.name):
        waits += 1
    return {
        **last,
        "bytes": last.get("bytes") if undecided else file_digest(path) or file_digest(path.with_suffix(_WITH_MACROS)),
        "people": (undecided and last.get("people")) or before[path.name],
        "waiting": waiting.get(path.name, 0),
        "waits": waits,
    }


def _state(path: Path, book: Mapping[str, Any]) -> str:
    """The people's digest; a suffix counts the times that rows waited, so that a closed sheet is offered its rows."""
    last = book["sheets"].get(path.name, {})
    waits = int(last.get("waits", 0)) + (1 if last.get("waiting") and not open_in_program(path) else 0)
    after = f" after {waits} waits" if waits else ""
    return user_digest(book, path) + (" accepted" if accepted(book, path) else "") + after
