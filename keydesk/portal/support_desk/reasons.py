"""Reasons for a rejection that come again and again, ready to be sent as they are."""

from collections.abc import Mapping

from keydesk.chassis.i18n import N_

REASONS: Mapping[str, str] = {
    "no_connection": N_(
        "We could not connect these licenses to your company. Send us the order or the customer number"
        " with a new request."
    ),
    "owner_disagrees": N_("The present owner of the licenses does not agree that they are moved."),
    "wrong_account": N_(
        "The account that is to own the licenses is not the right one. Check its login ID and ask again."
    ),
    "more_needed": N_(
        "We need to know more to decide this. Ask again, and say why the licenses are to be moved."
    ),
    "solved_otherwise": N_("This has been solved in another way, so nothing needs to be done any more."),
}
