"""Who reads a page, in which language: what every page begins with.

The language is, in this order, the one chosen by hand (a cookie), the account's, the browser's.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from keydesk.chassis.http.access import identify
from keydesk.chassis.i18n import LANGUAGES, choose_language
from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import Unauthenticated

LANGUAGE_COOKIE = "keydesk_language"
LANGUAGE_SECONDS = 365 * 24 * 3600


class LogInFirst(Exception):
    """The page is for people with an account; this reader has not logged in."""


@dataclass(frozen=True)
class Reader:
    """The person in front of a page."""

    caller: Caller
    language: str

    @property
    def logged_in(self) -> bool:
        """Whether the reader has an account and has logged in to it."""
        return self.caller.kind == "account"

    @property
    def viewing_until(self) -> datetime | None:
        """Until when somebody of support views the portal as this person; None when it is the person."""
        ends = self.caller.view_ends
        return datetime.fromtimestamp(ends, UTC) if ends is not None and not self.caller.in_person else None

    def has_role(self, *roles: str) -> bool:
        """Whether the reader's account has one of ``roles``."""
        return not self.caller.roles.isdisjoint(roles)


def reader_of(request: Request) -> Reader:
    """Who reads; somebody unknown where the request proves nothing (it did not come through the gateway)."""
    try:
        caller = identify(request)
    except Unauthenticated:
        caller = Caller(kind="anonymous")
    return Reader(caller, _language(request, caller))


def _language(request: Request, caller: Caller) -> str:
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen is not None and chosen in LANGUAGES:
        return chosen
    if caller.language is not None and caller.language in LANGUAGES:
        return caller.language
    return choose_language(request.headers.get("accept-language"))


def _person(request: Request) -> Reader:
    reader = reader_of(request)
    if not reader.logged_in:
        raise LogInFirst
    return reader


CurrentReader = Annotated[Reader, Depends(reader_of)]
"""Whoever reads the page."""

CurrentPerson = Annotated[Reader, Depends(_person)]
"""A reader who has logged in; others are sent to the login page and come back afterwards."""
