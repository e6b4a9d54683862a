"""What a library or our own code raises of itself is never told as a fault of a person's file.

Every reader of files that prismake uses is made to fail on a good file in the ways in which a program fails: a method
that an old version lacks, an argument that it does not know, too little memory, a library that cannot be loaded. The
job must then say that it is a fault of prismake or of the computer and end with status 1, with nothing read.
"""

from __future__ import annotations

import ast
import gzip
import importlib
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from paper import pdf
from prismake.core.jobs import job, problem_of
from sheet_stage import Stage

ROOT = Path(__file__).parents[2]
EXPORTS = ROOT / "tests" / "search" / "exports"
OURS = "fault of prismake itself"
FAULTS = {
    AttributeError("no attribute 'sheets_metadata'"): OURS,
    TypeError("an unexpected keyword argument 'rich_text'"): OURS,
    AssertionError("never"): OURS,
    RecursionError("maximum recursion depth exceeded"): OURS,
    NotImplementedError("not yet"): OURS,
    ImportError("libexpat.so.1 is missing"): "the installation of prismake is not complete",
    MemoryError(): "too little memory",
}
# what these raise for what is in a file: deep nesting, a compression that they do not know
RAISED_FOR_FILES = {"json": [RecursionError], "yaml": [RecursionError], "zipfile": [NotImplementedError]}
Read = Callable[[], object]


# --- good files of each kind, written into a folder, and what reads them ---------------------------------------------


def export(name: str) -> Callable[[Path], Read]:
    from prismake.search.imports import read_file

    return lambda _: partial(read_file, EXPORTS / name)


def xml_export(text: str) -> Callable[[Path], Read]:
    from prismake.search.imports import read_file

    def made(folder: Path) -> Read:
        (folder / "export.xml").write_text(text, encoding="utf-8")
        return partial(read_file, folder / "export.xml")

    return made


ICTRP = "<Trials_downloaded_from_ICTRP><Trial><TrialID>ISRCTN1</TrialID></Trial></Trials_downloaded_from_ICTRP>"
PUBMED = (
    "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>7</PMID><Article><ArticleTitle>A title</ArticleTitle>"
    "</Article></MedlineCitation></PubmedArticle></PubmedArticleSet>"
)
ZOTERO = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:bib="http://purl.org/net/biblio#" '
    'xmlns:z="http://www.zotero.org/namespaces/export#" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    '<bib:Article rdf:about="#item_1"><z:itemType>journalArticle</z:itemType><dc:title>A title</dc:title>'
    "</bib:Article></rdf:RDF>"
)


def workbook_export(folder: Path, rows: int = 2) -> Read:
    import openpyxl
    from prismake.search.imports import read_file

    book = openpyxl.Workbook()
    book.active.append(["Title", "Authors", "Year"])
    book.active.append(["A title of a record", "Berg, A.", 2001])
    book.active.cell(rows, 3, 2002)
    book.save(folder / "export.xlsx")
    return partial(read_file, folder / "export.xlsx")


def wide_workbook_export(folder: Path) -> Read:
    """With a cell so far outside that it is read cell by cell."""
    import openpyxl
    from prismake.search.imports import read_file

    workbook_export(folder)
    book = openpyxl.load_workbook(folder / "export.xlsx")
    book.active["XFD1000"] = "stray"
    book.save(folder / "export.xlsx")
    return partial(read_file, folder / "export.xlsx")


def sheets(folder: Path) -> Stage:
    stage = Stage(folder / "sheets")
    stage.offer()
    stage.decide("anna", "include")
    return stage


def read_sheets(folder: Path) -> Read:
    return sheets(folder).read


def looks(folder: Path) -> Read:
    from prismake.sheets.cell_looks import looks_of

    path = sheets(folder).path("anna")
    return partial(looks_of, path, "Title and abstract")


def rows_added(folder: Path) -> Read:
    """Through openpyxl, as to a workbook that cannot be edited part by part; nobody's workbook is rebuilt."""
    from prismake.sheets import offering

    stage = sheets(folder)
    before = stage.path("anna").read_bytes()
    stage.items.append("pubmed:100")

    def offer() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(offering, "append_rows", lambda *_: (_ for _ in ()).throw(offering.UnknownStructure("x")))
            try:
                stage.offer()
            finally:
                assert stage.path("anna").read_bytes() == before

    return offer


def kept_records(folder: Path) -> Read:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from prismake.kept.retained_records import kept_ids

    pq.write_table(pa.table({name: ["a"] for name in ("record_id", "source", "title")}), folder / "records.parquet")
    return partial(kept_ids, folder / "records.parquet")


def kept_answers(folder: Path) -> Read:
    from prismake.kept.answers import read_snapshot

    stage = sheets(folder)
    stage.read()
    return partial(read_snapshot, "title_abstract", stage.folder)


