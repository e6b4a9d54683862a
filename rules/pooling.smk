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
            SUBMISSIONS[first]
        resources:
            **needs("pool_outcome", len(group)),
        params:
            specs={outcome: config["outcomes"][outcome] for outcome in group},
            beside=joint_outcomes(group, config),
            fields={outcome: columns_of(outcome, config) for outcome in group},
            level=config["pooling"]["level"],
            subgroup_tau2=config["pooling"]["subgroup_tau2"],
            seed=config["seed"],
            code=code("pool_outcome"),
        script:
            "../scripts/pool_outcome.py"


# A rule for each group of outcomes: the protocol determines which figures an outcome has.
for first, group in DRAWN.items():

    rule:
        """Draw the figures of a few outcomes."""
        name:
            f"draw_outcome_{first}"
        input:
            results=expand("results/pooling/{outcome}.json", outcome=group),
        output:
            **beside(
                [path for each in group for path in FIGURES[each].values()], config
            ),
            svg=[
                shown_of(outcome, figure, path)
                for outcome in group
                for figure, path in FIGURES[outcome].items()
            ],
        log:
            f"results/logs/draw_outcome.{first}.log",
        group:
            SUBMISSIONS[first]
        resources:
            **needs("draw_outcome", len(group)),
        params:
            figures=[list(FIGURES[outcome]) for outcome in group],
            look=config["figures"],
            code=code("draw_outcome"),
        script:
            "../scripts/draw_outcome.py"
