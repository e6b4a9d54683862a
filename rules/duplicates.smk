# Needs: the record table. Makes: clusters of records of the same report, and the pairs that people must judge.

# in a large review shares of the records are normalised, and shares of their pairs compared, by jobs of their own
DIVIDED = config["divide"]["parts"] > 1


rule normalise_records:
    """Normalise a share of the records, as many at a time as the protocol divides a large review into."""
    input:
        records="results/records/records.parquet",
    output:
        forms="results/duplicates/forms/{scatteritem}.parquet",
    log:
        "results/logs/normalise_records.{scatteritem}.log",
    resources:
        **needs(
            "normalise_records",
            parts=config["divide"]["parts"],
            above=config["divide"]["above"],
        ),
    params:
        above=config["divide"]["above"],
        code=code("normalise_records"),
    script:
        "../scripts/normalise_records.py"


rule pair_records:
    """List the pairs of records that may be of one report, those of a large review in shares."""
    input:
        records="results/records/records.parquet",
        forms=gather.records("results/duplicates/forms/{scatteritem}.parquet"),
    output:
        pairs=scatter.records("results/duplicates/candidates/{scatteritem}.parquet"),
        entries="results/duplicates/candidates/entries.parquet",
        words="results/duplicates/candidates/words.parquet",
    log:
        "results/logs/pair_records.log",
    resources:
        **needs("pair_records"),
    params:
        above=config["divide"]["above"],
        code=code("pair_records"),
    script:
        "../scripts/pair_records.py"


rule compare_records:
    """Compare a share of the pairs, field by field."""
    input:
        records="results/records/records.parquet",
        forms=gather.records("results/duplicates/forms/{scatteritem}.parquet"),
        pairs="results/duplicates/candidates/{scatteritem}.parquet",
        entries="results/duplicates/candidates/entries.parquet",
        words="results/duplicates/candidates/words.parquet",
    output:
        compared="results/duplicates/compared/{scatteritem}.parquet",
    log:
        "results/logs/compare_records.{scatteritem}.log",
    resources:
        **needs(
            "compare_records",
            parts=config["divide"]["parts"],
            above=config["divide"]["above"],
        ),
    params:
        code=code("compare_records"),
    script:
        "../scripts/compare_records.py"


rule find_duplicates:
    """Find records of the same report by rules, and the pairs that the rules leave to the panel."""
    input:
        records="results/records/records.parquet",
        forms=(
            gather.records("results/duplicates/forms/{scatteritem}.parquet")
            if DIVIDED
            else []
        ),
        entries=["results/duplicates/candidates/entries.parquet"] if DIVIDED else [],
        compared=(
            gather.records("results/duplicates/compared/{scatteritem}.parquet")
            if DIVIDED
            else []
        ),
    output:
        queue="results/duplicates/queue.parquet",
        merges="results/merges/queue.parquet",
        entries="results/duplicates/entries.parquet",
        pairs="results/duplicates/pairs.parquet",
    log:
        "results/logs/find_duplicates.log",
    threads: 2
    resources:
        **needs("find_duplicates"),
    params:
        merge_cochrane_versions=config["duplicates"]["merge_cochrane_versions"],
        code=code("find_duplicates"),
    script:
        "../scripts/find_duplicates.py"


rule merge_duplicates:
    """Merge each cluster into one report, using the panel's answers on the pairs that were left open."""
    input:
        records="results/records/records.parquet",
        vanished="results/records/vanished.csv",
        entries="results/duplicates/entries.parquet",
        pairs="results/duplicates/pairs.parquet",
        decisions="results/duplicates/decisions.csv",
        merges="results/merges/decisions.csv",
    output:
        duplicates=shown("results/duplicates/duplicates.csv"),
        links="results/duplicates/links.csv",
        reports="results/duplicates/reports.parquet",
        sources=shown("results/duplicates/sources.csv"),
        shared=shown("results/duplicates/shared.csv"),
        summary="results/duplicates/summary.json",
    log:
        "results/logs/merge_duplicates.log",
    localrule: True
    threads: 2
    params:
        kinds=KINDS,
        merge_cochrane_versions=config["duplicates"]["merge_cochrane_versions"],
        code=code("merge_duplicates"),
    script:
        "../scripts/merge_duplicates.py"


rule draw_sources:
    """Draw how many reports each combination of sources found."""
    input:
        reports="results/duplicates/reports.parquet",
        searches=expand("results/search/{source}.json", source=SOURCES),
    output:
        **beside(["results/duplicates/sources.svg"], config),
        svg=[shown("results/duplicates/sources.svg")],
    log:
        "results/logs/draw_sources.log",
    localrule: True
    params:
        code=code("draw_sources"),
    script:
        "../scripts/draw_sources.py"
