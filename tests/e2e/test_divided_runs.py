"""Steps that are shared out among jobs leave the same bytes as steps that are not."""

import shutil

import pytest
from quick import QuickReview
from review import FILLERS, config, ris

SPEC = {"columns": {"events": "events", "total": "total"}, "subgroups": ["region"]}
OUTCOMES = ("cure", "relapse", "harm")
EXPORTS = {"embase.ris": "".join(ris(k) for k in range(6)), "pubmed.ris": "".join(ris(k) for k in range(3, 9))}
TARGETS = (*(f"results/pooling/{name}.json" for name in OUTCOMES), "results/flow/flow.csv")


def settings(**divide):
    return config(outcomes=dict.fromkeys(OUTCOMES, SPEC), divide=divide)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A review with three outcomes as far as pooling, everything included and extracted."""
    review = QuickReview(tmp_path_factory.mktemp("whole") / "review", settings(), EXPORTS)
    for stage, filler in FILLERS.items():
        review.run(f"results/{stage}/offered.json")
        for who in ("anna", "ben"):
            review.fill(stage, who, filler)
    review.run(*TARGETS)
    return review


def made_again(whole, folder, **divide):
    """The same review, its results made from the beginning by divided steps."""
    shutil.copytree(whole.folder, folder)
    review = QuickReview.at(folder)
    review.configure(settings(**divide))
    shutil.rmtree(folder / "results")
    shutil.rmtree(folder / ".snakemake")
    review.run(*TARGETS)
    return review


def test_outcomes_pooled_by_two_jobs_are_the_same(whole, tmp_path):
    shared = made_again(whole, tmp_path / "review", outcomes=2)
    logs = sorted(path.name for path in (shared.folder / "results/logs").glob("pool_outcome.*"))
    assert logs == ["pool_outcome.cure.log", "pool_outcome.relapse.log"]
    assert shared.digests() == whole.digests()


def test_records_normalised_and_compared_by_three_jobs_are_the_same(whole, tmp_path):
    shared = made_again(whole, tmp_path / "review", parts=3, above=5)
    logs = {path.name.partition(".")[0] for path in (shared.folder / "results/logs").glob("*-of-3.log")}
    assert logs == {"normalise_records", "compare_records"}
    digests = shared.digests()
    forms = {value for name, value in digests.items() if name.startswith("results/duplicates/forms/")}
    assert len(forms) == 3
    steps = tuple(f"results/duplicates/{step}/" for step in ("forms", "candidates", "compared"))
    assert {name: value for name, value in digests.items() if not name.startswith(steps)} == whole.digests()


def test_exports_read_by_a_job_for_each_share_are_the_same(tmp_path):
    reviews = {}
    for name, megabytes in (("whole", 100), ("shared", 0)):
        review = reviews[name] = QuickReview(tmp_path / name, config(divide={"megabytes": megabytes}), {})
        folder = review.folder / "config/searches/embase"
        folder.mkdir()
        for number in range(3):  # with a record that the file before has too
            (folder / f"{number}.ris").write_text("".join(ris(2 * number + k) for k in range(3)), encoding="utf-8")
        review.run("results/search/searches.csv")
    assert not (reviews["whole"].folder / "results/search/shares").exists()
    logs = sorted(path.name for path in (reviews["shared"].folder / "results/logs").glob("read_exports.*"))
    assert logs == [f"read_exports.embase.{number}.log" for number in range(3)]
    digests = reviews["shared"].digests()
    shares = {path for path in digests if path.startswith("results/search/shares/")}
    assert len(shares) == 6
    assert {path: digests[path] for path in digests if path not in shares} == reviews["whole"].digests()
    # a file that is added is read, and no other is read again
    review = reviews["shared"]
    (review.folder / "config/searches/embase/3.ris").write_text(ris(9), encoding="utf-8")
    before = {path.name: path.stat().st_mtime_ns for path in (review.folder / "results/search/shares").iterdir()}
    review.run("results/search/searches.csv")
    after = {path.name: path.stat().st_mtime_ns for path in (review.folder / "results/search/shares").iterdir()}
    assert sorted(dict(after.items() - before.items())) == ["embase.3.json", "embase.3.parquet"]
    assert review.log("embase")["records"] == 10
