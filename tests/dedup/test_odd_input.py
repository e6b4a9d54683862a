"""Odd tables: no titles, one title a thousand times, endless titles, other scripts, missing columns."""

from __future__ import annotations

import time
import unicodedata

import numpy as np
import pandas as pd
import pytest
from prismake.core.errors import DedupError
from prismake.core.records import table
from prismake.dedup import deduplicate, find_duplicates, merge_reports
from prismake.dedup.block import WINDOW, candidates
from prismake.dedup.fields import pages, split_journal, volume_issue
from prismake.dedup.prepare import prepare
from prismake.dedup.text import bare_title, journal_form
from record_pairs import pair, partition, record, same


def test_one_title_a_thousand_times_is_linear_work_and_a_thousand_reports() -> None:
    rows = [
        record(
            f"s:{k:04d}",
            title="Editorial",
            authors=[f"Author{k % 7} A"],
            year=1950 + k % 60,
            volume=str(k),
            issue="1",
            pages="1-2",
        )
        for k in range(1000)
    ]
    p = prepare(table(rows))
    first, _ = candidates(p)
    assert len(first) <= 1000 * WINDOW * 20
    assert deduplicate(table(rows))["report_id"].nunique() == 1000


def test_a_thousand_equal_records_are_one_report() -> None:
    rows = [record(f"s:{k:04d}", accession=str(k)) for k in range(1000)]
    found = deduplicate(table(rows))
    assert found["report_id"].nunique() == 1


def test_no_titles_at_all() -> None:
    rows = [record(f"s:{k}", title="", pages=f"{k}-{k + 9}", volume=str(k), authors=[f"Name{k} A"]) for k in range(50)]
    found = find_duplicates(table([*rows, record("t:7", title="", pages="7-16", volume="7", authors=["Name7 A"])]))
    assert found.clusters["report_id"].nunique() == 50
    assert frozenset({"s:7", "t:7"}) in partition(found.clusters)
    nothing = [{"record_id": f"s:{k}"} for k in range(30)]
    assert find_duplicates(table(nothing)).clusters["report_id"].nunique() == 30


def test_titles_of_ten_thousand_characters() -> None:
    words = " ".join(f"word{k}" for k in range(1500))[:9990]
    start = time.process_time()
    rows = [
        record(f"s:{k:03d}", title=f"{words} end{k}", pages=f"{20 * k + 1}-{20 * k + 9}", volume=str(k))
        for k in range(200)
    ]
    rows.append(record("t:1", title=f"{words} end1", pages="21-9", volume="1"))
    found = deduplicate(table(rows))
    assert found["report_id"].nunique() == 200
    assert time.process_time() - start < 60


@pytest.mark.parametrize(
    "title",
    [
        "دراسة عن علاج الملاريا النشيطة بدواء التافينوكين لدى البالغين",
        "מחקר על טיפול במלריה ויוקס באמצעות טפנוקין במבוגרים",
        "他非诺喹根治间日疟复发的多中心随机对照临床试验研究",
        "タフェノキンによる三日熱マラリアの根治療法に関する無作為化試験",
        "Тафенохин для радикального лечения рецидивирующей малярии у взрослых",
        "ทาฟีโนควินสำหรับการรักษาโรคมาลาเรียไวแวกซ์",
    ],
)
def test_other_scripts_and_normal_forms(title: str) -> None:
    assert same(pair({"title": unicodedata.normalize("NFC", title)}, {"title": unicodedata.normalize("NFD", title)}))
    assert not same(
        pair({"title": title, "pages": ""}, {"title": title[: len(title) // 2], "pages": "", "volume": "9"})
    )


def test_a_few_columns_are_enough() -> None:
    raw = pd.DataFrame(
        {
            "record_id": ["1", "2", "3"],
            "title": [
                "Ischemic preconditioning of the rat heart",
                "Ischaemic preconditioning of the rat heart",
                "Something else",
            ],
            "authors": ["Schultz J. E.Hsu A. K.", "Schultz, J. E. and Hsu, A. K.", None],
            "year": ["1996", "1996", np.nan],
            "journal": ["Circ Res", "Circulation Research", None],
            "pages": ["389-95", "389-395", None],
            "volume": ["78", "78", None],
        }
    )
    found = deduplicate(raw)
    assert found["report_id"].tolist() == ["1", "1", "3"]
    assert len(merge_reports(raw, found)) == 2
    assert deduplicate(raw[["record_id"]])["report_id"].nunique() == 3


def test_damaged_values_do_no_harm() -> None:
    rows = [
        record("a:1", title="#NAME?", authors=["", "."], pages="-", volume="Suppl", issue="??", year=None),
        record("b:1", title="#NAME?", authors=["nan"], pages="no pagination", volume="", issue="", year=3000),
        record("c:1", title="\ufffd broken letter in a title about malaria", doi="10."),
        record("d:1", title="<p>&lt;b&gt;</p>", journal="()(pp )", pages="(((", doi="https://doi.org/"),
    ]
    raw = pd.DataFrame(rows)
    assert deduplicate(raw)["report_id"].nunique() == 4


def test_clear_errors() -> None:
    with pytest.raises(DedupError, match="no column 'record_id'"):
        deduplicate(pd.DataFrame({"title": ["a"]}))
    with pytest.raises(DedupError, match="more than once"):
        deduplicate(pd.DataFrame({"record_id": ["x", "x"], "title": ["a", "b"]}))
    records = table([record("a:1"), record("b:1")])
    with pytest.raises(DedupError, match="'yes' is not known"):
        find_duplicates(records, answers={"a:1|b:1": "yes"})
    with pytest.raises(DedupError, match="in no cluster"):
        merge_reports(records, deduplicate(records.iloc[:1]))


@pytest.mark.parametrize("unit", [" ", "\t", "1", "a", "(", "[", ". ", "a (", "\n"])
def test_fields_of_a_megabyte_are_compared_by_their_beginnings(unit):
    """Patterns for what stands at the end of a title or name would take hours over such a field."""
    text = f"x{unit * 1_000_000}"[:1_000_000] + "x"
    for form in (bare_title, journal_form, lambda value: volume_issue(value, value)[0]):
        assert len(form(text)) <= 5_000
    assert len(pages(text).first) <= 5_000
    assert all(len(part) <= 5_000 for part in split_journal(text).values())
