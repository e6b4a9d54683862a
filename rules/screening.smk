# Needs: reports and the decisions of the stage before. Makes: the queues of screening, and the included studies.


rule carry_decisions:
    """Assign the decisions imported with exports of screening tools to reviewers and reports."""
    input:
        decisions=expand("results/search/{source}.decisions.csv", source=SOURCES),
        duplicates="results/duplicates/duplicates.csv",
    output:
        carried="results/duplicates/carried.csv",
    log:
        "results/logs/carry_decisions.log",
    localrule: True
    params:
        names={name: details["reviewers"] for name, details in SOURCES.items()},
        reviewers={stage: reviewers(config, stage) for stage in CARRIED},
        code=code("carry_decisions"),
    script:
        "../scripts/carry_decisions.py"


rule queue_records:
    """List the reports whose titles and abstracts are to be screened."""
    input:
        reports="results/duplicates/reports.parquet",
        links="results/duplicates/links.csv",
        carried="results/duplicates/carried.csv",
    output:
        queue="results/title_abstract/queue.parquet",
    log:
        "results/logs/queue_records.log",
    resources:
        **needs("queue_records"),
    params:
        code=code("queue_records"),
    script:
        "../scripts/queue_records.py"


rule draw_reading:
    """Draw how many included records were found after how many were read."""
    input:
        status="results/title_abstract/status.json",
    output:
        **beside(["results/title_abstract/reading.svg"], config),
        svg=[shown("results/title_abstract/reading.svg")],
    log:
        "results/logs/draw_reading.log",
    localrule: True
    params:
        code=code("draw_reading"),
    script:
        "../scripts/draw_reading.py"


rule queue_reports:
    """List the reports to be read in full, and those that are read only once a linked report is included."""
    input:
        reports="results/duplicates/reports.parquet",
        decisions="results/title_abstract/decisions.csv",
        links="results/duplicates/links.csv",
        carried="results/duplicates/carried.csv",
    output:
        sought="results/full_text/sought.parquet",
        linked="results/full_text/linked.csv",
    log:
        "results/logs/queue_reports.log",
    resources:
        **needs("queue_reports"),
    params:
        gate=config["title_abstract"]["gate"],
        reasons=config["full_text"]["reasons"],
        code=code("queue_reports"),
    script:
        "../scripts/queue_reports.py"


rule find_fulltexts:
    """Link each report to its full text: PDFs that people dropped, PubMed Central, open access."""
    input:
        sought="results/full_text/sought.parquet",
    output:
        queue="results/full_text/queue.parquet",
        files="results/full_text/fulltexts.csv",
        missing=shown("results/full_text/missing_pdfs.csv"),
        summary="results/full_text/fulltexts.json",
    log:
        "results/logs/find_fulltexts.log",
    localrule: True
    params:
        pdfs=lambda wildcards: fulltexts.state(),
        services=config["full_text"]["open_access"],
        attempts=lambda wildcards: fulltexts.attempts(),
        email=config["email"] if config["full_text"]["open_access"] else "",
        code=code("find_fulltexts"),
    script:
        "../scripts/find_fulltexts.py"


rule check_notices:
    """Look for retractions and expressions of concern of included reports, also in PubMed if it is searched live."""
    input:
        reports="results/duplicates/reports.parquet",
        decisions="results/full_text/decisions.csv",
    output:
        notices=shown("results/full_text/notices.csv"),
        status="results/full_text/notices.json",
    log:
        "results/logs/check_notices.log",
    localrule: True
    resources:
        live_search=int(bool(pubmed_search(SOURCES))),
    params:
        search=pubmed_search(SOURCES),
        email=config["email"] if pubmed_search(SOURCES) else "",
        attempt=lambda wildcards: failed_before(Path("results/full_text/notices.json")),
        code=code("check_notices"),
    script:
        "../scripts/check_notices.py"


rule group_studies:
    """Group the included reports into studies, and list what is to be judged and extracted."""
    input:
        reports="results/duplicates/reports.parquet",
        decisions="results/full_text/decisions.csv",
        notices="results/full_text/notices.csv",
    output:
        studies=shown("results/full_text/studies.csv"),
        appraisal="results/appraisal/queue.parquet",
        extraction="results/extraction/queue.parquet",
    log:
        "results/logs/group_studies.log",
    localrule: True
    params:
        **for_appraisal(config),
        extraction=for_extraction_rows(config),
        gate=config["full_text"]["gate"],
        code=code("group_studies"),
    script:
        "../scripts/group_studies.py"
