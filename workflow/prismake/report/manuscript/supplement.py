"""The supplement: every table of the review in one workbook, with checklists and a dictionary of columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from prismake.core.files import read_yaml
from prismake.core.names import ITEM_ID, REPORT_ID
from prismake.core.numbers import format_of
from prismake.core.paths import data_file
from prismake.core.states import State
from prismake.report.agreement import agreement_rows
from prismake.report.manuscript import checklists
from prismake.report.manuscript.content import Manuscript
from prismake.report.manuscript.typed_sheets import Sheet, typed
from prismake.report.reporting import reporting_of
from prismake.report.tables import citation
from prismake.synthesis.sensitivity import TITLES

if TYPE_CHECKING:
    import pandas as pd

_ANALYSIS = ("k", "events", "total", "estimate", "ci_lb", "ci_ub", "pi_lb", "pi_ub", "tau2", "I2", "Q", "Q_df", "Q_p")
_SEARCH = ("label", "kind", "platform", "date", "limits", "records", "query", "query_translation")


@cache
def _meanings() -> dict[str, str]:
    return read_yaml(data_file("schemas/columns.yaml"))


def supplement(review: Mapping[str, Any], paper: Manuscript, tables: Mapping[str, pd.DataFrame]) -> list[Sheet]:
    """The sheets in order; the first lists the others, and the second explains every column.

    Args:
        review: as for ``prismake.report.manuscript.content.manuscript``.
        paper: the manuscript, whose headings are the places in the checklists.
        tables: ``scores``, ``appraisal``, ``outcomes``, ``families``, ``flow``, ``known``, ``full_text``, ``reports``.
    """
    sheets = [
        *_checklists(review, paper),
        _searches(review["searches"]),
        _frame(
            "Flow", "Every count of the PRISMA 2020 flow", tables["flow"], {"item": "Source, or reason of exclusion"}
        ),
        Sheet("Included studies", "Characteristics as extracted", *_studies(review), _fields(review)),
        _plain("References", "Reports of the included studies", ("number", "reference"), review["references"]),
        _plain("Excluded", "Reports excluded in full text or not retrieved, with reason", *_excluded(review)),
        _plain("Awaiting", "Reports that are not decided in full text", *_awaiting(tables)),
        _frame("Risk of bias", "Stars and judgements of each study or result", tables["scores"]),
        _frame("Answers", "Answers to every item of the instruments", tables["appraisal"]),
        _frame("Outcomes", "Numbers of each study, arm and outcome", tables["outcomes"], _fields(review)),
        _plain("Effects", "The effect of each study in each synthesis", *_effects(review["results"])),
        _plain("Syntheses", "Every pooled result, unrounded", *_syntheses(review["results"])),
        _plain("Agreement", "Agreement of the reviewers before settlement", *_agreement(review)),
        _frame("Cohorts", "Studies that share participants", tables["families"], _titles(review)),
        _frame("Known studies", "Studies that a good search must find", tables["known"]),
    ]
    listed = [Sheet("Contents", "", ("Sheet", "What it holds", "Rows"), tuple(_contents(sheets, review)))]
    return [*listed, _dictionary(sheets), *sheets]


def _contents(sheets: Sequence[Sheet], review: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    yield from ((sheet.name, sheet.title, len(sheet.rows)) for sheet in sheets)
    for result in review["results"]:
        place = f"results/pooling/{result['outcome']}.check.R"
        yield (place, f"R's metafor makes the results of “{result['title']}” again and compares them", None)


def _dictionary(sheets: Iterable[Sheet]) -> Sheet:
    rows = []
    for sheet in sheets:
        for index, name in enumerate(sheet.columns):
            meaning = sheet.meanings.get(name) or _meanings().get(name)
            rows.append((sheet.name, name, sheet.kind(index), meaning))
    columns = ("Sheet", "Column", "Holds", "Meaning")
    return Sheet("Dictionary", "What every column means", columns, tuple(rows))


def _plain(name: str, title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Sheet:
    """A sheet of cells that already have their types; an empty text is an empty cell."""
    cells = tuple(tuple(cell if cell != "" else None for cell in row) for row in rows)
    return Sheet(name, title, tuple(columns), cells)


def _frame(name: str, title: str, frame: pd.DataFrame, meanings: Mapping[str, str] | None = None) -> Sheet:
    columns = tuple(map(str, frame.columns))
    rows = typed(columns, frame.astype(str).to_numpy().tolist())
    return Sheet(name, title, columns, rows, dict(meanings or {}))


def _checklists(review: Mapping[str, Any], paper: Manuscript) -> Iterator[Sheet]:
    meanings = {
        "Item": "Number of the item",
        "Topic": "Topic of the item",
        "What is asked": "What the item asks for, in short",
        "Place": "Where the manuscript answers it, or the answer",
        "Still to write": "What people have to write",
    }
    for name, title, rows in (
        ("PRISMA 2020", "Checklist of PRISMA 2020", checklists.checklist("prisma_2020", paper.blocks)),
        ("PRISMA Abstracts", "PRISMA 2020 for Abstracts", checklists.checklist("abstracts", paper.blocks)),
        ("PRISMA-S", "PRISMA-S, for searches", checklists.search_checklist(review["config"], review["searches"])),
        ("SWiM", "SWiM, for synthesis without pooling", checklists.swim_checklist(review["config"], review["results"])),
    ):
        if name == "SWiM" and not rows:  # every outcome is pooled
            continue
        cells = tuple(tuple(cell or None for cell in row) for row in rows)
        yield Sheet(name, title, checklists.COLUMNS, cells, meanings)


def _searches(searches: Sequence[Mapping[str, Any]]) -> Sheet:
    rows = tuple(tuple(search.get(name) or None for name in _SEARCH) for search in searches)
    return Sheet("Searches", "Every search with its strategy as it was run", _SEARCH, rows, {"label": "The source"})


def _studies(review: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]:
    table = review["studies"]
    return tuple(table["columns"]), typed(table["columns"], table["rows"])


def _fields(review: Mapping[str, Any]) -> dict[str, str]:
    """The meanings of columns named by the protocol, by label and by name."""
    meanings = {
        "Study": "Name of the study",
        "Arm": "Arm or group",
        "Design": "Study design",
        "Stars": "Stars of those that can be earned",
        "Overall": "The judgement on the whole",
        "Reports": "Reports of the study",
    }
    for each in review["config"].get("extraction", {}).get("fields", []):
        label = each.get("label") or each["name"]
        words = str(each.get("help") or f"{label}, as extracted").rstrip(".")
        meanings |= {label: words, each["name"]: words}
    return meanings


def _titles(review: Mapping[str, Any]) -> dict[str, str]:
    return {result["outcome"]: f"What the study feeds in “{result['title']}”" for result in review["results"]}


def _excluded(review: Mapping[str, Any]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    columns = (REPORT_ID, "citation", "doi", "decision", "reason")
    return columns, [tuple(row.get(name) for name in columns) for row in review["excluded"]]


def _awaiting(tables: Mapping[str, pd.DataFrame]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    reports = {str(row[REPORT_ID]): row for row in tables["reports"].to_dict("records")}
    rows = [
        (row[ITEM_ID], citation(reports[row[ITEM_ID]]) if row[ITEM_ID] in reports else None, row["state"])
        for row in tables["full_text"].to_dict("records")
        if row["state"] != State.SETTLED
    ]
    return (REPORT_ID, "citation", "state"), sorted(rows)


def _effects(results: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    columns = ("outcome", "label", "arm", "estimate", "ci_lb", "ci_ub", "yi", "vi", "weight_pct")
    rows = [
        (result["outcome"], *(study.get(name) for name in columns[1:]))
        for result in results
        for study in result["studies"]
    ]
    return columns, rows


def _syntheses(results: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    columns = ("outcome", "analysis", "name", "model", "method", *_ANALYSIS, "printed")
    return columns, [row for result in results for row in _synthesis(result)]


def _synthesis(result: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    show = format_of(result)

    def row(kind: str, name: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
        numbers = tuple(values.get(key) for key in _ANALYSIS)
        printed = f"{show.value(values['estimate'], values, unit=True)} ({show.bounds(values)})"
        return (result["outcome"], kind, name, values.get("model"), values.get("method"), *numbers, printed)

    if report := reporting_of(result):
        yield from (row(*estimate) for estimate in report.estimates(result))
    for name, analysis in sorted((result.get("analyses") or {}).items()):
        if analysis.get("estimate") is not None:
            yield row("analysis", str(analysis.get("name") or name), analysis)
    for _, group in sorted((result.get("subgroups") or {}).items()):
        for level in group["levels"]:
            if level.get("estimate") is not None:
                yield row("subgroup", f"{group['title']}: {level['level']}", level)
    for name, analysis in sorted((result.get("sensitivity") or {}).items()):
        title = str(analysis.get("name") or TITLES.get(name, name))
        if analysis.get("estimate") is not None:
            yield row("sensitivity", title, analysis)
        if name in ("leave_one_out", "cumulative"):
            for study in analysis.get("studies") or []:
                yield row("sensitivity", f"{title}: {study['label']}", study)


def _agreement(review: Mapping[str, Any]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    columns = ("stage", "question", "who", "n", "observed", "kappa", "pabak", "ac1", "word")
    return columns, [tuple(row[name] for name in columns) for row in agreement_rows(review["agreement"])]
