"""A page for teams that open only one file: who has what to do, what changed, which cells to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prismake.core.software import MADE_BY
from prismake.report.page import page_environment, progress_view
from prismake.report.status import rows

TEMPLATE = "progress.html.j2"


def progress_page(title: str, stages: Sequence[Mapping[str, Any]], software: str = MADE_BY) -> str:
    """The page as text.

    Args:
        title: of the review.
        stages: the contents of ``<stage>/status.json`` in order.
        software: what wrote the page, with its version.
    """
    status = rows(stages)
    people: dict[str, list[dict[str, Any]]] = {}
    for row in status:
        if row["file"]:
            task = {"stage": row["stage"], "open": row["of"] - row["decided"], "file": row["file"]}
            people.setdefault(row["who"], []).append(task)
    view = progress_view({"stages": stages, "status": status})
    return (
        page_environment()
        .get_template(TEMPLATE)
        .render(title=title, people=list(people.items()), software=software, **view)
    )
