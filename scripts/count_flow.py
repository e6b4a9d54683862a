"""Count the boxes of the PRISMA flow."""

from pathlib import Path

from prismake.files import read_csv, read_json, write_csv, write_json
from prismake.flow import prisma_flow
from prismake.jobs import job


def main(searches: list[Path], tables: dict[str, Path], flow_file: Path, table_file: Path) -> None:
    """Read the tables of all stages, count, check, write."""
    import pandas as pd

    pairs = read_csv(tables["pairs"])
    flow = prisma_flow(
        {
            "searches": [read_json(path) for path in searches],
            "records": pd.read_parquet(tables["records"], columns=["record_id", "source"]),
            **{name: read_csv(tables[name]) for name in ("duplicates", "title_abstract", "full_text", "studies")},
            "possible_duplicates": int((pairs["state"] != "settled").sum()),
        }
    )
    write_json(flow_file, flow.to_dict(), sort_keys=False)  # reasons stand in the order of their counts
    write_csv(table_file, pd.DataFrame(flow.rows()))


if "snakemake" in globals():
    with job(snakemake.log[0]):
        names = ("records", "duplicates", "pairs", "title_abstract", "full_text", "studies")
        main(
            [Path(path) for path in snakemake.input.searches],
            {name: Path(snakemake.input[name]) for name in names},
            Path(snakemake.output.flow),
            Path(snakemake.output.table),
        )
