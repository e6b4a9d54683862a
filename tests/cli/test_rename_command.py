"""``prismake rename-reviewer``: a protocol that cannot be read is told before anything is renamed."""

from __future__ import annotations

from pathlib import Path

from prismake.cli import main as prismake
from prismake.cli import rename as command


def test_nothing_is_renamed_where_the_protocol_cannot_be_read(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    renamed = []
    monkeypatch.setattr(command, "rename_reviewer", lambda old, new: renamed.append((old, new)) or ["anna is bea now."])
    Path("config").mkdir()
    Path("config/config.yaml").write_bytes("title: Entzündung\nreviewers: [anna]\n".encode("cp1252"))
    assert prismake(["rename-reviewer", "anna", "bea"]) == 1
    assert "line 1 is not text in UTF-8" in capsys.readouterr().err and renamed == []
    Path("config/config.yaml").write_text("title: Entzündung\nreviewers: [anna]\n", encoding="utf-8")
    assert prismake(["rename-reviewer", "anna", "bea"]) == 0
    assert "write bea instead of anna, in: reviewers" in capsys.readouterr().out and renamed == [("anna", "bea")]
