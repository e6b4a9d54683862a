"""List the cells of each pooled number, who typed it and how it was settled."""

from functools import partial
from pathlib import Path

from prismake.core.jobs import job
from prismake.core.names import EXTRACTION
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_csv
from prismake.kept.sheet_files import files_beside


def main(protocol: dict, places: Path) -> None:
    from prismake.report.value_trace import places_table  # all of sheets and panel, not needed to put back results

    save_csv(places, places_table(protocol))


if "snakemake" in globals() and not reused(snakemake, beside := partial(files_beside, EXTRACTION)):
    with job(snakemake.log[0]), keeping(snakemake, beside):
        main(snakemake.params.protocol, Path(snakemake.output.places))
