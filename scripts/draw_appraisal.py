"""Draw the star table and the traffic-light plot."""

from pathlib import Path

from prismake.appraisal.scores import lights, questions, stars_only
from prismake.core.files import read_csv
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused


def main(
    appraisal_file: Path, scores_file: Path, outcomes: dict[str, str], stars: list[Path], lamps: list[Path]
) -> None:
    # matplotlib, not needed to put back kept results
    from prismake.figures import light_pages, save_all, star_pages, star_table, traffic_light

    appraisal, scores = read_csv(appraisal_file), read_csv(scores_file)
    labels = questions(scores)
    given = stars_only(scores), stars_only(appraisal), labels
    save_all(star_table(*given), stars, lambda: star_pages(*given))
    judged = lights(appraisal, outcomes), labels
    save_all(traffic_light(*judged), lamps, lambda: light_pages(*judged))


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            Path(snakemake.input.appraisal),
            Path(snakemake.input.scores),
            snakemake.params.outcomes,
            *zip(*([Path(path) for path in paths] for _, paths in snakemake.output.items()), strict=True),
        )
