"""Turn the reviewers' sheets into decisions, agreement and a progress count."""

from pathlib import Path

from prismake.core.files import write_json
from prismake.core.jobs import job
from prismake.core.records import bulk
from prismake.core.table_files import save_table
from prismake.kept.answers import record
from prismake.sheets.loop import read_back
from prismake.sheets.queue import QueueFile
from prismake.sheets.stage import load_stage


@bulk()  # answers hold no reference cycles either
def main(stage: str, protocol: dict, queue_file: Path, output: dict[str, Path]) -> None:
    """Read one stage, keep its answers beside the sheets, and write its tables."""
    sheets = load_stage(stage, protocol, QueueFile(queue_file))
    decisions = sheets.decisions()
    settled_by = {decision.item: decision.settled_by for decision in decisions}
    workbooks = {who: (table.path, table.digest) for who, table in sheets.tables.items()}
    notes = {who: own.notes for who, own in sheets.answers.items()}
    record(stage, sheets.snapshot(decisions), sheets.setup.folder, settled_by, workbooks, notes)
    reading = read_back(sheets, decisions)
    save_table(output["decisions"], reading.decisions)
    save_table(output["notes"], reading.notes)
    write_json(output["agreement"], reading.agreement)
    write_json(output["status"], reading.status)
    write_json(output["undecided"], {name: reading.status[name] for name in ("stage", "open")})


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            snakemake.wildcards.stage,
            snakemake.params.protocol,
            Path(snakemake.input.queue),
            {name: Path(path) for name, path in snakemake.output.items()},
        )
