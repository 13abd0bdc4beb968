"""The list of countries, for forms."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from keydesk.chassis.http.access import anyone
from keydesk.chassis.http.errors import language_of
from keydesk.chassis.identity import Caller
from keydesk.services.accounts.countries.names import Countries, countries_in

router = APIRouter(tags=["accounts"])


@router.get("/countries")
def list_countries(
    request: Request, response: Response, _caller: Annotated[Caller, Depends(anyone())]
) -> Countries:
    """Every country, with what an address there needs, in the language of the request."""
    language = language_of(request)
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.headers["Vary"] = "Accept-Language"
    response.headers["Content-Language"] = language
    return countries_in(language)
