# Needs: the table of outcomes. Makes: for each outcome a JSON of results, one per analysis, figures, and a check in R.


rule pool_outcome:
    """Pool one outcome: models, heterogeneity, subgroups, sensitivity, small-study tests."""
    input:
        outcomes="results/extraction/outcomes.csv",
        scores="results/appraisal/scores.csv",
        undecided=expand("results/{stage}/undecided.json", stage=STAGES_BEFORE_POOLING),
    output:
        results="results/pooling/{outcome}.json",
        analyses=directory("results/pooling/{outcome}"),
        check="results/pooling/{outcome}.check.R",
    log:
        "results/logs/pool_outcome.{outcome}.log",
    group:
        "results"
    params:
        spec=lambda wildcards: config["outcomes"][wildcards.outcome],
        fields=lambda wildcards: columns_of(wildcards.outcome, config),
        level=config["pooling"]["level"],
        subgroup_tau2=config["pooling"]["subgroup_tau2"],
        seed=config["seed"],
        code=code("pool_outcome"),
    script:
        "../scripts/pool_outcome.py"


# One rule per outcome: the protocol determines which figures an outcome has, and a single process draws them all.
for outcome in OUTCOMES:

    rule:
        """Draw the figures of one outcome."""
        name:
            f"draw_outcome_{outcome}"
        input:
            results=f"results/pooling/{outcome}.json",
        output:
            [
                shown_of(outcome, figure, path)
                for figure, path in FIGURES[outcome].items()
            ],
        log:
            f"results/logs/draw_outcome.{outcome}.log",
        group:
            "results"
        params:
            figures=list(FIGURES[outcome]),
            code=code("draw_outcome"),
        script:
            "../scripts/draw_outcome.py"
