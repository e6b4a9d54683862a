"""States and stages have one home: nobody else compares with their words."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from prismake.core import names
from prismake.core.states import SettledBy, State

ROOT = Path(__file__).parents[2]
WORDS = {*State, *SettledBy, *names.STAGES} - {
    "",
    "other",  # also a kind of source
    "problem",  # also a key of several status files
    "single",  # also a kind of row of a forest plot
}


def compared(tree: ast.AST) -> list[tuple[int, str]]:
    """(line, word) of every comparison with a literal word, also in a list of them."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            parts = [
                part for side in sides for part in (side.elts if isinstance(side, ast.Tuple | ast.List) else [side])
            ]
            words = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            found += [(node.lineno, word) for word in words if word in WORDS]
    return found


def test_nobody_compares_with_the_word_for_a_state_or_a_stage():
    files = [*(ROOT / "workflow" / "prismake").rglob("*.py"), *(ROOT / "scripts").glob("*.py")]
    wrong = [
        f"{file.relative_to(ROOT)}:{line} compares with “{word}”: take it from prismake.core"
        for file in files
        for line, word in compared(ast.parse(file.read_bytes()))
    ]
    assert not wrong, "\n".join(wrong)


def test_the_check_sees_what_it_looks_for():
    assert [word for _, word in compared(ast.parse('a == "settled" or b in ("x", "full_text")'))] == [
        "settled",
        "full_text",
    ]


def test_states_are_text_wherever_they_are_written():
    assert (
        json.dumps({State.NOT_SCREENED: [State.SETTLED, SettledBy.SINGLE]}) == '{"not screened": ["settled", "single"]}'
    )
    assert f"{State.CONFLICT}" == "conflict" and State("problem") is State.PROBLEM
