"""A whole context for the page, with invented searches, decisions and agreement around the CAR-T counts."""

from __future__ import annotations

from typing import Any

import review_samples as samples
from prismake import figures
from prismake.report.tables import study_table

CONFIG: dict[str, Any] = {
    "title": "CAR T-cell therapy in relapsed or refractory B-cell acute lymphoblastic leukaemia",
    "question": "How many people relapse after remission, and how many have cytokine release syndrome?",
    "notice": "A demonstration: the judgements are illustrative.",
    "registration": "",
    "authors": ["First Author", "Second Author"],
    "reviewers": ["anna", "ben"],
    "criteria": {"include": ["Relapsed or refractory B-ALL"], "exclude": ["Reviews, editorials, case reports"]},
    "duplicates": {"merge_cochrane_versions": True, "reviewers": []},
    "title_abstract": {"reviewers": [], "gate": "rolling", "order": "relevance"},
    "full_text": {"reviewers": [], "reasons": ["Wrong population"]},
    "appraisal": {
        "reviewers": [],
        "overall": "total",
        "instruments": {"cohort": "nos_cohort", "single_arm": "nos_single_arm"},
    },
    "extraction": {
        "reviewers": [],
        "fields": [
            {"name": "antigen", "label": "Antigen target"},
            {"name": "costimulatory_domain", "label": "Costimulatory domain"},
            {"name": "infused", "label": "Infused"},
            {"name": "remissions", "label": "Remissions"},
            {"name": "relapses", "label": "Relapses"},
            {"name": "crs", "label": "CRS"},
            {"name": "neurotoxicity", "label": "Neurotoxicity"},
        ],
    },
    "outcomes": {
        "relapse": {
            "title": "Relapse among complete remissions",
            "measure": "PLO",
            "model": "glmm",
            "method": "REML",
            "test": "knha",
            "also_inverse_variance": True,
            "subgroups": ["antigen"],
        },
        "crs": {
            "title": "Cytokine release syndrome, any grade",
            "measure": "PLO",
            "model": "glmm",
            "method": "REML",
            "test": "knha",
            "also_inverse_variance": True,
            "subgroups": [],
        },
    },
    "pooling": {"level": 95, "subgroup_tau2": "common"},
}
QUERY = '("receptors, chimeric antigen"[MeSH Terms] OR "CAR-T"[Title/Abstract]) AND leukemia*[Title/Abstract]'


def searches() -> list[dict[str, Any]]:
    def one(source: str, label: str, kind: str, platform: str, records: int, **more: Any) -> dict[str, Any]:
        base = {"source": source, "label": label, "kind": kind, "platform": platform, "records": records, "query": ""}
        base |= {"query_translation": "", "date": "2025-08-31", "limits": "", "warnings": []}
        return base | {"files": [{"name": f"config/searches/{source}.ris", "records": records, "format": "RIS"}]} | more

    return [
        one(
            "pubmed",
            "PubMed",
            "database",
            "NCBI E-utilities",
            181,
            query=QUERY,
            query_translation=QUERY.lower(),
            runs=[
                {"date": "2025-08-31", "since": "", "until": "2025-08-31", "found": 170, "records": 170},
                {"date": "2026-01-31", "since": "2025-08-31", "until": "2026-01-31", "found": 1_012, "records": 11},
            ],
        ),
        one("embase", "Embase", "database", "Embase.com", 214, warnings=["3 records have no title."]),
        one("cochrane", "Cochrane Library", "database", "cochranelibrary.com", 97, limits="Trials only"),
        one("trials", "ClinicalTrials.gov", "register", "", 61),
        one("citation_searching", "Citation searching", "other", "", 7, date=""),
    ]


def pair(n: int, observed: float, kappa: float | None, word: str = "substantial") -> dict[str, Any]:
    bounds = {
        f"{name}_{end}": None if value is None else value + shift
        for name, value in (
            ("observed", observed),
            ("kappa", kappa),
            ("pabak", 2 * observed - 1),
            ("ac1", observed - 0.02),
        )
        for end, shift in (("lb", -0.05), ("ub", 0.04))
    }
    values = {"observed": observed, "kappa": kappa, "pabak": 2 * observed - 1, "ac1": observed - 0.02}
    reason = "" if kappa is not None else "all answers are the same"
    return {"first": "anna", "second": "ben", "n": n, "kappa_word": word, "kappa_reason": reason, **bounds, **values}


def agreement() -> list[dict[str, Any]]:
    def field(label: str, *numbers: Any) -> dict[str, Any]:
        return {"label": label, "reviewers": ["anna", "ben"], "pairs": [pair(*numbers)], "n_compared": numbers[0]}

    return [
        {"title": "Possible duplicates", "fields": {"same": field("Same report?", 9, 1.0, None, "")}},
        {"title": "Title and abstract", "fields": {"decision": field("Decision", 320, 0.95, 0.72)}},
        {"title": "Full text", "fields": {"decision": field("Decision", 43, 0.91, 0.78)}},
        {"title": "Data extraction", "fields": {}},
    ]