def config(folder: Path) -> Read:
    from prismake.protocol.config_file import read_config_file

    (folder / "config.yaml").write_text("title: A review\n", encoding="utf-8")
    return partial(read_config_file, folder / "config.yaml")


def instrument(folder: Path) -> Read:
    from prismake.protocol.marked_yaml import Marked

    (folder / "own.yaml").write_text("name: own\n", encoding="utf-8")
    return partial(Marked, folder / "own.yaml", lambda _: False)


def protocol(folder: Path) -> Read:
    from prismake.kept.protocols import read_protocol

    (folder / "protocol.yaml").write_text("title: A review\n", encoding="utf-8")
    return partial(read_protocol, folder / "protocol.yaml")


def document(folder: Path) -> Read:
    import docx
    from prismake.report.manuscript.document import read_document

    docx.Document().save(str(folder / "mine.docx"))
    return partial(read_document, folder / "mine.docx", "Save it again.")


def full_text(folder: Path) -> Read:
    """As the reader's own process answers, in this one."""
    from prismake.fulltexts import folder as shelf
    from prismake.fulltexts import pdftext

    (folder / "a.pdf").write_bytes(pdf(["A trial of amber therapy"]))
    return lambda: shelf._refuse_fault(pdftext._pages(str(folder / "a.pdf")))


def log_of_a_search(folder: Path) -> Read:
    from prismake.search.archive import searches

    log = {"ids": ["7"], "query": "amber", "date": "2026-01-01", "files": [], "missing": ["7"]}
    (folder / "search-2026-01-01.json").write_text(json.dumps(log), encoding="utf-8")
    return partial(searches, folder)


def answer_of_a_service(folder: Path) -> Read:
    from prismake.search import europepmc, paged

    page = {"hitCount": 1, "resultList": {"result": [{"source": "MED", "id": "7"}]}}
    (folder / "answer.json.gz").write_bytes(gzip.compress(json.dumps(page).encode()))
    return partial(paged._Fetching(europepmc.SERVICE, folder, paged.Policy(), None)._stored, "answer.json.gz")


# what reads, and what is broken in it: a module and the names that lead to a function
READERS: list[tuple[Callable[[Path], Read], str]] = [
    (export("embase.ris"), "rispy.RisParser.parse_lines"),
    (export("embase.csv"), "csv.reader"),
    (export("refs.bib"), "bibtexparser.parse_string"),
    (export("refs.bib"), "pylatexenc.latex2text.LatexNodes2Text.latex_to_text"),
    (export("endnote.xml"), "lxml.etree.iterparse"),
    (export("registry.json"), "json.loads"),
    (xml_export(ICTRP), "lxml.etree.iterparse"),
    (xml_export(PUBMED), "lxml.etree.fromstring"),
    (xml_export(ZOTERO), "rdflib.Graph.parse"),
    (workbook_export, "python_calamine.CalamineWorkbook.from_filelike"),
    (workbook_export, "zipfile.ZipFile"),
    (workbook_export, "zipfile.ZipFile.open"),
    (wide_workbook_export, "openpyxl.load_workbook"),
    (wide_workbook_export, "openpyxl.worksheet._read_only.ReadOnlyWorksheet.iter_rows"),
    (read_sheets, "python_calamine.CalamineWorkbook.from_path"),
    (read_sheets, "zipfile.ZipFile"),
    (read_sheets, "zipfile.ZipFile.open"),
    (looks, "lxml.etree.fromstring"),
    (looks, "zipfile.ZipFile.open"),
    (rows_added, "openpyxl.load_workbook"),
    (rows_added, "openpyxl.Workbook.save"),
    (rows_added, "prismake.sheets.growing.renew_first_page"),
    (kept_records, "pyarrow.parquet.ParquetFile"),
    (kept_answers, "json.loads"),
    (config, "yaml.load"),
    (config, "yaml.compose"),
    (instrument, "yaml.compose"),
    (protocol, "yaml.load"),
    (document, "docx.Document"),
    (full_text, "pypdf.PdfReader"),
    (full_text, "pypdf.PageObject.extract_text"),
    (log_of_a_search, "json.loads"),
    (answer_of_a_service, "json.loads"),
    (answer_of_a_service, "gzip.decompress"),
    (answer_of_a_service, "prismake.search.paged.part"),
]


def broken(error: BaseException, module: str) -> Callable[..., None]:
    """A function that raises an error whenever it is called, as if it stood in a module."""
    names: dict[str, Any] = {"__name__": module, "error": error}
    exec("def fail(*_, **__):\n    raise error.with_traceback(None)", names)
    return names["fail"]


def place(path: str) -> tuple[Any, str]:
    """The object and the name of its attribute."""
    parts = path.split(".")
    owner = importlib.import_module(parts[0])
    for number, name in enumerate(parts[1:-1], start=1):
        try:
            owner = importlib.import_module(".".join(parts[: number + 1]))
        except ModuleNotFoundError:
            owner = getattr(owner, name)
    return owner, parts[-1]


