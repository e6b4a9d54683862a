"""A systematic review: from a protocol and search results to the PRISMA flow, pooled estimates and a report.

`config/` keeps what cannot be rebuilt, `results/` what can. The graph is static: every stage runs on every
call with what people have decided so far.
"""

import atexit
import shlex
import sys

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

from prismake.search.imported_decisions import STAGES as CARRIED
from prismake.core.names import EXTRACTION
from prismake.core.names import STAGES as PANEL_STAGES
from prismake.core.names import STAGES_BEFORE_POOLING
from prismake.protocol.config import validated
from prismake.protocol.figure_files import beside
from prismake.protocol.outcome_kinds import figures_of
from prismake.protocol.team import SEARCHES, TEMPLATE, VERSIONS, reviewers
from prismake.core.software import versions, with_build
from prismake.core.paths import note_prefix
from prismake.core.stamps import keep_sources, stamp
from prismake.core.clocks import date_back
from prismake.core.refusals import refuse_unwritable
from prismake.fulltexts import folder as fulltexts
from prismake.core.files import sweep_all_drafts, sweep_drafts
from prismake.core.needs import reserved, share_megabytes, table_megabytes
from prismake.core.jobs import LOGS, forget_problems, shown_sentence_of
from prismake.core.reuse import RESULTS_OF_STEPS, force
from prismake.search.notices import failed_before, pubmed_search
from prismake.search.discovery import shares, sources
from prismake.protocol.division import groups
from prismake.protocol.config_file import check_config_file
from prismake.protocol.instrument_files import NONE as NO_INSTRUMENT
from prismake.protocol.known_files import known_studies
from prismake.protocol.settings import (
    columns_of,
    for_appraisal,
    for_certainty,
    for_cohorts,
    for_extraction_rows,
    for_letters,
    for_offering,
    for_outcome_table,
    for_reading,
    for_report,
    joint_outcomes,
)
from prismake.kept.protocols import kept_files, settings_now
from prismake.kept.repair import refuse_damaged
from prismake.kept.sheet_files import written_folders
from prismake.kept.sheet_state import state
from prismake.kept.unread_edits import to_read_again
from prismake.report.manuscript.study_sets import SETS
from prismake.report.run_record import listen
from prismake.report.shown import caption_of_outcome, place_in_report
from prismake.report.status import closing_words
from prismake.sheets.renaming import finish_renaming

min_version("9.27")

# `snakemake --lint` asks for a conda environment or a container for each rule. All rules run in the environment that
# runs Snakemake: their scripts call one package, pyproject.toml bounds what it needs, the page states the versions,
# and the stamp of a rule (rules/common.smk) makes it run again when one of them that decides numbers changes.


# Snakemake passes the path of Python to a shell unquoted: a home such as /home/Anna's Mac would be several words.
sys.executable = shlex.quote(sys.executable)

# where results/ is: here, or below the `prefix:` with which another Snakefile uses this one as a `module`
HERE = Path(workflow.modifier.path_modifier.prefix or "")

# including those of --configfile, of which Snakemake itself has read what it could
CONFIG_FILES = ["config/config.yaml", *map(str, workflow.config_settings.configfiles)]

try:
    for path in CONFIG_FILES:
        check_config_file(Path(path))
except Exception as error:
    raise WorkflowError(shown_sentence_of(error))


configfile: "config/config.yaml"


try:
    settings_given = ["--config"] if workflow.config_settings.config else []
    config = validated(config, where=" with ".join(CONFIG_FILES + settings_given))
    SOURCES = sources(config, SEARCHES)
    # export files that one job reads, for the sources that are too large for a single one
    SHARES = {
        name: parts
        for name, details in SOURCES.items()
        if (parts := shares(details, config["divide"]["megabytes"]))
    }
    if workflow.is_main_process:
        note_prefix(HERE)
        refuse_damaged()
        if finished := finish_renaming():
            print(finished, file=sys.stderr)
        if not workflow.output_settings.dryrun:
            refuse_unwritable(written_folders(HERE / "results"))
