"""Draw the star table and the traffic-light plot."""

from pathlib import Path

from prismake.appraisal.scores import lights, questions, stars_only
from prismake.core.files import read_csv
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused


def main(appraisal_file: Path, scores_file: Path, outcomes: dict[str, str], output: dict[str, Path]) -> None:
    from prismake.figures import save, star_table, traffic_light  # matplotlib, not needed to put back kept results

    appraisal, scores = read_csv(appraisal_file), read_csv(scores_file)
    labels = questions(scores)
    save(star_table(stars_only(scores), stars_only(appraisal), items=labels), output["stars"])
    save(traffic_light(lights(appraisal, outcomes), items=labels), output["traffic_light"])


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            Path(snakemake.input.appraisal),
            Path(snakemake.input.scores),
            snakemake.params.outcomes,
            {name: Path(path) for name, path in snakemake.output.items()},
        )
