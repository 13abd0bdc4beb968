"""Why a file is not taken, or not given."""

from keydesk.chassis.i18n import N_
from keydesk.chassis.problems import Problem


class TooManyAttachments(Problem):
    """The request has as many files as it may."""

    status, code = 409, "too_many_attachments"
    title = N_("The request has enough files")
    detail = N_("A request can have %(most)s files. Put several into one .zip file, or write a message.")


class AttachmentNotScanned(Problem):
    """The file has not been scanned for viruses yet."""

    status, code = 409, "attachment_not_scanned_yet"
    title = N_("The file is still being checked")
    detail = N_("Every file is checked for viruses before anybody gets it. Try again in a moment.")


class AttachmentInfected(Problem):
    """The scanner found something in the file, which has been removed."""

    status, code = 410, "attachment_infected"
    title = N_("The file was removed")
    detail = N_("The virus check found something in this file, so it was removed and nobody can get it.")


class AttachmentLost(Problem):
    """What is known of the file is there, and the file is not, or is no longer the same."""

    status, code = 410, "attachment_lost"
    title = N_("The file is no longer there")
    detail = N_("This file cannot be given any more. Ask for it to be attached again.")


class NoFilesHere(Problem):
    """This installation has no place for files."""

    status, code = 503, "attachments_off"
    title = N_("Files cannot be attached here")
    detail = N_("This installation keeps no files of requests. Write a message instead.")
