"""The audit trail of a record: where it came from, its report, who was asked, and who decided what and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from prismake.core.errors import PrismakeError
from prismake.core.files import read_csv, read_json
from prismake.core.names import ITEM_ID, RECORD_ID, REPORT_ID, TOGETHER
from prismake.core.names import STAGES as PANEL_STAGES
from prismake.core.paths import results_parent
from prismake.core.records import normal_doi, normal_pmcid, normal_pmid
from prismake.kept import ids
from prismake.kept.answers import SETTLED_BY_ALL, read_changes, read_events
from prismake.kept.prefilled import load_prefilled
from prismake.kept.sheet_files import HISTORY, SHEETS


def audit_trail(record: str, folder: Path = Path()) -> list[str]:
    """Lines of text: what the record is, what happened to it (oldest first), and its current state.

    Args:
        record: the id of a record, report or study, a DOI, a PMID or a PMC number.

    Raises:
        PrismakeError: nothing is known under this name, or it belongs to several reports.
    """
    records = _records(folder)
    names = _names(record, records, folder)
    lines = [*_origin(names, records, folder), *_past(names, folder), *_present(names, folder)]
    if not lines:
        raise PrismakeError(
            f"there is no record, report or study “{record}”.",
            remedy="Give the id of a record, report or study as in the column Item of a sheet, a DOI, a PMID or a PMC "
            "number.",
        )
    return lines


def _records(folder: Path) -> dict[str, dict[str, Any]]:
    file = results_parent(folder) / "results/records/records.parquet"
    if not file.exists():
        return {}
    import pyarrow.parquet

    columns = [RECORD_ID, "source", "database", "title", "year", "journal", "doi", "pmid", "pmcid"]
    return {row[RECORD_ID]: row for row in pyarrow.parquet.read_table(file, columns=columns).to_pylist()}


def _names(record: str, records: Mapping[str, Mapping[str, Any]], folder: Path) -> set[str]:
    """Every id under which the report was ever asked about: its records, the report, the study."""
    report_of = {**_stored_ids("reports", folder), **_clusters(folder)}
    study_of = _stored_ids("studies", folder)
    asked = record.strip()
    reports = {report_of[asked]} if asked in report_of else {asked} & {*report_of.values(), *study_of}
    reports = reports or {report for report, study in study_of.items() if study == asked}
    if not reports:
        reports = {report_of.get(record_id, record_id) for record_id in _by_number(asked, records)}
        if len(reports) > 1:
            what = f"“{record}” matches {len(reports)} reports: {', '.join(sorted(reports))}."
            raise PrismakeError(what, remedy="Give one of these ids.")
    members = {record_id for record_id, report in report_of.items() if report in reports}
    return {asked} | reports | members | {study_of[report] for report in reports if report in study_of}


def _stored_ids(kind: str, folder: Path) -> dict[str, str]:
    return ids.load_ids(kind, folder / HISTORY)


def _by_number(text: str, records: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The records with this DOI, PMID or PMC number."""
    identifiers = {"doi": normal_doi(text), "pmid": normal_pmid(text), "pmcid": normal_pmcid(text)}
    kinds = {kind: value for kind, value in identifiers.items() if value}
    return {record_id for record_id, row in records.items() for kind, value in kinds.items() if row[kind] == value}


def _clusters(folder: Path) -> dict[str, str]:
    """Record to report."""
    file = results_parent(folder) / "results/duplicates/duplicates.csv"
    if not file.exists():
        return {}
    table = read_csv(file)
    return dict(zip(table[RECORD_ID], table[REPORT_ID], strict=True))


def _origin(names: set[str], records: Mapping[str, Mapping[str, Any]], folder: Path) -> Iterator[str]:
    file = results_parent(folder) / "results/duplicates/duplicates.csv"
    if not file.exists():
        return
    table = read_csv(file)
    mine = table[table[RECORD_ID].isin(names) | table[REPORT_ID].isin(names)]
    for report in sorted(set(mine[REPORT_ID])):
        members = table[table[REPORT_ID] == report]
        yield f"Report {report}: {len(members)} record{'s' if len(members) > 1 else ''}"
        if row := records.get(report):
            yield "  " + ". ".join(
                part for part in (row["title"], f"{row['journal']} {row['year'] or ''}".strip()) if part
            )
        for row in members.to_dict("records"):
            why = f" ({row['matched_on']}, by {row['decided_by']})" if row["matched_on"] else ""
            yield f"  {row[RECORD_ID]}{_search(records.get(row[RECORD_ID]), folder)}{why}"


