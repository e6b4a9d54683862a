"""What was read from a source is kept by its text; a damaged or foreign file costs time, never a wrong stamp."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from prismake.core.kept_sources import KeptSources
from prismake.core.paths import graph_root, package_root
from prismake.core.stamps import Source, Stamps, read_source

SCRIPT = "draw_flow"


@pytest.fixture
def kept(tmp_path) -> Path:
    folder = tmp_path / ".snakemake" / "prismake"
    folder.mkdir(parents=True)
    return folder / "sources.json"


def stamped(path: Path, made_by: str = "1") -> tuple[str, int]:
    """The stamp of a rule with kept answers, and the number of sources that were parsed for it."""
    parsed: list[str] = []

    def read(text: bytes, package: str) -> dict:
        parsed.append(package)
        return read_source(text, package).plain()

    sources = KeptSources(read, made_by, path)
    stamps = Stamps(package_root(), graph_root(), lambda text, package: Source(**sources.of(text, package)))
    stamp = stamps.stamp(SCRIPT)
    sources.save()
    return stamp, len(parsed)


def test_the_second_run_parses_nothing_and_stamps_the_same(kept):
    stamp, parsed = stamped(kept)
    assert parsed
    assert stamp == Stamps(package_root(), graph_root()).stamp(SCRIPT)
    assert stamped(kept) == (stamp, 0)


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"made_by": "1", "sources": {"x": 3}}', b"\xff"])
def test_a_damaged_file_is_made_anew(kept, damage):
    stamp, parsed = stamped(kept)
    kept.write_bytes(damage if isinstance(damage, bytes) else damage.encode())
    assert stamped(kept) == (stamp, parsed)
    assert stamped(kept) == (stamp, 0)


def test_answers_of_another_reader_do_not_count(kept):
    stamp, parsed = stamped(kept)
    assert stamped(kept, "2") == (stamp, parsed)


def test_another_text_is_parsed(kept):
    sources = KeptSources(lambda text, package: {"imports": [[text.decode(), ""]]}, "1", kept)
    sources.of(b"a", "p")
    sources.save()
    again = KeptSources(lambda text, package: {"imports": [["parsed", ""]]}, "1", kept)
    assert again.of(b"a", "p") == {"imports": [["a", ""]]}
    assert again.of(b"b", "p") == again.of(b"a", "q") == {"imports": [["parsed", ""]]}


def test_nothing_is_written_where_snakemake_does_not_run(tmp_path):
    path = tmp_path / ".snakemake" / "prismake" / "sources.json"
    stamped(path)
    assert not path.exists()


def test_a_full_set_drops_texts_that_are_gone(kept):
    kept.write_text(json.dumps({"made_by": "1", "sources": {str(n): {} for n in range(2000)}}), encoding="utf-8")
    _, parsed = stamped(kept)
    assert len(json.loads(kept.read_text(encoding="utf-8"))["sources"]) == parsed
