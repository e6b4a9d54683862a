"""Renaming a reviewer: sheets, copies and everything that is kept are moved, and no answer is counted twice.

The plan is written down before the first step (``history/renaming.json``) and removed after the last. If a run is
killed in between, the next run of Snakemake or the next command finishes it, so that everything ends up under one name.
Each step can be repeated safely.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from prismake.core.errors import PrismakeError, collect
from prismake.core.files import digest, read_json, replacing, write_json
from prismake.core.names import CONSENSUS
from prismake.core.names import STAGES as PANEL_STAGES
from prismake.kept import sheet_state, store
from prismake.kept.allocations import allocation_file
from prismake.kept.answers import answers_file, changes_file, events_file, read_snapshot
from prismake.kept.formats import ALLOCATION, ANSWERS, CHANGES, EVENTS, PREFILLED, SHEET_STATE, Kind
from prismake.kept.offered_forms import form_file, load_offered_form, save_offered_form
from prismake.kept.prefilled import prefilled_file
from prismake.kept.sheet_copies import copies, put_aside
from prismake.kept.sheet_files import SHEETS, SUFFIXES, open_in_program, sheet_path

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")


def rename_reviewer(old: str, new: str, folder: Path = SHEETS) -> list[str]:
    """Give a reviewer another name in everything that is kept; returns what was done, one line per stage.

    Args:
        old, new: names as they stand under ``reviewers`` in the protocol, which is not changed here.

    Raises:
        PrismakeError: an invalid name, nobody with the old name, a sheet that is open, or answers under both names.
    """
    _refuse_names(old, new)
    finish_renaming(folder)
    stages = [stage for stage in PANEL_STAGES if _has(stage, old, folder)]
    if not stages:
        raise PrismakeError(
            f"no sheet and no answer of {old} is kept.",
            where=folder.as_posix(),
            remedy=f"Those who have had a sheet: {', '.join(sorted(_everyone(folder))) or 'nobody yet'}.",
        )
    collect([text for stage in stages for text in _obstacles(stage, old, new, folder)], PrismakeError)
    journal = _journal(folder)
    write_json(journal, {"old": old, "new": new, "aside": _unused(stages, old, new, folder)})
    lines = _rename(old, new, stages, folder)
    journal.unlink()
    return lines


def finish_renaming(folder: Path = SHEETS) -> str:
    """Finish a renaming that was killed, and say so; empty if there was none."""
    journal = _journal(folder)
    todo = read_json(journal)
    if not todo:
        return ""
    _rename(todo["old"], todo["new"], PANEL_STAGES, folder, todo["aside"])
    journal.unlink()
    return (
        f"{todo['old']} was being renamed to {todo['new']} when the run was interrupted; this is now complete. Write "
        f"{todo['new']} into config/config.yaml."
    )


def _journal(folder: Path) -> Path:
    return folder / "history" / "renaming.json"


def _unused(stages: Sequence[str], old: str, new: str, folder: Path) -> dict[str, str]:
    """Sheets that were offered under the new name and have to be set aside, with their digests by path."""
    files = (path for stage in stages if _files(stage, old, folder) for path in _files(stage, new, folder))
    return {path.as_posix(): digest(path) or "" for path in files}


def _rename(
    old: str, new: str, stages: Sequence[str], folder: Path, aside: Mapping[str, str] | None = None
) -> list[str]:
    for name, content in (aside if aside is not None else _unused(stages, old, new, folder)).items():
        if digest(Path(name)) == content:
            put_aside(Path(name))
    lines = []
    with store.locked(folder / "history"):
        _rewrite_log(changes_file(folder), CHANGES, lambda line: _renamed_change(line, old, new))
    for stage in stages:
        moved = _rename_in_stage(stage, old, new, folder)
        lines.append(f"{stage}: " + (", ".join(moved) if moved else "the answers that are kept"))
    return lines


def _refuse_names(old: str, new: str) -> None:
    if not _NAME.fullmatch(new) or new == CONSENSUS:
        raise PrismakeError(
            f"“{new}” cannot be the name of a reviewer.",
            remedy="Use lower-case letters a-z, digits, _ and -, beginning with a letter; “consensus” is taken.",
        )
    if old in (new, CONSENSUS):
        raise PrismakeError(f"{old} cannot be renamed to {new}.", remedy="Give the old name, then the new one.")


def _has(stage: str, who: str, folder: Path) -> bool:
    """Whether a stage has a sheet or an answer under a name."""
    files = any(sheet_path(stage, who, folder).with_suffix(suffix).is_file() for suffix in SUFFIXES)
    book = sheet_state.read_book(stage, folder)
    return files or sheet_path(stage, who, folder).name in book["sheets"] or who in read_snapshot(stage, folder)


def _everyone(folder: Path) -> set[str]:
    names = (
        name.removeprefix(f"{stage}.").removesuffix(SUFFIXES[0])
        for stage in PANEL_STAGES
        for name in sheet_state.read_book(stage, folder)["sheets"]
    )
    return set(names) - {CONSENSUS}


def _obstacles(stage: str, old: str, new: str, folder: Path) -> Iterator[str]:
    """Why a stage cannot be renamed: an open sheet, or somebody who has worked under the new name."""
    for path in _files(stage, old, folder):
        if open_in_program(path):
            yield f"{path.as_posix()} is open in a spreadsheet program. Close it and type the command again."
    book, files = sheet_state.read_book(stage, folder), _files(stage, new, folder)
    if read_snapshot(stage, folder).get(new):
        yield (
            f"{stage}: {new} has answers of their own, and they would be mixed with those of {old}. Choose another "
            f"name; if both are one person, decide which sheet holds and take the answers out of the other one first."
        )
    elif files and _files(stage, old, folder) and sheet_state.user_digest(book, sheet_path(stage, new, folder)):
        yield (
            f"{files[0].as_posix()} was filled in and has not been read, while there is a sheet of {old}. Move the one "
            "that does not count out of this folder, and type the command again."
        )


def _files(stage: str, who: str, folder: Path) -> list[Path]:
    path = sheet_path(stage, who, folder)
    return [path.with_suffix(suffix) for suffix in SUFFIXES if path.with_suffix(suffix).is_file()]


def _rename_in_stage(stage: str, old: str, new: str, folder: Path) -> list[str]:
    """Rename in one stage, kept files first: a run in between finds the answers under the new name, and no sheet."""
    before, after = sheet_path(stage, old, folder), sheet_path(stage, new, folder)
    _update(
        answers_file(stage, folder),
        ANSWERS,
        lambda content: {
            **content,
            **{key: _with_key(content[key], old, new) for key in ("answers", "notes") if key in content},
        },
    )
    _update(
        prefilled_file(stage, folder),
        PREFILLED,
        lambda content: {**content, "prefilled": _with_key(content["prefilled"], old, new)},
    )
    _update(allocation_file(stage, folder), ALLOCATION, lambda content: _allocation(content, old, new), in_order=True)
    _rewrite_log(events_file(stage, folder), EVENTS, lambda line: _renamed_event(line, old, new))
    if form_file(stage, folder).exists():
        save_offered_form(stage, load_offered_form(stage, folder).renamed(stage, old, new), folder)
    _update(
        sheet_state.state_file(stage, folder),
        SHEET_STATE,
        lambda content: _sheets(content, before.name, after.name, old),
    )
    moved = []
    for path in _files(stage, old, folder):
        target = after.with_suffix(path.suffix)
        path.rename(target)
        moved.append(f"{path.name} is {target.name} now")
    for copy in copies(before):
        name = copy.path.name
        copy.path.rename(copy.path.with_name(f"{after.stem}{name.removeprefix(before.stem)}"))
    return moved


def _update(path: Path, kind: Kind, change: Any, *, in_order: bool = False) -> None:
    if path.exists():
        store.update(path, kind, change, sort_keys=not in_order)


def _with_key(parts: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    if old not in parts:
        return dict(parts)
    return {**{who: value for who, value in parts.items() if who not in (old, new)}, new: parts[old]}


def _words(text: str, old: str, new: str) -> str:
    """Names separated by blanks, each once."""
    return " ".join(dict.fromkeys(new if name == old else name for name in text.split()))


def _allocation(content: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    rounds = [
        {
            **batch,
            "team": _words(batch["team"], old, new),
            "rows": {item: _words(names, old, new) for item, names in batch["rows"].items()},
        }
        for batch in content["rounds"]
    ]
    return {**content, "rounds": rounds}


def _sheets(content: dict[str, Any], before: str, after: str, old: str) -> dict[str, Any]:
    """The entry under the new name; it records that the first page may still carry the old one."""
    sheets = dict(content["sheets"])
    if before not in sheets:
        return content
    entry = sheets.pop(before)
    named = sorted({*entry.get("taken_for_own", ()), old})
    return {**content, "sheets": {**sheets, after: {**entry, "taken_for_own": named}}}


def _renamed_event(line: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    return {**line, "who": new} if line["who"] == old else dict(line)


def _renamed_change(line: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    changed = dict(line)
    if line["who"] == old:
        changed |= {"who": new, "sheet": f"{line['stage']}.{new}"}
    if old in line.get("by", ()):
        changed["by"] = sorted({new if who == old else who for who in line["by"]})
    return changed


def _rewrite_log(path: Path, kind: Kind, change: Any) -> None:
    """Rewrite a log with the names replaced; times, order and number of its lines stay the same."""
    if not path.exists():
        return
    lines = list(store.read_lines(path, kind))
    changed = [change(line) for line in lines]
    if changed != lines:
        with replacing(path) as draft:
            draft.write_bytes("".join(map(store.line_of, [store.marks(), *changed])).encode())


def places_in_protocol(data: Any, old: str, path: str = "") -> list[str]:
    """The keys of a protocol that name a reviewer: ``reviewers``, ``title_abstract.reviewers``, …"""
    places: list[str] = []
    for key, value in data.items() if isinstance(data, Mapping) else ():
        place = f"{path}.{key}" if path else str(key)
        if {"reviewers", "adjudicator"}.intersection(place.split(".")) and (
            old in value if isinstance(value, list) else value == old
        ):
            places.append(place)
        else:
            places += places_in_protocol(value, old, place)
    return places
