"""No field is lost silently: each is used, known and deliberately left out, or named in a warning."""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
import zlib

import openpyxl
import pytest
from prismake.core.errors import ImportFileError, PrismakeError
from prismake.search import decode, read_file, sources, stream, worksheets
from prismake.search.inventory import Fields


def put(folder, text, name="export.txt"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_an_unknown_header_is_named_with_its_records(tmp_path):
    text = "Title,Authors,Year,Our verdict\nOne,Quint A,2019,yes\nTwo,Roe C,2020,\n"
    found = read_file(put(tmp_path, text))
    assert found.fields.unknown == {"our verdict": 1}
    assert any("“our verdict” (1)" in line and "rename it" in line for line in found.warnings)


def test_an_unknown_tag_is_named(tmp_path):
    found = read_file(put(tmp_path, "TY  - JOUR\nTI  - One\nXX  - something\nAD  - Example City\nER  - \n"))
    assert found.fields.unknown == {"XX": 1} and found.fields.ignored["AD"] == 1 and found.fields.used["TI"] == 1
    assert any("“XX” (1)" in line for line in found.warnings)


def test_a_field_that_no_record_has_is_named(tmp_path):
    found = read_file(put(tmp_path, "TY  - JOUR\nTI  - One\nAU  - Quint, A\nPY  - 2019\nER  - \n"))
    assert found.fields.missing == ["journal", "volume", "issue", "pages", "doi", "abstract"]
    assert any("no record has journal, volume, issue, pages, DOI or abstract" in line for line in found.warnings)


def test_a_value_that_is_none_is_named(tmp_path):
    text = (
        "Title,Authors,Year,DOI\nOne,Quint A,in press,10.5555/a\nTwo,Roe C,2020,see the journal\nThree,Doe J,n/a,NA\n"
    )
    found = read_file(put(tmp_path, text))
    assert found.fields.unreadable == {"year": 1, "doi": 1}
    assert any("“in press”" in line for line in found.warnings)
    assert any("“see the journal”" in line for line in found.warnings)


def test_lists_of_authors_that_are_cut_off_are_counted(tmp_path):
    found = read_file(put(tmp_path, 'Title,Authors,Year\nOne,"Quint A, Roe C, et al.",2019\nTwo,Roe C,2019\n'))
    assert found.records[0]["authors"] == ["Quint A", "Roe C"]
    assert any("author lists of 1 record end in “et al.”" in line for line in found.warnings)


def test_headers_mean_the_same_however_they_are_written(tmp_path):
    for header in (
        "Article_Title,Author/s,PubYear",
        "article.title,Author(s),Publication Year",
        "TITLE,authorList,yearPublished",
    ):
        (record,) = read_file(put(tmp_path, f"{header}\nOne,Quint A,2019\n")).records
        assert (record["title"], record["authors"], record["year"]) == ("One", ["Quint A"], 2019)


def test_pages_in_two_columns_are_one_range(tmp_path):
    (record,) = read_file(put(tmp_path, "title,author,year,start_page,end_page\nOne,Quint A,2019,11,19\n")).records
    assert record["pages"] == "11-19"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_separator_is_told_by_the_header(mark, tmp_path):
    other = ";" if mark != ";" else ","
    abstract = other.join(["We asked"] * 40)
    text = (
        mark.join(["Title", "Authors", "Year", "Abstract"])
        + "\n"
        + mark.join(["One", "Quint A", "2019", f'"{abstract}"'])
    )
    (record,) = read_file(put(tmp_path, text + "\n")).records
    assert (record["title"], record["authors"], record["year"]) == ("One", ["Quint A"], 2019)
    assert record["abstract"] == abstract


def test_excel_names_the_separator_in_a_line_of_its_own(tmp_path):
    found = read_file(put(tmp_path, "sep=;\nTitle;Authors;Year\nOne;Quint A;2019\n"))
    assert [record["title"] for record in found.records] == ["One"]


def test_text_of_an_abstract_makes_no_format(tmp_path):
    text = 'Title,Authors,Year,Abstract\nOne,Quint A,2019,"First\nTY  - positive\nPMID- 3\n@misc{x}"\n'
    found = read_file(put(tmp_path, text))
    assert found.format == "CSV" and len(found.records) == 1
    ris = "TY  - JOUR\nTI  - One\nAB  - First\nPMID- 3\n@misc{x\nER  - \n"
    assert read_file(put(tmp_path, ris)).format.endswith("RIS")


def test_utf16_is_told_by_the_header_whatever_stands_below(tmp_path):
    text = "Title\tAuthors\tYear\n" + f"{'研究' * 90}\t作者\t二零一九\n" * 3000
    found = read_file(put(tmp_path, text.encode("utf-16-le")))
    assert found.records[0]["title"] == "研究" * 90 and len(found.records) == 3000


# --- workbooks ---------------------------------------------------------------------------------------------------


def workbook(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, cells in sheets.items():
        sheet = book.create_sheet(name)
        for address, value in cells.items():
            sheet[address] = value
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


TABLE = {"A1": "Title", "B1": "Authors", "C1": "Year", "A2": "One", "B2": "Quint A", "C2": 2019}


def test_a_stray_cell_costs_nothing_and_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(worksheets, "_dense", None)  # a dense copy is never made
    found = read_file(put(tmp_path, workbook(Export={**TABLE, "XFD2": "note", "XFD60000": "x"})))
    assert [record["title"] for record in found.records] == ["One"]
    assert found.fields.unknown == {"column 16384 without a name": 1}
    assert "60000" in found.problems[0]


def test_a_stray_cell_of_opendocument_is_refused_with_its_place(tmp_path):
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet><table:table>"
        '<table:table-row table:number-rows-repeated="59999"><table:table-cell/></table:table-row><table:table-row>'
        '<table:table-cell table:number-columns-repeated="1000"/><table:table-cell><text:p>x</text:p></table:table-cell>'
        "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    with pytest.raises(ImportFileError, match=r"row 60,000 and column 1,001") as error:
        read_file(put(tmp_path, data.getvalue()))
    assert "Delete the rows below" in error.value.remedy


SMALL_XLS = (  # two rows and three columns, saved by LibreOffice, compressed
    "c-"
    "rk(O>9(E6h8OOboyo}?Q5Zm1?q@D6gm(HQEL=CWkA7bs!)H^#17*tGcxTo(;<O{I*4ox7!3<aBrzmiXh=|Fq6<xIcPuozVWH7vV5"
    "PyuXf%ez_W7Oj?i(Iso6HnKBF=d^_uhBz&$;*f-"
    "E+VDw!L)vldcO?1rJhy=A1Bvd^80#y&sFn(6l+naXhlqfd3TC>Y8;Jg#Ma<tn+5A*RZY|aC5?L%Hb<ely=ZK>O38ydf*mVjDNja="
    "FHVNu2yL9Up#+~-yFvSz-s^JSkL|+0WJZy0G9$=fo<*;K<&T|;4<KHV5isw(XGH0z}tXbn&&EAGv1DN6nKZG-HH0HMy$Ev5H_L3P"
    "!oNz^lMhR=>7sM;^W|q*u_QQFio&+B$C-"
    "w^hUup*+WwC9;RWWThUT<3e;BmNT^>*xmBzW5T|ILw&>@Kxa|G7lxw7HC7%De%=tkmo2i?A6f1vQoIp{tN>Gxrl%c(dgBgtIqI2w"
    "DugM7Z4mBV>JnC9{yMrw>#Xk0^J#Ocd*^>Cq6#eN$eSSI}Wjaq6`X9B?jXLS{zoSn<cJs-(*BxK3rmtIo9$SFEegS&;U-"
    "T0O{HjO}*H$qgb$c-"
    "+bw@EM^|E5K)XR%a&WPCWQAFYQf?`v&CvDq>V{lJ}Z$_CwqM_r8F3}4dq|3X7RjACtn7!Cb+WokNmXz6zzJfEDbXXzio6{<eGEUv"
    "US#H=j5&lhtb@MMo{=ey7xhgacWeQmv<~(qqkj~{N!RC28nP)<@pu6^rWeVx&V-"
    "9W;lM+GqHc6SCz$=>Q)V0A^jvJb+t3p!?_Wu&j#m?L=XR)x{hQz8%7w_xpe^KbgD~}Yqn*~fUbr?M}!SynuSIXCAtaoJ{5!xG4-"
    "cy<XbN^ajyQk7F_pkG{Pb0*Hu`3cC7~mFDD_TNFW=2Z=Uajb9^qBOD9GldeW}7}~t6NFQm#}GAx*c-^hiVg=s-"
    "n%xwd`KRr2iEDROQbQIk|sIMg}T>Jd!2zsu7Vrx6xa;k$<Hpc}{t!E7!8A?SqG6c6pPm5-"
    "j%!JzTctNiGbE$UL6I*72~>L7#=(2u<{m$cbpR-i^lqun)$y&-"
    "5>(yo4sQa4w^eF$5xR4rH0G7^mH?M^>VEB9qGJCUc{O=#GOaI~#rA{tZLPy>>Qhi#=`2jE?qQOYWsS-"
    "7OO491;c0vo4j6zW@8>!L)Ve9g}+3e)>I&|D?{%lolu}ai`AHhP9~DI$ta3oUN$ywqx4RewiiQeeRsxggriS=wOz4cI*C4dTkG?+"
    "r`pT)=2Ru<!@i_^E1Ub|IPVR8&_H<-o^Q2m(OnJU{ggK)_JBE$}Ha*AJ;BLI@jd>KHVSp<-RPdfr*J{?EGXVH-"
    "5E@SiV~}Zl;?RuIKwt<X`23^UYzM#KUg;S#ZzOeq>y{kNtJ;zXRGbw4R(g-c=ulJU>f-?-(-NLG0n>Mez^#-"
    "e9%N;kdM`;^%|N2kk}cF9QDczW-"
    "M1x0=o%=m5??hP;$@zYA6{Dmr0G0r_eUl!c*3^KYs{{_I!hD*U&DLrV5wiv`xVpT0$$e+}@1#`|C3AF1yd*Z"
)


def test_a_stray_cell_of_an_xls_file_is_refused_with_its_place(tmp_path):
    path = tmp_path / "export.xls"
    book = zlib.decompress(base64.b85decode(SMALL_XLS))
    path.write_bytes(book)
    assert [record["title"] for record in read_file(path).records] == ["A title"]
    extent = struct.pack("<HHIIHHH", 0x0200, 14, 0, 2, 0, 3, 0)
    assert book.count(extent) == 1
    path.write_bytes(book.replace(extent, struct.pack("<HHIIHHH", 0x0200, 14, 0, 60_000, 0, 256, 0)))
    with pytest.raises(ImportFileError, match="reaches to row 60,000 and column 256"):
        read_file(path)


def test_a_row_of_stray_cells_only_is_no_record(tmp_path):
    found = read_file(put(tmp_path, workbook(Export={**TABLE, "Z9": "x"})))
    assert [record["title"] for record in found.records] == ["One"] and "line 9" in found.problems[0]


def test_a_further_sheet_with_records_is_named(tmp_path):
    found = read_file(put(tmp_path, workbook(First=TABLE, Second=TABLE, Notes={"A1": "by hand"})))
    assert len(found.records) == 1
    assert [line for line in found.warnings if "“Second”" in line and "not read" in line]
    assert not [line for line in found.warnings if "“Notes”" in line]


# --- what is no fault of the file --------------------------------------------------------------------------------


def test_too_little_memory_is_not_blamed_on_the_file(tmp_path, monkeypatch):
    path = put(tmp_path, "TY  - JOUR\nTI  - One\nER  - \n")

    def exhausted(*data: object):
        raise MemoryError

    monkeypatch.setattr(decode, "decode", exhausted)
    with pytest.raises(PrismakeError, match="too little memory") as error:
        read_file(path)
    assert "Close other programs" in error.value.remedy


def test_a_fault_of_our_own_is_not_blamed_on_the_workbook(tmp_path, monkeypatch):
    monkeypatch.setattr(worksheets, "extents", lambda *_: [].missing)
    with pytest.raises(AttributeError):
        read_file(put(tmp_path, workbook(Export=TABLE)))


# --- the log -----------------------------------------------------------------------------------------------------


def test_fields_of_several_files_are_counted_together():
    first = Fields({"TI": 2}, {"AD": 1}, {"XX": 1, "YY": 0}, ["pages", "doi"], {"year": 1})
    second = Fields({"TI": 3}, {}, {"XX": 2}, ["doi"], {})
    assert Fields.together([first, second]) == Fields({"TI": 5}, {"AD": 1}, {"XX": 3, "YY": 0}, ["doi"], {"year": 1})


def test_the_table_of_searches_counts_fields(tmp_path):
    fields = Fields({"TI": 2}, {"AD": 1, "SN": 2}, {"XX": 1}, ["pages"]).as_dict()
    keys = ("source", "label", "kind", "platform", "query", "query_translation", "date", "limits", "records")
    log = {**dict.fromkeys(keys, ""), "files": [], "warnings": [], "fields": json.loads(json.dumps(fields))}
    (row,) = sources.searches_table([log]).to_dict("records")
    assert (row["fields_used"], row["fields_ignored"], row["fields_unknown"]) == (1, 2, 1)
    assert row["fields_missing"] == "pages"


def test_the_answers_of_a_live_search_are_one_export(tmp_path):
    paths = [put(tmp_path, f"TY  - JOUR\nTI  - {n}\nAN  - {n}\nXX  - y\nER  - \n", f"{n}.ris") for n in (1, 2)]
    imports = stream(paths, "live", lambda records: None, once=True)
    assert [found.fields.unknown for found in imports] == [{}, {"XX": 2}]
    assert not any(found.warnings for found in imports)


def test_month_and_day_of_csl_are_no_second_year(tmp_path):
    path = tmp_path / "items.json"
    path.write_text(
        '[{"type": "article-journal", "title": "One", "DOI": "10.5555/ex.1", "issued": {"date-parts": [[2019, 3, 1]]}}]',
        encoding="utf-8",
    )
    found = read_file(path)
    assert found.records[0]["year"] == 2019
    assert not any("more than once" in line for line in found.warnings)
