# Needs: what every stage counted. Makes: the PRISMA 2020 flow as numbers and as a diagram.


rule list_vanished:
    """List the judged records that no search finds any longer, with the decisions on them."""
    input:
        searches=expand("results/search/{source}.json", source=SOURCES),
        records="results/records/records.parquet",
        vanished="results/records/vanished.csv",
        duplicates="results/duplicates/duplicates.csv",
        title_abstract="results/title_abstract/decisions.csv",
        full_text="results/full_text/decisions.csv",
    output:
        table=shown("results/flow/vanished.csv"),
    log:
        "results/logs/list_vanished.log",
    localrule: True
    params:
        code=code("list_vanished"),
    script:
        "../scripts/list_vanished.py"


rule follow_known_studies:
    """Follow the studies that a good search must find: which sources found them, and where they left the flow."""
    input:
        known=lambda wildcards: kept(known_studies(Path("config"))),
        searches=expand("results/search/{source}.json", source=SOURCES),
        records="results/records/records.parquet",
        duplicates="results/duplicates/duplicates.csv",
        title_abstract="results/title_abstract/decisions.csv",
        full_text="results/full_text/decisions.csv",
        studies="results/full_text/studies.csv",
    output:
        table=shown("results/flow/known_studies.csv"),
        words="results/flow/known_studies.json",
    log:
        "results/logs/follow_known_studies.log",
    localrule: True
    params:
        code=code("follow_known_studies"),
    script:
        "../scripts/follow_known_studies.py"


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
    params:
        code=code("draw_flow"),
    script:
        "../scripts/draw_flow.py"
