"""Renamed keys of ``config.yaml``: users of an older version are told which keys to change.

A renamed key gets a line here. It is not accepted under its former name, because with two names for one setting, both
might be given with different values.
"""

from __future__ import annotations

from collections.abc import Mapping

RENAMED: Mapping[str, tuple[str, str]] = {}
"""Former path to (present path, version of the change). ``*`` stands for a name chosen by the team or a position in a
list, the same one in both paths: ``"outcomes.*.model": ("outcomes.*.pooling.model", "0.3")``. Empty so far."""


def new_name(path: str, renamed: Mapping[str, tuple[str, str]]) -> tuple[str, str] | None:
    """The present path of a former key and the version that renamed it, or None if it was never a key."""
    parts = path.split(".")
    for former, (now, version) in renamed.items():
        pattern = former.split(".")
        pairs = list(zip(pattern, parts, strict=False))
        if len(pattern) == len(parts) and all(name in ("*", part) for name, part in pairs):
            chosen = iter([part for name, part in pairs if name == "*"])
            return ".".join(next(chosen) if name == "*" else name for name in now.split(".")), version
    return None
