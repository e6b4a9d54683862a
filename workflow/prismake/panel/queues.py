"""What each stage asks about: the queue that comes out of the stage before, as rows for a sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prismake.core.errors import PrismakeError
from prismake.core.labels import study_label
from prismake.fulltexts.related import related_reports
from prismake.kept.ids import FULL_TEXT, SCREENING, steady_id
from prismake.panel.decisions import NOT_SCREENED, SETTLED
from prismake.protocol.instruments import load_instrument, row_choices
from prismake.search.notices import told

if TYPE_CHECKING:
    import pandas as pd

_PUBLICATION = ("title", "abstract", "journal", "doi", "pmid", "pmcid")


def pairs(queue: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Pairs of records side by side: possible duplicates, or merges that a rule has made.

    Args:
        queue: ``item_id, first, second, differences, members`` and for merges ``rule`` (see ``prismake.dedup``), in
            the order of asking.
        records: the record table.
    """
    import pandas as pd

    wanted = records[records["record_id"].isin({*queue["first"], *queue["second"]})]
    known = wanted.set_index("record_id", drop=False).to_dict("index")
    rows = []
    for row in queue.to_dict("records"):
        first, second = known[row["first"]], known[row["second"]]
        rows.append(
            {
                "item_id": row["item_id"],
                "title": f"{first['title']}\n{second['title']}",
                "first": _block(first),
                "second": _block(second),
                "rule": row.get("rule", ""),
                "differences": row["differences"],
                "members": row["members"],
            }
        )
    columns = ["item_id", "title", "first", "second", "rule", "differences", "members"]
    return pd.DataFrame(rows, columns=columns, dtype=str)


def titles_and_abstracts(reports: pd.DataFrame, carried: Mapping[str, str]) -> pd.DataFrame:
    """Reports to screen: all that came from a database or a register.

    Reports found by other methods (citation searching, websites) are sought in full text at once, as the PRISMA 2020
    flow has it; the column ``route`` of the reports says so (``prismake.kept.ids.routes_of``).

    Args:
        carried: by report, the decisions that came along (``prismake.search.imported_decisions.prefilled``).
    """
    return _report_rows(reports[reports["route"] == SCREENING], carried)


def full_texts(
    reports: pd.DataFrame, screened: pd.DataFrame, links: pd.DataFrame, carried: Mapping[str, str], *, handed_on: bool
) -> pd.DataFrame:
    """Reports to assess: included at title and abstract, or found by other methods.

    Column ``related`` names the reports that may be of the same study (``prismake.fulltexts.related``).

    Args:
        screened: ``title_abstract/decisions.csv``.
        links: ``duplicates/links.csv``.
        carried: by report, the decisions that came along.
        handed_on: False while the stage before keeps its results back (``gate: complete``).
    """
    included = set(screened.loc[screened["decision"] == "include", "item_id"]) if handed_on else set()
    table = _report_rows(reports[(reports["route"] == FULL_TEXT) | reports["report_id"].isin(included)], carried)
    related = related_reports(reports, links)
    return table.assign(related=[related.get(report, "") for report in table["item_id"]])


def handed_on(decisions: pd.DataFrame, gate: str) -> bool:
    """Whether a stage hands on what it has decided: always (rolling), or once it is finished (complete)."""
    return gate == "rolling" or bool(decisions["state"].isin([SETTLED, NOT_SCREENED]).all())


def studies(reports: pd.DataFrame, assessed: pd.DataFrame, earlier: Mapping[str, str]) -> pd.DataFrame:
    """Included studies: reports with one study name are one study; without a name a report is its own.

    Columns study_id, label, year, design, report_ids, arms, report, doi; ``study_id`` is the report by which the
    study was first known (``earlier``: report to study of earlier runs). Reports of one study that were given
    different designs keep the design of the first, and ``problem`` says so.
    """
    import pandas as pd

    known = reports.set_index("report_id")
    included = assessed[(assessed["decision"] == "include") & (assessed["state"] == "settled")]
    groups: dict[str, list[dict[str, str]]] = {}
    for row in included.sort_values("item_id", kind="stable").to_dict("records"):
        name = " ".join(row["study"].casefold().split())
        groups.setdefault(f"name:{name}" if name else f"report:{row['item_id']}", []).append(row)
    rows = [_study(members, known, earlier) for members in groups.values()]
    columns = ["study_id", "label", "year", "design", "report_ids", "arms", "report", "doi", "problem"]
    table = pd.DataFrame(rows, columns=columns, dtype=str).sort_values("study_id", kind="stable")
    return table.assign(label=_distinct(list(table["label"])))


def study_of_report(table: pd.DataFrame) -> dict[str, str]:
    """report_id to study_id."""
    return {
        report: study["study_id"] for study in table.to_dict("records") for report in study["report_ids"].split("; ")
    }


def appraisal_items(table: pd.DataFrame, instruments: Mapping[str, str]) -> pd.DataFrame:
    """One row a study and item of the instrument for its design; items that do not apply are not asked."""
    import pandas as pd

    rows = []
    for study in table.to_dict("records"):
        scale = load_instrument(_instrument(study, instruments))
        for item in scale.items:
            if item.not_applicable:
                continue
            rows.append(
                {
                    "item_id": f"{study['study_id']}|{scale.name}|{item.id}",
                    "title": study["label"],
                    "report": study["report"],
                    "domain": scale.domains[item.domain][0],
                    "question": f"{item.id}. {item.question}",
                    "meaning": "\n".join(
                        f"{value}  {text}{' ★' * stars}" for value, (text, stars) in item.answers.items()
                    ),
                    "choices": "|".join(row_choices(item)),
                    "members": "\n".join(
                        f"{report}|{scale.name}|{item.id}" for report in study["report_ids"].split("; ")
                    ),
                }
            )
    columns = ["item_id", "title", "report", "domain", "question", "meaning", "choices", "members"]
    return pd.DataFrame(rows, columns=columns, dtype=str)


