"""List missing information that the review could use, and write a letter to the authors of each study."""

from pathlib import Path

from prismake.core.files import read_csv, write_text
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_csv
from prismake.extraction.letters import letters, missing_numbers


def main(tables: dict[str, Path], settings: dict, output: dict[str, Path]) -> None:
    outcomes, studies = read_csv(tables["outcomes"]), read_csv(tables["studies"])
    missing = missing_numbers(outcomes, settings["outcomes"], settings["titles"], settings["headings"])
    save_csv(output["missing"], missing)
    output["letters"].mkdir(exist_ok=True)
    for name, text in letters(missing, studies, settings["review"], settings["team"]).items():
        write_text(output["letters"] / name, text)


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            {name: Path(path) for name, path in snakemake.input.items()},
            snakemake.params.settings,
            {name: Path(path) for name, path in snakemake.output.items()},
        )
