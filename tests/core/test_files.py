"""Writing files: what is written is read back, and the same content gives the same bytes."""

from hypothesis import given
from hypothesis import strategies as st
from prismake.core.files import read_json, write_entries

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ENTRIES = st.dictionaries(TEXT, st.dictionaries(TEXT, st.dictionaries(TEXT, TEXT, max_size=3), max_size=3), max_size=3)


@given(ENTRIES)
def test_entries_are_read_back_and_have_one_order(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("entries")
    turned = {name: dict(reversed(group.items())) for name, group in reversed(data.items())}
    write_entries(folder / "a.json", data, key="answers", head={"format": 1})
    write_entries(folder / "b.json", turned, key="answers", head={"format": 1})
    assert read_json(folder / "a.json") == {"format": 1, "answers": data}
    assert (folder / "a.json").read_bytes() == (folder / "b.json").read_bytes()


def test_an_entry_is_a_line(tmp_path):
    data = {"anna": {"b": {"decision": "include"}, "a": {"note": "zwei\nZeilen"}}, "ben": {}}
    write_entries(tmp_path / "a.json", data, key="answers", head={"format": 1, "prismake": "0.2.0"})
    assert (tmp_path / "a.json").read_text(encoding="utf-8").splitlines() == [
        '{"format": 1,',
        '"prismake": "0.2.0",',
        '"answers": {"anna": {',
        ' "a": {"note": "zwei\\nZeilen"},',
        ' "b": {"decision": "include"}',
        "},",
        '"ben": {',
        "",
        "}}}",
    ]
