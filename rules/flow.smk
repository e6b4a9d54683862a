# Needs: what every stage counted. Makes: the PRISMA 2020 flow as numbers and as a diagram.


rule count_flow:
    """Count the boxes of the flow and check that every arrow adds up."""
    input:
        searches=expand("results/search/{source}.json", source=SOURCES),
        records="results/records/records.parquet",
        duplicates="results/duplicates/duplicates.csv",
        pairs="results/duplicates/decisions.csv",
        title_abstract="results/title_abstract/decisions.csv",
        full_text="results/full_text/decisions.csv",
        studies="results/full_text/studies.csv",
    output:
        flow="results/flow/flow.json",
        table="results/flow/flow.csv",
    log:
        "results/logs/count_flow.log",
    params:
        code=code("flow"),
    script:
        "../scripts/count_flow.py"


rule draw_flow:
    """Draw the PRISMA 2020 flow diagram."""
    input:
        flow="results/flow/flow.json",
    output:
        diagram="results/flow/flow.svg",
    log:
        "results/logs/draw_flow.log",
    params:
        code=code("figures", "flow"),
    script:
        "../scripts/draw_flow.py"
