"""What can be wrong with fields as a whole, and with filling them in."""

from keydesk.chassis.i18n import N_
from keydesk.chassis.problems import Forbidden, Problem


class TooManyFields(Problem):
    """The account has as many fields as it may."""

    status, code = 409, "too_many_fields"
    title = N_("You have too many fields")
    detail = N_("An account can have %(most)s fields. Delete one that you no longer need.")


class FieldChangedMeanwhile(Problem):
    """``If-Match`` names an older state of the field."""

    status, code = 412, "field_changed_meanwhile"
    title = N_("The field was changed in the meantime")
    detail = N_("Look at it again, then repeat your change.")


class ValuesChangedMeanwhile(Problem):
    """``If-Match`` names an older state of the values."""

    status, code = 412, "values_changed_meanwhile"
    title = N_("Somebody changed the fields of this license in the meantime")
    detail = N_("Look at what they hold now, then repeat your change.")


class IfMatchNeeded(Problem):
    """Values are only written by somebody who says which ones they saw."""

    status, code = 428, "if_match_needed"
    title = N_("This change does not say what it is based on")
    detail = N_("Send the ETag of the fields that you read as If-Match, so that nobody's change is lost.")


class FieldsNotYoursToEdit(Forbidden):
    """The caller sees the license, and may not fill in its fields."""

    code = "license_view_only"
    title = N_("You can only look at this license")
    detail = N_("Its fields are edited by its owner and by those who have full access to it.")