@pytest.mark.parametrize(
    ("made", "path"), READERS, ids=[f"{path}-{number}" for number, (_, path) in enumerate(READERS)]
)
def test_a_fault_of_ours_is_told_as_one(made, path, tmp_path, monkeypatch, capfd):
    read, (owner, name), log = made(tmp_path), place(path), str(tmp_path / "step.log")
    for error, words in FAULTS.items():
        if type(error) in RAISED_FOR_FILES.get(path.split(".")[0], ()):
            continue
        fail = broken(error, path)
        with monkeypatch.context() as patch:
            if path.startswith("python_calamine"):  # its classes cannot be changed
                patch.setattr("python_calamine.CalamineWorkbook", SimpleNamespace(**{name: fail}))
            else:
                patch.setattr(owner, name, fail)
            with pytest.raises(SystemExit) as ended, job(log):
                read()
        assert ended.value.code == 1
        assert words in problem_of(log), f"{type(error).__name__}: {problem_of(log)}"


def test_a_command_says_it_too(monkeypatch, capfd):
    from prismake import cli

    for error, words in FAULTS.items():
        monkeypatch.setattr(cli, "_run", broken(error, "prismake.cli"))
        assert cli.main(["status"]) == 1
        last = capfd.readouterr().err.splitlines()[-1]
        assert last.startswith("prismake: ") and words in last


# --- whatever catches more than the errors of a reader has its reason here --------------------------------------------

OF_PROGRAMS = {
    *("BaseException", "Exception", "AttributeError", "TypeError", "AssertionError", "ImportError", "NameError"),
    *("ModuleNotFoundError", "MemoryError", "NotImplementedError", "RecursionError", "RuntimeError", "SystemError"),
}
REASONS = {
    "cli/__init__:main": "says that it is a fault of ours, and ends with 1",
    "cli/doctor:_guarded": "the same, as a finding of its own",
    "core/jobs:job": "the same, for a step",
    "report/status:closing_words": "the same, for the table at the end, whose steps have succeeded or said what ended them",
    "core/blame:is_about_the_file": "asks whether a good file can be read; if not, the caller raises",
    "fulltexts/pdftext:_pages": "asks it",
    "report/manuscript/document:read_document": "asks it",
    "search/documents:plain_latex": "asks it",
    "search/worksheets:_by_openpyxl": "asks it",
    "sheets/offering:_add": "asks it",
    "fulltexts/pdftext:main": "reads a good file before any other, and hands on what ended that",
    "sheets/growing:_load": "tries once more without filters, and raises the same error if that fails too",
    "search/worksheets:_dense": "raises all but the panic of a library in Rust, which is no Exception",
    "sheets/reading:read_sheet": "raises all but that and what calamine documents",
    "sheets/kept_tables:keep": "a table that cannot be kept is read again from its workbook",
    "sheets/kept_tables:_from_file": "the same, where it cannot be taken from what was kept",
    "core/durations:expected_seconds": "an estimate of time, which nothing is made from",
    "core/files:parsed_json": "deep nesting, for which json has no error of its own",
    "kept/store:_parsed": "the same",
    "protocol/config_file:read_config_file": "the same, of yaml",
    "core/sheet_extent:opened": "zipfile has no other error for members that are encrypted or compressed in other ways",
    "search/imports:_records": "says that too little memory is no fault of the file",
    "core/memory:_trim": "asks whether the C library has a function",
    "fulltexts/pdftext:_spare_memory": "asks whether the system has limits",
    "kept/store:_lock": "asks whether the system has locks",
    "pooling/frame:_lookup": "what is handed to a public function may be no table",
    "pooling/frame:_number": "float() documents it",
    "pooling/frame:as_column": "numpy documents it for what is no number",
    "search/transport:retry_after": "email.utils documents it for what is no date",
}


def wide_handlers(path: Path) -> Iterator[str]:
    """The function of each handler and ``suppress`` that catches an error of programs and does not raise it again."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for node in ast.walk(function):
            if isinstance(node, ast.ExceptHandler) and not _only_passes_on(node):
                names = _names(node.type) if node.type else {"BaseException"}
            elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "suppress":
                names = set().union(*map(_names, node.args))
            else:
                continue
            if names & OF_PROGRAMS:
                yield function.name


def _only_passes_on(node: ast.ExceptHandler) -> bool:
    return isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None


def _names(node: ast.AST) -> set[str]:
    names = (getattr(each, "attr", getattr(each, "id", "")) for each in ast.walk(node))
    return {name for name in names if name}


def test_nothing_else_catches_what_a_program_raises_of_itself():
    where: set[str] = set()
    for folder in ("workflow/prismake", "scripts"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT / folder).with_suffix("").as_posix()
            where |= {f"{name}:{function}" for function in wide_handlers(path)}
    assert where == REASONS.keys()
