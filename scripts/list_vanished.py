"""List the judged records that no search finds any longer."""

from pathlib import Path

from prismake.core.files import read_csv, read_json
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_csv
from prismake.flow.inputs import vanished_table


def main(searches: list[Path], records: Path, tables: dict[str, Path], table: Path) -> None:
    import pandas as pd

    read = {name: read_csv(path) for name, path in tables.items()}
    labels = {log["source"]: log["label"] for log in map(read_json, searches)}
    found = pd.read_parquet(records, columns=["record_id", "source"])
    save_csv(table, vanished_table(read.pop("vanished"), found, read.pop("duplicates"), labels, read))


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            [Path(path) for path in snakemake.input.searches],
            Path(snakemake.input.records),
            {name: Path(snakemake.input[name]) for name in ("vanished", "duplicates", "title_abstract", "full_text")},
            Path(snakemake.output.table),
        )
