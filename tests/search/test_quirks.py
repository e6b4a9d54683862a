"""A corpus of small inputs with published quirks: each reads right or is refused with a sentence, none loses a field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import quirks_other
import quirks_own
import quirks_platforms
import quirks_ris
import quirks_tables
from prismake.core.errors import ImportFileError
from prismake.search import read_file

PUBLISHED = {"RIS": quirks_ris, "table": quirks_tables, "other": quirks_other, "platform": quirks_platforms}
ALL = {
    f"{kind}: {name}": quirk
    for kind, corpus in (PUBLISHED | {"own": quirks_own}).items()
    for name, quirk in corpus.QUIRKS.items()
}
SOURCE = r"[\w.-]+/[\w.-]+(?:#\d+|[,:]| \()|https://|readthedocs\.io|api\.\w+\.org|zotero\.org"
"""An issue or a file of a public repository, or a page of the vendor."""


def test_each_published_quirk_names_its_source():
    named = 0
    for corpus in PUBLISHED.values():
        text = Path(corpus.__file__).read_text(encoding="utf-8")
        sources = dict(re.findall(r"((?:    # .*\n)+)    \"([^\"]+)\": ", text))
        above = {name: comment for comment, name in sources.items()}
        for name in corpus.QUIRKS:
            assert re.search(SOURCE, above.get(name, "")) or "the same" in above.get(name, ""), name
            named += 1
    assert named >= 120


@pytest.mark.parametrize("name", ALL)
def test_a_quirk(name, tmp_path):
    quirk = ALL[name]
    path = tmp_path / "export.dat"  # the name tells nothing
    path.write_bytes(quirk.data if isinstance(quirk.data, bytes) else quirk.data.encode())
    if quirk.refused:
        with pytest.raises(ImportFileError, match=quirk.refused) as error:
            read_file(path)
        assert error.value.remedy and "export.dat" in str(error.value)
        return
    found = read_file(path)
    assert len(found.records) == len(quirk.records)
    for record, wanted in zip(found.records, quirk.records, strict=True):
        assert {column: record[column] for column in wanted} == wanted
    assert found.fields.unknown == quirk.unknown
    for tag in quirk.unknown:
        assert any(f"“{tag}”" in line for line in found.warnings)
    assert len(found.problems) == len(quirk.problems)
    for words, line in zip(quirk.problems, found.problems, strict=True):
        assert words in line
    assert tuple((made.stage, made.reviewer, made.decision) for made in found.decisions) == quirk.decisions
    assert quirk.warned in " ".join(found.warnings)
