"""Names that several rooms use are defined in one place."""

from __future__ import annotations

import ast
from pathlib import Path

import prismake
from prismake.core import names
from prismake.core.table_files import schemas

PACKAGE = Path(prismake.__file__).parent
KEYS = (names.RECORD_ID, names.REPORT_ID, names.STUDY_ID, names.ITEM_ID)


def literals(source: str) -> list[str]:
    """The key columns that a module writes out; a text by itself is a docstring."""
    tree = ast.parse(source)
    texts = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in texts)
    return [f"line {node.lineno}: {node.value}" for node in constants if node.value in KEYS]


def test_key_columns_are_written_out_in_one_place():
    elsewhere = {
        path.relative_to(PACKAGE).as_posix(): found
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.name != "names.py" and path.parent.name != "pooling" and (found := literals(path.read_text("utf-8")))
    }
    assert elsewhere == {}


def test_the_search_for_them_finds_one():
    assert literals('"""record_id"""\nrow["record_id"]\n') == ["line 2: record_id"]


def test_key_columns_are_columns_of_tables():
    columns = {column for table in schemas().values() for column in table["columns"]}
    assert columns.issuperset(KEYS)
