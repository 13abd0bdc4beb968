"""What the notifications room may be told: the mail server, and whom its emails come from."""

from email.headerregistry import Address
from email.policy import default
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from keydesk.chassis.settings import RoomSettings
from keydesk.services.notifications.delivery.smtp import SmtpServer


def _server(url: SecretStr) -> SecretStr:
    SmtpServer.from_url(url.get_secret_value())
    return url


def _sender(value: str) -> str:
    sender_address(value)
    return value


class NotificationsSettings(RoomSettings):
    """Settings of the notifications room's processes."""

    smtp_url: Annotated[SecretStr, AfterValidator(_server)] = SecretStr("smtp://127.0.0.1:25")
    """``smtp://``, ``smtp+starttls://`` or ``smtps://``, then ``user:password@host:port`` as needed."""
    mail_from: Annotated[str, AfterValidator(_sender)] = "Keydesk <keydesk@localhost>"
    """The sender of every email: ``Name <address>``, or the address alone."""


def sender_address(mail_from: str) -> Address:
    """``mail_from`` as an address header has it. Raises `ValueError` for anything else."""
    header = default.header_factory("from", mail_from)
    if header.defects or len(header.addresses) != 1 or not header.addresses[0].domain:
        raise ValueError("not one email address")
    address: Address = header.addresses[0]
    return address
