# Needs: the panel's answers to the instruments. Makes: stars and judgements, an overall word per study or result, the
# agreement of reviewers, figures, and a table for robvis per instrument.


rule score_studies:
    """Turn answers into stars, judgements and an overall word, and measure how well reviewers agree on them."""
    input:
        studies="results/full_text/studies.csv",
        decisions="results/appraisal/decisions.csv",
        notes="results/appraisal/notes.csv",
    output:
        appraisal=shown("results/appraisal/appraisal.csv"),
        scores=shown("results/appraisal/scores.csv"),
        agreement=shown("results/appraisal/agreement.csv"),
    log:
        "results/logs/score_studies.log",
    group:
        "results"
    resources:
        **needs("score_studies"),
    params:
        **for_appraisal(config),
        reviewers=reviewers(config, "appraisal"),
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
        **beside(
            ["results/appraisal/stars.svg", "results/appraisal/traffic_light.svg"],
            config,
        ),
        svg=[
            shown("results/appraisal/stars.svg"),
            shown("results/appraisal/traffic_light.svg"),
        ],
    log:
        "results/logs/draw_appraisal.log",
    group:
        "results"
    resources:
        **needs("draw_appraisal"),
    params:
        **for_appraisal(config),
        code=code("draw_appraisal"),
    script:
        "../scripts/draw_appraisal.py"


rule export_robvis:
    """Write the judgements of each instrument in the form that robvis reads."""
    input:
        appraisal="results/appraisal/appraisal.csv",
    output:
        [
            shown("results/appraisal/robvis.{instrument}.csv", instrument=instrument)
            for instrument in INSTRUMENTS
        ],
    log:
        "results/logs/export_robvis.log",
    localrule: True
    params:
        **for_appraisal(config),
        exported=INSTRUMENTS,
        code=code("export_robvis"),
    script:
        "../scripts/export_robvis.py"
