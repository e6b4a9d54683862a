"""A figure inside the page: nothing active gets through, no id meets another, the drawing stays the same."""

from __future__ import annotations

import re

import pytest
import review_samples as samples
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from prismake import figures
from prismake.core.errors import PrismakeError
from prismake.report.svg import inline

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 72 36">'


def svg(inside: str) -> str:
    return f"{HEAD}{inside}</svg>"


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<g onclick='alert(1)'><path d='M 0 0'/></g>",
        "<a xlink:href='javascript:alert(1)'><text>x</text></a>",
        "<image xlink:href='https://example.org/x.png'/>",
        "<use xlink:href='https://example.org/x.svg#a'/>",
        "<style>@import url(https://example.org/x.css); * {display: none}</style>",
        "<rect style='fill: url(https://example.org/x)'/>",
        "<rect style='fill: \\75 rl(https://example.org/x)'/>",
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><iframe src='x'/></body></foreignObject>",
        "<animate attributeName='href' to='javascript:alert(1)'/>",
        "<metadata>secret</metadata><!-- secret -->",
        "<html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>",
    ],
)
def test_nothing_active_or_foreign_gets_through(inside):
    clean = str(inline(svg(inside), "f-", "figure"))
    for word in ("script", "alert", "example.org", "onclick", "import", "iframe", "secret", "rl(", "display"):
        assert word not in clean


def test_entities_are_not_resolved(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("top secret")
    text = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "file://{secret}">]>{svg("<text>&x;</text>")}'
    assert "top secret" not in inline(text, "f-", "figure")


@pytest.mark.parametrize("text", ["", "<svg", "<html></html>", "not a picture", "<svg></svg>"])
def test_what_is_no_svg_is_refused(text):
    with pytest.raises(PrismakeError, match="“Flow” cannot be shown"):
        inline(text, "f-", "Flow")


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"))))
def test_titles_are_words(title):
    root = etree.fromstring(str(inline(svg(""), "f-", title)))
    assert (root[0].text or "") == title
    assert len(root) == 1


def test_references_follow_their_ids_and_unused_ids_go():
    inside = (
        "<defs><clipPath id='c'><rect width='1'/></clipPath><path id='g' d='M 0 0'/><path id='idle' d='M 1 1'/></defs>"
        "<g id='layer' clip-path='url(#c)'><use xlink:href='#g' transform='translate(3.14159 0)'/></g>"
    )
    root = etree.fromstring(str(inline(svg(inside), "f7-", "figure")))
    found = {element.get("id") for element in root.iter() if element.get("id")}
    assert found == {"f7-0", "f7-1", "f7-title"}
    use = next(root.iter("{*}use"))
    assert use.attrib == {"href": f"#{next(p.get('id') for p in root.iter('{*}path') if p.get('id'))}", "x": "3.14"}
    clipped = next(element for element in root.iter() if element.get("clip-path"))
    assert clipped.get("clip-path") == f"url(#{next(root.iter('{*}clipPath')).get('id')})"


def test_a_real_figure_keeps_every_letter_and_shape():
    text = figures.svg_text(figures.forest(samples.relapse()))
    before, after = etree.fromstring(text.encode()), etree.fromstring(str(inline(text, "f-", "Forest")))
    assert [text.text for text in after.iter("{*}text")] == [text.text for text in before.iter("{*}text")]
    for tag in ("use", "path"):
        assert len(list(after.iter("{*}" + tag))) == len(list(before.iter("{*}" + tag)))
    assert len(str(inline(text, "f-", "Forest"))) < 0.8 * len(text)
    ids = {element.get("id") for element in after.iter()} - {None}
    for element in after.iter():
        for target in re.findall(r"url\(#([^)]*)\)", " ".join(element.attrib.values())):
            assert target in ids
        if element.get("href"):
            assert element.get("href")[1:] in ids
