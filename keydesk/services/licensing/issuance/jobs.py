"""Licensing's issuing in the background: the job of a batch, and the sweep that finds lost ones."""

from datetime import timedelta

from keydesk.chassis.messaging.work import Job, Sweep, WorkContext
from keydesk.services.licensing.issuance import service
from keydesk.services.licensing.issuance.key_vault import KeyVault
from keydesk.services.licensing.issuance.service import Issuer
from keydesk.services.licensing.issuance.signing import LicenseSigner
from keydesk.services.licensing.issuance.work import ISSUE_BATCH, IssueBatch


def publish_signing_key(context: WorkContext) -> None:
    """Publish the worker's public key when the worker starts, so that it is known before it signs."""
    with context.transaction() as session:
        service.publish_signing_key(session, context.resource(LicenseSigner.from_settings), context.now())


def issue_batch(context: WorkContext, payload: IssueBatch) -> None:
    """Issue the licenses of one batch."""
    issuer = Issuer(
        name=context.settings.public_url,
        vault=context.resource(KeyVault.from_settings),
        signer=context.resource(LicenseSigner.from_settings),
    )
    service.issue_batch(context.database, issuer, payload.batch_id, context.now)


def requeue_overdue(context: WorkContext) -> None:
    """Queue lost batches again."""
    with context.transaction() as session:
        service.requeue_overdue(session, context.now())


JOBS = (Job(ISSUE_BATCH, issue_batch, prepare=publish_signing_key),)
SWEEPS = (Sweep("licensing.requeue_overdue_batches", timedelta(seconds=10), requeue_overdue),)
