"""Ten languages: which they are, how a text is marked, and how it is said in one of them.

Texts are written in English where they are used and looked up in ``keydesk/locale`` when they are
shown, so a problem raised deep in a rule is still read in the reader's language.
"""

import functools
import gettext
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "fr": "Français",
    "zh-Hant": "繁體中文",
    "it": "Italiano",
    "de": "Deutsch",
    "zh-Hans": "简体中文",
    "pt": "Português",
    "ko": "한국어",
    "es": "Español",
    "ja": "日本語",
}
"""Language tags (BCP 47) to their own names, in the order of the landing page (guide, page 3)."""

DEFAULT_LANGUAGE = "en"
LOCALE_FOLDER = Path(__file__).parent.parent / "locale"

_ALIASES = {
    "zh": "zh-Hans",
    "zh-cn": "zh-Hans",
    "zh-sg": "zh-Hans",
    "zh-tw": "zh-Hant",
    "zh-hk": "zh-Hant",
    "zh-mo": "zh-Hant",
}


def N_(message: str) -> str:  # noqa: N802 - gettext's customary name, which extraction looks for
    """Mark an English text for extraction without translating it yet."""
    return message


@dataclass(frozen=True)
class Text:
    """A translatable text with its parameters: ``Text(N_("%(count)s left"), {"count": 3})``."""

    message: str
    params: Mapping[str, object] = field(default_factory=dict)

    def to(self, language: str) -> str:
        """This text in ``language``, parameters filled in."""
        said = translations(language).gettext(self.message) if self.message else ""
        return said % self.params if self.params else said


def locale_of(language: str) -> Locale:
    """Babel's locale for one of our language tags, for dates and numbers."""
    return Locale.parse(language, sep="-")


@functools.cache
def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of ``language``; English and anything missing fall back to the text itself."""
    path = LOCALE_FOLDER / language / "LC_MESSAGES" / "keydesk.po"
    if not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as po:
        catalog = read_po(po, locale=str(locale_of(language)))
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@functools.lru_cache(maxsize=512)
def choose_language(accept_language: str | None, fallback: str = DEFAULT_LANGUAGE) -> str:
    """Our best language for an ``Accept-Language`` header (RFC 9110, 12.5.4), or ``fallback``."""
    if not accept_language:
        return fallback
    wanted: list[tuple[float, str]] = []
    for part in accept_language[:256].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        if tag and tag != "*" and weight > 0:
            wanted.append((-weight, _ALIASES.get(tag.lower(), tag)))
    for _, tag in sorted(wanted, key=lambda pair: pair[0]):
        found = _match(tag)
        if found is not None:
            return found
    return fallback


def _match(tag: str) -> str | None:
    known = {name.lower(): name for name in LANGUAGES}
    lowered = tag.lower()
    if lowered.startswith("zh-hant"):
        return "zh-Hant"
    if lowered.startswith("zh-hans"):
        return "zh-Hans"
    return known.get(lowered) or known.get(lowered.split("-")[0]) or None
