"""The doors through which the queue and the clock send emails. Thin."""

from datetime import timedelta

from keydesk.chassis.messaging.work import Job, Sweep, WorkContext
from keydesk.services.notifications.delivery.queue import SEND_EMAIL, SendEmail
from keydesk.services.notifications.delivery.service import queue_overdue, send_email


def _send_email(context: WorkContext, payload: SendEmail) -> None:
    send_email(context, payload.email_id)


SENDING = Job(SEND_EMAIL, _send_email)
OVERDUE = Sweep("notifications.overdue_emails", timedelta(minutes=1), queue_overdue)
