# Needs: the queue of a stage and the sheets that people fill in. Makes: decisions, agreement, status.
# Sheets are neither input nor output of any rule, so the workflow never deletes anything that a person wrote.


rule read_sheets:
    """Add newly queued items to the sheets, and turn the sheets into decisions, agreement and a progress count."""
    input:
        edits,
        queue="results/{stage}/queue.parquet",
    output:
        offered="results/{stage}/offered.json",
        decisions=shown("results/{stage}/decisions.csv"),
        notes="results/{stage}/notes.csv",
        agreement="results/{stage}/agreement.json",
        status="results/{stage}/status.json",
        undecided="results/{stage}/undecided.json",
    log:
        "results/logs/read_sheets.{stage}.log",
    localrule: True
    params:
        sheets=sheet_state,
        protocol=lambda wildcards: for_offering(wildcards.stage, config),
        code=code("read_sheets"),
    script:
        "../scripts/read_sheets.py"
