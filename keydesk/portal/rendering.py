"""Pages from templates, in the reader's language. A feature's templates stand in the feature's folder."""

import functools
from datetime import UTC, datetime
from typing import Any

from fastapi import Request
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from keydesk.chassis.i18n import LANGUAGES, Text, translations
from keydesk.portal import assets, formats, navigation
from keydesk.portal.notices import NOTICES
from keydesk.portal.reader import reader_of
from keydesk.portal.waiting import waiting_for


class _Missing(StrictUndefined):
    """What a template was not given: it may be asked for (``{% if problem %}``), but never shown."""

    # The base class raises here, which its type tells.
    def __bool__(self) -> bool:  # type: ignore[override]
        """It is nothing."""
        return False


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """The page that ``template`` makes of ``context``, which wins over what every page is given."""
    reader = reader_of(request)
    notice = NOTICES.get(request.query_params.get("done", ""))
    common: dict[str, Any] = {
        "reader": reader,
        "language": reader.language,
        "languages": LANGUAGES,
        "path": request.url.path,
        "here": _here(request),
        "applications": navigation.applications(reader),
        "staff_tools": navigation.staff_tools(reader),
        "waiting": waiting_for(request, reader) if status < 500 else None,
        "notice": Text(notice).to(reader.language) if notice else None,
        "static": assets.address_of,
    }
    page = _environment(reader.language).get_template(template).render({**common, **context})
    return HTMLResponse(
        page,
        status_code=status,
        headers={
            "Content-Language": reader.language,
            "Cache-Control": "no-store",
            "Vary": "Cookie, Accept-Language",
        },
    )


def _here(request: Request) -> str:
    """The page's own address, to come back to; that of a page which only answers a POST is its path."""
    query = request.url.query
    return f"{request.url.path}?{query}" if query and request.method == "GET" else request.url.path


@functools.cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("keydesk.portal"), PackageLoader("keydesk.portal", "")]),
        autoescape=True,
        undefined=_Missing,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.policies["ext.i18n.trimmed"] = True
    # The extension adds this method when it is loaded; its types do not tell.
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    environment.filters["date"] = lambda value: formats.day(value, language)
    environment.filters["number"] = lambda value: formats.number(value, language)
    environment.filters["pairs"] = lambda named: [(item["code"], item["name"]) for item in named]
    environment.filters["kept_parameters"] = navigation.kept_parameters
    environment.filters["nearest"] = navigation.nearest
    environment.filters["when"] = lambda value: formats.when(value, language, datetime.now(UTC))
    return environment
