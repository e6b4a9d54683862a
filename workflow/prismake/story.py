"""The whole story of one record: where it came from, which report it is, what everyone decided, what changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prismake.config import PANEL_STAGES
from prismake.errors import PrismakeError
from prismake.files import read_csv
from prismake.sheets.history import read_log
from prismake.sheets.joined import TOGETHER
from prismake.sheets.paths import HISTORY


def story(record: str, folder: Path = Path()) -> list[str]:
    """Lines of text, oldest event first within each part.

    Raises:
        PrismakeError: nothing is known under this id.
    """
    lines = [*_origin(record, folder), *_decisions(record, folder), *_changes(record, folder)]
    if not lines:
        raise PrismakeError(
            f"nothing is known of “{record}”.",
            remedy="Give the id of a record, report or study as it stands in the column Item of a sheet.",
        )
    return lines


def _origin(record: str, folder: Path) -> Iterator[str]:
    file = folder / "results/duplicates/duplicates.csv"
    if not file.exists():
        return
    clusters = read_csv(file)
    mine = clusters[(clusters["record_id"] == record) | (clusters["report_id"] == record)]
    for report in sorted(set(mine["report_id"])):
        members = clusters[clusters["report_id"] == report]
        yield f"Report {report}: {len(members)} record{'s' if len(members) > 1 else ''}"
        for row in members.to_dict("records"):
            why = f" ({row['matched_on']}, by {row['decided_by']})" if row["matched_on"] else ""
            yield f"  {row['record_id']}{why}"


def _decisions(record: str, folder: Path) -> Iterator[str]:
    for stage in PANEL_STAGES:
        file = folder / f"results/{stage}/decisions.csv"
        if not file.exists():
            continue
        table = read_csv(file)
        for row in table[[_about(item, record) for item in table["item_id"]]].to_dict("records"):
            yield from _decision(stage, row)


def _decision(stage: str, row: dict[str, str]) -> Iterator[str]:
    by = f" by {row['settled_by']}" if row["settled_by"] else ""
    yield f"{stage}, {row['item_id']}: {row['state']}{by}"
    fields = dict.fromkeys(name.split(".", 1)[0] for name in row if "." in name)
    for name in fields:
        said = ", ".join(
            f"{key.split('.', 1)[1]}: {value}" for key, value in row.items() if key.startswith(f"{name}.") and value
        )
        if said or row[name]:
            yield f"  {name}: {row[name] or '—'} ({said or 'nobody'})"


def _changes(record: str, folder: Path) -> Iterator[str]:
    for change in read_log(folder / HISTORY / "decisions.jsonl"):
        if _about(str(change["item"]), record):
            new = change["new"] or "nothing"
            what = f"{change['stage']}, {change['field']}, {change['who']}"
            yield f"{change['time']}: {what}: {change['old']} became {new}"


def _about(item: str, record: str) -> bool:
    return record == item or record in item.split("|") or record in item.split(TOGETHER)
