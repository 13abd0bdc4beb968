"""Renders an email: one template of its kind, once as plain text and once as HTML. Pure.

A template says what it says through ``parts``, the building blocks, of which there is a text and an
HTML form; so no sentence is written twice.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment, PackageLoader, StrictUndefined

from keydesk.chassis.i18n import locale_of, translations

MOST_SHOWN = 200
"""License keys in one email; the page that it links to has the rest."""

_BLANK_LINES = re.compile(r"\n{3,}")

Form = Literal["text", "html"]


@dataclass(frozen=True)
class RenderedEmail:
    """An email in one language."""

    subject: str
    text: str
    html: str


def render(kind: str, language: str, params: Mapping[str, Any]) -> RenderedEmail:
    """The email of this ``kind``; raises `jinja2.UndefinedError` where ``params`` lacks what it needs."""
    return RenderedEmail(
        subject_of(kind, language, params),
        _BLANK_LINES.sub("\n\n", _render(kind, language, "text", params)).strip() + "\n",
        _render(kind, language, "html", params),
    )


def subject_of(kind: str, language: str, params: Mapping[str, Any]) -> str:
    """The subject alone, for which the stored ``params`` are enough."""
    template = _environment(language, "text").get_template(f"{kind}.jinja")
    context = template.new_context({**params, "layout": "layout.text.jinja"})
    return "".join(template.blocks["subject"](context)).strip()


def _render(kind: str, language: str, form: Form, params: Mapping[str, Any]) -> str:
    environment = _environment(language, form)
    return environment.get_template(f"{kind}.jinja").render(
        **params,
        layout=f"layout.{form}.jinja",
        parts=environment.get_template(f"parts.{form}.jinja").module,
        language=language,
        most_shown=MOST_SHOWN,
    )


@functools.cache
def _environment(language: str, form: Form) -> Environment:
    environment = Environment(
        loader=PackageLoader("keydesk.services.notifications.content"),
        autoescape=form == "html",  # noqa: S701 - plain text has nothing to escape
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # The extension adds this method when it is loaded; its types do not tell.
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    locale = locale_of(language)
    environment.filters["number"] = functools.partial(format_decimal, locale=locale)
    environment.filters["day"] = lambda value: format_date(_moment(value), "long", locale=locale)
    environment.filters["moment"] = lambda value: format_datetime(_moment(value), "long", locale=locale)
    return environment


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value)
