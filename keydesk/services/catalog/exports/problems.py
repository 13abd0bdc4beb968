"""Why there is no export."""

from keydesk.chassis.i18n import N_
from keydesk.chassis.problems import Problem


class ExportTooLarge(Problem):
    """The search finds more licenses than a file may have."""

    status, code = 422, "export_too_large"
    title = N_("Too many licenses for one file")
    detail = N_("A file can have %(most)s licenses. Narrow the search, and export the parts one by one.")


class TooManyExports(Problem):
    """The account has as many exports as it may."""

    status, code = 409, "too_many_exports"
    title = N_("You have too many exports")
    detail = N_("An account can have %(most)s exports. Each is removed a day after it was asked for.")


class ExportNotReady(Problem):
    """There is no file yet, or there never will be."""

    status, code = 409, "export_not_ready"
    title = N_("This export has no file yet")
    detail = N_("It is still being made, or could not be made. Look at its status.")
