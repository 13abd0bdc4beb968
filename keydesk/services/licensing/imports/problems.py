"""Why a file is not taken in at all."""

from keydesk.chassis.i18n import N_
from keydesk.chassis.problems import FieldError, Problem
from keydesk.services.licensing.imports.csv_file import FileRefused
from keydesk.services.licensing.imports.texts import file_text


class FileUnreadable(Problem):
    """The file cannot be read as a whole; ``errors`` says why, a pointer naming the column if it is one."""

    status, code = 422, "file_unreadable"
    title = N_("This file cannot be read")
    detail = N_("Nothing was changed. What is wrong with the file is listed; mend it and send it again.")

    @classmethod
    def because(cls, refused: FileRefused) -> "FileUnreadable":
        """The problem for a file that was ``refused``."""
        return cls(
            errors=[
                FieldError(f"/{problem.column}", problem.code, file_text(problem.code, problem.params))
                for problem in refused.problems
            ]
        )
