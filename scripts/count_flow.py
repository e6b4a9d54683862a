"""Count the boxes of the PRISMA flow."""

from pathlib import Path

from prismake.core.files import write_json
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_csv
from prismake.flow import prisma_flow
from prismake.flow.count import gathered
from prismake.flow.inputs import TABLES, flow_tables
from prismake.flow.places import places


def main(
    searches: list[Path], records: Path, reports: Path, tables: dict[str, Path], previous: dict, output: dict[str, Path]
) -> None:
    """Read the tables of all stages, count, check, write."""
    import pandas as pd

    counted = flow_tables(searches, records, reports, tables, previous)
    review = gathered(counted)
    flow = prisma_flow(counted, review)
    write_json(output["flow"], flow.to_dict(), sort_keys=False)  # reasons are in the order of their counts
    save_csv(output["table"], pd.DataFrame(flow.rows()))
    save_csv(output["places"], places(counted, review))


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            [Path(path) for path in snakemake.input.searches],
            Path(snakemake.input.records),
            Path(snakemake.input.reports),
            {name: Path(snakemake.input[name]) for name in TABLES},
            snakemake.params.previous,
            {name: Path(path) for name, path in snakemake.output.items()},
        )
