"""A corpus of small inputs with published quirks: each reads right or is refused with a sentence, none loses a field."""

from __future__ import annotations

import pytest
import quirks_other
import quirks_ris
import quirks_tables
from prismake.core.errors import ImportFileError
from prismake.search import read_file

ALL = {
    f"{kind}: {name}": quirk
    for kind, corpus in (("RIS", quirks_ris), ("table", quirks_tables), ("other", quirks_other))
    for name, quirk in corpus.QUIRKS.items()
}


def test_the_corpus_is_large():
    assert len(ALL) >= 120


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
