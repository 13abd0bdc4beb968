"""Issuing a batch: plan, store the plan, sign, verify, and store everything at once.

Crash-safe at every step: until the last transaction nothing has left the batch, and doing it again with the
stored plan gives the same licenses. Idempotent: a batch that is issued is left alone.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy.orm import Session

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.outbox import emit, enqueue
from keydesk.services.licensing.contract import RegistrationCompleted, RegistrationProgressed
from keydesk.services.licensing.issuance import repository
from keydesk.services.licensing.issuance.intent import Intent, pack, plan, unpack
from keydesk.services.licensing.issuance.key_vault import KeyVault, Sealed, sealed_file
from keydesk.services.licensing.issuance.keys import new_license_key
from keydesk.services.licensing.issuance.repository import LicenseRow
from keydesk.services.licensing.issuance.signing import LicenseSigner
from keydesk.services.licensing.issuance.work import ISSUE_BATCH, IssueBatch
from keydesk.services.licensing.models.issuance import IssuanceBatch

FIRST_PATIENCE = timedelta(seconds=30)
LONGEST_PATIENCE = timedelta(minutes=10)
SWEEP_LIMIT = 200


class Step(Enum):
    """The places between which a crash may fall."""

    STARTED = "started"
    PLANNED = "planned"
    PLAN_STORED = "plan stored"
    SIGNED = "signed"
    VERIFIED = "verified"
    LICENSES_STORED = "licenses stored"
    FACTS_STORED = "facts stored"
    COMMITTED = "committed"


class BatchInconsistent(Exception):
    """A batch's entitlements are not reserved for its registration: a defect, for a person to look at."""


@dataclass(frozen=True)
class Issuer:
    """What issuing needs, once per process."""

    name: str
    """Who issues, in the license file: the portal's address."""
    vault: KeyVault
    signer: LicenseSigner


def issue_batch(
    database: Database,
    issuer: Issuer,
    batch_id: str,
    now: Callable[[], datetime],
    at_step: Callable[[Step], None] = lambda _step: None,
) -> None:
    """Issue the licenses of a batch, unless they are. ``at_step`` is told each `Step` that is reached."""
    at_step(Step.STARTED)
    with database.transaction() as session:
        intent = _planned(session, issuer, batch_id, now(), at_step)
    if intent is None:
        return
    at_step(Step.PLAN_STORED)
    payloads = {planned.license_id: planned.payload for planned in intent.licenses if planned.payload}
    signed = dict(zip(payloads, issuer.signer.sign_all(list(payloads.values())), strict=True))
    at_step(Step.SIGNED)
    issuer.signer.check_all(list(signed.values()))
    at_step(Step.VERIFIED)
    with database.transaction() as session:
        _store(session, issuer, batch_id, intent=intent, signed=signed, now=now(), at_step=at_step)
    at_step(Step.COMMITTED)


def publish_signing_key(session: Session, signer: LicenseSigner, now: datetime) -> None:
    """Publish the public half of the key that signs, unless it is."""
    repository.register_signing_key(session, signer.kid, signer.public_jwk, now)


def requeue_overdue(session: Session, now: datetime) -> int:
    """Queue again the batches whose job seems lost; how many."""
    overdue = repository.take_overdue(
        session, now, first=FIRST_PATIENCE, longest=LONGEST_PATIENCE, limit=SWEEP_LIMIT
    )
    for batch_id in overdue:
        enqueue(session, ISSUE_BATCH, IssueBatch(batch_id=batch_id), subject=batch_id)
    return len(overdue)


def _planned(
    session: Session, issuer: Issuer, batch_id: str, now: datetime, at_step: Callable[[Step], None]
) -> Intent | None:
    batch = repository.lock_batch(session, batch_id, with_intent=True)
    if batch is None or batch.status == "issued":
        return None
    if batch.status == "prepared":
        return _stored_plan(issuer, batch)
    intent = plan(
        repository.read_reserved(session, batch_id),
        issuer=issuer.name,
        now=now,
        new_license_id=lambda: new_id("lic"),
        new_license_key=new_license_key,
    )
    at_step(Step.PLANNED)
    sealed = issuer.vault.seal(pack(intent), bound_to=batch_id)
    batch.intent, batch.intent_sealed_by, batch.status = sealed.content, sealed.version, "prepared"
    return intent


def _stored_plan(issuer: Issuer, batch: IssuanceBatch) -> Intent:
    if batch.intent is None or batch.intent_sealed_by is None:
        raise BatchInconsistent(f"{batch.id} is prepared without a plan")
    return unpack(issuer.vault.open(Sealed(batch.intent_sealed_by, batch.intent), bound_to=batch.id))


def _store(
    session: Session,
    issuer: Issuer,
    batch_id: str,
    *,
    intent: Intent,
    signed: Mapping[str, str],
    now: datetime,
    at_step: Callable[[Step], None],
) -> None:
    batch = repository.lock_batch(session, batch_id, with_intent=False)
    if batch is None or batch.status == "issued":
        return
    entitlement_ids = [planned.entitlement_id for planned in intent.licenses]
    if repository.lock_reserved(session, entitlement_ids, intent.registration_id) != batch.size:
        raise BatchInconsistent(f"the entitlements of {batch_id} are not all reserved for it")
    publish_signing_key(session, issuer.signer, now)
    repository.copy_licenses(session, _license_rows(issuer, intent, signed))
    repository.mark_registered(session, entitlement_ids, now)
    batch.status, batch.issued_at, batch.kid = "issued", now, issuer.signer.kid
    batch.intent = batch.intent_sealed_by = None
    session.flush()
    at_step(Step.LICENSES_STORED)
    repository.copy_license_facts(
        session, ((planned.license_id, planned.fact) for planned in intent.licenses)
    )
    done, total = repository.advance(session, intent.registration_id, len(intent.licenses), now)
    _announce_progress(session, intent, done, total, now)
    at_step(Step.FACTS_STORED)


def _license_rows(issuer: Issuer, intent: Intent, signed: Mapping[str, str]) -> Iterator[LicenseRow]:
    seal = issuer.vault.seal
    for planned in intent.licenses:
        id, jws = planned.license_id, signed.get(planned.license_id)
        key = seal(planned.license_key.encode(), bound_to=id)
        yield LicenseRow(
            id=id,
            entitlement_id=planned.entitlement_id,
            registration_id=intent.registration_id,
            account_id=intent.account_id,
            key_content=key.content,
            sealed_by=key.version,
            key_fingerprint=issuer.vault.fingerprint(planned.license_key),
            file_name=planned.file_name,
            file_content=seal(jws.encode(), bound_to=sealed_file(id)).content if jws else None,
            issued_at=intent.issued_at,
        )


def _announce_progress(session: Session, intent: Intent, done: int, total: int, now: datetime) -> None:
    registration_id, account_id = intent.registration_id, intent.account_id
    progressed = RegistrationProgressed(
        registration_id=registration_id, account_id=account_id, done=done, total=total
    )
    emit(session, progressed, subject=registration_id)
    if done == total:
        completed = RegistrationCompleted(
            registration_id=registration_id, account_id=account_id, total=total, completed_at=now
        )
        emit(session, completed, subject=registration_id)
