"""``keydesk openapi``: the API's merged document, of the code as it stands; nothing is started or read."""

import json

import typer

from keydesk.chassis.http.app import openapi_of
from keydesk.gateway.documentation.merge import Document, merge
from keydesk.gateway.documentation.own import own_document
from keydesk.gateway.limits.policies import Policies
from keydesk.rooms import SERVICE_NAMES, room

app = typer.Typer()


@app.command()
def openapi() -> None:
    """Print the API's merged OpenAPI document."""
    typer.echo(json.dumps(merged_document(), indent=2, ensure_ascii=False))


def merged_document() -> Document:
    """The document that the gateway serves at ``/api/v1/openapi.json`` when every room runs."""
    return merge(
        {"gateway": own_document(), **{name: _document_of(name) for name in SERVICE_NAMES}}, Policies({})
    )


def _document_of(name: str) -> Document:
    described = room(name)
    blank = described.settings.model_construct(room=name)
    return openapi_of(described.create_app(blank))  # type: ignore[arg-type]  # every service is a FastAPI
