"""Golden examples of facts: what a producer must be able to say and every consumer must understand.

A golden file is never changed; a new optional field of a fact gets its own file or joins a new version.
"""

from pathlib import Path
from typing import TypeVar

from keydesk.chassis.messaging.facts import Fact

FOLDER = Path(__file__).parent / "golden"

Known = TypeVar("Known", bound=Fact)


def golden(fact: type[Known]) -> Known:
    """The golden example of this kind of fact, read as it would be from the bus."""
    return fact.model_validate_json((FOLDER / f"{fact.TYPE}.json").read_bytes())
