"""The notifications room at work in a test: facts come in, emails go out, other rooms are stand-ins."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select

from keydesk.chassis.messaging.facts import Fact
from keydesk.chassis.messaging.tables import outbox
from keydesk.chassis.messaging.work import WorkContext
from keydesk.services.notifications.delivery.queue import SEND_EMAIL, SendEmail
from keydesk.services.notifications.emails.service import resend_email, take_in
from keydesk.services.notifications.models import DeliveryAttempt, Email
from tests.factories.notifications import NOON, FakePeer, event_of


@dataclass
class House:
    """Notifications with a mail server, beside rooms that are faked."""

    context: WorkContext
    accounts: FakePeer
    licensing: FakePeer

    def emails_for(self, *facts: Fact) -> list[str]:
        """Take the facts in; the ids of all emails, by recipient."""
        with self.context.transaction() as session:
            take_in(session, [event_of(fact) for fact in facts], now=NOON)
            return list(session.scalars(select(Email.id).order_by(Email.recipient)))

    def at(self, later: timedelta) -> WorkContext:
        """What a worker works with that much later."""
        return replace(self.context, now=lambda: NOON + later)

    def email(self, email_id: str) -> Email:
        """The email as it stands."""
        with self.context.database.reading() as session:
            return session.scalars(select(Email).where(Email.id == email_id)).one()

    def jobs(self) -> Counter[str]:
        """How many jobs were queued for each email."""
        with self.context.database.reading() as session:
            bodies = session.scalars(select(outbox.c.body).where(outbox.c.name == SEND_EMAIL.name))
            return Counter(SendEmail.model_validate_json(body).email_id for body in bodies)

    def outcomes(self) -> list[str | None]:
        """What came of each try, in order."""
        with self.context.database.reading() as session:
            return list(session.scalars(select(DeliveryAttempt.outcome).order_by(DeliveryAttempt.number)))

    def reasons(self) -> list[str]:
        """Why tries failed, in order."""
        with self.context.database.reading() as session:
            found = session.scalars(select(DeliveryAttempt.reason).order_by(DeliveryAttempt.number))
            return [reason for reason in found if reason is not None]

    def resend(self, email_id: str) -> None:
        """Have somebody of support ask for it again."""
        with self.context.transaction() as session:
            resend_email(session, email_id, actor="acc_support", now=NOON)
