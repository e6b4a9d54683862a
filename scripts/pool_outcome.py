"""Pool one outcome."""

from pathlib import Path

from prismake.analysis import analyse
from prismake.checkscript import check_script
from prismake.files import read_csv, read_json, write_json, write_text
from prismake.jobs import job


def main(outcome: str, table_file: Path, statuses: list[Path], settings: dict, results: Path, check: Path) -> None:
    """Write the results of one outcome and the script that makes them again in R."""
    table = read_csv(table_file)
    undecided = {status["stage"]: status["open"] for status in map(read_json, statuses)}
    found = analyse(outcome, table[table["outcome"] == outcome], undecided=undecided, **settings)
    columns = {role: [study[role] for study in found["studies"]] for role in settings["spec"]["columns"]}
    write_json(results, found)
    write_text(check, check_script(found, columns, check.name))


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            snakemake.wildcards.outcome,
            Path(snakemake.input.outcomes),
            [Path(path) for path in snakemake.input.statuses],
            {name: snakemake.params[name] for name in ("spec", "labels", "kinds", "level", "subgroup_tau2")},
            Path(snakemake.output.results),
            Path(snakemake.output.check),
        )
