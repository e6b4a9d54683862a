"""Export of the records of a stage for another program."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from prismake.core.errors import PrismakeError
from prismake.core.files import as_text, write_text
from prismake.core.names import FULL_TEXT, ITEM_ID, MERGES, RECORD_ID, REPORT_ID, TITLE_ABSTRACT, WAITS_FOR
from prismake.core.states import State
from prismake.search.export import FORMATS

if TYPE_CHECKING:
    import pandas as pd

RECORDS, REPORTS, DUPLICATES = "records", "reports", "duplicates"
SCREENED = (TITLE_ABSTRACT, FULL_TEXT)
STAGES = (RECORDS, DUPLICATES, REPORTS, *SCREENED)
ALL, UNDECIDED = "all", "undecided"
DECISIONS = {"included": "include", "excluded": "exclude", "not_retrieved": "not retrieved"}
WHAT = (*DECISIONS, UNDECIDED, ALL)
ASREVIEW = "asreview"
EXPORTS = {**FORMATS, ASREVIEW: ".csv"}
_ASREVIEW_COLUMNS = (RECORD_ID, "title", "abstract", "authors", "year", "journal", "keywords", "doi", "pmid", "url")


def stages_before(stage: str) -> tuple[str, ...]:
    """The stages whose sheets decide what an export of ``stage`` holds: none for records as they were retrieved."""
    last = DUPLICATES if stage == REPORTS else stage
    before = (DUPLICATES, MERGES, TITLE_ABSTRACT, FULL_TEXT)
    return () if stage == RECORDS else before[: max(2, before.index(last) + 1)]


def chosen(stage: str, what: str = ALL, results: Path = Path("results")) -> pd.DataFrame:
    """The rows to export, with the columns of a record, sorted by id.

    Args:
        stage: "records" (as retrieved), "duplicates" (records that were merged into another), "reports" (what is left
            of the records), "title_abstract" or "full_text" (the reports that the stage has to judge).
        what: which of the reports of a screening stage: those with this decision, "undecided" or "all".
        results: the folder of results.

    Raises:
        PrismakeError: the stage has not run yet, or ``what`` does not fit it.
    """

    if stage not in SCREENED:
        if what != ALL:
            raise PrismakeError(
                f"there are no decisions at '{stage}', so that there is no set '{what}'.",
                remedy=f"Leave out --what, or name a stage with decisions: {', '.join(SCREENED)}.",
            )
        return _unjudged(stage, results)
    decided = _read(results / stage / "decisions.csv").set_index(ITEM_ID)
    queue = _read(results / stage / "queue.parquet")
    if WAITS_FOR in queue:  # rows that wait for another report are not part of the stage until they are offered
        queue = queue[(queue[WAITS_FOR] == "") | queue[ITEM_ID].isin(decided.index)]
    ids = queue[ITEM_ID]
    settled = decided["decision"].where(decided["state"] == State.SETTLED, "").reindex(ids).fillna("")
    if what != ALL:
        ids = settled.index[settled == DECISIONS.get(what, "")]
    reports = _reports(results)
    return reports[reports[RECORD_ID].isin(set(ids))].sort_values(RECORD_ID, ignore_index=True)


def _unjudged(stage: str, results: Path) -> pd.DataFrame:
    if stage == REPORTS:
        return _reports(results)
    records = _read(results / "records" / "records.parquet")
    if stage == RECORDS:
        return records
    clusters = _read(results / "duplicates" / "duplicates.csv")
    clusters["other"] = (
        clusters[RECORD_ID] != clusters[REPORT_ID]
    )  # the report is represented by the record it is named after
    stays = clusters.sort_values([REPORT_ID, "other", RECORD_ID]).drop_duplicates(REPORT_ID)[RECORD_ID]
    return records[~records[RECORD_ID].isin(set(stays))].reset_index(drop=True)


def _reports(results: Path) -> pd.DataFrame:
    reports = _read(results / "duplicates" / "reports.parquet")
    return reports.drop(columns=RECORD_ID, errors="ignore").rename(columns={REPORT_ID: RECORD_ID})


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    from prismake.core.files import read_csv

    if not path.is_file():
        raise PrismakeError(f"{path} does not exist yet.", remedy="Type snakemake first.")
    return pd.read_parquet(path) if path.suffix == ".parquet" else read_csv(path)


def export(
    stage: str, what: str, format: str, path: Path | None = None, results: Path = Path("results")
) -> tuple[Path, int]:
    """Write the rows of ``chosen`` into a new file (default: ``<stage>_<what>`` with the ending of the format).

    Returns the file and the number of rows. Raises ``PrismakeError`` also if the file already exists.
    """
    from prismake.search.export import write

    path = path or Path(f"{stage}{'' if what == ALL else f'_{what}'}{EXPORTS[format]}")
    if path.exists():
        raise PrismakeError(f"{path} already exists.", remedy="Move it away, or name another file with --output.")
    if format == ASREVIEW and stage not in SCREENED:
        raise PrismakeError(
            f"there are no decisions at '{stage}' that ASReview could learn from.",
            remedy=f"Name one of {', '.join(SCREENED)}, or use another format.",
        )
    rows = chosen(stage, what, results)
    if format == ASREVIEW:
        write_text(path, asreview_table(rows, _read(results / stage / "decisions.csv")))
    else:
        write(rows, path, format)
    return path, len(rows)


def asreview_table(rows: pd.DataFrame, decisions: pd.DataFrame) -> str:
    """CSV as ASReview reads a partly labelled set: ``included`` is 1, 0, or empty if nothing is settled.

    Args:
        rows: records, as ``chosen`` gives them.
        decisions: ``<stage>/decisions.csv``.
    """
    settled = decisions[decisions["state"] == State.SETTLED]
    words = settled["decision"].map({"include": "1", "exclude": "0"}).fillna("")
    labels = dict(zip(settled[ITEM_ID], words, strict=True))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*_ASREVIEW_COLUMNS, "included"])
    for row in rows.to_dict("records"):
        cells = [row.get(name) for name in _ASREVIEW_COLUMNS]
        texts = ["; ".join(cell) if not isinstance(cell, str) and hasattr(cell, "__len__") else cell for cell in cells]
        texts = ["" if text is None or str(text) in ("<NA>", "nan") else as_text(str(text)) for text in texts]
        writer.writerow([*texts, labels.get(row[RECORD_ID], "")])
    return out.getvalue()
