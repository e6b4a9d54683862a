"""The formats of a workbook that some program has saved: reused if they are there, added if not."""

from __future__ import annotations

from typing import Any

from lxml import etree

from prismake.sheets.package import UnknownStructure, local
from prismake.sheets.xlsx import Look

_TEXT_FORMAT = 49  # “@”, built in
_LINE = "FFCBD2D9"  # below a row


class Styles:
    """The cell formats of ``xl/styles.xml``."""

    def __init__(self, root: Any) -> None:
        self.root, self.changed = root, False
        self._namespace = etree.QName(root).namespace
        self._groups = {local(group): group for group in root}
        for name in ("fonts", "fills", "borders", "cellXfs"):
            if name not in self._groups:
                raise UnknownStructure(f"styles without {name}")
        texts = {
            int(entry.get("numFmtId")) for entry in self._groups.get("numFmts", ()) if entry.get("formatCode") == "@"
        }
        self._text_formats = {_TEXT_FORMAT, *texts}
        self._numbers: dict[Look, int] = {}

    def number(self, look: Look) -> int:
        """The number of a format; it is appended if none of the existing ones is the same."""
        if look not in self._numbers:
            formats = self._groups["cellXfs"]
            same = (number for number, entry in enumerate(formats) if self._is(entry, look))
            number = next(same, None)
            self._numbers[look] = self._added(look) if number is None else number
        return self._numbers[look]

    def _is(self, entry: Any, look: Look) -> bool:
        if (int(entry.get("numFmtId", 0)) in self._text_formats) != look.plain_text:
            return False
        alignment: Any = next((child for child in entry if local(child) == "alignment"), {})
        vertical = "center" if look.centred else "top"
        return (
            (entry.get("quotePrefix") in ("1", "true")) == look.quoted
            and alignment.get("vertical") == vertical
            and (alignment.get("wrapText") in ("1", "true")) == look.wrap
            and alignment.get("horizontal", "general") == "general"
            and _font(self._groups["fonts"][int(entry.get("fontId", 0))]) == (look.size, look.colour, look.bold)
            and _fill(self._groups["fills"][int(entry.get("fillId", 0))]) == look.fill
            and _lines(self._groups["borders"][int(entry.get("borderId", 0))]) == _row_lines(look)
        )

    def _added(self, look: Look) -> int:
        entry = self._new("xf", numFmtId=str(_TEXT_FORMAT if look.plain_text else 0), xfId="0")
        entry.set("fontId", str(self._font(look)))
        entry.set("fillId", str(self._fill(look.fill)))
        entry.set("borderId", str(self._border(_row_lines(look))))
        for name in ("NumberFormat", "Font", "Fill", "Border", "Alignment"):
            entry.set(f"apply{name}", "1")
        if look.quoted:
            entry.set("quotePrefix", "1")
        alignment = self._new("alignment", vertical="center" if look.centred else "top")
        if look.wrap:
            alignment.set("wrapText", "1")
        entry.append(alignment)
        return self._append("cellXfs", entry)

    def _font(self, look: Look) -> int:
        for number, font in enumerate(self._groups["fonts"]):
            if _font(font) == (look.size, look.colour, look.bold):
                return number
        font = self._new("font")
        if look.bold:
            font.append(self._new("b"))
        font.extend([self._new("sz", val=str(look.size)), self._new("color", rgb=f"FF{look.colour}")])
        font.extend([self._new("name", val="Calibri"), self._new("family", val="2")])
        return self._append("fonts", font)

    def _fill(self, colour: str) -> int:
        for number, fill in enumerate(self._groups["fills"]):
            if _fill(fill) == colour:
                return number
        fill, pattern = self._new("fill"), self._new("patternFill", patternType="solid")
        pattern.append(self._new("fgColor", rgb=f"FF{colour}"))
        fill.append(pattern)
        return self._append("fills", fill)

    def _border(self, lines: tuple[str, ...]) -> int:
        for number, border in enumerate(self._groups["borders"]):
            if _lines(border) == lines:
                return number
        border = self._new("border")
        for side in ("left", "right", "top", "bottom", "diagonal"):
            line = self._new(side, **({"style": "thin"} if side in lines else {}))
            if side in lines:
                line.append(self._new("color", rgb=_LINE))
            border.append(line)
        return self._append("borders", border)

    def _new(self, name: str, **attributes: str) -> Any:
        return etree.Element(f"{{{self._namespace}}}{name}", attributes)

    def _append(self, group: str, entry: Any) -> int:
        entries = self._groups[group]
        entries.append(entry)
        entries.set("count", str(len(entries)))
        self.changed = True
        return len(entries) - 1


def _row_lines(look: Look) -> tuple[str, ...]:
    return ("bottom",) if look.plain_text and not look.fill else ()


def _font(font: Any) -> tuple[float, str, bool]:
    parts = {local(part): part for part in font}
    if any(name in parts and parts[name].get("val") not in ("0", "false", "none") for name in ("i", "u", "strike")):
        return (0, "", False)  # none of ours
    bold = "b" in parts and parts["b"].get("val") not in ("0", "false")
    size = float(parts["sz"].get("val", 0)) if "sz" in parts else 0
    return size, (parts["color"].get("rgb", "") if "color" in parts else "")[-6:].upper(), bold


def _fill(fill: Any) -> str:
    """The colour of a solid fill, empty for none; any other kind of fill never equals one of ours."""
    pattern = next((child for child in fill if local(child) == "patternFill"), None)
    if pattern is None:
        return "gradient"
    kind = pattern.get("patternType", "none")
    if kind == "none":
        return ""
    colour = next((child.get("rgb", "") for child in pattern if local(child) == "fgColor"), "")
    return colour[-6:].upper() if kind == "solid" else kind


def _lines(border: Any) -> tuple[str, ...]:
    return tuple(local(side) for side in border if side.get("style", "none") != "none")
