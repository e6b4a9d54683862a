"""Bringing numbers, tables and figures up to date in a copy of the manuscript that people have edited.

New content is copied from ``results/manuscript.docx``, control by control. Words outside controls are never touched,
and wording inside them only if nobody has changed it. All problems are collected first; nothing is written as long as
there are any.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docx.oxml.ns import qn

from prismake.core.errors import PrismakeError, collect
from prismake.core.files import digest, replacing
from prismake.core.phrases import plural
from prismake.report.manuscript.blocks import mark_of, mark_of_cells
from prismake.report.manuscript.controls import Control, controls, run, text_of
from prismake.report.manuscript.document import packed, read_document

if TYPE_CHECKING:
    from docx.document import Document

TABLE, FIGURE = "table.", "figure."  # beginnings of names
MANUSCRIPT = Path("results/manuscript.docx")
_REMEDY = "Save it as .docx; a file that was cut off has to be got from its backup."
_SHOWN = 70  # characters of a text in a sentence
_BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_EXTENTS = (
    "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}extent",
    "{http://schemas.openxmlformats.org/drawingml/2006/main}ext",
)
_EMBED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"


@dataclass
class Update:
    """What an update does, or did: sentences."""

    changed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # wording that people have changed and that would be different now
    missing: list[str] = field(default_factory=list)  # names of controls that the copy does not have


def update_copy(path: Path, *, partial: bool = False, only_show: bool = False, fresh: Path = MANUSCRIPT) -> Update:
    """Refresh a copy of the manuscript; the former file is kept beside it as ``<name>.before-<number>.docx``.

    Args:
        partial: whether the copy may lack numbers that the manuscript has.
        only_show: say what would change and write nothing.

    Raises:
        PrismakeError: there are problems; nothing was written.
    """
    if not fresh.is_file():
        raise PrismakeError(f"there is no {fresh} to take numbers from.", remedy="Type snakemake first.")
    before = digest(path)
    if before is None:
        raise PrismakeError("there is no such file.", where=str(path))
    if path.resolve() == fresh.resolve():
        raise PrismakeError(
            "this file is written anew by every run.",
            where=str(path),
            remedy="Copy it to a name of your own, write there, and name that one.",
        )
    document, update = read_document(path, _REMEDY), Update()
    _transfer(fresh, document, update, partial, str(path))
    if update.changed and not only_show:
        data = packed(document)
        former = _free_name(path)
        former.write_bytes(path.read_bytes())
        with replacing(path, (path, before)) as draft:
            draft.write_bytes(data)
    return update


def _free_name(path: Path) -> Path:
    number = 1
    while (former := path.with_name(f"{path.stem}.before-{number}{path.suffix}")).exists():
        number += 1
    return former


def _transfer(made: Path, document: Document, update: Update, partial: bool, where: str) -> None:
    """Bring every control of the copy up to date, or raise an error with all problems."""
    fresh = read_document(made, _REMEDY)
    source = {each.name: each for each in controls(fresh.element.body)}
    targets = list(controls(document.element.body))
    if not targets:
        raise PrismakeError(
            "no number of prismake stands in this file any longer.",
            where=where,
            remedy=f"Begin with a copy of {made}, and save it as .docx from Word or LibreOffice.",
        )
    update.missing = [name for name in source if name not in {each.name for each in targets}]
    problems = [problem for each in targets for problem in _problems(each, source, made)]
    if update.missing and not partial:
        problems.append(
            f"{plural(len(update.missing), 'number, table or figure', 'numbers, tables and figures')} of {made} "
            f"are not in this file: {', '.join(update.missing)}. If you took them out on purpose, add --partial."
        )
    collect(problems, PrismakeError, where=where, remedy="Nothing was written.")
    for each in targets:
        new = source[each.name]
        if each.name.startswith(TABLE):
            _table(each, new, update)
        elif each.name.startswith(FIGURE):
            _figure(each, new, document, fresh, update)
        else:
            _text(each, new, update)


def _problems(each: Control, source: dict[str, Control], made: Path) -> Iterator[str]:
    text = _short(each.text)
    if each.name not in source:
        yield (
            f"“{text}” ({each.name}) is no longer in {made}. Delete the words, or make them your own: in Word, "
            "Remove Content Control."
        )
        return
    if each.tracked:
        yield f"“{text}” ({each.name}) holds tracked changes. Accept or reject them first."
    elif each.name.startswith(TABLE):
        table = table_of(each)
        if table is None:
            yield f"no table follows its caption “{text}” ({each.name}). Put caption and table together again."
        elif mark_of_cells(cells_of(table)) != each.mark:
            yield (
                f"cells of the table “{text}” ({each.name}) were changed by hand. Undo that, or make the table your "
                "own: remove the content control of its caption."
            )
    elif each.name.startswith(FIGURE):
        if next(each.element.iter(_BLIP), None) is None:
            yield f"there is no picture in the control {each.name}. Put it back, or remove the control."
    elif not each.wording and mark_of(each.text) != each.mark:
        yield (
            f"“{text}” ({each.name}) was typed over. Undo that, or make it your own words: in Word, Remove Content "
            "Control."
        )


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 2]} …"


def _text(each: Control, new: Control, update: Update) -> None:
    if each.mark == new.mark:
        return
    if mark_of(each.text) != each.mark:  # wording that somebody has changed
        update.kept.append(f"{each.name}: yours stays. The manuscript now has: {' '.join(new.text.split())}")
        return
    update.changed.append(f"{each.name}: {_short(each.text)} → {_short(new.text)}")
    each.write(new.text)
    each.with_mark(new.mark)


def table_of(each: Control) -> Any:
    """The table after the paragraph of a control, None if something else follows."""
    following = each.paragraph().getnext()
    return following if following is not None and following.tag == qn("w:tbl") else None


def cells_of(table: Any) -> list[list[str]]:
    """The text of every cell, row by row."""
    return [[_cell_text(cell) for cell in row.findall(qn("w:tc"))] for row in table.findall(qn("w:tr"))]


def _cell_text(cell: Any) -> str:
    return "\n".join(text_of(paragraph) for paragraph in cell.iter(qn("w:p")))


def _table(each: Control, new: Control, update: Update) -> None:
    """Update the cells; new rows look like the last row, and a table with other columns is replaced."""
    if each.mark == new.mark:
        return
    table, other = table_of(each), table_of(new)
    former, wanted = cells_of(table), cells_of(other)
    if len(former[0]) != len(wanted[0]):
        update.changed.append(f"{each.name}: {len(former[0])} → {len(wanted[0])} columns; the table is a new one")
        table.getparent().replace(table, copy.deepcopy(other))
    else:
        update.changed += [f"{each.name}: {words}" for words in _differences(former, wanted)]
        rows = table.findall(qn("w:tr"))
        while len(rows) < len(wanted):
            rows.append(copy.deepcopy(rows[-1]))
            rows[-2].addnext(rows[-1])
        for row in rows[len(wanted) :]:
            table.remove(row)
        for row, texts in zip(rows, wanted, strict=False):
            for cell, text in zip(row.findall(qn("w:tc")), texts, strict=True):
                _write_cell(cell, text)
    if mark_of(each.text) != mark_of(new.text):
        each.write(new.text)
    each.with_mark(new.mark)


def _differences(former: Sequence[Sequence[str]], wanted: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows by their first cell: those that are new, gone, or have different cells."""
    before, after = ({row[0]: row for row in rows} for rows in (former, wanted))
    for name, row in after.items():
        if name not in before:
            yield f"new row “{_short(name)}”"
        for column, old, new in zip(wanted[0], before.get(name, row), row, strict=True):
            if old.split() != new.split():
                yield f"“{_short(name)}”, {column}: {_short(old) or '(empty)'} → {_short(new) or '(empty)'}"
    yield from (f"row “{_short(name)}” is gone" for name in before if name not in after)


