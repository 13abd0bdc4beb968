"""The texts and their translations: ``python -m tools.messages extract|update|check``.

``extract`` collects every marked text into ``keydesk/locale/keydesk.pot``, ``update`` merges it into each
language's catalogue, ``check`` fails where a text is missing, unsure or broken in any of the nine.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from keydesk.chassis.i18n import DEFAULT_LANGUAGE, LANGUAGES, LOCALE_FOLDER, locale_of

ROOT = Path(__file__).parent.parent / "keydesk"
TEMPLATE = LOCALE_FOLDER / "keydesk.pot"
METHODS = [
    ("**.py", "python"),
    ("portal/**.html", "jinja2"),
    ("services/notifications/content/templates/**.jinja", "jinja2"),
]
OPTIONS = {"portal/**.html": {"trimmed": "true"}}
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "N_": None,
}
PLACEHOLDER = re.compile(r"%\((\w+)\)s|%%")
TAG = re.compile(r"</?[a-z]+[^>]*>")
CHANGING = re.compile(
    rb'^"(?!Language:|Plural|MIME|Content)[\w-]+: .*\n|^# (?!Keydesk).*\n|^#\n', re.MULTILINE
)
"""Headers that tell of dates, tools and people."""
WIDTH = 100

TRANSLATED = tuple(tag for tag in LANGUAGES if tag != DEFAULT_LANGUAGE)


def extract() -> Catalog:
    """Every marked text of the house, with where it stands."""
    catalog = Catalog(project="Keydesk", charset="utf-8", fuzzy=False, header_comment="# Keydesk's texts.")
    found = extract_from_dir(ROOT, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=("Translators:",))
    for path, _line, text, comments, context in found:
        catalog.add(text, locations=[(f"keydesk/{path}", 0)], auto_comments=comments, context=context)
    return catalog


def po_file(language: str) -> Path:
    """Where a language's catalogue is."""
    return LOCALE_FOLDER / language / "LC_MESSAGES" / "keydesk.po"


def read(language: str) -> Catalog:
    """A language's catalogue; an empty one if there is none yet."""
    path = po_file(language)
    if not path.exists():
        return Catalog(
            locale=str(locale_of(language)),
            charset="utf-8",
            fuzzy=False,
            header_comment=f"# Keydesk's texts in {LANGUAGES[language]}.",
        )
    with path.open("rb") as file:
        return read_po(file, locale=str(locale_of(language)))


def written(catalog: Catalog) -> bytes:
    """A catalogue as a PO file, the same on every machine: no dates, no line numbers."""
    out = BytesIO()
    write_po(out, catalog, width=WIDTH, sort_by_file=True, omit_header=False, include_lineno=False)
    return CHANGING.sub(b"", out.getvalue())


def update() -> None:
    """Write the template, and bring every language's catalogue up to it; nothing is guessed."""
    template = extract()
    TEMPLATE.write_bytes(written(template))
    for language in TRANSLATED:
        catalog = read(language)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        po_file(language).parent.mkdir(parents=True, exist_ok=True)
        po_file(language).write_bytes(written(catalog))


def problems() -> Iterator[str]:
    """What is wrong with the template and the catalogues, a line each."""
    template = extract()
    if not TEMPLATE.exists() or TEMPLATE.read_bytes() != written(template):
        yield "keydesk.pot is behind the texts: run `python -m tools.messages update`"
    for language in TRANSLATED:
        catalog = read(language)
        for message in template:
            if message.id:
                told = catalog.get(message.id, message.context)
                yield from (f"{language}: {complaint}" for complaint in complaints(message, told))
        if catalog.obsolete:
            yield f"{language}: {len(catalog.obsolete)} texts are no longer used"


def complaints(source: Message, told: Message | None) -> Iterator[str]:
    """What is wrong with one translation."""
    ids = _forms(source.id)
    forms = _forms(told.string) if told is not None else []
    name = repr(ids[0][:60])
    if not forms or not all(forms):
        yield f"{name} is not translated"
        return
    if told is not None and told.fuzzy:
        yield f"{name} is marked as unsure"
    allowed = {frozenset(PLACEHOLDER.findall(id)) for id in ids}
    tags = sorted(TAG.findall(ids[-1]))
    for form in forms:
        if frozenset(PLACEHOLDER.findall(form)) not in allowed:
            yield f"{name} has other placeholders"
        if "%" in PLACEHOLDER.sub("", form):
            yield f"{name} has a lone %, which breaks formatting"
        if sorted(TAG.findall(form)) != tags:
            yield f"{name} has other tags"


def _forms(text: str | Sequence[str] | None) -> list[str]:
    return [text or ""] if isinstance(text, str | None) else list(text)


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit status."""
    match list(arguments):
        case ["extract"]:
            TEMPLATE.write_bytes(written(extract()))
            return 0
        case ["update"]:
            update()
            return 0
        case ["check"]:
            found = list(problems())
            sys.stdout.write("\n".join([*found, f"{len(TRANSLATED)} languages, {len(found)} problems", ""]))
            return 1 if found else 0
        case _:
            sys.stdout.write(f"{__doc__}\n")
            return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
