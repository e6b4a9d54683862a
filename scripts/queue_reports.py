"""List the reports to be read in full."""

from pathlib import Path

from prismake.core.files import read_csv
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_csv, save_parquet
from prismake.fulltexts.full_text_rows import full_text_rows
from prismake.panel.screening_rows import handed_on
from prismake.search.imported_decisions import prefilled


def main(inputs: dict[str, Path], gate: str, reasons: list[str], output: dict[str, Path]) -> None:
    import pandas as pd

    screened, links = read_csv(inputs["decisions"]), read_csv(inputs["links"])
    carried = prefilled(read_csv(inputs["carried"]), "full_text", reasons)
    reports = pd.read_parquet(inputs["reports"])
    rows = full_text_rows(reports, screened, links, carried, handed_on=handed_on(screened, gate))
    save_parquet(output["sought"], rows.queue)
    save_csv(output["linked"], rows.linked)


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            {name: Path(path) for name, path in snakemake.input.items()},
            snakemake.params.gate,
            snakemake.params.reasons,
            {name: Path(path) for name, path in snakemake.output.items()},
        )
