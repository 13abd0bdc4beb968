"""Refusals of the email log."""

from keydesk.chassis.i18n import N_
from keydesk.chassis.problems import Problem


class EmailUnderWay(Problem):
    """It cannot be sent again before the sending that was asked for has ended."""

    status, code = 409, "email_under_way"
    title = N_("This email is on its way")
    detail = N_(
        "It is queued or being sent right now. Look again in a moment, and wait until that has ended."
    )
