"""The facts of other rooms that the gateway reacts to; one that comes twice changes nothing more."""

from collections.abc import Sequence
from typing import Any

from redis import Redis
from sqlalchemy.orm import Session

from keydesk.chassis.http.client import PeerRefused, RoomClient, client_of
from keydesk.chassis.messaging.facts import Event
from keydesk.chassis.messaging.work import Consumer, WorkContext
from keydesk.chassis.settings import RoomSettings
from keydesk.gateway.credentials import Principal, channel_of, sessions_key, tokens_key, views_key
from keydesk.gateway.events.messages import PROGRESS_FACTS, event_of
from keydesk.gateway.scripts import SCRIPTS
from keydesk.gateway.sessions.repository import refresh_arguments
from keydesk.services.accounts.contract import AccountChanged, ApiTokenRevoked, PasswordChanged

accounts_client = client_of("accounts")


def redis_client(settings: RoomSettings) -> Redis:
    """The gateway's Redis, for background code."""
    return Redis.from_url(settings.require("redis_url"), socket_timeout=5, socket_connect_timeout=2)


def _accounts_changed(context: WorkContext, _session: Session | None, events: Sequence[Event]) -> None:
    redis = context.resource(redis_client)
    for event in events:
        fact = event.fact
        if not isinstance(fact, AccountChanged | PasswordChanged | ApiTokenRevoked):
            continue
        kept = [key(fact.account_id) for key in (sessions_key, tokens_key, views_key)]
        if not redis.exists(*kept):
            continue  # nobody is logged in: nothing to bring up to date
        redis.register_script(SCRIPTS["refresh_account"])(
            keys=kept,
            args=list(_arguments(context.resource(accounts_client), fact)),
        )


def _arguments(
    accounts: RoomClient, fact: AccountChanged | PasswordChanged | ApiTokenRevoked
) -> tuple[str | int, ...]:
    principal = _principal_of(accounts, fact.account_id)
    if isinstance(fact, PasswordChanged):
        return refresh_arguments(
            fact.account_id, principal, new_password=True, kept_session_id=fact.kept_session_id
        )
    return refresh_arguments(fact.account_id, principal)


def _principal_of(accounts: RoomClient, account_id: str) -> Principal | None:
    """The account as it is now, or None when it may not be logged in any more."""
    try:
        return accounts.call("GET", f"/internal/accounts/{account_id}/principal", Principal)
    except PeerRefused as refused:
        if refused.status in (403, 404):
            return None
        raise


def _progressed(context: WorkContext, _session: Session | None, events: Sequence[Event]) -> None:
    pipeline: Any = context.resource(redis_client).pipeline(transaction=False)
    for event in events:
        found = event_of(event.fact)
        if found is not None:
            account_id, live = found
            pipeline.publish(channel_of(account_id), live.message())
    pipeline.execute()


SESSIONS = Consumer(
    "gateway.sessions", (AccountChanged, PasswordChanged, ApiTokenRevoked), _accounts_changed, inbox=False
)
PROGRESS = Consumer("gateway.progress", PROGRESS_FACTS, _progressed, inbox=False)
