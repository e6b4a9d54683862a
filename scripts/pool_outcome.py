"""Pool one outcome, and write each of its analyses as a document of its own."""

from pathlib import Path

from prismake.appraisal.ratings import ratings_for, with_risk_of_bias
from prismake.core.files import read_csv, read_json, write_json, write_text
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.synthesis.syntheses import synthesis_of


def main(outcome: str, tables: dict[str, Path], undecided: list[Path], settings: dict, output: dict[str, Path]) -> None:
    """Write the results of one outcome: together, one by one, and the script that reproduces them in R."""
    appraisals = ratings_for(outcome, read_csv(tables["scores"]))
    table = with_risk_of_bias(read_csv(tables["outcomes"]), appraisals)
    open_rows = {stage["stage"]: stage["open"] for stage in map(read_json, undecided)}
    own, check, rows = synthesis_of(settings["spec"]), output["check"], table[table["outcome"] == outcome]
    found = own.analyse(outcome, rows, undecided=open_rows, appraisals=appraisals, **settings)
    write_json(output["results"], found)
    write_text(check, own.script(found, check.name))
    for name, document in own.records(found, settings["spec"], check.name).items():
        write_json(output["analyses"] / f"{name}.json", document, sort_keys=False)


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            snakemake.wildcards.outcome,
            {name: Path(snakemake.input[name]) for name in ("outcomes", "scores")},
            [Path(path) for path in snakemake.input.undecided],
            {
                **{name: snakemake.params[name] for name in ("spec", "level", "subgroup_tau2", "seed")},
                "labels": {field["name"]: field["label"] for field in snakemake.params.fields},
                "kinds": {field["name"]: field["type"] for field in snakemake.params.fields},
            },
            {name: Path(path) for name, path in snakemake.output.items()},
        )
