"""The door through which the queue sends emails. Thin."""

from keydesk.chassis.messaging.work import Job, WorkContext
from keydesk.services.notifications.delivery.queue import SEND_EMAIL, SendEmail
from keydesk.services.notifications.delivery.service import send_email


def _send_email(context: WorkContext, payload: SendEmail) -> None:
    send_email(context, payload.email_id)


SENDING = Job(SEND_EMAIL, _send_email)
