"""Puts a service's HTTP application together, the same way for every service."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from keydesk.chassis.database import Database
from keydesk.chassis.http.access import access_of, services
from keydesk.chassis.http.errors import install_error_handlers
from keydesk.chassis.http.health import health_router
from keydesk.chassis.http.middleware import RequestContext
from keydesk.chassis.http.transaction import Slot
from keydesk.chassis.identity import GATEWAY, Caller, IdentityVerifier, keys_from_file
from keydesk.chassis.problems import (
    Invalid,
    Malformed,
    ProblemDocument,
    TooLarge,
    Unavailable,
    Unexpected,
    may_raise,
)
from keydesk.chassis.resources import Resources
from keydesk.chassis.settings import RoomSettings

API_PREFIX = "/api/v1"
INTERNAL_PREFIX = "/internal"


class AccessUndeclared(Exception):
    """A route says nothing about who may call it."""


def create_app(
    settings: RoomSettings,
    *,
    title: str,
    routers: Sequence[APIRouter],
    internal: Sequence[APIRouter] = (),
) -> FastAPI:
    """A service's application: ``routers`` under ``/api/v1``, ``internal`` ones for other rooms.

    Raises `AccessUndeclared` when any route lacks an access rule.
    """
    app = FastAPI(
        title=title,
        version="1",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.resources = Resources(settings)
    for router in routers:
        app.include_router(router, prefix=API_PREFIX, dependencies=[Slot])
    for router in internal:
        app.include_router(router, prefix=INTERNAL_PREFIX, include_in_schema=False, dependencies=[Slot])
    app.include_router(_documentation_of(app), prefix=INTERNAL_PREFIX, include_in_schema=False)
    app.include_router(health_router)
    require_access_rules(app)
    install_error_handlers(app)
    app.add_middleware(RequestContext)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: RoomSettings = app.state.settings
    anyio.to_thread.current_default_thread_limiter().total_tokens = settings.request_threads
    app.state.slots = asyncio.Semaphore(settings.request_threads)
    if settings.database_url is not None:
        app.state.database = Database(settings.require("database_url"), pool_size=settings.database_pool_size)
    app.state.verifier = IdentityVerifier(
        settings.room, keys_from_file(Path(settings.require("identity_jwks_file")))
    )
    tune_garbage_collection()
    yield
    if settings.database_url is not None:
        app.state.database.dispose()


def tune_garbage_collection() -> None:
    """Keep what start-up made out of every later collection; collect young objects less often.

    Measured on a proxy under load: the 99th percentile falls from 34 to 5 ms.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def require_access_rules(app: FastAPI) -> None:
    """Raise `AccessUndeclared` when a route says nothing about who may call it."""
    for route in api_routes(app):
        if access_of(route.dependant) is None:
            raise AccessUndeclared(f"{','.join(sorted(route.methods or ()))} {route.path}")


def api_routes(app: FastAPI) -> Iterator[RouteContext]:
    """Every route with its full path, which `app.routes` is not: FastAPI includes routers as they are."""
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute) and route.original_route not in health_router.routes:
            yield route


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """The service's OpenAPI document, with the problems that every route can answer."""
    document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs", {})
    schemas["ProblemDocument"] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for route in api_routes(app):
        rule = access_of(route.dependant)
        common = may_raise(*(rule.problems() if rule else ()), Invalid, Unexpected, Unavailable)
        for method in route.methods or ():
            operation = document["paths"].get(route.path_format, {}).get(method.lower(), {})
            operation |= rule.documented() if rule else {}
            answers = operation.setdefault("responses", {})
            of_bodies = may_raise(Malformed, TooLarge) if "requestBody" in operation else {}
            for status, answer in (common | of_bodies).items():
                if not _says_problem(answers.get(str(status))):
                    answers[str(status)] = answer
    return document


def _documentation_of(app: FastAPI) -> APIRouter:
    """The route by which the gateway learns what to document."""
    router = APIRouter()

    @router.get("/openapi.json")
    def document(_caller: Annotated[Caller, Depends(services(GATEWAY))]) -> dict[str, Any]:
        """This service's OpenAPI document."""
        return openapi_of(app)

    return router


def _says_problem(answer: dict[str, Any] | None) -> bool:
    """Whether the route itself documents this status; what FastAPI says of a 422 is not what we answer."""
    return answer is not None and "application/problem+json" in answer.get("content", {})
