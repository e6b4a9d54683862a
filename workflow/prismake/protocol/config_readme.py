"""``config/README.md`` generated from the schema, so that the two cannot differ.

python -m prismake.protocol.config_readme > config/README.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prismake.core.names import EXTRACTION
from prismake.core.names import STAGES as PANEL_STAGES
from prismake.protocol.config import word
from prismake.protocol.forms import load_form
from prismake.protocol.measure_parts import ROLES
from prismake.protocol.schema import config_schema, with_defaults

_TYPES = {
    "object": "group",
    "array": "list",
    "string": "text",
    "boolean": "true or false",
    "integer": "whole number",
    "number": "number",
}

_HEAD = """\
# The configuration

`config.yaml` is the protocol of the review and holds every setting. It is checked before anything runs: an unknown or
misspelt key, a wrong type, a missing file, a reviewer named twice or an outcome without its columns stops the run with
the path of the key and what is allowed there.

| file or folder | content |
| --- | --- |
| `config.yaml` | the protocol |
| `searches/` | exports as downloaded, and archived answers of live searches; one file or folder is one source |
| `sheets/` | the reviewers' workbooks; in `sheets/history/` copies as read, last answers, all changed decisions |
| `known_studies.txt` | studies that the search is expected to find, if you know any (see below) |
| `fulltexts/` | PDFs, each linked to its report by its name (id, DOI, PMID, PMC number) or the DOI or title in it |
| `versions/` | decisions kept with `prismake freeze`, and protocols kept with `prismake protocol --keep` |
| `ncbi_api_key.txt` | an NCBI API key for a live search, if you have one; git ignores it (or set `NCBI_API_KEY`) |

A run never deletes or overwrites anything here, with three exceptions: rows are added to sheets, the workflow's own
columns in them are updated, and the oldest copies of a sheet are removed. Everything in `results/` is derived from the
files here.

`known_studies.txt` has one study per line, by PMID, DOI, PMC number or registration number; text after `#` is a note.
An export (`known_studies.ris`) or a folder `known_studies/` of such files is accepted as well. For each study, the
report shows which source found it and its current stage; the closing table lists those that no search found or that
were excluded.

Only `title` and `question` are required. The `config.yaml` of the demonstration is an example of every part.
"""

_MEASURES = """\
## The columns that a measure needs

| measure | parts |
| --- | --- |
{rows}

`outcomes.<name>.columns` assigns an extraction column to each part, for instance
`{{ events: relapses, total: remissions }}`.
"""


_WORDS = """\
## Words that are understood in sheets

Instead of choosing an answer from the list, one of these words may be typed: case, surrounding blanks and a final full
stop are ignored, TRUE counts as yes, FALSE as no. Any other text is reported with its cell and counts as no answer;
nothing is guessed. Your own words, in any language, go into `words` in `config.yaml`:

```yaml
words:
  include: [ok, "+"]
  not retrieved: [wartet auf Fernleihe]
```

| sheet | answer | words |
| --- | --- | --- |
{rows}

In extraction, `NR` may also be written `n.r.`, `n/r`, `not reported` or `not stated`; numbers may have a decimal comma.
If a number has two readings, the reviewer is asked: `1.234` and `1,000` (see `decimal_sign`).
"""


def _words() -> str:
    forms = [load_form(stage, with_defaults({})) for stage in PANEL_STAGES if stage != EXTRACTION]
    return "\n".join(
        f"| {form.title} | {choice.value} | {', '.join(choice.synonyms)} |"
        for form in forms
        for field in form.fields
        for choice in field.choices
        if choice.synonyms
    )


def readme() -> str:
    """The text of ``config/README.md``."""
    lines = [_HEAD, "## Keys\n"]
    lines += _table(config_schema()["properties"])
    for path, rule in _groups(config_schema()["properties"], ""):
        lines += ["", f"### `{path}`\n", f"{rule['description']}\n", *_table(_inner(rule))]
    measures: dict[tuple[str, ...], list[str]] = {}
    for measure, roles in ROLES.items():
        measures.setdefault(roles, []).append(measure)
    rows = "\n".join(
        f"| {', '.join(names)} | {', '.join(f'`{r}`' for r in roles)} |" for roles, names in measures.items()
    )
    lines += ["", _MEASURES.format(rows=rows), _WORDS.format(rows=_words())]
    return "\n".join(lines).rstrip() + "\n"


def _groups(properties: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """All keys with sub-keys, outer before inner, each with its path."""
    for key, rule in properties.items():
        inner = _inner(rule)
        if inner:
            path = f"{prefix}{key}" + (".<name>" if "properties" not in rule and rule["type"] == "object" else "")
            yield path, rule
            yield from _groups(inner, f"{path}.")


def _inner(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    if "properties" in rule:
        return rule["properties"]
    for key in ("additionalProperties", "items"):
        if isinstance(rule.get(key), dict) and "properties" in rule[key]:
            return rule[key]["properties"]
    return {}


def _table(properties: Mapping[str, Any]) -> list[str]:
    lines = ["| key | type | default | meaning |", "| --- | --- | --- | --- |"]
    for key, rule in properties.items():
        types = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
        kind = " or ".join(
            [f"`{word(value)}`" for value in rule["enum"]] if "enum" in rule else [_TYPES[name] for name in types]
        )
        lines.append(f"| `{key}` | {kind} | {_default(rule)} | {rule['description']} |")
    return lines


def _default(rule: Mapping[str, Any]) -> str:
    if "default" not in rule:
        return "—"
    value = rule["default"]
    if value in ("", [], {}):
        return "empty"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return ", ".join(f"`{entry['name']}`" for entry in value)
    if isinstance(value, list):
        return ", ".join(f"`{entry}`" for entry in value)
    if isinstance(value, dict):
        return ", ".join(f"`{key}: {entry}`" for key, entry in value.items())
    return f"`{value}`"


if __name__ == "__main__":
    print(readme(), end="")