def _search(record: Mapping[str, Any] | None, folder: Path) -> str:
    """The search that a record came from, with its date."""
    log = read_json(results_parent(folder) / f"results/search/{record['source']}.json") if record else None
    if not log:
        return ""
    return f", found in {log['label']}" + (f" on {log['date']}" if log["date"] else "")


def _past(names: set[str], folder: Path) -> Iterator[str]:
    """Offers, answers, settlements and changes, as they were first seen, oldest first."""
    stages = ((part, stage) for stage in PANEL_STAGES for part in (_prefilled_answers, _of_stage))
    past = [event for part, stage in stages for event in part(stage, names, folder)]
    for change in read_changes(folder / SHEETS):
        if _about(str(change["item"]), names):
            by = f" (by {', '.join(change['by'])})" if change.get("by") else ""
            what = f"{change['stage']}, {change['field']}, {change['who']}"
            new = change["new"] or "nothing"
            past.append(
                (str(change["time"]), f"{what}: {change['old']} became {new}{by}{_other(change['item'], names)}")
            )
    yield from (f"{time}: {text}" for time, text in sorted(past, key=lambda event: event[0]))


def _prefilled_answers(stage: str, names: set[str], folder: Path) -> Iterator[tuple[str, str]]:
    """Answers written by the workflow itself, because they were imported with an export."""
    for who, items in sorted(load_prefilled(stage, folder / SHEETS).items()):
        for item, given in sorted(items.items()):
            if _about(item, names):
                words = ", ".join(f"{name} {value}" for name, value in sorted(given["answers"].items()))
                whose = "the team's decision" if "team" in given else "a decision"
                yield str(given["time"]), f"{stage}, {who}: {whose} taken over from {given['file']}: {words}"


def _of_stage(stage: str, names: set[str], folder: Path) -> Iterator[tuple[str, str]]:
    for event in read_events(stage, folder / SHEETS):
        who, answers = str(event["who"]), event.get("answers") or {}
        for item in sorted(name for name in (answers or event.get("items", ())) if _about(name, names)):
            words = ", ".join(f"{name} {value}" for name, value in sorted(answers.get(item, {}).items()))
            if who == SETTLED_BY_ALL:
                words = f"settled: {words}" + (f" (by {event['by']})" if event.get("by") else "")
            else:
                words = f"{who}: {words}" if words else f"offered to {who}"
            yield str(event["time"]), f"{stage}, {words}{_other(item, names)}"


def _other(item: str, names: set[str]) -> str:
    """The item in brackets if it is not the report itself: a pair, a question of an instrument, an arm."""
    return f" [{item}]" if item not in names else ""


def _present(names: set[str], folder: Path) -> Iterator[str]:
    """The current state in each stage, with the notes."""
    for stage in PANEL_STAGES:
        file = results_parent(folder) / f"results/{stage}/decisions.csv"
        if not file.exists():
            continue
        table, notes = read_csv(file), read_csv(results_parent(folder) / f"results/{stage}/notes.csv")
        for row in table[[_about(item, names) for item in table[ITEM_ID]]].to_dict("records"):
            yield from _decision(stage, row)
            for note in notes[notes[ITEM_ID] == row[ITEM_ID]].to_dict("records"):
                yield f"  note of {note['who']}: {note['note']}"


def _decision(stage: str, row: Mapping[str, str]) -> Iterator[str]:
    by = f" by {row['settled_by']}" if row["settled_by"] else ""
    yield f"{stage}, {row[ITEM_ID]}: {row['state']}{by}"
    fields = dict.fromkeys(name.split(".", 1)[0] for name in row if "." in name)
    for name in fields:
        words = ", ".join(
            f"{key.split('.', 1)[1]}: {value}" for key, value in row.items() if key.startswith(f"{name}.") and value
        )
        if words or row[name]:
            yield f"  {name}: {row[name] or '—'} ({words or 'nobody'})"


def _about(item: str, names: set[str]) -> bool:
    """Whether an item concerns one of the ids: the id itself, a pair, a question about it, or several records."""
    return item in names or any(part in names for part in item.replace(TOGETHER, "|").split("|"))
