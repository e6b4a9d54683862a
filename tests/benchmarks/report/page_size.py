"""How large the page of a review is, and how long a browser takes to open it.

    python tests/benchmarks/report/page_size.py [RECORDS ...]

Prints for each number of records (5,000 and 50,000 unless told): megabytes, seconds until the page is drawn, and
seconds from a click on a box of the flow to its records. Reach: 5,000 within 2 s, 50,000 within 20 MB.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

for folder in ("report", "figures"):
    sys.path.insert(0, str(Path(__file__).parents[2] / folder))

from large_pages import page_of  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402


def main(sizes: list[int]) -> None:
    print("records  MB     made s  open s  box s")
    with sync_playwright() as started, tempfile.TemporaryDirectory() as folder:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for size in sizes:
            begun = time.perf_counter()
            text = page_of(size)
            made = time.perf_counter() - begun
            path = Path(folder, f"{size}.html")
            path.write_text(text, encoding="utf-8")
            page = browser.new_page()
            begun = time.perf_counter()
            page.goto(path.as_uri())
            page.wait_for_function("document.querySelectorAll('#records-tool tbody tr').length > 0")
            opened = time.perf_counter() - begun
            begun = time.perf_counter()
            page.locator("a.behind[href='#records-databases-excluded-title-abstract']").click()
            page.wait_for_function("document.getElementById('records-box').value.endsWith('title-abstract')")
            clicked = time.perf_counter() - begun
            megabytes = path.stat().st_size / 1e6
            print(f"{size:7,}  {megabytes:5.2f}  {made:6.2f}  {opened:6.2f}  {clicked:5.2f}")
            page.close()
        browser.close()


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [5_000, 50_000])
