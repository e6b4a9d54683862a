"""Copies that a synchronised folder makes if two computers changed one file, and files that it has removed.

OneDrive, Dropbox, Google Drive, iCloud, Nextcloud and Syncthing keep both contents of a file and give one of them
another name. Nobody reads that name, so its content would be missed silently. Copies of sheets are reported with the
other unread files beside the sheets (``prismake.kept.unread_files``).
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from prismake.core.files import digest
from prismake.kept.files import kind_of
from prismake.kept.sheet_files import HISTORY, SHEETS
from prismake.protocol.team import SEARCHES

CONFIG = Path("config")
_PROTOCOL = "config.yaml"
_CONFLICT = "(?:confli[ct]|konflikt|ristiriit|çakış|конфликт|конфлікт|συγκρου|συγκρού|冲突|衝突|競合|충돌|تعارض|התנגש)"
_INNER = r"(?:[^()]|\([^()]*\))*"  # text in which brackets are closed
# Only a synchronising program writes these.
_EXPLICIT = (
    re.compile(rf" ?\({_INNER}{_CONFLICT}{_INNER}\)", re.IGNORECASE),  # Dropbox, Nextcloud, Box
    re.compile(rf" ?\[[^\[\]]*{_CONFLICT}[^\]]*\]", re.IGNORECASE),  # Google Drive
    re.compile(rf"[-_. ]+{_CONFLICT}\w*(?:-\d{{8}}-\d{{6}})?(?=(\.[^.]*)?$)", re.IGNORECASE),  # ownCloud
    re.compile(r"_conf\(\d+\)"),  # Google Drive, earlier
    re.compile(r"\.sync-conflict-\d{8}-\d{6}-\w{7}"),  # Syncthing
)
# People use such names too: it counts as a copy only beside the file that has the rest of its name.
_COPY = r"(?:copy|kopie|copie|copia|cópia|kopia|kopio|kopija|копия|コピー|副本|拷贝|사본)"
_AFTER = re.compile(  # what follows the name
    r"~| ?\(\d+\)| \d+"  # a number: Google Drive, iCloud
    rf"|[-–_ ]*(?:の|的)?{_COPY}(?: ?\(?\d+\)?)?"
    r"|-[^\W\d_].*|-[^-]*[^\W\d].*"  # the name of a computer: OneDrive
    r"| \((?:version \d+|[^()]*@[^()]*)\)"
)
_BEFORE = re.compile(rf"(?:{_COPY}(?: \(\d+\))? (?:of|von|de|di|van|av) )+")
_AWAY = re.compile(r"^\.(.+)\.icloud$")  # iCloud keeps the content elsewhere and leaves a hidden note


def cloud_copies(folder: Path = CONFIG) -> list[tuple[str, str]]:
    """(path, what is wrong and what to do) for each such file below a folder, in order of their paths."""
    return [(path.as_posix(), _words(path, original, folder)) for path, original in _copies(folder)]


def _copies(folder: Path) -> Iterator[tuple[Path, Path]]:
    """(copy, original) of each copy that nobody reads or that would count twice; the original may be missing."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        place = Path(parent)
        present = set(names)
        for name in sorted(names):
            if match := _AWAY.match(name):
                if match[1] not in present:
                    yield place / name, place / match[1]
            elif original := _original(place, name, present, folder):
                yield place / name, place / original


def _original(place: Path, name: str, present: set[str], folder: Path) -> str:
    """The name without what the synchronising program has added; "" if this is no copy, or is reported elsewhere."""
    relative = place.relative_to(folder)
    if relative == SHEETS.relative_to(CONFIG):
        return ""
    for pattern in _EXPLICIT:
        if pattern.search(name) and (pattern is not _EXPLICIT[2] or pattern.sub("", name) in present):
            return pattern.sub("", name)
    if relative.parts[:1] == ("fulltexts",):  # papers are named by their publishers
        return ""
    alone = relative == HISTORY.relative_to(CONFIG)  # a folder in which no other file is ever read
    if alone and kind_of(place / name):
        return ""
    for original in sorted(present - {name}, key=len, reverse=True):
        added = _added(name, original)
        # a search may come in several numbered files: there, only a second download of the same file is a copy
        if added and (
            alone
            or original == _PROTOCOL
            or digest(place / name) == digest(place / original)
            or (relative.parts[:1] != (SEARCHES.name,) and _is_of_a_copy(added))
        ):
            return original
    return ""


def _added(name: str, original: str) -> str:
    """What a name has more than that of the original, from a blank or sign on; "" if it is another name."""
    plain, whole = _plain(name), _plain(original)
    stem, ending = os.path.splitext(whole)
    if plain == whole:
        return " 2"  # they differ in case only, which is one name on most computers
    if plain.startswith(whole) and not plain[len(whole)].isalnum():
        return plain[len(whole) :]
    rest = plain.removesuffix(ending)
    if rest == plain and ending:
        return ""
    if (rest.startswith(stem) and not rest[len(stem)].isalpha()) or rest.startswith((f"{stem}の", f"{stem}的")):
        return rest[len(stem) :]
    return rest.removesuffix(stem) if rest.endswith(stem) and _BEFORE.fullmatch(rest.removesuffix(stem)) else ""


def _is_of_a_copy(added: str) -> bool:
    return bool(_AFTER.fullmatch(added) or _BEFORE.fullmatch(added))


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _words(path: Path, original: Path, folder: Path) -> str:
    relative = path.relative_to(folder)
    if _AWAY.match(path.name):
        return (
            f"is what iCloud leaves of {original.name} when it takes the content away: open it in the Finder, "
            "so that it is downloaded, then type snakemake."
        )
    if relative.parts[0] == SEARCHES.name:
        return (
            f"is a copy of {original.name} and is read as a source of its own, so that its records count twice: "
            "keep one of the two."
        )
    if relative.parent == HISTORY.relative_to(CONFIG):
        return (
            f"is a copy of {original.name}, made because two computers ran snakemake in this shared folder at the "
            "same time. It is not read. Let one computer at a time run it; if the copy is of the run that counts, "
            "put it in the place of the other file, else move it elsewhere."
        )
    return f"is a copy of {original.name} that a shared folder made, and is not read: keep one of the two."
