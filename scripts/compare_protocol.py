"""List the changes between kept versions of the protocol."""

from pathlib import Path

from prismake.core.files import write_json
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_table
from prismake.kept.protocols import name_of, read_protocol, settings
from prismake.report.manuscript.protocol_changes import NOW, amendment_words, amendments


def main(kept: list[Path], now: dict[str, str], table_file: Path, words: Path) -> None:
    versions = [(name_of(path), settings(read_protocol(path))) for path in kept]
    table = amendments([*versions, (NOW, now)])
    save_table(table_file, table)
    write_json(words, {"words": amendment_words(table, [name for name, _ in versions])})


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            [Path(path) for path in snakemake.input],
            snakemake.params.now,
            Path(snakemake.output.table),
            Path(snakemake.output.words),
        )
