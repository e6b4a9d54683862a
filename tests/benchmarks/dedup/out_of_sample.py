"""What deduplication does with data that its rules were not written for: columns gone, values damaged, sets united.

    python tests/benchmarks/dedup/out_of_sample.py [--sets haematology cardiac ...] [--only ablations copies union] [--show]

* ablations: each labelled set without some of its columns, or with a share of all values gone, or with a running
  number under ``issue``. False positives should stay few although nothing is left to tell two papers apart; those of
  records that have become equal in every field are counted beside (identical records always merge).
* copies: every record once, and a copy damaged in one way: the share of the copies that come back to their record, and
  how many records meet a record of another paper.
* union: all sets in one table; a merge across two sets is a new pair.

``--show`` prints both records of every false merge. Needs the shared material, as `score_sets.py` does.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable

import numpy as np
import pandas as pd
from prismake.dedup import Duplicates, find_duplicates
from score_sets import evaluate
from shared_sets import SETS, groups, load

_COLUMNS = ("authors", "year", "journal", "volume", "issue", "pages", "doi", "abstract", "url")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_GONE = (
    ("doi", "url"), ("abstract",), ("issue",), ("volume",), ("pages",), ("authors",), ("journal",), ("year",),
    ("doi", "url", "abstract"), ("doi", "url", "abstract", "issue"), ("doi", "url", "abstract", "pages"),
    ("doi", "url", "authors"), ("journal", "volume"), ("volume", "issue", "pages"),
    ("volume", "issue", "pages", "doi", "url"),
)  # fmt: skip


def without(table: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    return table.assign(**{name: "" for name in names if name in table.columns})


def thinned(table: pd.DataFrame, share: float) -> pd.DataFrame:
    draw = np.random.default_rng(1)
    names = [name for name in _COLUMNS if name in table.columns]
    return table.assign(**{name: table[name].where(draw.random(len(table)) >= share, "") for name in names})


def _numbered(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(issue=(np.random.default_rng(1).permutation(len(table)) + 1).astype(str))


def ablations(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The table without columns or values, by what was done to it."""
    out = {"as it is": table}
    out |= {"no " + ", ".join(n for n in names if n != "url"): without(table, names) for names in _GONE}
    out |= {f"{share:.0%} of all values gone": thinned(table, share) for share in (0.2, 0.5)}
    return out | {"a running number under issue": _numbered(table)}


def labels(name: str) -> dict[str, str]:
    """The first record of the paper for every record of a group."""
    return {record: members[0] for members in groups(name) for record in members}


def false_merges(found: Duplicates, paper: dict[str, str], table: pd.DataFrame) -> pd.DataFrame:
    """The merges by rule that bring two papers together; records without a title are not labelled."""
    unlabelled = set(table.loc[table["title"].str.strip().isin(["", "#NAME?"]), "record_id"])
    pairs = found.merges[~found.merges[["first", "second"]].isin(unlabelled).any(axis=1)]
    apart = [paper.get(a, a) != paper.get(b, b) for a, b in zip(pairs["first"], pairs["second"], strict=True)]
    return pairs[np.array(apart, dtype=bool)]


def _ablate(name: str, show: bool) -> None:
    table, paper = load(name), labels(name)
    for what, changed in ablations(table).items():
        found = find_duplicates(changed)
        score, wrong = evaluate(found, name), false_merges(found, paper, table)
        equal = int((wrong["rule"] == "identical").sum())
        true = sum(paper.get(a, a) == paper.get(b, b) for a, b in found.queue[["first", "second"]].to_numpy())
        print(
            f"{name:18} {what:32} FP {score['FP']:4} FN {score['FN']:6,}  false merges by rule {len(wrong) - equal:3}  "
            f"queue {len(found.queue):5,} ({len(found.queue) / len(table):.2%}), {true:,} true",
            flush=True,
        )
        if show:
            _print(wrong[wrong["rule"] != "identical"], table)


def _date(pages: str) -> str:
    m = re.fullmatch(r"(\d{1,2})-+(\d{1,2})", pages)
    return f"{m[2]}-{_MONTHS[int(m[1]) - 1]}" if m and 0 < int(m[1]) <= 12 and int(m[2]) <= 31 else pages


def _shortened(pages: str) -> str:
    m = re.fullmatch(r"(\d+)-+(\d+)", pages)
    same = m and len(m[1]) == len(m[2]) > 2 and m[1][:-2] == m[2][:-2]
    return f"{m[1]}-{m[2][-2:]}" if same else pages


def initials(authors: str) -> str:
    names = [n.split(",") for n in authors.split(" and ")]
    return " and ".join(f"{n[0]}, {' '.join(w[0] + '.' for w in n[1].split())}" if len(n) == 2 else n[0] for n in names)


def _typo(title: str) -> str:
    return title[:12] + title[13:] if len(title) > 30 else title