def _write_cell(cell: Any, text: str) -> None:
    """Replace the text of a cell in the format of its first run; a cell with the same text is left as it is."""
    if _cell_text(cell).split() == text.split():
        return
    first, *others = cell.findall(qn("w:p"))
    for paragraph in others:
        cell.remove(paragraph)
    look = next((each.find(qn("w:rPr")) for each in first.iter(qn("w:r"))), None)
    for child in list(first):
        if child.tag != qn("w:pPr"):
            first.remove(child)
    fresh = run(text)
    if look is not None:
        fresh.insert(0, copy.deepcopy(look))
    first.append(fresh)


def _figure(each: Control, new: Control, document: Document, fresh: Document, update: Update) -> None:
    """Replace the picture, at the width that people gave the old one."""
    if each.mark == new.mark:
        return
    image = fresh.part.related_parts[next(new.element.iter(_BLIP)).get(_EMBED)].blob
    relation, picture = document.part.get_or_add_image(io.BytesIO(image))
    next(each.element.iter(_BLIP)).set(_EMBED, relation)
    for extent in each.element.iter(*_EXTENTS):
        if extent.get("cx"):
            extent.set("cy", str(round(int(extent.get("cx")) * picture.px_height / picture.px_width)))
    update.changed.append(f"{each.name}: the figure is a new one")
    each.with_mark(new.mark)
