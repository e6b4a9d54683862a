"""Combine judgements, certainty, absolute effects and footnotes into evidence profile and summary of findings."""

from pathlib import Path

from prismake.core.files import read_csv, read_json, write_json
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_csv
from prismake.synthesis.certainty.findings import evidence_profile, findings, summary_table


def main(results: list[Path], tables: dict[str, Path], outcomes: dict[str, dict], output: dict[str, Path]) -> None:
    import pandas as pd

    pooled = {result["outcome"]: result for result in map(read_json, results)}
    queue = pd.read_parquet(tables["queue"])
    profile = evidence_profile(queue, read_csv(tables["decisions"]), read_csv(tables["notes"]))
    summary = findings(pooled, outcomes, queue, profile)
    save_csv(output["profile"], profile)
    write_json(output["summary"], summary)
    save_csv(output["table"], summary_table(summary))


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            [Path(path) for path in snakemake.input.results],
            {name: Path(snakemake.input[name]) for name in ("queue", "decisions", "notes")},
            snakemake.params.outcomes,
            {name: Path(path) for name, path in snakemake.output.items()},
        )
