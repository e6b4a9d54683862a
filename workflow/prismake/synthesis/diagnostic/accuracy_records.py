"""Each analysis of diagnostic accuracy as a document, and the rows that cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.core.names import STUDY_ID
from prismake.core.paths import data_file
from prismake.extraction.extracted import number
from prismake.protocol.measure_parts import ACCURACY
from prismake.synthesis.check_script import filled
from prismake.synthesis.records import SCHEMA
from prismake.synthesis.usable import UNUSABLE

if TYPE_CHECKING:
    import pandas as pd

_ROW = (STUDY_ID, "arm", "label", "year", *ACCURACY, "settled_by", "source")


def accuracy_records(result: Mapping[str, Any], spec: Mapping[str, Any], check: str) -> dict[str, dict[str, Any]]:
    """One document per analysis, by name: ``main``, sensitivity analyses, ``moderators.<column>``.

    Args and keys as those of ``synthesis.records.records``; ``values`` has the names of `prismake.pooling.Accuracy`.
    """
    own = result["diagnostic"]
    rows: dict[str, Mapping[str, Any]] = {"main": own["analyses"].get("main") or {}}
    for name in spec["diagnostic"]["sensitivity"]:
        rows[name] = (own[name] if name == "leave_one_out" else own["analyses"].get(name)) or {}
    rows |= {f"moderators.{column}": own["moderators"].get(column) or {} for column in spec["moderators"]}
    return {name: _record(name, row, result, spec, check) for name, row in rows.items()}


def _record(
    name: str, row: Mapping[str, Any], result: Mapping[str, Any], spec: Mapping[str, Any], check: str
) -> dict[str, Any]:
    values = {"studies": row["studies"]} if row.get("studies") else row.get("values")
    sentence = row.get("sentence") or result["sentence"]
    columns = {key: [study[key] for study in result["studies"]] for key in _ROW}
    family, _, column = name.partition(".")
    if column:
        columns[column] = [study[family][column] for study in result["studies"]]
    return {
        "schema": SCHEMA,
        "outcome": result["outcome"],
        "title": result["title"],
        "analysis": name,
        "kind": f"diagnostic.{family}",
        "options": {**result["diagnostic"]["options"], "level": result["level"]},
        "values": values,
        "warnings": list(row.get("notes") or []),
        "error": None if values is not None else row.get("error") or sentence,
        "sentence": sentence,
        "input": columns,
        "columns": dict(spec["columns"]),
        "left_out": result["left_out"],
        "counts": result["counts"],
        "check": check,
    }


def unusable_tables(rows: pd.DataFrame, spec: Mapping[str, Any]) -> dict[Any, tuple[str, str]]:
    """Status and remark of tables without people, or with numbers that are no counts, by their index."""
    marks = {}
    for index, row in rows.iterrows():
        cells = {role: value for role in ACCURACY if (value := number(str(row[role]))) is not None}
        wrong = [role for role, value in cells.items() if value < 0 or not value.is_integer()]
        if wrong:
            named = ", ".join(f"{role} is {cells[role]:g}" for role in wrong)
            marks[index] = (UNUSABLE, f"A count is a whole number from 0 on: {named}.")
        elif not any(cells.values()):
            marks[index] = (UNUSABLE, "Nobody took part: every count that is reported is 0.")
    return marks


def accuracy_script(result: Mapping[str, Any], name: str) -> str:
    """The script that recomputes an outcome in R, as ``synthesis.check_script.pairwise_script``."""
    return filled(data_file("report/check_diagnostic.R"), result, name)
