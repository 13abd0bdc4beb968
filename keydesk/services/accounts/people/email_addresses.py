"""Which email addresses are taken: their form only, without asking the network. Pure."""

from email_validator import EmailNotValidError, validate_email

from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.problems import FieldError, Invalid

MAX_LENGTH = 254
"""RFC 5321, 4.5.3.1.3, less the angle brackets."""


def normal_email(text: str) -> str | None:
    """The address as it is kept (host in lower case, Unicode composed), or None for what is none."""
    try:
        return validate_email(text, check_deliverability=False, strict=True).normalized
    except EmailNotValidError:
        return None


def check_email(text: str, repeated: str, *, field: str) -> tuple[str, list[FieldError]]:
    """The address and what is wrong with it; ``repeated`` has to be the same but for letter case."""
    email = normal_email(text)
    if email is None:
        return text, [_malformed(field)]
    if (normal_email(repeated) or "").casefold() != email.casefold():
        differs = Text(N_("The two addresses differ. Enter the same one twice."))
        return email, [FieldError(f"/{field}_repeated", "email_differs", differs)]
    return email, []


def require_email(text: str) -> str:
    """The address as it is kept; raises `Invalid` at ``/email`` for what is none."""
    email = normal_email(text)
    if email is None:
        raise Invalid(errors=[_malformed("email")])
    return email


def _malformed(field: str) -> FieldError:
    wrong = Text(N_("This is not an email address. It should look like name@company.com."))
    return FieldError(f"/{field}", "email_malformed", wrong)
