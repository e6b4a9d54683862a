"""One hierarchy of errors, each of which says what was wrong, where, and what to do about it."""

from __future__ import annotations


class PrismakeError(Exception):
    """What was wrong, where (file, line, sheet, cell, study) and what to do.

    ``str(error)`` is the whole message, ready for a person who knows reviews and not Python.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        super().__init__(what, where, remedy)

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} {self.remedy}" if self.remedy else text


class FileRefused(PrismakeError):
    """The system refused to read or write a file: permissions, disk space, a missing drive, another program."""


class ConfigError(PrismakeError):
    """The protocol in ``config/config.yaml`` cannot be used as it stands."""


class ImportFileError(PrismakeError):
    """A file is not a bibliographic export, or cannot be read as one."""


class SearchError(PrismakeError):
    """A database did not answer a search, or answered with a final error."""


class SheetError(PrismakeError):
    """A spreadsheet cannot be used as a whole; the last decisions that could be read stay in force."""


class KeptFileError(PrismakeError):
    """A file that the workflow keeps in ``config/`` is damaged or was written by a newer version."""


class ChangedMeanwhile(SheetError):
    """A spreadsheet was saved by someone after it had been read, so the new content was discarded."""


class FormError(PrismakeError):
    """A form or an instrument is not well-formed, or an answer does not belong to it."""


class DedupError(PrismakeError):
    """A record table cannot be deduplicated as it stands."""


class ExtractionError(PrismakeError):
    """Numbers that cannot be converted."""


class PoolingError(PrismakeError):
    """The pooled estimate does not exist, or the input does not define one."""


class EstimateDoesNotExist(PoolingError):
    """The likelihood has no maximum (no events anywhere, all events everywhere, ...)."""


class NotConverged(PoolingError):
    """An iterative estimate did not reach its tolerance; no number is given."""


class FlowError(PrismakeError):
    """The counts of the PRISMA flow do not add up."""


def collect(problems: list[str], error: type[PrismakeError], *, where: str = "", remedy: str = "") -> None:
    """Raise one ``error`` that lists every problem, or return when there is none."""
    if not problems:
        return
    if len(problems) == 1:
        raise error(problems[0], where=where, remedy=remedy)
    lines = "".join(f"\n  - {problem}" for problem in problems)
    raise error(f"{len(problems)} problems:{lines}\n", where=where, remedy=remedy)
