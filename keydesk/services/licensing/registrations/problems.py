"""The ways in which a registration can be refused, and what to say about a line that has a problem."""

from collections.abc import Mapping

from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.problems import Problem
from keydesk.services.licensing.registrations.lines import MAX_LINES

LINE_PROBLEMS: Mapping[str, str] = {
    "unknown": N_("We do not know this serial number. Compare it with your order, character by character."),
    "malformed": N_("A serial number is a letter and ten digits, such as A0123456789. Check what you typed."),
    "wrong_case": N_("The first letter has to be a capital one. Remove this line and enter it that way."),
    "already_registered": N_(
        "Somebody else has registered it already. Ask in your company, or ask customer service."
    ),
    "registered_by_you": N_("You have registered it already. Open its license to see the key."),
    "registered_alone": N_("This product has to be registered on its own. Register it separately."),
    "duplicate": N_("It is in the list more than once. Remove this line."),
    "needs_information": N_("Some information is still needed for this line. Fill it in, then complete."),
}


def line_problem(code: str) -> Text:
    """What to tell about a line whose problem is ``code``."""
    return Text(LINE_PROBLEMS[code])


class RegistrationClosed(Problem):
    """The registration is no draft any more."""

    status, code = 409, "registration_closed"
    title = N_("This registration was completed already")
    detail = N_("It cannot be changed any more. Start a new registration for further serial numbers.")


class RegistrationNotReady(Problem):
    """Some lines are refused or lack information, or there are none."""

    status, code = 409, "registration_not_ready"
    title = N_("Not everything is ready yet")
    detail = N_("Add at least one serial number, fill in what is needed, and remove lines with a problem.")


class SerialNumberAlreadyRegistered(Problem):
    """Somebody was faster; nothing was registered."""

    status, code = 409, "serial_number_already_registered"
    title = N_("A serial number has been registered already")
    detail = N_("Nothing was registered. Remove the lines that are listed, then complete again.")


class TooManySerialNumbers(Problem):
    """More lines than one registration takes; none was added."""

    status, code = 422, "too_many_serial_numbers"
    title = N_("Too many serial numbers")
    detail = N_("One registration takes at most %(limit)s. Nothing was added; put the rest into another one.")

    def __init__(self) -> None:
        super().__init__(limit=MAX_LINES)


class FileUnreadable(Problem):
    """What was sent is not a text."""

    status, code = 422, "file_unreadable"
    title = N_("The file cannot be read")
    detail = N_("Send a text or CSV file in UTF-8 with one serial number in each line.")


class NoSerialNumbers(Problem):
    """There is nothing in the text or file."""

    status, code = 422, "no_serial_numbers"
    title = N_("There is no serial number in it")
    detail = N_("Enter at least one serial number, or choose a file that has some.")
