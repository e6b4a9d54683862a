# Needs: everything. Makes: one page that can be opened anywhere, the manuscript and its supplement.

# inputs of both page and manuscript
REVIEW = dict(
    searches=expand("results/search/{source}.json", source=SOURCES),
    statuses=expand("results/{stage}/status.json", stage=PANEL_STAGES),
    agreement=expand("results/{stage}/agreement.json", stage=PANEL_STAGES),
    flow="results/flow/flow.json",
    places="results/flow/records.csv",
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
    families="results/extraction/families.csv",
    hints="results/extraction/overlap_hints.csv",
    cells="results/extraction/places.csv",
    findings="results/certainty/summary_of_findings.json",
    results=expand("results/pooling/{outcome}.json", outcome=OUTCOMES),
)

# reports by status: included, excluded, awaiting classification, ongoing
STUDY_SETS = [
    *expand("results/supplement/{set}.{format}", set=SETS, format=["ris", "bib"]),
    *(shown(f"results/supplement/{name}.csv") for name in SETS),
]

EFFECTS = {outcome: f"results/pooling/{outcome}.metafor.csv" for outcome in OUTCOMES}
# a table for robvis per instrument with which studies of the outcome were judged
WEIGHTED = {outcome: f"results/pooling/{outcome}.robvis" for outcome in OUTCOMES}


rule write_report:
    """Write the page: status, headline results, flow, studies, agreement, searches, methods."""
    input:
        **REVIEW,
        figures=["results/flow/flow.svg", *PLOTS],
    output:
        page=shown("results/report/report.html"),
        studies="results/report/studies.csv",
    log:
        "results/logs/write_report.log",
    group:
        "report"
    resources:
        **needs("write_report"),
    params:
        config=for_report(config),
        versions=with_build(versions()),
        code=code("write_report"),
    script:
        "../scripts/write_report.py"


rule compare_protocol:
    """List the changes between kept versions of the protocol, for item 24c of PRISMA 2020."""
    input:
        kept=list(map(str, kept_files())),
    output:
        table=shown("results/protocol/amendments.csv"),
        words="results/protocol/amendments.json",
    log:
        "results/logs/compare_protocol.log",
    localrule: True
    params:
        now=settings_now(),
        code=code("compare_protocol"),
    script:
        "../scripts/compare_protocol.py"


rule write_manuscript:
    """Write the manuscript: methods and results in words, tables and figures, marked gaps for what people write."""
    input:
        **REVIEW,
        amendments="results/protocol/amendments.json",
        appraisal="results/appraisal/appraisal.csv",
        template=TEMPLATE if Path(TEMPLATE).exists() else [],
    output:
        manuscript="results/manuscript.docx",
    log:
        "results/logs/write_manuscript.log",
    group:
        "report"
    resources:
        **needs("write_manuscript"),
    params:
        config=for_report(config),
        versions=with_build(versions()),
        code=code("write_manuscript"),
    script:
        "../scripts/write_manuscript.py"


rule write_supplement:
    """Write every table into one workbook, and export the reports by status for other programs."""
    input:
        **REVIEW,
        amendments="results/protocol/amendments.json",
        appraisal="results/appraisal/appraisal.csv",
        outcomes="results/extraction/outcomes.csv",
        flow_table="results/flow/flow.csv",
    output:
        workbook="results/supplement.xlsx",
        sets=STUDY_SETS,
    log:
        "results/logs/write_supplement.log",
    group:
        "report"
    resources:
        **needs("write_supplement"),
    params:
        config=for_report(config),
        versions=with_build(versions()),
        code=code("write_supplement"),
    script:
        "../scripts/write_supplement.py"


rule export_results:
    """Write flow, effects and judgements in the form that R's PRISMA2020, metafor and robvis read."""
    input:
        flow="results/flow/flow.json",
        studies="results/full_text/studies.csv",
        results=expand("results/pooling/{outcome}.json", outcome=OUTCOMES),
    output:
        diagram=shown("results/flow/prisma2020.csv"),
        effects=[shown_of(name, "effects", path) for name, path in EFFECTS.items()],
        weighted=[
            shown_of(name, "weighted", directory(path), patterns=["{instrument}.csv"])
            for name, path in WEIGHTED.items()
        ],
    log:
        "results/logs/export_results.log",
    localrule: True
    params:
        code=code("export_results"),
    script:
        "../scripts/export_results.py"


rule write_progress:
    """Write the page that says who has what to do, for teams that open only one file."""
    input:
        statuses=expand("results/{stage}/status.json", stage=PANEL_STAGES),
    output:
        page="results/report/progress.html",
    log:
        "results/logs/write_progress.log",
    localrule: True
    params:
        title=config["title"],
        versions=with_build(versions()),
        code=code("write_progress"),
    script:
        "../scripts/write_progress.py"
