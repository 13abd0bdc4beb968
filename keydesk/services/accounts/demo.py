"""The demo people: customers of two companies, support and an operator, all with one password."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.work import WorkContext
from keydesk.services.accounts.agreements.repository import add_acceptance
from keydesk.services.accounts.agreements.service import current_agreement
from keydesk.services.accounts.models import Account
from keydesk.services.accounts.passwords.hashing import hash_password
from keydesk.services.accounts.people.announcing import announce
from keydesk.services.accounts.people.repository import living_account_by_email, lock_name

PASSWORD = "keydesk-demo-2026"  # noqa: S105 - printed at the start of a demo stack, for everybody to use


@dataclass(frozen=True)
class _Company:
    name: str
    customer_type: str
    phone_number: str
    street_address: str
    city: str
    postal_code: str
    country: str
    state: str = ""


@dataclass(frozen=True)
class _Person:
    login_id: str
    first_name: str
    last_name: str
    email: str
    company: _Company
    language: str = "en"
    roles: tuple[str, ...] = ("customer",)


_LINDQVIST = _Company(
    "Lindqvist Instruments", "end_user", "+46812345678", "Skeppsbron 24", "Stockholm", "111 30", "SE"
)
_MARISOL = _Company(
    "Marisol Textiles", "end_user", "+34932156789", "Carrer de la Marina 18", "Barcelona", "08005", "ES", "B"
)
_KEYDESK = _Company("Keydesk", "distributor", "+493012345670", "Schiffbauerdamm 8", "Berlin", "10117", "DE")

PEOPLE = (
    _Person("anna", "Anna", "Lindqvist", "anna.lindqvist@lindqvist.example", _LINDQVIST),
    _Person("ben", "Ben", "Okafor", "ben.okafor@lindqvist.example", _LINDQVIST),
    _Person("carla", "Carla", "Reyes", "carla.reyes@marisol.example", _MARISOL, language="es"),
    _Person(
        "support", "Sam", "Whitfield", "support@keydesk.example", _KEYDESK, roles=("customer", "support")
    ),
    _Person(
        "operator", "Olga", "Brandt", "operator@keydesk.example", _KEYDESK, roles=("customer", "operator")
    ),
)


def load_demo_people(context: WorkContext) -> None:
    """Create the demo people that do not exist yet."""
    version = current_agreement(context.settings).version  # type: ignore[arg-type]  # the room's own settings
    with context.transaction() as session:
        for person in PEOPLE:
            lock_name(session, person.email)
            if living_account_by_email(session, person.email) is None:
                _create(session, person, agreement_version=version, now=context.now())


def _create(session: Session, person: _Person, *, agreement_version: str, now: datetime) -> None:
    company = person.company
    account = Account(
        id=new_id("acc"),
        revision=1,
        status="active",
        login_id=person.login_id,
        email=person.email,
        email_verified_at=now,
        password_hash=hash_password(PASSWORD),
        session_epoch=1,
        customer_type=company.customer_type,
        first_name=person.first_name,
        last_name=person.last_name,
        company_name=company.name,
        phone_number=company.phone_number,
        phone_extension="",
        street_address=company.street_address,
        country=company.country,
        city=company.city,
        state=company.state,
        postal_code=company.postal_code,
        language=person.language,
        roles=list(person.roles),
        created_at=now,
    )
    session.add(account)
    session.flush()
    add_acceptance(
        session, account.id, agreement_version, now=now, address="127.0.0.1", language=person.language
    )
    announce(session, account, agreement_version=agreement_version)
