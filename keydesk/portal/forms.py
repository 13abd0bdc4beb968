"""Forms as pages know them: what was typed, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request

from keydesk.portal.api import ApiProblem

MAX_FIELDS = 200


@dataclass
class Form:
    """One form while its page is made."""

    values: Mapping[str, Any] = field(default_factory=dict)
    """What each input holds, by name."""
    problem: ApiProblem | None = None
    """Why the last try was refused."""
    labels: dict[str, str] = field(default_factory=dict)
    """Filled while the inputs are rendered, so that the summary of errors can name them."""

    @property
    def status(self) -> int:
        """The HTTP status of the page with this form: 422 after a refusal, but a lasting one stays itself."""
        if self.problem is None:
            return 200
        return self.problem.status if self.problem.status in (429, 503) else 422

    def value(self, name: str) -> str:
        """What the input ``name`` holds."""
        held = self.values.get(name)
        return "" if held is None else str(held)

    def error(self, name: str) -> str | None:
        """What is wrong with the input ``name``, if anything."""
        return self.problem.errors.get(f"/{name}") if self.problem else None

    def label(self, name: str, label: str) -> str:
        """Remember what the input ``name`` is called on the page; returns the label."""
        self.labels[name] = label
        return label

    def errors_by_label(self) -> Sequence[tuple[str, str, str]]:
        """(name, label, error) of each input of the page that is wrong, in the page's order."""
        return [(name, label, error) for name, label in self.labels.items() if (error := self.error(name))]

    def other_errors(self) -> Sequence[str]:
        """Errors of something that the page has no input for."""
        if self.problem is None:
            return []
        shown = {f"/{name}" for name in self.labels}
        return [error for pointer, error in self.problem.errors.items() if pointer not in shown]


async def _typed(request: Request) -> dict[str, str]:
    form = await request.form(max_fields=MAX_FIELDS)
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


TypedForm = Annotated[dict[str, str], Depends(_typed)]
"""The text inputs of the submitted form, by name."""
