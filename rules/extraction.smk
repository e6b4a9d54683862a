# Needs: the panel's extraction. Makes: one row per study and outcome, with the place each number comes from.


rule collect_outcomes:
    """Collect the extracted numbers in one table of outcomes, and state for each row whether it can be pooled."""
    input:
        queue="results/extraction/queue.parquet",
        decisions="results/extraction/decisions.csv",
        notes="results/extraction/notes.csv",
        studies="results/full_text/studies.csv",
        reports="results/duplicates/reports.parquet",
    output:
        outcomes=shown("results/extraction/outcomes.csv"),
        families=shown("results/extraction/families.csv"),
        hints=shown("results/extraction/overlap_hints.csv"),
    log:
        "results/logs/collect_outcomes.log",
    group:
        "results"
    resources:
        **needs("collect_outcomes"),
    params:
        outcomes=for_outcome_table(config),
        cohorts=for_cohorts(config),
        code=code("collect_outcomes"),
    script:
        "../scripts/collect_outcomes.py"


rule write_letters:
    """List missing information that the review could use, and write a letter to the authors of each study."""
    input:
        outcomes="results/extraction/outcomes.csv",
        studies="results/full_text/studies.csv",
    output:
        missing=shown("results/extraction/not_reported.csv"),
        letters=directory("results/letters"),
    log:
        "results/logs/write_letters.log",
    localrule: True
    params:
        settings=for_letters(config),
        code=code("write_letters"),
    script:
        "../scripts/write_letters.py"


rule trace_numbers:
    """List the cells of each pooled number, who typed it and how it was settled."""
    input:
        outcomes="results/extraction/outcomes.csv",
        queue="results/extraction/queue.parquet",
        decisions="results/extraction/decisions.csv",
    output:
        places=shown("results/extraction/places.csv"),
    log:
        "results/logs/trace_numbers.log",
    localrule: True
    params:
        sheets=lambda wildcards: state(EXTRACTION, reviewers(config, EXTRACTION)),
        protocol=for_reading(EXTRACTION, config),
        code=code("trace_numbers"),
    script:
        "../scripts/trace_numbers.py"
