"""The shapes of imports in the API."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from keydesk.services.licensing.imports.lines import LineState
from keydesk.services.licensing.imports.texts import file_text, line_text
from keydesk.services.licensing.models import Import, ImportLine
from keydesk.services.licensing.models.imports import ImportKind, ImportStatus


class ImportProgress(BaseModel):
    """How many lines are read, of how many."""

    done: int
    total: int


class ImportCounts(BaseModel):
    """How many of the lines read became what."""

    created: int
    updated: int
    unchanged: int
    failed: int


class ImportProblem(BaseModel):
    """Why an import was given up as a whole."""

    code: str
    detail: str


class ImportShown(BaseModel):
    """A file of products or orders, and how far it is read."""

    model_config = ConfigDict(title="Import")

    id: str
    kind: ImportKind
    file_name: str
    dry_run: bool
    """Nothing is changed; the report tells what would be."""
    status: ImportStatus
    progress: ImportProgress
    counts: ImportCounts
    problem: ImportProblem | None
    account_id: str
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, found: Import, language: str) -> "ImportShown":
        """``found`` as a reader of ``language`` sees it."""
        return cls(
            id=found.id,
            kind=found.kind,
            file_name=found.file_name,
            dry_run=found.dry_run,
            status=found.status,
            progress=ImportProgress(done=found.done, total=found.total),
            counts=ImportCounts.model_validate(found, from_attributes=True),
            problem=_problem(found.problem, language),
            account_id=found.account_id,
            created_at=found.created_at,
            finished_at=found.finished_at,
        )


class ImportLineProblem(BaseModel):
    """What is wrong with a line; ``field`` is the column, or empty where it is about the whole line."""

    field: str
    code: str
    detail: str


class ImportLineShown(BaseModel):
    """What became of one line of a file (in a dry run: would have)."""

    model_config = ConfigDict(title="ImportLine")

    line: int
    """In the file, its header being line 1."""
    state: LineState
    key: str
    """The SKU or the serial number."""
    code: str | None
    """Of the first problem."""
    detail: str | None
    """Of the first problem."""
    problems: list[ImportLineProblem]

    @classmethod
    def of(cls, found: ImportLine, language: str) -> "ImportLineShown":
        """``found`` as a reader of ``language`` sees it."""
        problems = [
            ImportLineProblem(
                field=problem["field"],
                code=problem["code"],
                detail=line_text(problem["code"], problem["params"]).to(language),
            )
            for problem in found.problems
        ]
        first = problems[0] if problems else None
        return cls(
            line=found.line,
            state=found.state,
            key=found.key,
            code=first.code if first else None,
            detail=first.detail if first else None,
            problems=problems,
        )


def _problem(problem: Mapping[str, Any] | None, language: str) -> ImportProblem | None:
    if problem is None:
        return None
    detail = file_text(problem["code"], problem["params"]).to(language)
    return ImportProblem(code=problem["code"], detail=detail)
