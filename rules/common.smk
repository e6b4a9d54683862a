# What rules ask about their surroundings: the sheets that people fill in, code, the version that is updated.


def sheet_state(wildcards):
    """What people last did to the sheets of a stage: the door through which edits enter the graph."""
    return state(wildcards.stage, reviewers(config, wildcards.stage))


def edits(wildcards):
    """No file: an edit that was not read yet is read however Snakemake is called, also after --touch."""
    if workflow.is_main_process and workflow.dag is not None:
        # as if asked for by --forcerun; where parameters are not compared nothing else in Snakemake would notice
        workflow.dag.forcefiles.update(
            to_read_again(wildcards.stage, reviewers(config, wildcards.stage))
        )
    return []


def code(script):
    """The parameter by which a rule runs again when code or data that its script reaches has changed."""
    # a function, which is asked only where there is a job
    return lambda wildcards: stamp(script)


def kept(paths):
    """Files in config/ as inputs: a `prefix:` of a `module` moves results/ and leaves them where they are."""
    return [local(str(path)) for path in paths]


def previous_version(wildcards):
    """The file of the version that this review updates, where one was frozen here."""
    name = config["previous"]["version"]
    return kept([(VERSIONS / f"{name}.json").as_posix()] if name else [])


def unmade():
    """What this run was to make and has not made."""
    jobs = workflow.dag.needrun_jobs() if workflow.dag else ()
    return [str(path) for job in jobs for path in job.output]
