"""Publishers' mark-up, and placeholders for missing texts."""

from __future__ import annotations

import pytest
from prismake.search import markup

TEXTS = {
    "Reading <scp>NLP</scp> and <jats:italic>in vivo</jats:italic> results": "Reading NLP and in vivo results",
    'The <mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:mi>p</mml:mi></mml:math> value': "The p value",
    "<math><mi>p</mi><mo>=</mo><mn>1</mn></math>": "p=1",
    "H<inf>2</inf>O and CD4<sup>+</sup>": "H2O and CD4+",
    "Effect &lt;i&gt;in vivo&lt;/i&gt; &amp;amp; more": "Effect in vivo & more",
    "<p>One</p><p>Two</p>": "One Two",
    "<jats:title>Methods</jats:title><jats:p>We asked.</jats:p>": "Methods We asked.",
    "p <0.05 and n >10, a <b and c> d": "p <0.05 and n >10, a <b and c> d",
    "reads <Escherichia coli>": "reads <Escherichia coli>",
    "soft\u00adhyphen and zero\u200bwidth": "softhyphen and zerowidth",
    '<mml:math><mml:mi>a</mml:mi><mml:annotation encoding="x">\\alpha</mml:annotation></mml:math>': "a",
}


@pytest.mark.parametrize("text", TEXTS)
def test_markup_goes_and_text_stays(text):
    assert markup.plain(text) == TEXTS[text]


@pytest.mark.parametrize(
    "text",
    [
        "[No abstract available]",
        "No abstract available.",
        "[No Abstract Provided]",
        "[ABSTRACT FROM AUTHOR]",
        "Abstract not available",
        "Abstract not available from this database.",
        "An abstract is unavailable.",
        "n/a",
        "None",
        "[Not available]",
    ],
)
def test_no_abstract_is_none(text):
    assert markup.abstract(text) == ""


@pytest.mark.parametrize("text", ["No abstract nouns were used by the children.", "Objective: to see.", "None of 20."])
def test_a_short_abstract_is_one(text):
    assert markup.abstract(text) == text


def test_a_missing_title_is_none():
    assert markup.title("[Not Available].") == "" and markup.title("No title at all for children") != ""
