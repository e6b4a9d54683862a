# Needs: the panel's answers to the instruments. Makes: stars, one word a study, and two figures.


rule score_studies:
    """Turn answers into stars by domain and one word for each study."""
    input:
        studies="results/full_text/studies.csv",
        decisions="results/appraisal/decisions.csv",
        notes="results/appraisal/notes.csv",
    output:
        appraisal="results/appraisal/appraisal.csv",
        scores="results/appraisal/scores.csv",
    log:
        "results/logs/score_studies.log",
    params:
        instruments=config["appraisal"]["instruments"],
        overall=config["appraisal"]["overall"],
        code=code("score_studies"),
    script:
        "../scripts/score_studies.py"


rule draw_appraisal:
    """Draw the star table and the traffic-light plot."""
    input:
        appraisal="results/appraisal/appraisal.csv",
        scores="results/appraisal/scores.csv",
    output:
        stars="results/appraisal/stars.svg",
        traffic_light="results/appraisal/traffic_light.svg",
    log:
        "results/logs/draw_appraisal.log",
    params:
        code=code("draw_appraisal"),
    script:
        "../scripts/draw_appraisal.py"
