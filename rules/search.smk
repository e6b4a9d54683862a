# Needs: exports and archives in config/searches/. Makes: one table of records, one log of searches.


rule read_exports:
    """Read a share of the exports of a large source, whose shares are read side by side."""
    input:
        files=lambda wildcards: kept(SHARES[wildcards.source][int(wildcards.number)]),
    output:
        read="results/search/shares/{source}.{number}.json",
        table="results/search/shares/{source}.{number}.parquet",
    log:
        "results/logs/read_exports.{source}.{number}.log",
    localrule: True
    params:
        code=code("read_exports"),
    script:
        "../scripts/read_exports.py"


rule search_source:
    """Read one source: its exports, or the database itself, whose answers are archived outside the graph."""
    input:
        files=lambda wildcards: (
            []
            if wildcards.source in SHARES
            else kept(SOURCES[wildcards.source]["files"])
        ),
        read=lambda wildcards: shares_of(wildcards.source, "json"),
        tables=lambda wildcards: shares_of(wildcards.source, "parquet"),
    output:
        log="results/search/{source}.json",
        records="results/search/{source}.parquet",
        decisions="results/search/{source}.decisions.csv",
    log:
        "results/logs/search_source.{source}.log",
    localrule: True
    resources:
        live_search=lambda wildcards: int(bool(SOURCES[wildcards.source]["live"])),
    params:
        details=lambda wildcards: SOURCES[wildcards.source],
        email=lambda wildcards: (
            config["email"] if SOURCES[wildcards.source]["live"] else ""
        ),
        code=code("search_source"),
    script:
        "../scripts/search_source.py"


rule import_records:
    """Collect the records of all sources in one table, including judged ones that no search finds any longer."""
    input:
        logs=expand("results/search/{source}.json", source=SOURCES),
        records=expand("results/search/{source}.parquet", source=SOURCES),
    output:
        records="results/records/records.parquet",
        vanished="results/records/vanished.csv",
        searches=shown("results/search/searches.csv"),
    log:
        "results/logs/import_records.log",
    localrule: True
    params:
        code=code("import_records"),
    script:
        "../scripts/import_records.py"
