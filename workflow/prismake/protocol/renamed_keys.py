"""Keys of ``config.yaml`` that have another name now, so that a protocol of an older version says which to change.

A key that is renamed gets a line here; it is never understood under its former name, because two names for one thing
would both be written, and say different things.
"""

from __future__ import annotations

from collections.abc import Mapping

RENAMED: Mapping[str, tuple[str, str]] = {}
"""Former path to (path now, version that renamed it). ``*`` stands for a name that the team chose or a place in a list,
and in the new path for the same: ``"outcomes.*.model": ("outcomes.*.pooling.model", "0.3")``. None was renamed yet."""


def new_name(path: str, renamed: Mapping[str, tuple[str, str]]) -> tuple[str, str] | None:
    """The path that a key has now and the version that renamed it, or None when it never had another name."""
    parts = path.split(".")
    for former, (now, version) in renamed.items():
        pattern = former.split(".")
        pairs = list(zip(pattern, parts, strict=False))
        if len(pattern) == len(parts) and all(name in ("*", part) for name, part in pairs):
            chosen = iter([part for name, part in pairs if name == "*"])
            return ".".join(next(chosen) if name == "*" else name for name in now.split(".")), version
    return None
