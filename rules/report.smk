# Needs: everything. Makes: one page that can be opened anywhere, and the manuscript.

# what page and manuscript are made from
REVIEW = dict(
    searches=expand("results/search/{source}.json", source=SOURCES),
    statuses=expand("results/{stage}/status.json", stage=PANEL_STAGES),
    agreement=expand("results/{stage}/agreement.json", stage=PANEL_STAGES),
    flow="results/flow/flow.json",
    duplicates="results/duplicates/summary.json",
    sources="results/duplicates/sources.csv",
    shared="results/duplicates/shared.csv",
    vanished="results/flow/vanished.csv",
    known="results/flow/known_studies.csv",
    notices="results/full_text/notices.csv",
    carried="results/flow/carried.json",
    full_text="results/full_text/decisions.csv",
    reports="results/duplicates/reports.parquet",
    studies="results/full_text/studies.csv",
    scores="results/appraisal/scores.csv",
    appraisal_agreement="results/appraisal/agreement.csv",
    extraction="results/extraction/decisions.csv",
    findings="results/certainty/summary_of_findings.json",
    results=expand("results/pooling/{outcome}.json", outcome=OUTCOMES),
)


rule write_report:
    """Write the page: status, headline results, flow, studies, agreement, searches, methods."""
    input:
        **REVIEW,
        figures=["results/flow/flow.svg", *PLOTS],
    output:
        page="results/report/report.html",
        studies="results/report/studies.csv",
    log:
        "results/logs/write_report.log",
    group:
        "results"
    params:
        config=for_report(config),
        versions=versions(),
        code=code("write_report"),
    script:
        "../scripts/write_report.py"


rule write_manuscript:
    """Write the manuscript: methods and results in words, tables and figures, marked gaps for what people write."""
    input:
        **REVIEW,
        appraisal="results/appraisal/appraisal.csv",
        template=TEMPLATE if Path(TEMPLATE).exists() else [],
    output:
        manuscript="results/manuscript.docx",
    log:
        "results/logs/write_manuscript.log",
    group:
        "results"
    params:
        config=for_report(config),
        versions=versions(),
        code=code("write_manuscript"),
    script:
        "../scripts/write_manuscript.py"