def _column(name: str, change: Callable[[str], str]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda table: table.assign(**{name: table[name].map(change)})


_DAMAGE: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "no DOI": lambda t: without(t, ("doi", "url")),
    "no DOI, no abstract": lambda t: without(t, ("doi", "url", "abstract")),
    "no DOI, first three authors": lambda t: without(t, ("doi", "url")).assign(
        authors=t["authors"].map(lambda v: " and ".join(v.split(" and ")[:3]))),
    "no DOI, initials": lambda t: without(t, ("doi", "url")).assign(authors=t["authors"].map(initials)),
    "no DOI, authors glued": lambda t: without(t, ("doi", "url")).assign(
        authors=t["authors"].map(lambda v: initials(v).replace(",", "").replace(" and ", ""))),
    "no DOI, no authors": lambda t: without(t, ("doi", "url", "authors")),
    "no DOI, and others": lambda t: without(t, ("doi", "url")).assign(
        authors=t["authors"].map(lambda v: v.split(" and ")[0] + " and others" if " and " in v else v)),
    "no DOI, pages shortened": lambda t: without(t, ("doi", "url")).assign(pages=t["pages"].map(_shortened)),
    "no DOI, pages a date": lambda t: without(t, ("doi", "url")).assign(pages=t["pages"].map(_date)),
    "no DOI, first page": lambda t: without(t, ("doi", "url")).assign(
        pages=t["pages"].map(lambda v: v.split("-")[0])),
    "no DOI, issue in the volume": lambda t: without(t, ("doi", "url", "issue")).assign(
        volume=[f"{v} ({i})" if v and i else v for v, i in zip(t["volume"], t["issue"], strict=True)]),
    "no DOI, title in capitals": lambda t: without(t, ("doi", "url")).assign(title=t["title"].str.upper()),
    "no DOI, kind behind the title": lambda t: without(t, ("doi", "url")).assign(
        title=t["title"].map(lambda v: v.rstrip(".") + ". [Review] [34 refs]")),
    "no DOI, a letter of the title lost": lambda t: without(t, ("doi", "url")).assign(title=t["title"].map(_typo)),
    "no DOI, mark-up in the title": lambda t: without(t, ("doi", "url")).assign(
        title=t["title"].map(lambda v: f"<b>{v}</b>")),
    "no DOI, subtitle lost": lambda t: without(t, ("doi", "url")).assign(
        title=t["title"].map(lambda v: v.split(":")[0] if len(v.split(":")[0]) > 30 else v)),
    "no DOI, words of the journal cut": lambda t: without(t, ("doi", "url")).assign(
        journal=t["journal"].map(lambda v: " ".join(w[:4] + "." if len(w) > 5 else w for w in v.split()))),
    "online first (DOI only)": lambda t: without(t, ("volume", "issue", "pages")),
    "online first, year before, no DOI": lambda t: without(t, ("volume", "issue", "pages", "doi", "url")).assign(
        year=t["year"].map(lambda v: str(int(v) - 1) if v.isdigit() else v)),
    "running number under issue, no DOI": lambda t: _numbered(without(t, ("doi", "url"))),
}  # fmt: skip


def _copies(name: str, show: bool) -> None:
    table, paper = load(name), labels(name)
    table = table[~table["record_id"].map(lambda r: paper.get(r, r)).duplicated()]
    table = table[table["title"].str.len() > 0].assign(source="first")
    for what, damage in _DAMAGE.items():
        copy = damage(table).assign(source="second", record_id="copy of " + table["record_id"])
        found = find_duplicates(pd.concat([table, copy], ignore_index=True))
        report = found.clusters.set_index("record_id")["report_id"]
        back = (report[copy["record_id"]].to_numpy() == report[table["record_id"]].to_numpy()).sum()
        own = {r: r.removeprefix("copy of ") for r in report.index}
        asked = {(own[a], own[b]) for a, b in found.queue[["first", "second"]].to_numpy()}
        wrong = false_merges(found, own, table)
        print(
            f"{name:18} {what:36} found {back / len(table):.4f}, with the queue "
            f"{(back + sum(a == b for a, b in asked)) / len(table):.4f}; false merges {len(wrong)}",
            flush=True,
        )
        if show:
            _print(wrong, pd.concat([table, copy]))


def _union() -> None:
    tables = [load(name).assign(source=name) for name in SETS]
    united = pd.concat([t.assign(record_id=t["source"] + ":" + t["record_id"]) for t in tables], ignore_index=True)
    paper = {f"{name}:{r}": f"{name}:{first}" for name in SETS for r, first in labels(name).items()}
    found = find_duplicates(united.fillna(""))
    across = found.merges["first"].str.split(":").str[0] != found.merges["second"].str.split(":").str[0]
    print(f"\nAll sets in one table: {len(united):,} records, {across.sum()} merges across sets (shown: all)")
    _print(found.merges[across], united)
    wrong = false_merges(found, paper, united)
    wrong = wrong[~across[wrong.index]]
    print(f"Merges within a set that bring two papers together: {len(wrong)}")
    _print(wrong, united)


def _print(pairs: pd.DataFrame, table: pd.DataFrame) -> None:
    rows = table.set_index("record_id")
    for pair in pairs.itertuples():
        print(f"    {pair.rule}: {pair.differences}")
        for record in (pair.first, pair.second):
            shown = (str(rows.loc[record, c])[:100] for c in ("title", "authors", "year", "journal", "volume", "pages"))
            print(f"        {record}: {' | '.join(shown)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--only", nargs="*", default=["ablations", "copies", "union"])
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    for name in options.sets:
        if "ablations" in options.only:
            _ablate(name, options.show)
        if "copies" in options.only:
            _copies(name, options.show)
    if "union" in options.only:
        _union()


if __name__ == "__main__":
    main()
