"""Collect the extracted numbers in one table of outcomes, and list the studies that share participants."""

from pathlib import Path

from prismake.core.files import read_csv
from prismake.core.jobs import job
from prismake.core.names import STUDY_ID
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_csv
from prismake.extraction.outcomes import Cohorts, collect_outcomes, family_table
from prismake.extraction.overlap_hints import SIGNS, enrolments, overlap_hints
from prismake.extraction.result_rows import Studies, studies_and_arms, study_fields
from prismake.protocol.outcome_columns import asked_columns
from prismake.protocol.outcome_kinds import with_own_rows
from prismake.synthesis.syntheses import with_usability


def main(
    queue: Path, reports: Path, tables: dict[str, Path], outcomes: dict, cohorts: dict, output: dict[str, Path]
) -> None:
    import pandas as pd

    known = {name: read_csv(path) for name, path in tables.items()}
    how, asked, unasked, absent = Cohorts(**cohorts), pd.read_parquet(queue), {}, frozenset()
    if "asks" in asked:  # each result has a row
        own = study_fields(cohorts["fields"], outcomes)
        columns = {name: asked_columns(spec) for name, spec in outcomes.items()}
        studies = Studies.of(asked.to_dict("records"), own, columns, with_own_rows(outcomes))
        asked, known["decisions"], known["notes"] = studies_and_arms(known["decisions"], known["notes"], studies)
        unasked, absent = studies.unasked, studies.absent
    table = collect_outcomes(asked, **known, outcomes=outcomes, cohorts=how, unasked=unasked, absent=absent)
    table = with_usability(table, outcomes)
    save_csv(output["outcomes"], table)
    shared = family_table(asked, known["decisions"], table, how)
    save_csv(output["families"], shared)
    families = shared.groupby("family")[STUDY_ID].agg(set) if len(shared) else []
    enrolled = enrolments(known["decisions"], how.signs)
    save_csv(
        output["hints"],
        overlap_hints(known["studies"], pd.read_parquet(reports, columns=list(SIGNS)), families, enrolled),
    )


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            Path(snakemake.input.queue),
            Path(snakemake.input.reports),
            {name: Path(snakemake.input[name]) for name in ("decisions", "notes", "studies")},
            snakemake.params.outcomes,
            snakemake.params.cohorts,
            {name: Path(path) for name, path in snakemake.output.items()},
        )
