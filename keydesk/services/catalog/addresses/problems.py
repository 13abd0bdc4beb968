"""Why something is refused with an install-at address."""

from keydesk.chassis.i18n import N_
from keydesk.chassis.problems import Forbidden


class MoveRefused(Forbidden):
    """The caller sees the license, and may not move it."""

    code = "move_refused"
    title = N_("You cannot move this license")
    detail = N_("Its owner and those who have full access to it can move a license that is registered.")