def extraction_rows(table: pd.DataFrame, notices: Mapping[str, str]) -> pd.DataFrame:
    """One row a study, or one for each of its separate arms.

    Args:
        notices: by report, retractions and the like in words.
    """
    import pandas as pd

    rows = []
    for study in table.to_dict("records"):
        said = dict.fromkeys(text for one in study["report_ids"].split("; ") if (text := notices.get(one)))
        for arm in arms(study["arms"]) or [""]:
            rows.append(
                {
                    "item_id": f"{study['study_id']}|{arm}" if arm else study["study_id"],
                    "title": f"{study['label']}, {arm}" if arm else study["label"],
                    "report": study["report"],
                    "doi": study["doi"],
                    "notices": "\n".join(said),
                    "members": "\n".join(f"{one}|{arm}" if arm else one for one in study["report_ids"].split("; ")),
                }
            )
    return pd.DataFrame(rows, columns=["item_id", "title", "report", "doi", "notices", "members"], dtype=str)


def arms(text: str) -> list[str]:
    """The names in a cell that lists arms, separated by semicolons."""
    return [name for name in (part.strip().replace("|", "/") for part in text.split(";")) if name]


def _report_rows(reports: pd.DataFrame, carried: Mapping[str, str]) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for report in reports.to_dict("records"):
        rows.append(
            {
                "item_id": report["report_id"],
                **{name: report[name] for name in _PUBLICATION},
                "authors": _authors(report["authors"]),
                "year": "" if pd.isna(report["year"]) else str(report["year"]),
                "types": "; ".join(report["publication_types"]),
                "trials": "; ".join(report["trial_ids"]),
                "sources": ", ".join(report["sources"]),
                "members": "\n".join(report["record_ids"]),
                "notices": told(report["retracted"], report["related_reports"]),
                "carried": carried.get(report["report_id"], ""),
            }
        )
    columns = [
        "item_id",
        *_PUBLICATION,
        "authors",
        "year",
        "types",
        "trials",
        "sources",
        "members",
        "notices",
        "carried",
    ]
    return pd.DataFrame(rows, columns=columns, dtype=str).sort_values("item_id", kind="stable")


def _authors(names: Sequence[str], most: int = 6) -> str:
    names = [str(name) for name in names]
    return "; ".join(names) if len(names) <= most else "; ".join([*names[: most - 1], f"… ({len(names)} authors)"])


def _block(record: Any) -> str:
    """A record as a few lines of text, to be read beside another."""
    import pandas as pd

    year = "" if pd.isna(record["year"]) else str(record["year"])
    place = " ".join(
        filter(
            None,
            [record["journal"], year, record["volume"], record["issue"] and f"({record['issue']})", record["pages"]],
        )
    )
    lines = [
        record["title"],
        _authors(record["authors"]),
        place,
        record["doi"] and f"DOI {record['doi']}",
        record["pmid"] and f"PMID {record['pmid']}",
        "; ".join(record["trial_ids"]),
        f"{record['source']}: {record['record_id'].partition(':')[2]}",
    ]
    return "\n".join(line for line in lines if line)


def _study(members: list[dict[str, str]], known: pd.DataFrame, earlier: Mapping[str, str]) -> dict[str, str]:
    first = members[0]
    report = known.loc[min((row["item_id"] for row in members), key=lambda item: _standing(known.loc[item]))]
    designs = list(dict.fromkeys(row["design"] for row in members if row["design"]))
    names = list(dict.fromkeys(arm for row in members for arm in arms(row["arms"])))
    problem = f"its reports were given different designs: {', '.join(designs)}" if len(designs) > 1 else ""
    return {
        "study_id": steady_id((row["item_id"] for row in members), earlier),
        "label": study_label(report["authors"], report["year"], report["title"], first["study"]),
        "year": _year(report["year"]),
        "design": designs[0] if designs else "",
        "report_ids": "; ".join(row["item_id"] for row in members),
        "arms": "; ".join(names),
        "report": report["title"],
        "doi": report["doi"],
        "problem": problem,
    }


def _year(year: Any) -> str:
    import pandas as pd

    return "" if pd.isna(year) else str(int(year))


def _standing(report: Any) -> tuple[Any, ...]:
    """Which report speaks for its study: an article before a registry entry, then the earliest."""
    import pandas as pd

    year = 9999 if pd.isna(report["year"]) else int(report["year"])
    return (not report["pmid"] and not report["doi"], year, str(report["title"]))


def _distinct(labels: list[str]) -> list[str]:
    """Labels told apart by letters, as reference lists do: Shah 2020a, Shah 2020b."""
    return [
        f"{label}{chr(97 + labels[:index].count(label))}" if labels.count(label) > 1 else label
        for index, label in enumerate(labels)
    ]


def _instrument(study: Mapping[str, str], instruments: Mapping[str, str]) -> str:
    if study["design"] not in instruments:
        raise PrismakeError(
            f"the design “{study['design']}” of {study['label']} has no instrument.",
            where="config/config.yaml, appraisal.instruments",
            remedy=f"Name one; there are instruments for {', '.join(instruments)}.",
        )
    return instruments[study["design"]]
