"""The corpus as a table: ``python tests/sheets/events/table.py [--office] [--all] [FAMILY or EVENT ...]``.

Events by family and what they come to; below it, those that come to something else than is fixed for them (``--all``:
every event with its sentences). Behind them the stories, and where they go otherwise than they are told.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

import protocol_stories  # noqa: E402, F401  # which registers them
import told_stories  # noqa: E402, F401  # which registers them
from office import by_office  # noqa: E402
from played import OFFICE_ONLY, VERDICTS, all_events, by_program  # noqa: E402
from stories import STORIES, play_story  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--office", action="store_true")
    parser.add_argument("--all", action="store_true")
    chosen = parser.parse_args()
    events = [e for e in all_events() if not chosen.names or {e.family, e.name} & {*chosen.names}]
    if not chosen.office:
        events = [event for event in events if event.family not in OFFICE_ONLY]
    began = time.process_time()
    with TemporaryDirectory(prefix="events-") as folder:
        if chosen.office:
            results = by_office(events, Path(folder))
        else:
            results = {event.name: by_program(event, Path(folder) / event.name) for event in events}
    print(f"{'through LibreOffice' if chosen.office else 'by program':<22}" + "".join(f"{v:>10}" for v in VERDICTS))
    total: Counter[str] = Counter()
    for family in dict.fromkeys(event.family for event in events):
        counts = Counter(results[event.name][0] for event in events if event.family == family)
        total += counts
        print(f"{family:<22}" + "".join(f"{counts[v] or '':>10}" for v in VERDICTS))
    print(f"{len(events):<22}" + "".join(f"{total[v]:>10}" for v in VERDICTS))
    print(f"{time.process_time() - began:.1f} CPU s in this process")
    for event in events:
        verdict, told = results[event.name]
        if chosen.all or verdict != event.expected:
            print(f"\n{event.family}/{event.name}: {verdict}, expected {event.expected} {event.says or ''}\n{told}")
    tell_stories([name for name in STORIES if not chosen.names or name in chosen.names], office=chosen.office)


def tell_stories(names: list[str], *, office: bool) -> None:
    with TemporaryDirectory(prefix="stories-") as folder:
        faults = {name: play_story(name, Path(folder), office=office) for name in names}
    print(f"\n{len(names)} stories, {sum(map(bool, faults.values()))} of them not as they are told")
    for name, texts in faults.items():
        print("".join(f"{name}, {text}\n" for text in texts), end="")


if __name__ == "__main__":
    main()
