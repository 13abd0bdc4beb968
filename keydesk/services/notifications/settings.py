"""What the notifications room may be told: the mail server, and whom its emails come from."""

from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from keydesk.chassis.settings import RoomSettings
from keydesk.services.notifications.delivery.smtp import SmtpServer


def _server(url: SecretStr) -> SecretStr:
    SmtpServer.from_url(url.get_secret_value())
    return url


def _sender(value: str) -> str:
    try:
        sender_address(value)
    except (HeaderParseError, IndexError):
        raise ValueError("not an email address") from None
    return value


class NotificationsSettings(RoomSettings):
    """Settings of the notifications room's processes."""

    smtp_url: Annotated[SecretStr, AfterValidator(_server)] = SecretStr("smtp://127.0.0.1:25")
    """``smtp://``, ``smtp+starttls://`` or ``smtps://``, then ``user:password@host:port`` as needed."""
    mail_from: Annotated[str, AfterValidator(_sender)] = "Keydesk <keydesk@localhost>"
    """The sender of every email: ``Name <address>``, or the address alone."""


def sender_address(mail_from: str) -> Address:
    """``mail_from`` as an address header has it. Raises `ValueError` for anything else."""
    name, address = parseaddr(mail_from)
    if "@" not in address:
        raise ValueError("not an email address")
    return Address(display_name=name, addr_spec=address)
