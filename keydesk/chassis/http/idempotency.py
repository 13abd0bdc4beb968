"""Idempotency keys: a POST that is sent again with the same ``Idempotency-Key`` gets the same answer.

The key is taken and the answer is kept in the transaction of the effect itself, so neither is ever there
without the other. A request that fails keeps nothing and may be tried again. Keys are forgotten after a day
(`upkeep`).

Not for bodies that hold a password: the fingerprint that is kept would be a quick hash of it.
"""

import hashlib
import re
from collections.abc import Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from fastapi.routing import APIRoute
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from keydesk.chassis.database import Database
from keydesk.chassis.http.access import access_of, identify
from keydesk.chassis.http.transaction import hold_slot
from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.messaging.tables import idempotency_keys
from keydesk.chassis.problems import FieldError, Invalid, Problem, may_raise

KEY = "idempotency-key"
REPLAYED = "idempotency-replayed"
_ALLOWED = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS = ("content-type", "location", "etag", "content-language")


class IdempotencyKeyReused(Problem):
    """The key came before, with another request."""

    status, code = 422, "idempotency_key_reused"
    title = N_("This idempotency key was used for something else")
    detail = N_("The same Idempotency-Key came with another request before. Send a new key.")


class IdempotencyKeyInUse(Problem):
    """The same request is being carried out right now."""

    status, code = 409, "idempotency_key_in_use"
    title = N_("The same request is under way")
    detail = N_("A request with this Idempotency-Key has not finished yet. Ask again in a moment.")


class IdempotencyAnswerNotKept(Problem):
    """The same request was carried out, and its answer held a secret, which is shown once."""

    status, code = 409, "idempotency_answer_not_kept"
    title = N_("This was done already")
    detail = N_("This request was carried out before, and its answer is shown only once. Look at the result.")


class IdempotentRoute(APIRoute):
    """A route whose POST takes an ``Idempotency-Key``: ``APIRouter(route_class=IdempotentRoute)``.

    What is kept is kept in clear; for an answer that holds a secret take `ShownOnceRoute`.
    """

    keeps_answer = True

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if "POST" in (options.get("methods") or ()):
            options["openapi_extra"] = _documented(options.get("openapi_extra"))
            problem = IdempotencyKeyInUse if self.keeps_answer else IdempotencyAnswerNotKept
            options["responses"] = _with_conflict(options.get("responses"), problem)
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, with the key looked after around it, inside the request's transaction."""
        handle = super().get_route_handler()

        async def handle_once(request: Request) -> Response:
            key = request.headers.get(KEY)
            if key is None or request.method != "POST":
                return await handle(request)
            rule = access_of(self.dependant)
            if rule is not None:  # before anything is told about an earlier request
                rule(request)
            attempt = await _attempt_of(request, key)
            session = await _open_transaction(request)
            kept = await run_in_threadpool(attempt.find, session)
            if kept is not None:
                return kept
            response = await handle(request)
            if response.status_code < 400:
                await run_in_threadpool(attempt.keep, session, response, with_body=self.keeps_answer)
            return response

        return handle_once


class ShownOnceRoute(IdempotentRoute):
    """An `IdempotentRoute` whose answer holds a secret: a repeat does nothing, and is told so (409)."""

    keeps_answer = False


@dataclass(frozen=True)
class _Attempt:
    """One request with a key: who sent it, and what exactly."""

    caller: str
    key: str
    fingerprint: str

    def find(self, session: Session) -> Response | None:
        """The answer that was given before; raises where the key is in use or was used otherwise."""
        lock = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
        if not session.scalar(lock, {"name": f"idempotency {self.caller} {self.key}"}):
            raise IdempotencyKeyInUse(headers={"Retry-After": "1"})
        kept = session.execute(
            select(idempotency_keys).where(
                idempotency_keys.c.caller == self.caller, idempotency_keys.c.key == self.key
            )
        ).one_or_none()
        if kept is None:
            return None
        if kept.fingerprint != self.fingerprint:
            raise IdempotencyKeyReused
        if kept.body is None:
            raise IdempotencyAnswerNotKept
        return Response(kept.body, kept.status, headers={**kept.headers, REPLAYED: "true"})

    def keep(self, session: Session, response: Response, *, with_body: bool) -> None:
        """Keep the answer beside the effect, or only that there was one."""
        headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        session.execute(
            insert(idempotency_keys),
            [
                {
                    "caller": self.caller,
                    "key": self.key,
                    "fingerprint": self.fingerprint,
                    "status": response.status_code,
                    "headers": headers,
                    "body": bytes(response.body) if with_body else None,
                }
            ],
        )


async def _attempt_of(request: Request, key: str) -> _Attempt:
    if not _ALLOWED.fullmatch(key):
        said = Text(N_("An idempotency key has 1 to 255 visible ASCII characters."))
        raise Invalid(errors=[FieldError("/Idempotency-Key", "idempotency_key_malformed", said)])
    caller = identify(request)
    told = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    told.update(await request.body())
    name = caller.account_id or caller.service or f"address {caller.address}"
    return _Attempt(name, key, told.hexdigest())


async def _open_transaction(request: Request) -> Session:
    """The request's transaction, opened before its dependencies so that the key belongs to it."""
    database: Database = request.app.state.database
    stack = request.scope["fastapi_function_astack"]
    await stack.enter_async_context(asynccontextmanager(hold_slot)(request))
    session: Session = await stack.enter_async_context(contextmanager_in_threadpool(database.transaction()))
    request.state.session = session
    return session


def _documented(extra: dict[str, Any] | None) -> dict[str, Any]:
    header = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "Sent again with the same key, the same request gets the same answer (24 hours).",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    }
    return {**(extra or {}), "parameters": [*(extra or {}).get("parameters", ()), header]}


def _with_conflict(
    responses: dict[int | str, dict[str, Any]] | None, problem: type[Problem]
) -> dict[int | str, dict[str, Any]]:
    """The route's responses with ours among them; a route that has a 409 of its own keeps its codes."""
    ours = may_raise(problem)
    own = (responses or {}).get(409)
    if own is not None and problem.code not in own["description"]:
        ours[409] = {**own, "description": f"{own['description']}, {problem.code}"}
    return {**(responses or {}), **ours}
