# Needs: the table of outcomes. Makes: of each outcome one JSON of results, one JSON an analysis, figures, check in R.


rule pool_outcome:
    """Pool one outcome: models, heterogeneity, subgroups, sensitivity, small-study tests."""
    input:
        outcomes="results/extraction/outcomes.csv",
        scores="results/appraisal/scores.csv",
        statuses=expand("results/{stage}/status.json", stage=PANEL_STAGES),
    output:
        results="results/pooling/{outcome}.json",
        analyses=directory("results/pooling/{outcome}"),
        check="results/pooling/{outcome}.check.R",
    log:
        "results/logs/pool_outcome.{outcome}.log",
    params:
        spec=lambda wildcards: config["outcomes"][wildcards.outcome],
        fields=lambda wildcards: columns_of(wildcards.outcome, config),
        level=config["pooling"]["level"],
        subgroup_tau2=config["pooling"]["subgroup_tau2"],
        seed=config["seed"],
        code=code("pool_outcome"),
    script:
        "../scripts/pool_outcome.py"


rule draw_outcome:
    """Draw the forest and funnel plots of one outcome."""
    input:
        results="results/pooling/{outcome}.json",
    output:
        forest="results/pooling/{outcome}.forest.svg",
        funnel="results/pooling/{outcome}.funnel.svg",
    log:
        "results/logs/draw_outcome.{outcome}.log",
    params:
        code=code("draw_outcome"),
    script:
        "../scripts/draw_outcome.py"


rule draw_subgroups:
    """Draw the forest plot of one outcome by one set of subgroups."""
    input:
        results="results/pooling/{outcome}.json",
    output:
        forest="results/pooling/{outcome}.forest.{column}.svg",
    log:
        "results/logs/draw_subgroups.{outcome}.{column}.log",
    params:
        code=code("draw_subgroups"),
    script:
        "../scripts/draw_subgroups.py"


rule draw_sensitivity:
    """Draw one sensitivity analysis of one outcome."""
    input:
        results="results/pooling/{outcome}.json",
    output:
        figure="results/pooling/{outcome}.{sensitivity}.svg",
    log:
        "results/logs/draw_sensitivity.{outcome}.{sensitivity}.log",
    params:
        code=code("draw_sensitivity"),
    script:
        "../scripts/draw_sensitivity.py"


rule draw_risk_of_bias:
    """Draw how much of the weight behind one outcome is at which risk of bias."""
    input:
        results="results/pooling/{outcome}.json",
    output:
        figure="results/pooling/{outcome}.risk_of_bias.svg",
    log:
        "results/logs/draw_risk_of_bias.{outcome}.log",
    params:
        code=code("draw_risk_of_bias"),
    script:
        "../scripts/draw_risk_of_bias.py"
