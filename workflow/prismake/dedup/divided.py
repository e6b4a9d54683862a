"""Finding duplicates in a file of records: by one job, or by several of which each compares a share of the pairs.

Divided, it takes four steps. Normal forms are made of shares of the rows (``normal_forms``); one job forms blocks of
records that share a key and lists the pairs within them (``pair_up``), for which it reads one column at a time; shares
of the pairs are compared (``compare_share``), each by a job that reads the texts of its records and no others; and one
job decides about what they found (``put_together``). Together they make what one job makes, byte for byte, because a
pair is compared in the same way whatever other pairs are compared beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from prismake.core.files import replacing
from prismake.core.names import RECORD_ID
from prismake.core.record_files import rows_at
from prismake.dedup import compare
from prismake.dedup.block import candidates
from prismake.dedup.compare import Pairs
from prismake.dedup.comparison import Comparison, as_table
from prismake.dedup.decided import check_versions, decided
from prismake.dedup.excerpt import in_file
from prismake.dedup.form_tables import Forms, SavedForms
from prismake.dedup.portions import compared
from prismake.dedup.prepare import Prepared, prepare_file
from prismake.protocol.division import share


def compare_file(records: Path, *, merge_cochrane_versions: bool | str, workers: int) -> Comparison:
    """The comparison of a file of records; of its pairs, those that need a decision."""
    check_versions(merge_cochrane_versions)
    p = prepare_file(records)
    parts = compared(p, *candidates(p), workers)
    return decided(p, parts, merge_cochrane_versions=merge_cochrane_versions, sparing=True)


def pair_up(
    records: Path, forms: Sequence[Path], above: int, output: Sequence[Path], entries: Path, words: Path
) -> None:
    """Write the candidate pairs in shares, all of them into the first if there are no more records than ``above``.

    Args:
        forms: the normal forms of the records, in order.
        output: where each share is written: ``a``, ``b``, entries of which the first is smaller.
        entries: written with the ``entry`` of each record, and whether its title is ``generic``.
        words: written with the words of several titles, and their number of ``titles``.
    """
    p = prepare_file(records, SavedForms(forms))
    first, second = candidates(p)
    for number, path in enumerate(output):
        start, stop = share(len(first), len(output), number, 0 if len(p.row_of) > above else len(first))
        _save(path, pa.table({"a": first[start:stop], "b": second[start:stop]}))
    _save(entries, pa.table({"entry": p.row_of, "generic": p.generic[p.row_of]}))
    _save(words, pa.table({"word": list(p.title_counts), "titles": list(p.title_counts.values())}))


def compare_share(
    records: Path, forms: Sequence[Path], pairs: Path, entries: Path, words: Path, output: Path, workers: int
) -> None:
    """Compare a share of the candidate pairs; arguments as for ``pair_up``, which wrote the others."""
    table = pq.read_table(pairs)
    parts = [compare.empty()]
    if len(table):
        p = _prepared(records, SavedForms(forms), entries)
        counts = pq.read_table(words)
        p.title_counts = dict(zip(counts["word"].to_pylist(), counts["titles"].to_pylist(), strict=True))
        parts += compared(p, table["a"].to_numpy(), table["b"].to_numpy(), workers)
    _save(output, as_table(vars(compare.join(parts))))


def put_together(
    records: Path, forms: Sequence[Path], entries: Path, shares: Sequence[Path], *, merge_cochrane_versions: bool | str
) -> Comparison:
    """What ``compare_file`` makes, from ``shares`` that have been compared."""
    check_versions(merge_cochrane_versions)
    p = _prepared(records, SavedForms(forms), entries)
    parts = [_read_pairs(path) for path in shares]
    return decided(p, parts, merge_cochrane_versions=merge_cochrane_versions, sparing=True)


def rows_of(records: Path, comparison: Comparison, ids: set[str], columns: Sequence[str]) -> pd.DataFrame:
    """Some columns of the records with these ids, in the order of the file."""
    rows = pd.Index(comparison.entries.record_id).get_indexer(pd.Index(sorted(ids), dtype=object))
    return rows_at([records], np.sort(rows), columns).to_pandas()


def _prepared(records: Path, forms: Forms, entries: Path) -> Prepared:
    table = pq.read_table(entries)
    row_of = table["entry"].to_numpy()
    first = np.unique(row_of, return_index=True)[1]
    ids = pq.read_table(records, columns=[RECORD_ID])[RECORD_ID].to_numpy()
    return Prepared(
        record_id=ids,
        row_of=row_of,
        source_row=first,
        forms=forms,
        cited=in_file(records),
        generic=table["generic"].to_numpy()[first],
    )


def _read_pairs(path: Path) -> Pairs:
    table = pq.read_table(path)
    return Pairs(**{name: table[name].to_numpy().copy() for name in table.column_names})


def _save(path: Path, table: pa.Table) -> None:
    with replacing(path) as draft:
        pq.write_table(table, draft)
