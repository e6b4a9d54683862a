"""A search strategy in PubMed's syntax as a tree: terms with their fields, joined by AND, OR and NOT.

PubMed evaluates from left to right without precedence; the tree shows this, and other syntaxes need parentheses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from prismake.core.errors import SearchError

OPERATORS = ("AND", "OR", "NOT")
_TOKEN = re.compile(r'\s*(\(|\)|"[^"]*"(?:\s*\[[^\]]*\])?|[^\s()"\[]+(?:\s*\[[^\]]*\])?|\[[^\]]*\])')
FIELDS = {
    **dict.fromkeys(("tiab", "title/abstract", "title/abs"), "tiab"),
    **dict.fromkeys(("ti", "title"), "ti"),
    **dict.fromkeys(("ab", "abstract"), "ab"),
    **dict.fromkeys(("tw", "text word", "text words"), "tw"),
    **dict.fromkeys(("mh", "mesh", "mesh terms", "mesh term", "mesh:exp"), "mesh"),
    **dict.fromkeys(("mh:noexp", "mesh:noexp", "mesh terms:noexp"), "mesh:noexp"),
    **dict.fromkeys(("majr", "mesh major topic"), "majr"),
    **dict.fromkeys(("majr:noexp", "mesh major topic:noexp"), "majr:noexp"),
    **dict.fromkeys(("ot", "other term", "keyword"), "ot"),
    **dict.fromkeys(("au", "author"), "au"),
    **dict.fromkeys(("pt", "publication type", "ptyp"), "pt"),
    **dict.fromkeys(("la", "language", "lang"), "la"),
    **dict.fromkeys(("dp", "pdat", "date - publication", "edat", "crdt", "date - entry", "date - create"), "date"),
    **dict.fromkeys(("mhda", "date - mesh", "lr", "date - modification", "epdat", "ppdat"), "date"),
    **dict.fromkeys(("doi", "aid", "article identifier", "location id", "lid"), "doi"),
    **dict.fromkeys(("pmid", "uid"), "pmid"),
    **dict.fromkeys(("ta", "journal", "jour"), "ta"),
    **dict.fromkeys(("ad", "affiliation", "affl"), "ad"),
    **dict.fromkeys(("nm", "supplementary concept"), "nm"),
    **dict.fromkeys(("sh", "mesh subheading", "subheading"), "sh"),
    **dict.fromkeys(("all", "all fields"), "all"),
    "": "all",
}
"""PubMed's field tags, several names for one field."""


_SPAN = re.compile(r'"?([\d/]{4,10})"?\s*\[([^\]]*)\]\s*:\s*"?([\d/]{4,10})"?\s*\[\2\]')
"""Two dates with a tag each, as PubMed writes them in its Details."""


@dataclass(frozen=True)
class Term:
    """``text`` without quotation marks; ``field`` one of ``FIELDS``' values, or the tag as written if it is unknown.
    ``near``: for ``[tiab:~3]``, how many words may come between."""

    text: str
    field: str
    quoted: bool = False
    near: int | None = None


@dataclass(frozen=True)
class Group:
    """Terms and groups joined by one operator; for NOT, all but the first are excluded."""

    operator: str
    parts: tuple[Term | Group, ...]


Node = Term | Group


def parse(query: str) -> Node:
    """The tree of a strategy in PubMed's syntax.

    Raises ``SearchError`` for unbalanced parentheses, misplaced operators, and line numbers of a history (``#1``).
    """
    if match := re.search(r"(?<!\w)#\d+", query):
        raise SearchError(
            f"“{match.group()}” is a line of PubMed's search history, which only PubMed knows.",
            remedy="Write the whole query: in PubMed open Advanced, and copy it from the Details.",
        )
    position, tokens = 0, list[str]()
    query = query.replace("\u201c", '"').replace("\u201d", '"').strip()
    if not query:
        raise SearchError("the query is empty.")
    query = _SPAN.sub(r"\1:\3[\2]", query)
    while position < len(query):
        token = _TOKEN.match(query, position)
        if not token:
            raise SearchError(f"the query cannot be read at “{query[position : position + 40].strip()}”.")
        tokens.append(token.group(1))
        position = token.end()
    reader = _Reader(tokens)
    node = reader.expression()
    if reader.left():
        raise SearchError("a closing parenthesis has no opening one.", where=f"near “{' '.join(reader.left()[:4])}”")
    return node


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens, self._at = tokens, 0

    def left(self) -> list[str]:
        return self._tokens[self._at :]

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def expression(self) -> Node:
        node = self._operand()
        while (operator := self._peek().upper()) in OPERATORS:
            self._at += 1
            right = self._operand()
            if isinstance(node, Group) and node.operator == operator:
                node = Group(operator, (*node.parts, right))
            else:
                node = Group(operator, (node, right))
        return node

    def _operand(self) -> Node:
        token = self._peek()
        if token == "(":
            self._at += 1
            node = self.expression()
            if self._peek() != ")":
                raise SearchError("an opening parenthesis has no closing one.")
            self._at += 1
            # Parentheses keep their content from being joined with what follows.
            return Group(node.operator, node.parts) if isinstance(node, Group) else node
        words: list[str] = []
        while (token := self._peek()) and token not in "()" and token.upper() not in OPERATORS:
            self._at += 1
            words.append(token)
            if token.endswith("]"):
                break
        if not words:
            raise SearchError(f"a term is missing before “{self._peek() or 'the end'}”.")
        return _term(" ".join(words))


def _term(text: str) -> Term:
    words, _, tag = text.partition("[")
    name = " ".join(tag.rstrip("]").lower().split())
    near = re.fullmatch(r"(.+?):~(\d+)", name)
    name = near.group(1) if near else name
    words = words.strip()
    quoted = words[:1] == '"' and words[-1:] == '"' and len(words) > 1
    return Term(words.strip('"').strip(), FIELDS.get(name, name), quoted, int(near.group(2)) if near else None)
