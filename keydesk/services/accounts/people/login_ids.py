"""Which login IDs may be chosen. Pure."""

import re

from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.problems import FieldError

_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,49}")


def check_login_id(login_id: str, email: str) -> list[FieldError]:
    """What is wrong with a login ID.

    An address with @ is one only if it is the account's own: so nobody takes another's address for it,
    and what somebody logs in with is never both one's login ID and another's address.
    """
    if login_id.casefold() == email.casefold() or _FORM.fullmatch(login_id):
        return []
    wrong = Text(
        N_(
            "A login ID has 3 to 50 letters, digits, dots, hyphens or underscores and begins with a letter "
            "or a digit. Or leave it empty, and log in with your email address."
        )
    )
    return [FieldError("/login_id", "login_id_malformed", wrong)]


def login_id_taken() -> FieldError:
    """Somebody has this login ID already."""
    return FieldError("/login_id", "login_id_taken", Text(N_("This login ID is taken. Choose another one.")))
