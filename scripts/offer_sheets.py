"""Add newly queued items to the reviewers' sheets; existing rows stay as they are."""

from pathlib import Path

from prismake.core.files import write_json
from prismake.core.jobs import job
from prismake.protocol.guide import adjudicator_lines, criteria_shown, guide_lines
from prismake.sheets.batches import plan
from prismake.sheets.layout import check_of
from prismake.sheets.offering import offer
from prismake.sheets.order import order_of_rows
from prismake.sheets.queue import QueueFile
from prismake.sheets.stage import load_stage


def main(stage: str, protocol: dict, queue_file: Path, offered: Path) -> None:
    """Bring the sheets of one stage up to date and list what is on offer."""
    planned = plan(load_stage(stage, protocol, QueueFile(queue_file)))
    form, reviewers = planned.sheets.setup.form, planned.sheets.reviewers
    offer(
        planned,
        guide_lines(form, protocol),
        order_of_rows(planned, protocol),
        criteria_shown(stage, protocol),
        adjudicator_lines(form, protocol, reviewers),
    )
    rows = {item: check_of(item, row["title"]) for item, row in planned.sheets.queue.items()}
    write_json(offered, {"stage": stage, "rows": rows})


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            snakemake.wildcards.stage,
            snakemake.params.protocol,
            Path(snakemake.input.queue),
            Path(snakemake.output.offered),
        )
