"""Add what is newly queued to the reviewers' sheets; what stands there stays."""

from pathlib import Path

from prismake.files import write_json
from prismake.guide import guide_lines
from prismake.jobs import job
from prismake.ordering import order_of_rows
from prismake.sheets.layout import check_of
from prismake.sheets.offering import offer
from prismake.sheets.stage import load_stage


def main(stage: str, protocol: dict, queue_file: Path, offered: Path) -> None:
    """Bring the sheets of one stage up to date and list what is on offer."""
    import pandas as pd

    queue = pd.read_parquet(queue_file)
    sheets = load_stage(stage, protocol, queue)
    offer(sheets, guide_lines(sheets.form, protocol), order_of_rows(sheets, queue, protocol))
    rows = {row["item_id"]: check_of(row["item_id"], row["title"]) for row in queue.to_dict("records")}
    write_json(offered, {"stage": stage, "rows": rows})


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            snakemake.wildcards.stage,
            snakemake.params.protocol,
            Path(snakemake.input.queue),
            Path(snakemake.output.offered),
        )
