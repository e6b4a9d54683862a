"""Events played through LibreOffice: one process plays all of them, since starting it takes seconds."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape

from played import Event, finish, record_for_office

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
_MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Hands" script:language="StarBasic">
{}
</script:module>
"""
_LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false"
 library:passwordprotected="false">
 <library:element library:name="Hands"/>
</library:library>
"""


def by_office(events: Iterable[Event], folder: Path) -> dict[str, tuple[str, str]]:
    """Play events through LibreOffice, all in one process; by name, the verdict and the sentences."""
    events = list(events)
    recorded = {event.name: record_for_office(event, folder / event.name) for event in events}
    steps = [line for _, hand in recorded.values() for line in hand.lines]
    play(steps, folder)
    return {event.name: finish(event, recorded[event.name][0], recorded[event.name][1].meant) for event in events}


def play(steps: Iterable[str], folder: Path, timeout: int = 900) -> None:
    """Let LibreOffice do the steps.

    Raises:
        AssertionError: it could not do one of them: the step and what it said.
    """
    profile = _profile(folder / "profile")
    todo, report = folder / "steps.tsv", folder / "report.txt"
    todo.write_text("\n".join(steps) + "\n", encoding="utf-8")
    _run(profile, f'macro:///Standard.Hands.Play("{todo}","{report}")', timeout=timeout)
    lines = report.read_text(encoding="utf-8", errors="replace").splitlines() if report.exists() else []
    assert lines == ["done"], "LibreOffice could not do: " + "\n".join(lines[:20] or ["anything"])


def _profile(folder: Path) -> Path:
    """A profile of its own that knows the macro; LibreOffice makes it when it starts for the first time."""
    _run(folder, "--terminate_after_init")
    library = folder / "user/basic/Standard"
    library.mkdir(parents=True, exist_ok=True)
    source = Path(__file__).with_name("office.bas").read_text(encoding="utf-8")
    library.joinpath("Hands.xba").write_text(_MODULE.format(escape(source)), encoding="utf-8")
    library.joinpath("script.xlb").write_text(_LIBRARY, encoding="utf-8")
    return folder


def _run(profile: Path, *arguments: str, timeout: int = 120) -> None:
    assert OFFICE
    command = [OFFICE, "--headless", "--norestore", f"-env:UserInstallation={profile.as_uri()}", *arguments]
    subprocess.run(command, capture_output=True, timeout=timeout, check=False)
