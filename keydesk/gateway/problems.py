"""The problems that only the gateway has."""

from keydesk.chassis.i18n import N_
from keydesk.chassis.problems import Problem


class PathRefused(Problem):
    """The request's path can be read in more than one way."""

    status, code = 400, "path_refused"
    title = N_("This address cannot be read")
    detail = N_("The address has characters in it that do not belong there. Check how it was put together.")


class TokenUnknown(Problem):
    """An API token that does not hold, or no longer (RFC 6750, 3.1)."""

    status, code = 401, "token_unknown"
    title = N_("This API token does not hold")
    detail = N_("The API token is wrong, has expired or was revoked. Make a new one in your account.")

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


class CrossSiteRequest(Problem):
    """A browser sends this from a page of another site (cross-site request forgery)."""

    status, code = 403, "cross_site_request"
    title = N_("This came from another site")
    detail = N_("Open the portal itself and do it there. Programs use an API token in place of a cookie.")


class ViewEnded(Problem):
    """A change that was begun while viewing the portal as somebody else, and arrives afterwards."""

    status, code = 403, "view_ended"
    title = N_("You are yourself again")
    detail = N_("You no longer view the portal as somebody else, so what you sent was not carried out.")


class TooManyStreams(Problem):
    """One account holds too many event streams open."""

    status, code = 429, "too_many_streams"
    title = N_("Too many open event streams")
    detail = N_("At most %(limit)s event streams may be open at once. Close one, then try again.")


class BadGateway(Problem):
    """A room broke off in the middle of its answer."""

    status, code = 502, "upstream_failed"
    title = N_("No complete answer")
    detail = N_("A part of Keydesk broke off. Look whether your change is there before you try again.")


class UpstreamTimeout(Problem):
    """A room took too long."""

    status, code = 504, "upstream_timeout"
    title = N_("No answer in time")
    detail = N_("A part of Keydesk takes too long. Look whether your change is there before you try again.")
