"""Reads a page as a browser and a screen reader would, for tests."""

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

_INPUTS = ("input", "select", "textarea")


@dataclass
class Tag:
    """One element's start tag."""

    name: str
    attributes: dict[str, str]


@dataclass
class Page(HTMLParser):
    """What a page holds: its tags in order, its text, and what the inputs of its main part hold."""

    html: str
    tags: list[Tag] = field(default_factory=list)
    text: str = ""
    values: dict[str, str] = field(default_factory=dict)
    script_text: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self._inside = ""
        self._select = ""
        self._in_main = False
        self.feed(self.html)
        self.text = " ".join(self.text.split())

    def __hash__(self) -> int:
        return id(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append(Tag(tag, attributes))
        self._inside = tag
        if tag in ("main", "footer"):
            self._in_main = tag == "main"
        if tag == "select":
            self._select = attributes.get("name", "")
        if self._in_main and tag == "option" and "selected" in attributes:
            self.values[self._select] = attributes["value"]
        if self._in_main and tag == "input":
            self.values.setdefault(attributes.get("name", ""), attributes.get("value", ""))

    def handle_data(self, data: str) -> None:
        """Note text."""
        if self._inside in ("script", "style"):
            self.script_text += data.strip()
        else:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        """Leave a script or a style."""
        if tag == self._inside:
            self._inside = ""

    def all(self, name: str, /, **attributes: str) -> list[Tag]:
        """The tags called ``name`` that have these attributes."""
        return [
            tag
            for tag in self.tags
            if tag.name == name and all(tag.attributes.get(key) == value for key, value in attributes.items())
        ]

    def value(self, name: str) -> str:
        """What the input or select ``name`` of the page's main part holds."""
        return self.values[name]

    def links(self) -> set[str]:
        """Where the page leads to."""
        return {tag.attributes["href"] for tag in self.all("a") if "href" in tag.attributes}

    def faults(self) -> list[str]:
        """What strict content security or a screen reader would stumble over."""
        ids = Counter(tag.attributes["id"] for tag in self.tags if "id" in tag.attributes)
        labelled = {tag.attributes.get("for") for tag in self.all("label")}
        found = [f"id {name} is there {count} times" for name, count in ids.items() if count > 1]
        found += [f"{len(self.all('h1'))} headings h1"] if len(self.all("h1")) != 1 else []
        found += ["a script or style stands in the page"] if self.script_text else []
        for tag in self.tags:
            found += [
                f"{name} on <{tag.name}>"
                for name in tag.attributes
                if name == "style" or (name.startswith("on") and name != "on")
            ]
            for name in tag.attributes.get("aria-describedby", "").split():
                found += [] if name in ids else [f"{name} describes an input but is nowhere"]
            visible_input = tag.name in _INPUTS and tag.attributes.get("type") not in ("hidden", "checkbox")
            if visible_input and tag.attributes.get("id") not in labelled:
                found.append(f"the input {tag.attributes.get('name')} has no label")
        return found
