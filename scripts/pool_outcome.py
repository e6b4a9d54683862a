"""Pool outcomes, one or a group, and write each of their analyses as a document of its own."""

from pathlib import Path

from prismake.appraisal.ratings import ratings_for, with_risk_of_bias
from prismake.core.files import read_csv, read_json, write_json, write_text
from prismake.core.jobs import job
from prismake.core.progress import tracked
from prismake.core.reuse import keeping, reused
from prismake.synthesis.syntheses import synthesis_of


def main(tables: dict[str, Path], undecided: list[Path], settings: dict, output: dict[str, dict[str, Path]]) -> None:
    """Write the results of each outcome: together, one by one, and the script that reproduces them in R."""
    scores, outcomes = read_csv(tables["scores"]), read_csv(tables["outcomes"])
    open_rows = {stage["stage"]: stage["open"] for stage in map(read_json, undecided)}
    rows_of = dict(list(outcomes.groupby("outcome", sort=False)))
    beside = {name: (rows_of.get(name, outcomes.iloc[:0]), spec) for name, spec in settings["beside"].items()}
    numbers = {name: settings[name] for name in ("level", "subgroup_tau2", "seed")}
    for outcome, paths in tracked(output.items(), len(output), "pooling", "outcomes"):
        spec, fields, check = settings["specs"][outcome], settings["fields"][outcome], paths["check"]
        appraisals = ratings_for(outcome, scores)
        rows = with_risk_of_bias(rows_of.get(outcome, outcomes.iloc[:0]), appraisals)
        words = {
            "labels": {field["name"]: field["label"] for field in fields},
            "kinds": {field["name"]: field["type"] for field in fields},
        }
        own = synthesis_of(spec)
        more = {"undecided": open_rows, "appraisals": appraisals, "beside": beside, **words, **numbers}
        found = own.analyse(outcome, rows, spec=spec, **more)
        write_json(paths["results"], found)
        write_text(check, own.script(found, check.name))
        for name, document in own.records(found, spec, check.name).items():
            write_json(paths["analyses"] / f"{name}.json", document, sort_keys=False)


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            {name: Path(snakemake.input[name]) for name in ("outcomes", "scores")},
            [Path(path) for path in snakemake.input.undecided],
            dict(snakemake.params.items()),
            {
                outcome: dict(zip(("results", "analyses", "check"), map(Path, paths), strict=True))
                for outcome, paths in zip(
                    snakemake.params.specs,
                    zip(snakemake.output.results, snakemake.output.analyses, snakemake.output.check, strict=True),
                    strict=True,
                )
            },
        )