def excluded() -> list[dict[str, str]]:
    rows = [
        ("Smith AB et al. CAR-T in lymphoma. Blood 2019;133:1-9", "10.1000/xyz<1>", "exclude", "Wrong population"),
        ("Roe C. A review of CAR-T. Leukemia 2020;34:2-5", "", "exclude", "Wrong study design"),
        ("Doe J and Poe E. Updated results. Blood 2021;137:3-8", "10.1000/abc", "exclude", "Wrong study design"),
        ("Moe F. An abstract that nobody has. Blood 2018;132:556", "", "not retrieved", "Not retrieved"),
    ]
    return [dict(zip(("citation", "doi", "decision", "reason"), row, strict=True)) for row in rows]


def drawn(results: list[dict[str, Any]], flow: dict[str, Any]) -> dict[str, str]:
    scores, answers = samples.appraisal()
    made = {"flow": figures.flow_diagram(flow)}
    made["stars"] = figures.star_table(scores, answers)
    made["traffic_light"] = figures.traffic_light(answers)
    for result in results:
        made[f"{result['outcome']}.forest"] = figures.forest(result)
        made[f"{result['outcome']}.funnel"] = figures.funnel(result)
        for name in result["subgroups"]:
            made[f"{result['outcome']}.forest.{name}"] = figures.forest(result, subgroup=name)
    return {name: figures.svg_text(figure) for name, figure in made.items()}


def stages(open_rows: int) -> list[dict[str, Any]]:
    names = [("Possible duplicates", "pairs", 9), ("Title and abstract", "records", 320), ("Full text", "reports", 43)]
    names += [("Risk of bias", "items", 78), ("Data extraction", "studies", 12)]
    left = {"Title and abstract": open_rows}
    return [
        {
            "title": title,
            "unit": unit,
            "of": of,
            "settled": of - left.get(title, 0),
            "not_screened": 0,
            "open": left.get(title, 0),
            "rounds": {"words": ["Batch 2: 40 of 100 records are read."] if left.get(title) else []},
            "problems": [{"where": "title_abstract.ben.xlsx, E14", "what": "“perhaps so” is not an answer."}]
            if left.get(title)
            else [],
        }
        for title, unit, of in names
    ]


def status(open_rows: int) -> list[dict[str, Any]]:
    rows = []
    for stage in stages(open_rows):
        slug = stage["title"].lower().replace(" ", "_")
        for who in ("anna", "ben"):
            file = f"config/sheets/{slug}.{who}.xlsx" if stage["open"] else ""
            decided = stage["of"] - (stage["open"] if who == "ben" else 0)
            rows.append(
                {"stage": stage["title"], "who": who, "decided": decided, "of": stage["of"], "file": file, "remark": ""}
            )
    return rows


def study_rows() -> dict[str, Any]:
    import pandas as pd

    scores, _ = samples.appraisal()
    studies = pd.DataFrame(
        [(row[1], row[0], "single_arm", f"pubmed:{number}") for number, row in enumerate(samples.TABLE)],
        columns=["study_id", "label", "design", "report_ids"],
    )
    names = ["antigen", "costimulatory_domain", "remissions", "relapses", "infused", "crs", "neurotoxicity"]
    extraction = pd.DataFrame(
        [[row[1], "settled", *("NR" if value is None else str(value) for value in row[2:])] for row in samples.TABLE],
        columns=["item_id", "state", *names],
    )
    reports = {"pubmed:5": "Maude SL et al. Tisagenlecleucel in children and young adults. N Engl J Med 2018;378:439"}
    table = study_table(studies, scores, extraction, CONFIG["extraction"]["fields"], reports)
    return {"columns": list(table.columns), "rows": table.to_numpy().tolist()}


def duplicates() -> dict[str, Any]:
    """Two sources that share thirty reports, one of them with an unkind name."""
    counts = {"records": 320, "reports": 280, "duplicates": 40, "links": {"correction": 3}, "fields_without_vote": []}
    row = {"records": 200, "reports": 190, "repeated": 10, "only_here": 160, "shared": 30}
    return {
        "summary": {**counts, "answers": {"same": 4, "different": 2}},
        "sources": [{"source": "embase", **row}, {"source": "<b>x</b>", **row, "records": 120, "reports": 120}],
        "shared": [
            {"first": "<b>x</b>", "second": "embase", "rule": "same PMID", "reports": 12},
            {"first": "<b>x</b>", "second": "embase", "rule": "same DOI and title", "reports": 18},
            {"first": "embase", "second": "embase", "rule": "identical", "reports": 10},
        ],
    }


def context(open_rows: int = 0, results: list[dict[str, Any]] | None = None, draw: bool = False) -> dict[str, Any]:
    flow = samples.flow("open" if open_rows else "both")
    results = [samples.relapse(), samples.crs()] if results is None else results
    return {
        "config": CONFIG,
        "versions": {"prismake": "0.1.0", "Python": "3.11", "scipy": "1.17"},
        "instruments": {"nos_cohort": {"title": "Newcastle–Ottawa Scale, cohort studies"}},
        "stages": stages(open_rows),
        "status": status(open_rows),
        "searches": searches(),
        "duplicates": duplicates(),
        "flow": flow,
        "carried": [],
        "notices": [],
        "vanished": [],
        "known": [],
        "results": results,
        "studies": study_rows(),
        "included": 12,
        "excluded": excluded(),
        "agreement": agreement(),
        "figures": drawn(results, flow) if draw else {},
    }
