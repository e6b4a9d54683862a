# Needs: what every stage counted. Makes: the PRISMA 2020 flow as numbers and as a diagram.


rule follow_records:
    """Follow the records that no search finds any longer, those that came with decisions, and the studies known before."""
    input:
        known=lambda wildcards: kept(known_studies(Path("config"))),
        searches=expand("results/search/{source}.json", source=SOURCES),
        records="results/records/records.parquet",
        vanished="results/records/vanished.csv",
        duplicates="results/duplicates/duplicates.csv",
        carried="results/duplicates/carried.csv",
        title_abstract="results/title_abstract/decisions.csv",
        full_text="results/full_text/decisions.csv",
        studies="results/full_text/studies.csv",
    output:
        vanished=shown("results/flow/vanished.csv"),
        carried=shown("results/flow/carried.csv"),
        carried_words="results/flow/carried.json",
        known=shown("results/flow/known_studies.csv"),
        known_words="results/flow/known_studies.json",
    log:
        "results/logs/follow_records.log",
    localrule: True
    params:
        code=code("follow_records"),
    script:
        "../scripts/follow_records.py"


rule count_flow:
    """Count the boxes of the flow and check that every arrow adds up."""
    input:
        searches=expand("results/search/{source}.json", source=SOURCES),
        records="results/records/records.parquet",
        vanished="results/records/vanished.csv",
        reports="results/duplicates/reports.parquet",
        duplicates="results/duplicates/duplicates.csv",
        pairs="results/duplicates/decisions.csv",
        title_abstract="results/title_abstract/decisions.csv",
        full_text="results/full_text/decisions.csv",
        linked="results/full_text/linked.csv",
        studies="results/full_text/studies.csv",
        version=previous_version,
    output:
        flow="results/flow/flow.json",
        table=shown("results/flow/flow.csv"),
        places=shown("results/flow/records.csv"),
    log:
        "results/logs/count_flow.log",
    group:
        "results"
    resources:
        **needs("count_flow"),
    params:
        previous=config["previous"],
        code=code("count_flow"),
    script:
        "../scripts/count_flow.py"


rule draw_flow:
    """Draw the PRISMA 2020 flow diagram."""
    input:
        flow="results/flow/flow.json",
    output:
        **beside(["results/flow/flow.svg"], config),
        svg=[shown("results/flow/flow.svg")],
    log:
        "results/logs/draw_flow.log",
    group:
        "results"
    resources:
        **needs("draw_flow"),
    params:
        code=code("draw_flow"),
    script:
        "../scripts/draw_flow.py"
