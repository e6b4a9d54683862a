# What rules need to know about their surroundings: the sheets that people fill in, the code, the version being updated.


def sheet_state(wildcards):
    """What people last did to the sheets of a stage: the only way in which edits enter the graph."""
    return state(wildcards.stage, reviewers(config, wildcards.stage))


def edits(wildcards):
    """No file, but makes sure that an unread edit is read however Snakemake is called, even after --touch."""
    if workflow.is_main_process and workflow.dag is not None:
        # as if requested by --forcerun: if parameters are not compared, nothing else in Snakemake would notice
        workflow.dag.forcefiles.update(
            to_read_again(
                wildcards.stage, reviewers(config, wildcards.stage), HERE / "results"
            )
        )
    return []


def code(script):
    """The parameter that makes a rule run again when code or data that its script reaches has changed."""
    # a function, which is called only if there is a job
    return lambda wildcards: stamp(script)


def kept(paths):
    """Files in config/ as inputs: the `prefix:` of a `module` moves results/ but leaves these where they are."""
    return [local(str(path)) for path in paths]


def shares_of(source, suffix):
    """What was read of each share of a source; none if it is read as a whole."""
    return expand(
        f"results/search/shares/{source}.{{number}}.{suffix}",
        number=range(len(SHARES.get(source, []))),
    )


def needs(rule, outcomes=0, **shares):
    """Memory and time of a step that a cluster runs, by the size of the review; `shares` if it works on one of those."""

    def megabytes():
        exports = [Path(file) for each in SOURCES.values() for file in each["files"]]
        size = table_megabytes(HERE / "results/records/records.parquet", exports)
        return share_megabytes(size, **shares) if shares else size

    return reserved(rule, megabytes, outcomes)


def previous_version(wildcards):
    """The file of the version that this review updates, if one was frozen here."""
    name = config["previous"]["version"]
    return kept([(VERSIONS / f"{name}.json").as_posix()] if name else [])


def unmade():
    """The files that this run should have made but has not."""
    jobs = workflow.dag.needrun_jobs() if workflow.dag else ()
    return [str(path) for job in jobs for path in job.output]


def shown(path, **names):
    """The file with the caption and place that it has in the report of `snakemake --report`."""
    caption, category, name = place_in_report(path)
    return report(
        path.format(**names) if names else path,
        caption=caption,
        category=category,
        labels={"Result": " ".join([name, *names.values()])},
    )


def shown_of(outcome, kind, path, **files):
    """The same for a figure or table of an outcome: "forest", "forest.<column>", "funnel", an analysis, ...

    In a folder, `patterns` says which files are shown.
    """
    caption, name = caption_of_outcome(kind)
    return report(
        path,
        **files,
        caption=caption,
        category="Outcomes",
        subcategory=config["outcomes"][outcome]["title"],
        labels={"Result": name},
    )
