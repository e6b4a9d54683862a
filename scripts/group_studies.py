"""Group the included reports into studies, and list what is to be judged and extracted."""

from functools import partial
from pathlib import Path

from prismake.appraisal.appraisal_rows import appraisal_rows
from prismake.core.files import read_csv
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_csv, save_parquet
from prismake.extraction.extraction_rows import extraction_rows
from prismake.fulltexts.studies import DESCRIBED, included_studies, study_of_report
from prismake.kept.ids import STUDIES, kept_ids, load_ids, save_ids
from prismake.panel.screening_rows import handed_on


def main(
    reports_file: Path, decisions_file: Path, notices: Path, gate: str, asked: dict[str, dict], output: dict
) -> None:
    import pandas as pd

    assessed = read_csv(decisions_file)
    included = included_studies(pd.read_parquet(reports_file, columns=list(DESCRIBED)), assessed, load_ids(STUDIES))
    save_ids(STUDIES, study_of_report(included))
    notice_texts = read_csv(notices).set_index("report_id")["notices"].to_dict()
    passed = included if handed_on(assessed, gate) else included[:0]
    save_csv(output["studies"], included)
    for name, table in (
        ("appraisal", appraisal_rows(passed, **asked["appraisal"])),
        ("extraction", extraction_rows(passed, notice_texts, asked["extraction"])),
    ):
        save_parquet(output[name], table)


if "snakemake" in globals() and not reused(snakemake, beside := partial(kept_ids, STUDIES)):
    with job(snakemake.log[0]), keeping(snakemake, beside):
        main(
            Path(snakemake.input.reports),
            Path(snakemake.input.decisions),
            Path(snakemake.input.notices),
            snakemake.params.gate,
            {
                "appraisal": {name: snakemake.params[name] for name in ("instruments", "outcomes")},
                "extraction": snakemake.params.extraction,
            },
            {name: Path(path) for name, path in snakemake.output.items()},
        )
