"""Settings of one room's process, read from the environment.

A room ``licensing`` reads ``KEYDESK_LICENSING_DATABASE_URL`` first and ``KEYDESK_DATABASE_URL``
second, so that several rooms can share one environment without sharing a secret. Secrets have no
default: a start without one fails, naming the variable.
"""

import os
from pathlib import Path
from typing import Any, Self

from pydantic import SecretStr, ValidationError, field_validator
from pydantic_core import from_json
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "KEYDESK_"


class BadSettings(Exception):
    """A setting is missing or malformed; the message names each variable and what is wrong with it."""


class RoomSettings(BaseSettings):
    """What every room may be told. A room with settings of its own subclasses this."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    room: str
    database_url: SecretStr | None = None
    broker_url: SecretStr | None = None
    broker_prefix: str = "keydesk"
    """Begins every name on the broker, so that several stacks can share one."""
    job_visibility_seconds: int = 300
    """Valkey as broker: a job that its worker has not acknowledged by then is given out again."""
    redis_url: SecretStr | None = None
    identity_key_file: Path | None = None
    """This room's private signing key for identities (a JWK file); only rooms that call others have one."""
    identity_jwks_file: Path | None = None
    """Public keys of every room that may call this one (a JWK set; each ``kid`` is a room's name)."""
    public_url: str = "http://127.0.0.1:8080"
    peers: dict[str, str] = {}
    """Base URL of each room that this one calls, by name, as JSON: ``{"accounts": "http://…"}``."""
    otlp_endpoint: str | None = None
    """Where spans are sent (OTLP over HTTP); without one, none is recorded."""
    log_level: str = "INFO"
    log_json: bool = True
    database_pool_size: int = 6
    """Connections per process: a little above the four request threads."""
    request_threads: int = 4

    @field_validator("peers", mode="before")
    @classmethod
    def _from_json(cls, value: Any) -> Any:
        """A room's own variable comes as it stands; the shared one has been read as JSON already."""
        return from_json(value) if isinstance(value, str) else value

    @classmethod
    def load(cls, room: str) -> Self:
        """Read the settings of ``room``. Raises `BadSettings` naming every variable that is wrong."""
        own: dict[str, Any] = {}
        for field in cls.model_fields:
            value = os.environ.get(variable_of(room, field))
            if value is not None:
                own[field] = value
        try:
            return cls(room=room, **own)
        except ValidationError as error:
            raise BadSettings(_explain(error, room)) from None

    def require(self, field: str) -> str:
        """The value of a setting that this process cannot do without; raises `BadSettings` if unset."""
        value = getattr(self, field)
        if value is None:
            raise BadSettings(f"{variable_of(self.room, field)} (or {PREFIX}{field.upper()}) is not set")
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def variable_of(room: str, field: str) -> str:
    """The environment variable that sets ``field`` for ``room`` alone."""
    return f"{PREFIX}{room.upper()}_{field.upper()}"


def _explain(error: ValidationError, room: str) -> str:
    lines = [
        f"{variable_of(room, str(item['loc'][0]))} (or {PREFIX}{str(item['loc'][0]).upper()}): {item['msg']}"
        for item in error.errors()
    ]
    return "; ".join(lines)
