"""The use case of sending one email: claim it, compose it, hand it over, write down what came of it."""

from email.message import EmailMessage

from keydesk.chassis.messaging.work import WorkContext
from keydesk.chassis.telemetry.logging import get_logger
from keydesk.services.notifications.content.rendering import render
from keydesk.services.notifications.delivery import repository, sources
from keydesk.services.notifications.delivery.message import message_of
from keydesk.services.notifications.delivery.queue import SEND_EMAIL, queue_sending
from keydesk.services.notifications.delivery.repository import Claimed, Outcome
from keydesk.services.notifications.delivery.smtp import SmtpServer, Undeliverable
from keydesk.services.notifications.settings import NotificationsSettings, sender_address

log = get_logger(__name__)

TRIES = SEND_EMAIL.max_attempts - 5
"""Tries before giving up: a few fewer than the job's own, which also counts those that found it claimed."""

OVERDUE_AT_ONCE = 500
"""Emails that one sweep queues again at most."""

LONGEST_REASON = 500
"""Characters kept of why an attempt failed."""


def smtp_server(settings: NotificationsSettings) -> SmtpServer:
    """The resource that hands messages to the configured mail server."""
    return SmtpServer.from_url(settings.smtp_url.get_secret_value())


def send_email(context: WorkContext, email_id: str) -> None:
    """Send the email unless that is done; returning means that nothing is left to do for it.

    A failure that may pass raises, so that the job is tried again later. An email is sent once, as far
    as SMTP allows: only a crash between the server's word and ours repeats it, with the same Message-ID.
    """
    with context.transaction() as session:
        claimed = repository.claim(session, email_id, now=context.now())
    if claimed is None:
        return
    try:
        _hand_over(context, claimed)
    except Undeliverable as refusal:
        _record(context, claimed, "failed", str(refusal))
        log.warning("email_undeliverable", email_id=email_id, reason=str(refusal))
    except Exception as failure:
        reason = f"{type(failure).__name__}: {failure}"
        if claimed.tries < TRIES:
            _record(context, claimed, "deferred", reason)
            raise
        _record(context, claimed, "failed", reason)
        log.exception("email_given_up", email_id=email_id, attempts=claimed.attempt, tries=claimed.tries)
    else:
        _record(context, claimed, "sent", None)


def queue_overdue(context: WorkContext) -> None:
    """Queue emails again whose job a broker must have lost; a job too many does no harm."""
    with context.transaction() as session:
        found = repository.overdue(session, now=context.now(), limit=OVERDUE_AT_ONCE)
        queue_sending(session, found)
    if found:
        log.warning("overdue_emails_queued", emails=len(found))


def _hand_over(context: WorkContext, claimed: Claimed) -> None:
    settings = context.settings
    assert isinstance(settings, NotificationsSettings)  # noqa: S101 - the room says so
    sender = sender_address(settings.mail_from)
    context.resource(smtp_server).send(
        _compose(context, settings, claimed), sender=sender.addr_spec, recipient=claimed.recipient
    )


def _compose(context: WorkContext, settings: NotificationsSettings, claimed: Claimed) -> EmailMessage:
    fetched = sources.secrets_of(
        claimed.kind,
        claimed.params,
        accounts=context.resource(sources.accounts),
        licensing=context.resource(sources.licensing),
    )
    rendered = render(
        claimed.kind,
        claimed.language,
        {**claimed.params, **fetched, "portal": settings.public_url.rstrip("/")},
    )
    return message_of(
        rendered,
        message_id=claimed.message_id,
        sender=sender_address(settings.mail_from),
        recipient=claimed.recipient,
        language=claimed.language,
        now=context.now(),
    )


def _record(context: WorkContext, claimed: Claimed, outcome: Outcome, reason: str | None) -> None:
    kept = reason[:LONGEST_REASON].replace("\x00", " ") if reason is not None else None
    with context.transaction() as session:
        repository.record(session, claimed, outcome, reason=kept, now=context.now())
