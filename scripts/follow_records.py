"""Follow records through the review: those that vanished, those that came with decisions, those known before."""

from pathlib import Path

from prismake.core.files import read_csv, read_json, write_json
from prismake.core.jobs import job
from prismake.core.names import FULL_TEXT, TITLE_ABSTRACT
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_csv
from prismake.flow.inputs import vanished_table
from prismake.flow.recall import recall_summary, recall_table
from prismake.search.imported_decisions import outcome, summary
from prismake.search.known_studies import read

RECORDS = ["record_id", "source", "pmid", "doi", "pmcid", "trial_ids", "title", "year"]
TABLES = ("vanished", "duplicates", "carried", "studies", TITLE_ABSTRACT, FULL_TEXT)


def main(searches: list[Path], known: list[Path], records: Path, tables: dict[str, Path], output: dict) -> None:
    """Write what became of each kind of record, as tables and in words."""
    import pandas as pd

    table = {name: read_csv(path) for name, path in tables.items()}
    labels = {log["source"]: log["label"] for log in map(read_json, searches)}
    decisions = {stage: table[stage] for stage in (TITLE_ABSTRACT, FULL_TEXT)}
    found = pd.read_parquet(records, columns=RECORDS)
    save_csv(output["vanished"], vanished_table(table["vanished"], found, table["duplicates"], labels, decisions))
    imported = outcome(table["carried"], decisions)
    save_csv(output["carried"], imported)
    write_json(output["carried_words"], summary(imported))
    studies, problems = read(known)
    report_of = dict(zip(table["duplicates"]["record_id"], table["duplicates"]["report_id"], strict=True))
    followed = recall_table(studies, found, report_of, decisions, table["studies"], labels)
    save_csv(output["known"], followed)
    write_json(output["known_words"], recall_summary(followed, problems))


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            [Path(path) for path in snakemake.input.searches],
            [Path(path) for path in snakemake.input.known],
            Path(snakemake.input.records),
            {name: Path(snakemake.input[name]) for name in TABLES},
            {name: Path(path) for name, path in snakemake.output.items()},
        )
