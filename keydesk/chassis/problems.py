"""Problem documents (RFC 9457): one class a problem, with a stable code and what to do next.

A use case raises; the door it was called through (HTTP, job, page) says it in the reader's language.

>>> class SerialNumberUnknown(Problem):
...     status, code = 404, "serial_number_unknown"
...     title = N_("Serial number unknown")
...     detail = N_("%(serial_number)s is not a serial number we know. Check capital letters.")
>>> raise SerialNumberUnknown(serial_number="A0123456789")
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel, Field

from keydesk.chassis.i18n import N_, Text


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one place of the input. ``pointer`` is a JSON pointer (RFC 6901)."""

    pointer: str
    code: str
    detail: Text


class Problem(Exception):
    """A refusal with a stable ``code``. Keyword arguments fill the texts and travel as members."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    title: ClassVar[str] = N_("This request cannot be carried out")
    detail: ClassVar[str] = ""

    def __init__(
        self,
        *,
        errors: Sequence[FieldError] = (),
        headers: dict[str, str] | None = None,
        **params: object,
    ) -> None:
        super().__init__(self.code)
        self.errors = tuple(errors)
        self.headers = headers or {}
        self.params = params

    def document(self, language: str, instance: str | None = None) -> dict[str, object]:
        """The problem as a JSON object in ``language``."""
        document: dict[str, object] = {
            "type": f"urn:keydesk:problem:{self.code}",
            "title": Text(self.title).to(language),
            "status": self.status,
            "code": self.code,
            "detail": Text(self.detail, self.params).to(language),
        }
        if instance is not None:
            document["instance"] = instance
        if self.errors:
            document["errors"] = [
                {"pointer": error.pointer, "code": error.code, "detail": error.detail.to(language)}
                for error in self.errors
            ]
        return document


class Unauthenticated(Problem):
    """No identity, or one that does not hold."""

    status, code = 401, "unauthenticated"
    title = N_("Please log in")
    detail = N_("This needs an account. Log in, or send an API token, and try again.")


class Forbidden(Problem):
    """Known, but not allowed."""

    status, code = 403, "forbidden"
    title = N_("Not allowed")
    detail = N_("Your account may not do this. Ask your support contact if you think that it should.")


class ScopeMissing(Problem):
    """The API token lacks a scope."""

    status, code = 403, "scope_missing"
    title = N_("The token lacks a scope")
    detail = N_("This call needs the scope “%(scope)s”. Make a token that has it.")


class EmailNotVerified(Problem):
    """The account's address has not been verified yet."""

    status, code = 403, "email_not_verified"
    title = N_("Verify your email address first")
    detail = N_("Open the link in the email that we sent you, then try again.")


class AgreementDue(Problem):
    """A newer user agreement has not been accepted yet."""

    status, code = 403, "agreement_due"
    title = N_("Please accept the user agreement first")
    detail = N_("The user agreement has a new version. Read and accept it, then try again.")


class ViewOnly(Problem):
    """Support views the portal as somebody else, and somebody else's portal is only looked at."""

    status, code = 403, "view_only"
    title = N_("You are only looking")
    detail = N_("You view the portal as somebody else, so nothing can be changed. Stop viewing first.")


class InPersonOnly(Problem):
    """Not for whoever views the portal as somebody else."""

    status, code = 403, "in_person_only"
    title = N_("Not while you view the portal as somebody else")
    detail = N_("License keys and license files are for the person alone. Stop viewing first.")


class NotFound(Problem):
    """Nothing here, or nothing that this caller may see."""

    status, code = 404, "not_found"
    title = N_("Nothing here")
    detail = N_("There is nothing at this address that your account can see. Check the address.")


class MethodNotAllowed(Problem):
    """The resource exists but not for this method."""

    status, code = 405, "method_not_allowed"
    title = N_("Not possible here")
    detail = N_("This address does not take %(method)s requests.")


class Malformed(Problem):
    """The body is not what its content type says."""

    status, code = 400, "malformed"
    title = N_("The request cannot be read")
    detail = N_("The request is not well formed. Check its content type and its body.")


class Invalid(Problem):
    """The input was understood, and fields of it are wrong."""

    status, code = 422, "invalid"
    title = N_("Please check what you entered")
    detail = N_("Some of what was sent needs to be corrected. Each place is listed.")


class TooLarge(Problem):
    """The body is larger than this route takes."""

    status, code = 413, "too_large"
    title = N_("Too much at once")
    detail = N_("The request is larger than %(limit)s bytes. Send it in parts.")


class UnsupportedMediaType(Problem):
    """The body is of a kind that this route does not read."""

    status, code = 415, "unsupported_media_type"
    title = N_("This kind of file cannot be read here")
    detail = N_("Send one of: %(accepted)s.")


class TooManyRequests(Problem):
    """Slow down; ``Retry-After`` says how long (seconds)."""

    status, code = 429, "too_many_requests"
    title = N_("Too many tries")
    detail = N_("Please wait %(seconds)s seconds, then try again.")

    def __init__(self, *, seconds: int) -> None:
        super().__init__(seconds=seconds, headers={"Retry-After": str(seconds)})


class Unavailable(Problem):
    """Something that we need is away; nothing was changed."""

    status, code = 503, "unavailable"
    title = N_("Briefly out of order")
    detail = N_("A part of Keydesk does not answer right now. Nothing was changed; try again in a moment.")


class Unexpected(Problem):
    """A defect of ours; the log has the rest under the same request id."""

    status, code = 500, "unexpected"
    title = N_("Something went wrong on our side")
    detail = N_("It is written down under the request id. Try again; if it stays, send us that id.")


class FieldErrorDocument(BaseModel):
    """One place of the input and what is wrong there."""

    pointer: str = Field(examples=["/email"])
    code: str
    detail: str


class ProblemDocument(BaseModel):
    """The shape of every error of the API (RFC 9457), for its documentation."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str | None = None
    errors: list[FieldErrorDocument] | None = None


def may_raise(*problems: type[Problem]) -> dict[int | str, dict[str, object]]:
    """The ``responses=`` of a route: its problems by status, with their codes, for the documentation."""
    by_status: dict[int | str, dict[str, object]] = {}
    for status in sorted({problem.status for problem in problems}):
        codes = [problem.code for problem in problems if problem.status == status]
        by_status[status] = {
            "description": ", ".join(codes),
            "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
            },
        }
    return by_status
