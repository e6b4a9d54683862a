"""Small PDFs made by hand: one page per text, properties, and everything that goes wrong with files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def pdf(*pages: Sequence[str] | str, **properties: str) -> bytes:
    """A PDF with one line of Helvetica a string; ``properties`` are Title, Subject, ..."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for page in pages:
        lines = [page] if isinstance(page, str) else page
        text = (
            b"BT /F1 11 Tf 50 780 Td 14 TL\n" + b"".join(b"(" + _escaped(line) + b") Tj T*\n" for line in lines) + b"ET"
        )
        objects.append(b"<< /Length %d >>\nstream\n" % len(text) + text + b"\nendstream")
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    objects.append(b"<< " + b" ".join(b"/%s (%s)" % (k.encode(), _escaped(v)) for k, v in properties.items()) + b" >>")
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, one in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\n" % (len(objects) + 1, len(objects))
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def _escaped(text: str) -> bytes:
    plain = text.encode("latin-1", "replace")
    return plain.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def locked(source: bytes, password: str, file: Path) -> None:
    """Write a PDF that asks for a password."""
    import io

    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(source)))
    writer.encrypt(password, algorithm="RC4-128")
    with file.open("wb") as out:
        writer.write(out)
