"""Which files a request takes, and under which names. Pure.

A file is judged by its name and by its content alike; what its sender calls it counts for nothing.
"""

import re
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO

MOST_BYTES = 10 * 1024 * 1024
MOST_NAME = 150

_UNSAFE = re.compile(r'[<>:"/\\|?*]')
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that make a name look like another one, or break a header."""
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
"""Names that Windows takes for devices."""
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_SLF_BEGINS = b"-----BEGIN KEYDESK LICENSE-----"
_PDF, _PNG, _JPEG = b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Kind:
    """A kind of file that is taken."""

    media_type: str
    holds: Callable[[bytes], bool]
    """Whether this content is of the kind."""


def _is_text(content: bytes) -> bool:
    return _CONTROLS.search(content) is None and not content.startswith((_PDF, _JPEG))


def _is_zip(content: bytes) -> bool:
    return content.startswith(_ZIP) and zipfile.is_zipfile(BytesIO(content))


def _is_workbook(content: bytes) -> bool:
    # Names stand in the clear in an archive, so that it need not be opened: what is in it stays packed.
    return _is_zip(content) and b"[Content_Types].xml" in content and b"xl/workbook.xml" in content


_JPEG_KIND = Kind("image/jpeg", lambda content: content.startswith(_JPEG))

KINDS: Mapping[str, Kind] = {
    "pdf": Kind("application/pdf", lambda content: content.startswith(_PDF)),
    "png": Kind("image/png", lambda content: content.startswith(_PNG)),
    "jpg": _JPEG_KIND,
    "jpeg": _JPEG_KIND,
    "txt": Kind("text/plain", _is_text),
    "csv": Kind("text/csv", _is_text),
    "xlsx": Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _is_workbook),
    "slf": Kind("application/octet-stream", lambda content: _is_text(content) and _SLF_BEGINS in content),
    "zip": Kind("application/zip", _is_zip),
}
"""By the end of the name."""


def kind_of(file_name: str) -> Kind | None:
    """The kind that a name promises, if it is one that is taken."""
    return KINDS.get(_end_of(file_name))


def safe_name(said: str) -> str:
    """``said`` as a name that every system can save: no folders, nothing invisible, at most 150 characters.

    Empty where nothing is left of it. The end, which tells the kind, stays.
    """
    plain = unicodedata.normalize("NFC", said.replace("\\", "/").rpartition("/")[2])
    seen = "".join(character for character in plain if unicodedata.category(character) not in _INVISIBLE)
    name = _UNSAFE.sub("_", " ".join(seen.split())).strip(". ")
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    if len(name) > MOST_NAME:
        end = f".{_end_of(name)}" if kind_of(name) else ""
        name = name[: MOST_NAME - len(end)].rstrip(". ") + end
    return name


def _end_of(file_name: str) -> str:
    stem, dot, end = file_name.rpartition(".")
    return end.lower() if dot and stem else ""
