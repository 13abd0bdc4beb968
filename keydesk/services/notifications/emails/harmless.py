"""Words of other people, made so that they are only words: no link, no line or header of their own. Pure.

Anybody can share licenses with a stranger, or name one in a request. What they call themselves, and what
they write, arrives in an email of ours; email programs turn whatever looks like an address into a link,
even in plain text. So what makes it look like one is set apart, and the words stay readable.
"""

import re
import unicodedata

_LINK_LIKE = re.compile(
    r"(?<=[/\\])(?=[/\\])"  # https://…, \\server
    r"|(?<=[^\W\d]:)(?=\S)|(?<=:)(?=[^\W\d])"  # mailto:…, but 12:30 stays
    r"|(?<=\S)(?=@)|(?<=@)(?=\S)"
    r"|(?<=[.．｡])(?=[^\W\d])|(?<=。)(?=[A-Za-z])"  # whatever is read as a dot of a domain
)
_LINE_ENDS = re.compile(r"\r\n|[\r\n\v\f\x85\u2028\u2029]")
_MANY_BLANK_LINES = re.compile(r"\n{3,}")
_DROPPED = frozenset({"Cf", "Cs", "Co"})
"""Categories of characters that are not seen, or that turn the direction of what follows."""


def harmless_line(text: str, longest: int) -> str:
    """``text`` in one line of at most ``longest`` characters, with nothing in it to open or to obey."""
    shown = "".join(_shown(character) for character in text)
    return _cut(_LINK_LIKE.sub(" ", " ".join(shown.split())), longest)


def harmless_text(text: str, longest: int) -> str:
    """As `harmless_line`, keeping lines and paragraphs."""
    lines = (harmless_line(line, longest) for line in _LINE_ENDS.split(text))
    return _cut(_MANY_BLANK_LINES.sub("\n\n", "\n".join(lines)).strip(), longest)


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category in _DROPPED:
        return ""
    return " " if category in {"Cc", "Zl", "Zp"} else character


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
