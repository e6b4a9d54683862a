"""A review that is run in other ways than usual: as a module below a prefix, with a second config, from odd places."""

from __future__ import annotations

import shutil
import site
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from prismake.cli import main as prismake
from prismake.core.paths import snakefile
from quick import QuickReview, inside
from review import Review, config, environment, ris

pytestmark = pytest.mark.e2e
MODULE = """
configfile: "config/config.yaml"
module prismake:
    snakefile: {snakefile!r}
    config: config
    prefix: "reviews/one"
use rule * from prismake as prismake_*
rule records:
    default_target: True
    input: "reviews/one/results/title_abstract/status.json"
    output: "counted.txt"
    shell: "wc -c {{input}} > {{output}}"
"""


def test_a_module_with_a_prefix_puts_its_results_there_and_the_closing_table_finds_them(tmp_path, capsys):
    review = QuickReview(tmp_path / "review", config(), {"embase.ris": ris(1) + ris(2)})
    (review.folder / "Snakefile").write_text(MODULE.format(snakefile=snakefile()), encoding="utf-8")
    output = review.run()
    assert (review.folder / "counted.txt").exists() and not any((review.folder / "results").iterdir())
    assert len(review.rows("title_abstract", "anna")) == 2, "config/ stays where it is"
    assert "config/sheets/title_abstract.anna.xlsx" in output and "Nothing has been read yet" not in output
    for who in ("anna", "ben"):
        review.fill("title_abstract", who, lambda number, row: {"Decision": "exclude"})
    output = review.run()
    assert "was edited and has not been read" not in output
    assert "exclude" in (review.folder / "reviews/one/results/title_abstract/decisions.csv").read_text(encoding="utf-8")
    _commands_find_results_below_the_prefix(review, capsys)


def _commands_find_results_below_the_prefix(review, capsys):
    """Each ``prismake`` command that reads results, in the folder in which the run was started."""

    def answer(*words: str) -> str:
        with inside(review.folder):
            assert prismake(list(words)) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    sheet = "config/sheets/title_abstract.anna.xlsx"
    assert "Nothing has been read yet" not in answer("status")
    assert "2 of 2 rows" in answer("check", sheet)
    record = review.rows("title_abstract", "anna")[0]["Item"]
    history = answer("status", "--history", record)
    assert f"Report {record}: 1 record" in history and "decision: exclude (anna: exclude, ben: exclude)" in history
    assert "no answer changes" in answer("restore", "--show", sheet)
    assert "Wrote 2 records" in answer("export", "title_abstract")
    review.fill("title_abstract", "anna", lambda number, row: {"Decision": "include"}, again=True)
    assert "title_abstract.anna.xlsx was edited and has not been read" in answer("status")


def test_what_fails_below_a_prefix_is_told(tmp_path):
    review = QuickReview(tmp_path / "review", config(), {"embase.ris": ris(1)})
    (review.folder / "Snakefile").write_text(MODULE.format(snakefile=snakefile()), encoding="utf-8")
    (review.folder / "config/searches/scopus.csv").write_bytes(b"\x00\x01\x02" * 50)
    output = review.run(check=False)
    assert review.status == 1
    stopped = output.partition("Stopped:")[2]
    assert "scopus.csv" in stopped
    assert "reviews/one/results" in stopped.partition("Not made yet:")[2]


def test_a_key_that_stands_twice_is_named_in_the_file_of_configfile_too(tmp_path):
    review = QuickReview(tmp_path / "review", config(), {"embase.ris": ris(1)})
    (review.folder / "other.yaml").write_text("seed: 1\ntitle: x\nseed: 2\n", encoding="utf-8")
    output = review.run("-n", "--configfile", "other.yaml", check=False)
    assert review.status == 1
    assert "other.yaml: 'seed' occurs twice, in lines 1 and 3." in output


@pytest.mark.skipif(sys.platform == "win32", reason="links of environments are made otherwise there")
def test_an_environment_in_a_folder_with_a_blank_and_an_apostrophe_works(tmp_path):
    """Snakemake hands the path of Python to a shell as it is: without care every job ends in “No such file”."""
    home = tmp_path / "Anna's Mac" / "prismake"
    venv.EnvBuilder(symlinks=True, with_pip=False).create(home)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    ours = [*site.getsitepackages(), str(Path(snakefile()).parent / "workflow")]
    (packages / "ours.pth").write_text("\n".join(ours) + "\n", encoding="utf-8")
    command = home / "bin" / "snakemake"
    begin = '#!/bin/sh\nexec "$(dirname "$0")/python3" -m snakemake "$@"\n'  # as pip writes it for paths with blanks
    command.write_text(begin, encoding="utf-8")
    command.chmod(0o755)
    review = Review(tmp_path / "a review, Anna's" / "review", config(), {"embase.ris": ris(1)})
    variables = {name: value for name, value in environment().items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [command, "--cores", "1", "results/search/embase.json"],
        cwd=review.folder,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert (review.folder / "results/search/embase.json").exists()
    shutil.rmtree(home)
