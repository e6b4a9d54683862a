"""Link each report to its full text: PDFs that people dropped, PubMed Central, open access."""

from pathlib import Path

from prismake.core.files import write_json
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_csv, save_parquet
from prismake.fulltexts.finding import find

CACHE = ".cache/pdf_texts.json"  # in results/; not an output of the rule: it outlives a run, and may be deleted


def main(sought: Path, services: list[str], email: str, output: dict[str, Path]) -> None:
    """Read the PDFs, look for open access if the protocol says so, and write the queue and the list of missing PDFs."""
    import pandas as pd

    full_texts = find(pd.read_parquet(sought), sought.parents[1] / CACHE, services=services, email=email)
    save_parquet(output["queue"], full_texts.queue)
    save_csv(output["files"], full_texts.files)
    save_csv(output["missing"], full_texts.missing)
    write_json(output["summary"], full_texts.summary)


if "snakemake" in globals() and not (not snakemake.params.services and reused(snakemake)):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            Path(snakemake.input.sought),
            list(snakemake.params.services),
            snakemake.params.email,
            {name: Path(path) for name, path in snakemake.output.items()},
        )
