"""Draw the star table and the traffic-light plot."""

from pathlib import Path

from prismake.core.files import read_csv
from prismake.core.jobs import job
from prismake.figures import save, star_table, traffic_light
from prismake.protocol.instruments import load_instrument


def main(appraisal_file: Path, scores_file: Path, stars: Path, lights: Path) -> None:
    appraisal, scores = read_csv(appraisal_file), read_csv(scores_file)
    questions = {
        name: {item.id: item.question for item in load_instrument(name).items}
        for name in sorted(set(scores["instrument"]))
    }
    save(star_table(scores, appraisal, items=questions), stars)
    save(traffic_light(appraisal, items=questions), lights)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.appraisal),
            Path(snakemake.input.scores),
            Path(snakemake.output.stars),
            Path(snakemake.output.traffic_light),
        )
