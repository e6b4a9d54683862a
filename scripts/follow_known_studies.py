"""Follow each study that was known before the search: found by which source, and where it is now."""

from pathlib import Path

from prismake.core.files import read_csv, read_json, write_json
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_csv
from prismake.flow.recall import recall_summary, recall_table
from prismake.search.known_studies import read


def main(known: list[Path], logs: list[Path], records: Path, tables: dict[str, Path], output: dict[str, Path]) -> None:
    import pandas as pd

    studies, problems = read(known)
    columns = ["record_id", "source", "pmid", "doi", "pmcid", "trial_ids", "title", "year"]
    found = pd.read_parquet(records, columns=columns)
    duplicates = read_csv(tables["duplicates"])
    report_of = dict(zip(duplicates["record_id"], duplicates["report_id"], strict=True))
    labels = {log["source"]: log["label"] for log in map(read_json, logs)}
    decisions = {stage: read_csv(tables[stage]) for stage in ("title_abstract", "full_text")}
    table = recall_table(studies, found, report_of, decisions, read_csv(tables["studies"]), labels)
    save_csv(output["table"], table)
    write_json(output["words"], recall_summary(table, problems))


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            [Path(path) for path in snakemake.input.known],
            [Path(path) for path in snakemake.input.searches],
            Path(snakemake.input.records),
            {name: Path(snakemake.input[name]) for name in ("duplicates", "title_abstract", "full_text", "studies")},
            {name: Path(path) for name, path in snakemake.output.items()},
        )
