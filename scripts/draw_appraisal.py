"""Draw the star table and the traffic-light plot."""

from pathlib import Path

from prismake.figures import save, star_table, traffic_light
from prismake.files import read_csv
from prismake.jobs import job


def main(appraisal_file: Path, scores_file: Path, stars: Path, lights: Path) -> None:
    appraisal, scores = read_csv(appraisal_file), read_csv(scores_file)
    save(star_table(scores, appraisal), stars)
    save(traffic_light(appraisal), lights)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.appraisal),
            Path(snakemake.input.scores),
            Path(snakemake.output.stars),
            Path(snakemake.output.traffic_light),
        )
