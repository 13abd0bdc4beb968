"""Sessions in Redis."""

from dataclasses import dataclass

from keydesk.chassis.ids import new_id
from keydesk.gateway.credentials import (
    Principal,
    Record,
    View,
    channel_of,
    digest_of,
    new_secret,
    new_version,
    session_key,
    sessions_key,
    tokens_key,
    views_key,
)
from keydesk.gateway.pipeline import RedisPipeline


@dataclass(frozen=True)
class OpenedSession:
    """A session that was just opened, with the secret that goes into its cookie and is kept nowhere."""

    id: str
    secret: str
    ends_ms: int


class Sessions:
    """The sessions of all accounts. Every method raises `RedisAway` where Redis does not answer."""

    def __init__(self, redis: RedisPipeline, *, idle: int, lifetime: int) -> None:
        self._redis = redis
        self.idle_ms = idle * 1000
        self._lifetime_ms = lifetime * 1000

    async def open(self, principal: Principal, now_ms: int) -> OpenedSession:
        """Open a session for an account."""
        opened = OpenedSession(new_id("ses"), new_secret(), now_ms + self._lifetime_ms)
        digest = digest_of(opened.secret)
        await self._redis.script(
            "open_session",
            (session_key(digest), sessions_key(principal.account_id)),
            (
                now_ms,
                opened.ends_ms,
                self.idle_ms,
                new_version(),
                principal.account_id,
                opened.id,
                principal.session_epoch,
                Record(principal=principal).model_dump_json(),
                digest,
            ),
        )
        return opened

    async def end(self, account_id: str, session_id: str) -> None:
        """End one session; nothing happens where it has ended already."""
        await self._redis.script(
            "end_session", (sessions_key(account_id),), (session_id, channel_of(account_id))
        )

    async def begin_view(
        self, account_id: str, session_id: str, view: View, *, now_ms: int, ends_ms: int
    ) -> int | None:
        """Let a session of ``account_id`` view the portal as somebody else, at most until ``ends_ms``.

        Returns when it ends; None where the session has ended, or views already.
        """
        viewed = view.principal.account_id
        begun: int = await self._redis.script(
            "begin_view",
            (sessions_key(account_id), views_key(viewed)),
            (now_ms, session_id, view.id, ends_ms, view.model_dump_json(), viewed),
        )
        return begun or None

    async def end_view(self, account_id: str, session_id: str) -> View | None:
        """Give a session back to its owner; the view that ended, if there was one."""
        ended: bytes = await self._redis.script("end_view", (sessions_key(account_id),), (session_id,))
        return View.model_validate_json(ended) if ended else None

    async def refresh(self, account_id: str, principal: Principal | None) -> None:
        """Bring an account's sessions up to date, or end them all when it may not log in any more."""
        await self._redis.script(
            "refresh_account",
            (sessions_key(account_id), tokens_key(account_id), views_key(account_id)),
            refresh_arguments(account_id, principal),
        )


def refresh_arguments(
    account_id: str,
    principal: Principal | None,
    *,
    new_password: bool = False,
    kept_session_id: str | None = None,
) -> tuple[str | int, ...]:
    """The arguments of the script ``refresh_account``, for the gateway and for its consumers.

    With ``new_password``, sessions from before it end, but for the kept one.
    """
    return (
        channel_of(account_id),
        Record(principal=principal).model_dump_json() if principal is not None else "",
        new_version(),
        principal.session_epoch if principal is not None and new_password else "",
        kept_session_id or "",
        account_id,
    )
