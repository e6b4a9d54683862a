"""Add newly queued items to the sheets, and turn the sheets into decisions, agreement and a progress count."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from prismake.core.files import write_json
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.kept.sheet_files import files_beside

if TYPE_CHECKING:
    from prismake.sheets.kept_tables import KeptTables
    from prismake.sheets.stage import StageSheets

# The rooms of sheets and panel are imported where they are used: results that are put back need none of them.


def offer_rows(
    stage: str, protocol: dict, queue_file: Path, offered: Path, kept: "KeptTables | None" = None
) -> "StageSheets":
    """Bring the sheets of one stage up to date and list what is on offer; existing rows stay as they are.

    Large workbooks that have not changed since an earlier run are taken from the tables ``kept``.

    Returns the sheets as they were read before.
    """
    from prismake.core.records import bulk
    from prismake.protocol.guide import adjudicator_lines, criteria_shown, guide_lines
    from prismake.sheets.batches import plan
    from prismake.sheets.layout import check_of
    from prismake.sheets.offering import offer
    from prismake.sheets.order import order_of_rows
    from prismake.sheets.queue import QueueFile
    from prismake.sheets.stage import load_stage

    with bulk():  # answers hold no reference cycles
        sheets = load_stage(stage, protocol, QueueFile(queue_file), kept_tables=kept)
    planned = plan(sheets)
    form, reviewers = planned.sheets.setup.form, planned.sheets.reviewers
    copies = offer(
        planned,
        guide_lines(form, protocol),
        order_of_rows(planned, protocol),
        criteria_shown(stage, protocol),
        adjudicator_lines(form, protocol, reviewers),
    )
    rows = {item: check_of(item, row["title"]) for item, row in planned.sheets.queue.items()}
    write_json(offered, {"stage": stage, "rows": rows})
    return replace(sheets, copies=copies)


def read_answers(
    stage: str,
    protocol: dict,
    queue_file: Path,
    output: dict[str, Path],
    earlier: "StageSheets | None" = None,
    kept: "KeptTables | None" = None,
) -> None:
    """Read one stage, keep its answers beside the sheets, and write its tables.

    Sheets that have not changed since they were read ``earlier`` are not read again.
    """
    from prismake.core.records import bulk
    from prismake.core.table_files import save_table
    from prismake.kept.answers import record
    from prismake.sheets.loop import read_back
    from prismake.sheets.queue import QueueFile
    from prismake.sheets.stage import load_stage

    with bulk():  # answers hold no reference cycles
        sheets = load_stage(stage, protocol, QueueFile(queue_file), earlier=earlier, kept_tables=kept)
        decisions = sheets.decisions()
        settled_by = {decision.item: decision.settled_by for decision in decisions}
        workbooks = {who: (table.path, table.digest) for who, table in sheets.tables.items()}
        notes = {who: own.notes for who, own in sheets.answers.items()}
        last = sheets.kept_stage.last_good
        record(stage, sheets.snapshot(decisions), sheets.setup.folder, settled_by, workbooks, notes, last)
        reading = read_back(sheets, decisions)
        save_table(output["decisions"], reading.decisions)
        save_table(output["notes"], reading.notes)
    write_json(output["agreement"], reading.agreement)
    write_json(output["status"], reading.status)
    write_json(output["undecided"], {name: reading.status[name] for name in ("stage", "open")})


if "snakemake" in globals() and not reused(snakemake, beside := partial(files_beside, snakemake.wildcards.stage)):
    with job(snakemake.log[0]), keeping(snakemake, beside):
        from prismake.sheets.kept_tables import KeptTables

        asked = (snakemake.wildcards.stage, snakemake.params.protocol, Path(snakemake.input.queue))
        kept = KeptTables(snakemake.wildcards.stage, snakemake.params.code)
        earlier = offer_rows(*asked, Path(snakemake.output.offered), kept)
        read_answers(*asked, {name: Path(path) for name, path in snakemake.output.items()}, earlier, kept)
        kept.sweep()
