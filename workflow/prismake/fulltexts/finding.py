"""Find the full texts of the reports sought: links and paths for the sheet, and a list of missing full texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prismake.core.names import ITEM_ID, WAITS_FOR
from prismake.fulltexts import folder, openaccess
from prismake.fulltexts.matching import Match, Sought, match
from prismake.search.transport import Policy

if TYPE_CHECKING:
    import pandas as pd

LINKS = ("pmcid", "open_access", "pdf")  # columns of the queue filled here
_MISSING = (ITEM_ID, "title", "authors", "year", "journal", "doi", "pmid", "pmcid", "open_access", WAITS_FOR)


@dataclass(frozen=True)
class FullTexts:
    """The result of ``find``.

    ``queue``: the reports with their links. ``files``: one row per PDF. ``missing``: reports without a PDF.
    ``summary``: counts, and ``problems`` as {"where", "what"} for the closing table.
    """

    queue: pd.DataFrame
    files: pd.DataFrame
    missing: pd.DataFrame
    summary: dict[str, Any]


def find(
    reports: pd.DataFrame,
    cache: Path,
    *,
    services: Sequence[str] = (),
    email: str = "",
    root: Path = Path(),
    policy: Policy | None = None,
) -> FullTexts:
    """Link each report to its PDF and to open-access copies.

    Args:
        reports: the rows of ``full_text_rows``.
        cache: the text of PDFs read before; may be deleted at any time.
        services: ``full_text.open_access`` of the config; empty to ask no service.
        email: sent to the services, which ask for it.
        root: the folder of the review.
        policy: pauses and repetitions of requests.

    Raises:
        PrismakeError: the archive of earlier answers cannot be read.
    """
    import pandas as pd

    sought = [_sought(row) for row in reports.to_dict("records")]
    files = folder.pdfs(root / folder.FOLDER)
    matches = match(folder.read(files, cache), sought)
    problem_texts: list[str] = []
    answers: openaccess.Answers = {}
    if services and sought:
        answers, problem_texts = openaccess.look_up(sought, services, email, root / openaccess.ARCHIVE, policy=policy)
    paths = {match.item: match.file.relative_to(root).as_posix() for match in matches if match.item}
    free = [openaccess.free_copies(answers, services if answers else (), report) for report in sought]
    queue = reports.assign(
        pmcid=[pmcid for pmcid, _ in free],
        open_access=[url for _, url in free],
        pdf=[paths.get(report.item, "") for report in sought],
    ).astype(dict.fromkeys(LINKS, str))
    missing = queue.loc[queue["pdf"] == "", list(_MISSING)]
    table = pd.DataFrame(
        [_row(match, root) for match in matches], columns=["file", ITEM_ID, "matched_on", "remark"], dtype=str
    )
    problems = [
        {"where": match.file.relative_to(root).as_posix(), "what": match.remark} for match in matches if match.to_do
    ]
    problems += [{"where": "full_text.open_access", "what": text} for text in problem_texts]
    summary = {"reports": len(queue), "files": len(files), "with_pdf": len(paths), "problems": problems}
    return FullTexts(queue, table, missing, summary)


def _row(match: Match, root: Path) -> dict[str, str]:
    return {
        "file": match.file.relative_to(root).as_posix(),
        ITEM_ID: match.item,
        "matched_on": match.matched_on,
        "remark": match.remark,
    }


def _sought(row: Mapping[str, str]) -> Sought:
    members = tuple(row["members"].split("\n"))
    return Sought(row[ITEM_ID], members, row["doi"], row["pmid"], row["pmcid"], row["title"])
