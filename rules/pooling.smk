# Needs: the table of outcomes. Makes: for each outcome a JSON of results, one per analysis, figures, and a check in R.


# One job for each outcome or, if they are very many, for each group of them: starting a job takes longer than pooling.
for first, group in GROUPS.items():

    rule:
        """Pool a group of outcomes: models, heterogeneity, subgroups, sensitivity, small-study tests."""
        name:
            f"pool_outcome_{first}"
        input:
            outcomes="results/extraction/outcomes.csv",
            scores="results/appraisal/scores.csv",
            undecided=expand(
                "results/{stage}/undecided.json", stage=STAGES_BEFORE_POOLING
            ),
        output:
            results=expand("results/pooling/{outcome}.json", outcome=group),
            analyses=directory(expand("results/pooling/{outcome}", outcome=group)),
            check=expand("results/pooling/{outcome}.check.R", outcome=group),
        log:
            f"results/logs/pool_outcome.{first}.log",
        group:
            "results"
        params:
            specs={outcome: config["outcomes"][outcome] for outcome in group},
            fields={outcome: columns_of(outcome, config) for outcome in group},
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
            **beside(FIGURES[outcome].values(), config),
            svg=[
                shown_of(outcome, figure, path)
                for figure, path in FIGURES[outcome].items()
            ],
        log:
            f"results/logs/draw_outcome.{outcome}.log",
        group:
            "results"
        params:
            figures=list(FIGURES[outcome]),
            look=config["figures"],
            code=code("draw_outcome"),
        script:
            "../scripts/draw_outcome.py"
