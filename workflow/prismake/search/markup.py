"""Remove the mark-up that publishers leave in texts, and recognise placeholders for missing texts."""

from __future__ import annotations

import functools
import html
import re

from prismake.core.records import collapse

# Tag names are listed, because "<Escherichia>" and "p <b and c> d" are text.
_INLINE = re.compile(
    r"</?(?:(?:jats|mml|m|ce|xhtml|html|xlink|sub|sup):[\w.-]+|i|b|u|sub|sup|em|strong|italic|bold|span|scp|sc|tt|font"
    r"|small|big|inf|strike|underline|overline|monospace|roman|named-content|emphasis|superscript|subscript|styled-content|inline-formula|tex-math|math"
    r"|m(?:i|o|n|row|sub|sup|subsup|text|frac|over|under|underover|space|style|sqrt|root|table|tr|td|fenced|prescripts"
    r"|multiscripts)|semantics|inline-graphic|xref|ext-link|uri|article-title|styled)"
    r"(?:\s+[\w:.-]+\s*=[^<>]{0,300})?\s*/?>"
    r"|<(?:a|img)\s+\w+\s*=[^<>]{0,300}>|</a>|<!--[^<>]{0,300}-->|<!\[CDATA\[|\]\]>",
    re.IGNORECASE,
)
_BLOCK = re.compile(
    r"</?(?:p|br|hr|abstract|abstracttext|heading|para|h[1-6]|div|li|ul|ol|sec|title|list|list-item|jats:(?:p|title|sec|list|list-item|break))"
    r"(?:\s+[\w:.-]+\s*=[^<>]{0,300})?\s*/?>",
    re.IGNORECASE,
)
_FORMULA_TWICE = re.compile(r"<((?:mml:)?annotation|tex-math)\b[^<>]{0,300}>[^<>]{0,5000}</\1>", re.IGNORECASE)
"""The same formula repeated as TeX after its MathML."""
_NOTHING = (
    r"(?:not available|n/?a|none|null|nan|unavailable|-+|\?+)",
    r"(?:an? |the )?{what}s? (?:is |was )?(?:not|un)[ -]?(?:available|provided|supplied|given|included|present)"
    r"(?: (?:from|in|by|at|for) (?:the |this )?\w+)?",
    r"no (?:\w+ )?{what}s?(?: (?:is |was |are )?(?:available|provided|supplied|given|included|present|found|entered))?",
    r"no {what} is available for this (?:article|record|item|document|publication)",
    r"(?:this|the) (?:article|record|item|document|publication) has no {what}",
    r"{what} (?:missing|to follow|from (?:author|publisher|journal)s?)",
)


def _placeholder(what: str) -> re.Pattern[str]:
    return re.compile(rf"[\[(<\s]*(?:{'|'.join(_NOTHING)})[\])>.!\s]*".replace("{what}", what), re.IGNORECASE)


_NO_ABSTRACT, _NO_TITLE = _placeholder("abstract"), _placeholder("title")
_LONGEST_PLACEHOLDER = 60


_SHORT = 60
"""Length up to which a text comes often: headings, journals, numbers, languages."""


def plain(value: str) -> str:
    """Collapse white space, decode character references (even doubly encoded ones) and drop mark-up."""
    return _often(value) if len(value) < _SHORT else _plain(value)


def _plain(value: str) -> str:
    if "&" in value:
        value = html.unescape(value)
        if "&" in value and ";" in value:
            value = html.unescape(value)
    if "<" in value or "]]>" in value:
        if "annotation" in value or "tex-math" in value:
            value = _FORMULA_TWICE.sub("", value)
        value = _INLINE.sub("", _BLOCK.sub(" ", value))
    return collapse(value)


_often = functools.lru_cache(16_384)(_plain)


def title(value: str) -> str:
    """A title; "" for a placeholder (``[Not Available].``)."""
    text = plain(value)
    return "" if len(text) < _LONGEST_PLACEHOLDER and _NO_TITLE.fullmatch(text) else text


def abstract(value: str) -> str:
    """An abstract; "" for a placeholder (``[No abstract available]``)."""
    text = plain(value)
    return "" if len(text) < _LONGEST_PLACEHOLDER and _NO_ABSTRACT.fullmatch(text) else text
