"""The ways in which sharing can be refused."""

from keydesk.chassis.i18n import N_
from keydesk.chassis.problems import Problem

NO_ACCOUNT = N_("There is no account with this login ID to share with. Ask the person how they log in.")


class RecipientUnknown(Problem):
    """No active account of somebody else has this login ID; which of these it is, is not told."""

    status, code = 404, "recipient_unknown"
    title = N_("No account to share with has this name")
    detail = NO_ACCOUNT


class ShareChangedMeanwhile(Problem):
    """``If-Match`` names an older state of the share."""

    status, code = 412, "share_changed_meanwhile"
    title = N_("What you share was changed in the meantime")
    detail = N_("Look at it again, then repeat your change.")