except Exception as error:
    raise WorkflowError(shown_sentence_of(error))

OUTCOMES = list(config["outcomes"])
# outcomes that are pooled by one job, by the first of them
GROUPS = {group[0]: group for group in groups(OUTCOMES, config["divide"]["outcomes"])}
# and those that are drawn by one job: to load matplotlib takes as long as to draw an outcome
DRAWN = {
    group[0]: group for group in groups(OUTCOMES, config["divide"]["outcomes"], least=3)
}
KINDS = {name: details["kind"] for name, details in SOURCES.items()}
# what a cluster runs in one submission: steps of few outcomes with the other small ones, else those of each group alone
SUBMISSIONS = {
    first: "results" if len(OUTCOMES) == len(GROUPS) else f"outcomes_{first}"
    for first in (*GROUPS, *DRAWN)
}
# for each outcome, the SVG of each figure: which ones there are depends on its kind
FIGURES = {
    outcome: {
        figure: f"results/pooling/{outcome}.{figure}.svg"
        for figure in figures_of(spec, config["extraction"]["fields"])
    }
    for outcome, spec in config["outcomes"].items()
}
# how early the included records came says something only where the order does
READING = (
    ["results/title_abstract/reading.svg"]
    if config["title_abstract"]["order"] in ("relevance", "random")
    else []
)
PLOTS = [
    "results/duplicates/sources.svg",
    *READING,
    "results/appraisal/stars.svg",
    "results/appraisal/traffic_light.svg",
    *(path for paths in FIGURES.values() for path in paths.values()),
]


# the instruments of the protocol, each once
INSTRUMENTS = sorted({*config["appraisal"]["instruments"].values()} - {NO_INSTRUMENT})


# shares of the records, to be worked on at the same time
scattergather:
    records=config["divide"]["parts"],


wildcard_constraints:
    source="[a-z][a-z0-9_]*",
    number="[0-9]+",
    stage="|".join(PANEL_STAGES),
    outcome="|".join(OUTCOMES) or "none",


onstart:
    forget_problems(HERE / LOGS)
    if workflow.dag_settings.forceall or workflow.dag_settings.forcerun:
        force()


include: "rules/common.smk"
include: "rules/search.smk"
include: "rules/duplicates.smk"
include: "rules/panel.smk"
include: "rules/screening.smk"
include: "rules/appraisal.smk"
include: "rules/extraction.smk"
include: "rules/pooling.smk"
include: "rules/certainty.smk"
include: "rules/flow.smk"
include: "rules/report.smk"


if workflow.is_main_process:
    sweep_all_drafts(HERE / "results", Path("config"), RESULTS_OF_STEPS)
    sweep_drafts(Path())  # of exports
    if not workflow.output_settings.dryrun:
        # files dated in the future would stop every run, or hide changes
        files = [
            Path(file) for details in SOURCES.values() for file in details["files"]
        ]
        files += [*known_studies(Path("config")), *VERSIONS.glob("*.json")]
        for words in date_back(files, HERE / "results"):
            print(words, file=sys.stderr)
    # onsuccess does not run when there is nothing to do, which is when the table is needed most
    run = listen(unmade, workflow.output_settings)
    atexit.register(closing_words, config, run, folder=HERE)
    atexit.register(keep_sources)


rule all:
    """Everything that can be made from what has been decided so far."""
    default_target: True
    input:
        "results/report/report.html",
        "results/report/progress.html",
        "results/manuscript.docx",
        "results/supplement.xlsx",
        "results/flow/prisma2020.csv",
        "results/extraction/not_reported.csv",
        "results/certainty/summary_of_findings.csv",
        expand("results/appraisal/robvis.{instrument}.csv", instrument=INSTRUMENTS),
        "results/flow/flow.svg",
        PLOTS,
        *beside(["results/flow/flow.svg", *PLOTS], config).values(),
