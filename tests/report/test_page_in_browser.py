"""The page in a real browser: nothing from elsewhere, no error, keyboard alone, small screens, paper."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from large_pages import page_of

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
    pytest.mark.xdist_group("browser"),
]
SIZE = 400


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(page_of(SIZE), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def opened(browser, address) -> Iterator[Any]:
    """The page, and what the browser said and asked for while it was open."""
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.said, page.asked = [], []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(address)
    yield page
    page.close()


def shown(page: Any) -> str:
    return page.locator("#records-count").inner_text()


def test_it_opens_without_an_error_and_asks_nobody(opened, address):
    assert opened.said == []
    assert opened.asked == [address]


def test_the_policy_lets_no_other_script_run(opened):
    opened.evaluate(
        "const it = document.createElement('script'); it.textContent = 'window.ran = 1'; document.body.append(it)"
    )
    assert opened.evaluate("window.ran") is None
    assert any("Content Security Policy" in text for text in opened.said)


def test_a_box_of_the_flow_opens_the_records_behind_it(opened):
    opened.locator("a.behind[href='#records-databases-excluded-title-abstract']").click()
    excluded = sum(1 for number in range(SIZE) if number % 4 != 3 and not (number % 40 == 0 and number % 3))
    assert shown(opened).startswith(f"{excluded} records, 1 to 100 shown")
    assert opened.locator("#records-tool tbody tr").count() == 100
    opened.locator("#records-on").click()
    assert "101 to 200 shown" in shown(opened)
    opened.fill("#records-search", "author7 journal.7")
    assert int(shown(opened).split()[0]) < excluded


def test_studies_sort_and_filter(opened):
    table = opened.locator("table.sortable")
    first = table.locator("thead th").first
    names = table.locator("tbody tr:visible th").all_inner_texts()
    first.locator("button").click()
    first.locator("button").click()
    assert first.get_attribute("aria-sort") == "descending"
    assert table.locator("tbody tr:visible th").all_inner_texts() == sorted(names, reverse=True)
    opened.locator("label.filter input").fill(names[0])
    assert table.locator("tbody tr:visible").count() == 1


def test_the_keyboard_alone_reaches_everything(opened):
    reached = set()
    for _ in range(400):
        opened.keyboard.press("Tab")
        where = opened.evaluate(
            "(e => e.tagName.toLowerCase() + '|' + (e.getAttribute('href') || e.id || e.textContent.slice(0, 40)))"
            "(document.activeElement)"
        )
        if where.startswith("body|"):
            break
        reached.add(where)
    wanted = opened.evaluate(
        "[...document.querySelectorAll('a[href], button:not(:disabled), input, select, summary')]"
        ".filter(e => e.checkVisibility()).map(e => e.tagName.toLowerCase() + '|' + "
        "(e.getAttribute('href') || e.id || e.textContent.slice(0, 40)))"
    )
    assert set(wanted) - reached == set()
    assert len(reached) >= 20
    link = opened.locator("a.behind").nth(3)
    link.focus()
    opened.keyboard.press("Enter")
    opened.wait_for_function("document.activeElement.id === 'records-box'")


def test_axe_finds_nothing_serious(opened):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    violations = axe.Axe().run(opened).response["violations"]
    assert [
        (row["id"], row["nodes"][0]["html"]) for row in violations if row["impact"] in ("serious", "critical")
    ] == []


def test_a_small_screen_scrolls_in_one_direction(opened):
    opened.set_viewport_size({"width": 360, "height": 740})
    assert opened.evaluate("document.documentElement.scrollWidth") <= 360


def test_it_prints(opened, tmp_path: Path):
    from pypdf import PdfReader

    path = tmp_path / "page.pdf"
    opened.pdf(path=path, format="A4")
    text = " ".join(page.extract_text() for page in PdfReader(path).pages)
    assert "Summary of findings" in text or "Results" in text
    assert "Included studies" in text and "Methods" in text


def test_without_scripts_everything_else_is_there(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("noscript").count() == 1
    assert page.locator("table.studies tbody tr").first.is_visible()
    context.close()
