"""Health: ``/livez`` says that the process runs, ``/readyz`` names what it still lacks."""

from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse

health_router = APIRouter(include_in_schema=False)


@health_router.get("/livez")
def livez() -> dict[str, str]:
    """Whether the process can answer at all."""
    return {"status": "ok"}


@health_router.get("/readyz")
def readyz(request: Request) -> JSONResponse:
    """200 when everything that requests need is there, else 503 with what is missing."""
    missing: list[str] = []
    database = getattr(request.app.state, "database", None)
    if database is not None:
        try:
            with database.reading() as session:
                session.execute(text("SELECT 1"))
        except SQLAlchemyError:
            missing.append("database")
    body: dict[str, Any] = {"status": "unavailable" if missing else "ok", "missing": missing}
    return JSONResponse(body, status_code=503 if missing else 200)
