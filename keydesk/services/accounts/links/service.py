"""Makes links, opens them once, and tells notifications their address when it sends them.

A newer link with the same purpose ends those before it. Opening takes the row's lock, so of two people
who open a link at once one is told that it has been used.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from keydesk.chassis.i18n import N_
from keydesk.chassis.ids import new_id
from keydesk.chassis.problems import Problem
from keydesk.services.accounts.contract import LinkKind
from keydesk.services.accounts.links.repository import end_open_links, link_by_id, lock_link
from keydesk.services.accounts.links.tokens import is_token_of, link_id_of, new_nonce, token_of
from keydesk.services.accounts.models import Account, Link
from keydesk.services.accounts.people.repository import account_for_update, lock_name
from keydesk.services.accounts.settings import AccountsSettings

VerificationPurpose = Literal["sign_up", "email_change", "additional_email"]
Purpose = VerificationPurpose | Literal["password_reset"]

VERIFICATION_LIFETIME = timedelta(hours=48)
RESET_LIFETIME = timedelta(minutes=30)

_PREFIX: dict[LinkKind, str] = {"email_verification": "ver", "password_reset": "pwr"}
_PAGE: dict[LinkKind, str] = {"email_verification": "/verify-email", "password_reset": "/reset-password"}


class LinkUnknown(Problem):
    """Never made, or not with our secret."""

    status, code = 404, "link_unknown"
    title = N_("This link is not one of ours")
    detail = N_("Open the link exactly as it stands in the email, or ask for a new one.")


class LinkExpired(Problem):
    """Too old, used, or replaced by a newer one."""

    status, code = 410, "link_expired"
    title = N_("This link no longer works")
    detail = N_("It has expired or was used already. Ask for a new one.")


@dataclass(frozen=True)
class LinkMaker:
    """Makes tokens and addresses of links. A resource: one per process."""

    secret: bytes
    public_url: str

    @classmethod
    def from_settings(cls, settings: AccountsSettings) -> "LinkMaker":
        """The one that the settings describe."""
        return cls(settings.link_secret.get_secret_value().encode(), settings.public_url.rstrip("/"))

    def token(self, link: Link) -> str:
        """What opens ``link``. Never store it, log it or put it in a fact."""
        return token_of(self.secret, purpose=link.purpose, link_id=link.id, nonce=link.nonce)

    def opens(self, token: str, link: Link) -> bool:
        """Whether ``token`` is the one of ``link``."""
        return is_token_of(token, self.secret, purpose=link.purpose, link_id=link.id, nonce=link.nonce)


def make_link(session: Session, account: Account, purpose: Purpose, *, email: str, now: datetime) -> Link:
    """A new link for ``account``, to be sent to ``email``; older ones with its purpose no longer work."""
    end_links(session, account, purpose, now=now)
    kind: LinkKind = "password_reset" if purpose == "password_reset" else "email_verification"
    link = Link(
        id=new_id(_PREFIX[kind]),
        account_id=account.id,
        purpose=purpose,
        email=email,
        nonce=new_nonce(),
        made_at=now,
        expires_at=now + (RESET_LIFETIME if kind == "password_reset" else VERIFICATION_LIFETIME),
    )
    session.add(link)
    return link


def end_links(session: Session, account: Account, purpose: Purpose, *, now: datetime) -> None:
    """Let no open link of ``account`` with this purpose work any longer."""
    end_open_links(session, account.id, purpose, now=now)


def spend_link(
    session: Session, maker: LinkMaker, token: str, kind: LinkKind, *, now: datetime
) -> tuple[Account, Link]:
    """Use the link that ``token`` opens, for good; its account is locked until the transaction ends.

    Raises `LinkUnknown` for a token that we never made, `LinkExpired` for one that was.
    """
    link_id = link_id_of(token)
    link = link_by_id(session, link_id) if link_id.startswith(f"{_PREFIX[kind]}_") else None
    if link is None or not maker.opens(token, link):
        raise LinkUnknown
    # In this order everywhere: the address, the account, the link. Two transactions never wait in a ring.
    lock_name(session, link.email)
    account = account_for_update(session, link.account_id)
    lock_link(session, link)
    if account is None:
        raise LinkUnknown
    _require_open(link, now)
    link.spent_at = now
    return account, link


def purpose_of(link: Link) -> VerificationPurpose:
    """What a link of kind ``email_verification`` proves an address for."""
    purpose: VerificationPurpose = link.purpose  # type: ignore[assignment]  # a constraint holds the column to these
    return purpose


def address_of_link(
    session: Session, maker: LinkMaker, kind: LinkKind, link_id: str, *, now: datetime
) -> str:
    """The address to put into the email. Raises `LinkUnknown`, or `LinkExpired` where it is too late."""
    link = link_by_id(session, link_id)
    if link is None or not link_id.startswith(f"{_PREFIX[kind]}_"):
        raise LinkUnknown
    _require_open(link, now)
    return f"{maker.public_url}{_PAGE[kind]}?token={maker.token(link)}"


def _require_open(link: Link, now: datetime) -> None:
    if link.spent_at is not None or link.ended_at is not None or link.expires_at <= now:
        raise LinkExpired
