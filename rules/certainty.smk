# Needs: pooled outcomes and the panel's judgements. Makes: what is proposed for each domain of GRADE, the evidence
# profile, and the summary of findings.


rule propose_certainty:
    """List the domains of GRADE for each outcome that is judged, with what the figures suggest and why."""
    input:
        results=[
            f"results/pooling/{outcome}.json"
            for outcome in config["certainty"]["outcomes"]
        ],
        studies="results/full_text/studies.csv",
    output:
        queue="results/certainty/queue.parquet",
    log:
        "results/logs/propose_certainty.log",
    localrule: True
    params:
        **for_certainty(config),
        code=code("propose_certainty"),
    script:
        "../scripts/propose_certainty.py"


rule summarise_findings:
    """Combine judgements, certainty, absolute effects and footnotes into evidence profile and summary of findings."""
    input:
        results=[
            f"results/pooling/{outcome}.json"
            for outcome in config["certainty"]["outcomes"]
        ],
        queue="results/certainty/queue.parquet",
        decisions="results/certainty/decisions.csv",
        notes="results/certainty/notes.csv",
    output:
        profile=shown("results/certainty/evidence_profile.csv"),
        summary="results/certainty/summary_of_findings.json",
        table=shown("results/certainty/summary_of_findings.csv"),
    log:
        "results/logs/summarise_findings.log",
    localrule: True
    params:
        outcomes=config["certainty"]["outcomes"],
        code=code("summarise_findings"),
    script:
        "../scripts/summarise_findings.py"
