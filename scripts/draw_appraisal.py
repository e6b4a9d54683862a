"""Draw the star table and the traffic-light plot."""

from pathlib import Path

from prismake.appraisal.scores import lights, questions, stars_only
from prismake.core.files import read_csv
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused


def main(
    appraisal_file: Path, scores_file: Path, outcomes: dict[str, str], stars: list[Path], lamps: list[Path]
) -> None:
    from prismake.figures import save_all, star_table, traffic_light  # matplotlib, not needed to put back kept results

    appraisal, scores = read_csv(appraisal_file), read_csv(scores_file)
    labels = questions(scores)
    save_all(star_table(stars_only(scores), stars_only(appraisal), items=labels), stars)
    save_all(traffic_light(lights(appraisal, outcomes), items=labels), lamps)


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            Path(snakemake.input.appraisal),
            Path(snakemake.input.scores),
            snakemake.params.outcomes,
            *zip(*([Path(path) for path in paths] for _, paths in snakemake.output.items()), strict=True),
        )
