"""What the pages of docs/ and the README tell people to type exists, and links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from prismake.cli import main

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


@pytest.fixture
def commands(capsys) -> set[str]:
    with pytest.raises(SystemExit):
        main(["--help"])
    return set(re.search(r"\{([a-z,-]+)\}", capsys.readouterr().out)[1].split(","))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_exists(page, commands):
    text = page.read_text(encoding="utf-8")
    typed = set(re.findall(r"`prismake ([a-z-]+)", text))
    typed |= set(
        re.findall(r"^(?:\$ )?prismake ([a-z-]+)", "\n".join(re.findall(r"```\n(.*?)```", text, re.DOTALL)), re.M)
    )
    assert typed - commands == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page):
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_commands_in_code_blocks_are_those_of_files_that_exist():
    for page in PAGES:
        for path in re.findall(r"(?:python|pytest) (tests/[\w./-]+)", page.read_text(encoding="utf-8")):
            assert (ROOT / path).exists(), (page.name, path)
