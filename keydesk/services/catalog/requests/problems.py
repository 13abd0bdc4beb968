"""Why something is refused with a request."""

from keydesk.chassis.i18n import N_
from keydesk.chassis.problems import Problem


class RequestElsewhere(Problem):
    """The request is not, or no longer, in a state in which this can be done."""

    status, code = 409, "request_not_in_this_state"
    title = N_("The request has moved on")
    detail = N_("This is not possible with a request in its present state. Look at it again.")


class OnlyTheRequester(Problem):
    """Somebody whom the request concerns tries what its requester alone may do."""

    status, code = 403, "only_the_requester"
    title = N_("Only the requester can do this")
    detail = N_("The request concerns you, but only the person who made it can withdraw it. Write a message.")


class OwnRequest(Problem):
    """Support staff try to decide what they asked for or would receive themselves."""

    status, code = 403, "own_request"
    title = N_("Somebody else has to do this")
    detail = N_("The request concerns your own account. Leave it to a colleague.")


class AnotherPersonNeeded(Problem):
    """The one who gave the first of two approvals gives the second as well."""

    status, code = 409, "another_person_needed"
    title = N_("A second person has to approve")
    detail = N_("You have approved this request already. With so many licenses, a colleague has to as well.")


class TakenBySomebodyElse(Problem):
    """A request that a colleague takes care of."""

    status, code = 409, "request_taken"
    title = N_("A colleague takes care of it")
    detail = N_("%(name)s has taken this request. Ask for it to be handed over or returned.")


class NotTaken(Problem):
    """Only the one who took a request can return it."""

    status, code = 409, "request_not_taken"
    title = N_("You have not taken this request")
    detail = N_("Only a request that you have taken can be returned to the queue.")
