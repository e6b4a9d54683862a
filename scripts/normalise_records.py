"""Normalise a share of the records, by which their duplicates are found."""

from pathlib import Path

from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused


def main(records_file: Path, part: int, parts: int, above: int, forms_file: Path) -> None:
    """Write the normal forms of one share of the rows, or of all of them by the first job if they are few."""
    from prismake.core.record_files import read_rows, row_count
    from prismake.dedup.normal_forms import forms_in_portions
    from prismake.protocol.division import share

    begin, end = share(row_count(records_file), parts, part - 1, above)
    rows = forms_in_portions(lambda start, stop: read_rows(records_file, begin + start, begin + stop), end - begin)
    rows.write(forms_file)


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        part, parts = map(int, snakemake.wildcards.scatteritem.split("-of-"))
        main(Path(snakemake.input.records), part, parts, snakemake.params.above, Path(snakemake.output.forms))
