"""The command ``prismake``: start a review, see how far it is, look up a decision, accept a sheet, export a set."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from prismake import __version__
from prismake.core.errors import ConfigError, PrismakeError
from prismake.core.paths import results_parent
from prismake.core.progress import watched
from prismake.report.record_export import ALL, EXPORTS, STAGES, WHAT

SERVICES = ("openalex", "pubmed")  # where citations can be chased
_CONFIG = Path("config/config.yaml")


class _Version(argparse.Action):
    """Prints the version; the build is a digest of all files, which nobody waits for who asks for something else."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from prismake.core.software import build

        print(f"prismake {__version__} (build {build()})")
        parser.exit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 when it did what was asked, 1 with one sentence when it could not."""
    parser = argparse.ArgumentParser(prog="prismake", description="A systematic review as one Snakemake graph.")
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and build of prismake")
    commands = parser.add_subparsers(dest="command", required=True)
    new = commands.add_parser("new", help="make a folder for a new review")
    new.add_argument("folder", type=Path, help="name of the folder, for instance my-review")
    status = commands.add_parser("status", help="show who has how many rows left, without running anything")
    status.add_argument("--history", metavar="RECORD", help="show the whole history of one record or study")
    status.add_argument(
        "--watch", action="store_true", help="keep running, and say how each sheet is read when it is saved"
    )
    checked = commands.add_parser("check", help="say how a sheet would be read, without running or writing anything")
    checked.add_argument("sheet", type=Path, help="for instance config/sheets/title_abstract.anna.xlsx")
    commands.add_parser("doctor", help="check this review and this computer, and say what to do")
    opened = commands.add_parser("open", help="open your next sheet in which rows are left")
    opened.add_argument("who", nargs="?", default="", metavar="NAME", help="your name, as in config.yaml")
    accept = commands.add_parser("accept", help="accept a sheet as it is, after a run refused it as sorted by mistake")
    accept.add_argument("sheet", type=Path, help="for instance config/sheets/title_abstract.anna.xlsx")
    restore = commands.add_parser("restore", help="go back to the answers of a sheet that were read last")
    restore.add_argument(
        "path",
        type=Path,
        nargs="?",
        metavar="SHEET",
        help="for instance config/sheets/title_abstract.anna.xlsx, or a damaged file in config/sheets/history/; "
        "without it, what there is to go back to",
    )
    restore.add_argument("--copy", type=Path, metavar="FILE", help="the copy in config/sheets/history/ to go back to")
    restore.add_argument("--show", action="store_true", help="say what would change and change nothing")
    rename = commands.add_parser("rename-reviewer", help="give a reviewer another name, with all sheets and answers")
    rename.add_argument("old", help="the name so far")
    rename.add_argument("new", help="the name from now on")
    freeze = commands.add_parser("freeze", help="keep the present decisions as a version from which updates count")
    freeze.add_argument("version", help="name of the version, for instance the day it is published: 2025-08-31")
    trace = commands.add_parser("trace", help="trace the numbers of a study in an outcome back to their cells")
    trace.add_argument("outcome", help="name of the outcome in config.yaml")
    trace.add_argument("study", help="for instance 'Maude 2018', as in the forest plot")
    export = commands.add_parser(
        "export", help="write the records of a stage for Zotero, EndNote, Rayyan, Covidence, …"
    )
    export.add_argument("stage", choices=STAGES, help="whose records")
    export.add_argument("--what", choices=WHAT, default=ALL, help="which of the reports that a stage judges")
    export.add_argument("--format", choices=list(EXPORTS), default="ris", help="ris is what all of them take")
    export.add_argument("--output", type=Path, help="name of the new file")
    protocol = commands.add_parser("protocol", help="write the protocol as text (PRISMA-P), or keep a dated version")
    protocol.add_argument("output", type=Path, nargs="?", help="name of the new file, for instance protocol.md")
    protocol.add_argument(
        "--keep", default="", metavar="DAY", help="keep config.yaml as it is, for instance 2025-08-31"
    )
    crate = commands.add_parser("crate", help="pack protocol, sheets and results to be published (RO-Crate)")
    crate.add_argument("output", type=Path, help="name of the new archive, for instance review.zip")
    crate.add_argument("--with-searches", action="store_true", help="also the exports, if their databases allow it")
    paper = commands.add_parser("manuscript", help="bring the numbers in your copy of the manuscript up to date")
    paper.add_argument("--update", type=Path, metavar="MY.docx", help="your copy; without it, where the manuscript is")
    paper.add_argument("--partial", action="store_true", help="the copy lacks some numbers on purpose")
    paper.add_argument("--show", action="store_true", help="say what would change and change nothing")
    chase = commands.add_parser("chase", help="look up what cites the included studies, and what they cite")
    chase.add_argument("service", choices=SERVICES, help="service to use: openalex is more complete than pubmed")
    chase.add_argument("--again", action="store_true", help="look up every study again, for later citations")
    translate = commands.add_parser("translate", help="write a search in PubMed's syntax for another platform")
    translate.add_argument("source", help="name of the search whose query is in config.yaml")
    translate.add_argument("platform", choices=("ovid", "embase", "wos"), help="Ovid, Embase.com or Web of Science")
    press = commands.add_parser("press", help="make the form for the peer review of a search (PRESS 2015)")
    press.add_argument("source", help="name of the search")
    press.add_argument("output", type=Path, help="name of the new file, for instance press.pubmed.md")
    chosen = parser.parse_args(arguments)
    try:
        with _watched(chosen):
            _run(chosen)
        sys.stdout.flush()
    except BrokenPipeError:
        # prismake … | head: who reads has seen enough; Python must not try to write the rest when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        from prismake.core.jobs import shown_sentence_of

        print(f"prismake: {shown_sentence_of(error)}", file=sys.stderr)
        return 1
    return 0


def _watched(chosen: argparse.Namespace) -> contextlib.AbstractContextManager[None]:
    """A line about a command that takes long, unless it is meant to go on until somebody ends it."""
    goes_on = chosen.command == "status" and chosen.watch
    return contextlib.nullcontext() if goes_on else watched(f"prismake {chosen.command}")


def _run(chosen: argparse.Namespace) -> None:
    """Run the command that was chosen."""
    if chosen.command == "new":
        _new(chosen.folder)
    elif chosen.command == "open":
        from prismake.cli.open_sheet import open_next

        print(f"Opened {open_next(chosen.who)}.")
    elif chosen.command == "doctor":
        _doctor()
    elif chosen.command == "accept":
        _accept(chosen.sheet)
    elif chosen.command == "restore":
        from prismake.cli.restore_files import restore as go_back

        go_back(chosen.path, chosen.copy, read_config, only_show=chosen.show)
    elif chosen.command == "rename-reviewer":
        from prismake.cli.rename import rename as give_name

        give_name(chosen.old, chosen.new, _CONFIG)
    elif chosen.command == "chase":
        from prismake.cli.chase import chase_included

        chase_included(chosen.service, read_config, again=chosen.again)
    elif chosen.command in ("translate", "press"):
        _search_strategy(chosen)
    elif chosen.command == "freeze":
        _freeze(chosen.version)
    elif chosen.command == "export":
        _export(chosen.stage, chosen.what, chosen.format, chosen.output)
    else:
        _tell(chosen)


def _tell(chosen: argparse.Namespace) -> None:
    """Run a command that tells something: ``trace``, ``manuscript``, ``check`` or ``status``."""
    if chosen.command == "trace":
        from prismake.report.value_trace import trace as lead_back

        _warn_not_current()
        print("\n".join(lead_back(chosen.outcome, chosen.study, read_config())))
    elif chosen.command == "protocol":
        from prismake.cli.protocol import protocol_words

        print(protocol_words(chosen.output, chosen.keep, _CONFIG, read_config))
    elif chosen.command == "crate":
        from prismake.report.manuscript.crate import write_crate

        _warn_not_current()
        number = write_crate(chosen.output, read_config(), with_searches=chosen.with_searches)
        print(f"Made {chosen.output} with {number:,} files.")
    elif chosen.command == "manuscript":
        from prismake.cli.manuscript import manuscript_words

        _warn_not_current()
        print("\n".join(manuscript_words(chosen.update, partial=chosen.partial, only_show=chosen.show)))
    elif chosen.command == "check":
        from prismake.cli.check_sheet import print_check

        print_check(chosen.sheet, read_config())
    elif chosen.history:
        _history(chosen.history)
    else:
        _status(watch=chosen.watch)


def _doctor() -> None:
    from prismake.cli.doctor import doctor

    if not doctor(read_config):
        raise PrismakeError("not everything is in order: see the lines that begin with x.")


def _search_strategy(chosen: argparse.Namespace) -> None:
    from prismake.cli.search_strategy import translated, write_press

    if chosen.command == "translate":
        print(translated(chosen.source, chosen.platform, read_config))
    else:
        write_press(chosen.source, chosen.output, read_config)
        print(f"Made {chosen.output}.")


def _new(folder: Path) -> None:
    from prismake.protocol.new_review import make_review

    make_review(folder)
    print(
        f"Made {folder}/. Next:\n"
        f"  1. Put the exports of your searches into {folder}/config/searches/ (RIS, CSV, XML, … as downloaded).\n"
        f"  2. Write title, question and reviewers into {folder}/config/config.yaml.\n"
        f"  3. cd {folder} && snakemake"
    )


def _status(*, watch: bool) -> None:
    from prismake.report.status import closing_words

    closing_words(read_config(), stream=sys.stdout, folder=results_parent())
    if watch:
        from prismake.cli.check_sheet import watch as watch_sheets

        with contextlib.suppress(KeyboardInterrupt):  # the way to end it
            watch_sheets(read_config)


def _accept(sheet: Path) -> None:
    from prismake.kept.sheet_state import accept

    accept(sheet)
    print(f"{sheet} counts as it is now. Next: snakemake")


def _freeze(version: str) -> None:
    from prismake.flow.inputs import freeze_version
    from prismake.protocol.team import SEARCHES
    from prismake.report.status import stage_statuses, unread
    from prismake.search.discovery import sources

    config = read_config()
    folder = results_parent()
    _refuse_not_current(unread(config, stage_statuses(folder), folder))
    path, counts = freeze_version(version, list(sources(config, SEARCHES)), folder / "results")
    print(
        f"Made {path}: {counts['studies']:,} included studies ({counts['reports']:,} reports); {counts['ended']:,} "
        f"reports with a final decision, {counts['open']:,} open, which count as new in the update.\n"
        f'When the update begins, write into config/config.yaml:\n\nprevious:\n  version: "{version}"'
    )


def _export(stage: str, what: str, format: str, output: Path | None) -> None:
    from prismake.report.record_export import export, stages_before
    from prismake.report.status import stage_statuses, unread

    folder = results_parent()
    statuses = [status for status in stage_statuses(folder) if status["stage"] in stages_before(stage)]
    _refuse_not_current(unread(read_config(), statuses, folder) if statuses else [])
    path, count = export(stage, what, format, output, folder / "results")
    print(f"Wrote {count:,} records to {path}.")


def _refuse_not_current(edited: Sequence[str]) -> None:
    """Raise PrismakeError where sheets were edited since they were read: what would be written is not what they say."""
    if edited:
        raise PrismakeError(_not_current(edited), remedy="Type snakemake first.")


def _warn_not_current() -> None:
    """Say so if the output comes from results that are older than the sheets."""
    from prismake.report.status import stage_statuses, unread

    folder = results_parent()
    statuses = stage_statuses(folder)
    if statuses and _CONFIG.is_file() and (edited := unread(read_config(), statuses, folder)):
        print(f"prismake: {_not_current(edited)} Type snakemake first.", file=sys.stderr)


def _not_current(edited: Sequence[str]) -> str:
    verb = "was edited and has" if len(edited) == 1 else "were edited and have"
    return f"the results are not current: {', '.join(edited)} {verb} not been read."


def _history(record: str) -> None:
    from prismake.report.audit_trail import audit_trail

    _warn_not_current()
    for line in audit_trail(record):
        print(line)


def read_config() -> dict:
    """The validated configuration of the review in the current folder.

    Raises:
        ConfigError: this is no folder of a review, or its configuration has problems.
    """
    from prismake.protocol.config import validated
    from prismake.protocol.config_file import read_config_file

    if not _CONFIG.is_file():
        raise ConfigError(
            f"there is no {_CONFIG} here.",
            where=str(Path.cwd()),
            remedy="Go to the folder of the review, or make one: prismake new my-review.",
        )
    return validated(read_config_file(_CONFIG))
