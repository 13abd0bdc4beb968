"""Files that people put on requests, made up."""

import zipfile
from io import BytesIO

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\nA quote."
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
TEXT = "Serien: A0000000001, für Göteborg\r\n".encode()
LICENSE_FILE = (
    b"Product: Harbour Ledger\n-----BEGIN KEYDESK LICENSE-----\nabc\n-----END KEYDESK LICENSE-----\n"
)


def archive(*names: str) -> bytes:
    """A .zip with files of these names."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, "content")
    return written.getvalue()


WORKBOOK = archive("[Content_Types].xml", "xl/workbook.xml")
ZIP = archive("a.txt", "b.txt")
