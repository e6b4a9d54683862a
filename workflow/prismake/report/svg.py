"""SVG figures prepared for embedding in one page: no active content, no external references, unique ids."""

from __future__ import annotations

import re

from lxml import etree
from markupsafe import Markup

from prismake.core.errors import PrismakeError

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
# The elements that drawings need. Everything else is left out with its content: scripts, links, images, foreign markup,
# and style sheets, which would apply to the whole page.
_ELEMENTS = re.compile(r"svg|g|defs|path|use|clipPath|rect|circle|ellipse|line|polygon|polyline|text|tspan")
_ATTRIBUTES = re.compile(
    r"id|d|x|y|x1|y1|x2|y2|cx|cy|r|rx|ry|dx|dy|width|height|points|transform|viewBox|style|href|opacity"
    r"|clip-(path|rule)|fill(-opacity|-rule)?|stroke(-[a-z]+)?|font-(family|size|weight|style)|text-anchor"
)
_LOCAL_URL = re.compile(r"url\(\s*['\"]?#([^)'\"\s]+)['\"]?\s*\)")
_MOVED = re.compile(r"translate\((-?[\d.]+)[ ,]+(-?[\d.]+)\)")
_LONG = re.compile(r"(\d\.\d\d)\d+")
_POINTS_TO_PIXELS = 4 / 3
LINKED = "records-"  # beginning of the ids of boxes that link to records of the page


def inline(text: str, prefix: str, title: str, *, links: bool = False) -> Markup:
    """The figure as an ``<svg>`` element for a page.

    Args:
        text: an SVG file as text.
        prefix: prefix of all ids of the figure, unique within the page.
        title: what the figure shows, for screen readers.
        links: whether boxes whose ids begin with ``records-`` become links to the records of the page.

    Raises PrismakeError if the text is not SVG.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise _no_svg(title, str(error)) from error
    if root.tag != f"{_SVG}svg":
        raise _no_svg(title, f"it begins with <{etree.QName(root).localname}>")
    clean = etree.Element(f"{_SVG}svg", nsmap={None: _SVG[1:-1]})
    _copy(root, clean)
    linked = links and _link(clean)
    _rename(clean, prefix)
    _unwrap(clean)
    _frame(root, clean, prefix, title, role="group" if linked else "img")
    return Markup(etree.tostring(clean, encoding="unicode"))


def _no_svg(title: str, why: str) -> PrismakeError:
    return PrismakeError(
        f"The figure “{title}” cannot be shown: {why}.",
        remedy="Delete its file and run the workflow again.",
    )


def _copy(source: etree._Element, target: etree._Element) -> None:
    for name, value in source.attrib.items():
        short = "href" if name == _HREF else name
        if _ATTRIBUTES.fullmatch(short) and _harmless(short, value):
            target.set(short, value)
    target.text = source.text if source.text and source.text.strip() else None
    for child in source:
        # Entities that were not resolved and the like have no name.
        if not isinstance(child.tag, str) or not child.tag.startswith(_SVG):
            continue
        name = child.tag.removeprefix(_SVG)
        if _ELEMENTS.fullmatch(name):
            _copy(child, etree.SubElement(target, child.tag))
    if target.tag == f"{_SVG}use":
        _shorten(target)
    if target.get("d"):
        target.set("d", " ".join(_LONG.sub(r"\1", target.get("d")).split()))


def _harmless(name: str, value: str) -> bool:
    if name == "href":
        return value.startswith("#")
    rest = _LOCAL_URL.sub("", value)
    return "url" not in rest.lower() and "\\" not in rest and "expression" not in rest.lower()


def _link(root: etree._Element) -> bool:
    """Turn boxes whose records are on the page into links (ids ``records-…``); returns whether there are any."""
    boxes = [element for element in root.iter() if element.get("id", "").startswith(LINKED)]
    for box in boxes:
        parent, name = box.getparent(), box.attrib.pop("id")
        if parent is None:
            continue
        link = etree.Element(f"{_SVG}a")
        link.set("href", f"#{name}")
        link.set("class", "behind")
        link.set("aria-label", name.removeprefix(LINKED).replace("-", " ") + ": show records")
        parent.replace(box, link)
        link.append(box)
    return bool(boxes)


def _shorten(use: etree._Element) -> None:
    """Replace ``transform="translate(x y)"`` by x and y, which halves the size of a letter of a label."""
    moved = _MOVED.fullmatch(use.get("transform", ""))
    if moved and not use.get("x") and not use.get("y"):
        del use.attrib["transform"]
        for axis, value in zip("xy", moved.groups(), strict=True):
            if float(value):
                use.set(axis, f"{float(value):.2f}".rstrip("0").rstrip("."))


def _rename(root: etree._Element, prefix: str) -> None:
    """Replace ids by short ones that begin with ``prefix``; remove ids that nothing refers to."""
    new_ids: dict[str, str] = {}
    for element in root.iter():
        for value in element.attrib.values():
            local = value.startswith("#") and not value.startswith(f"#{LINKED}")
            for name in [*_LOCAL_URL.findall(value), *([value[1:]] if local else [])]:
                new_ids.setdefault(name, f"{prefix}{len(new_ids)}")
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "id":
                if value in new_ids:
                    element.set("id", new_ids[value])
                else:
                    del element.attrib["id"]
            elif name == "href" and not value.startswith(f"#{LINKED}"):
                element.set("href", f"#{new_ids[value[1:]]}")
            elif "url(" in value:
                element.set(name, _LOCAL_URL.sub(lambda match: f"url(#{new_ids[match.group(1)]})", value))


def _unwrap(root: etree._Element) -> None:
    """Replace groups without attributes by their content."""
    for group in list(root.iter(f"{_SVG}g")):
        parent = group.getparent()
        if parent is not None and not group.attrib:
            place = parent.index(group)
            parent[place : place + 1] = list(group)


def _frame(root: etree._Element, clean: etree._Element, prefix: str, title: str, role: str) -> None:
    """Set up the outer element: scaled to its place, never larger than drawn, with a name for screen readers."""
    for name in ("width", "height", "style"):
        clean.attrib.pop(name, None)
    box = root.get("viewBox", "").split()
    if len(box) == 4:
        width = float(box[2]) * _POINTS_TO_PIXELS
        clean.set("width", f"{width:.0f}")
        clean.set("height", f"{float(box[3]) * _POINTS_TO_PIXELS:.0f}")
    clean.set("stroke-linejoin", "round")
    clean.set("stroke-linecap", "butt")
    clean.set("role", role)
    clean.set("aria-labelledby", f"{prefix}title")
    words = etree.Element(f"{_SVG}title")
    words.text = title
    words.set("id", f"{prefix}title")
    clean.insert(0, words)
