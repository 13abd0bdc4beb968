"""An email as it goes out (RFC 5322, MIME): headers that cannot be injected into, text and HTML."""

from datetime import datetime
from email import policy
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from keydesk.services.notifications.content.rendering import RenderedEmail
from keydesk.services.notifications.delivery.smtp import Undeliverable

PLAIN = policy.SMTP.clone(cte_type="7bit")
"""Every byte in ASCII, for mail servers that do not say they take more (RFC 6152)."""


def message_of(
    rendered: RenderedEmail, *, message_id: str, sender: Address, recipient: str, language: str, now: datetime
) -> EmailMessage:
    """The message; whoever gets two with the same ``message_id`` can tell that they are one.

    Raises `Undeliverable` where ``recipient`` is no address.
    """
    message = EmailMessage(policy=PLAIN)
    message["From"] = sender
    message["To"] = _address(recipient)
    message["Subject"] = _one_line(rendered.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{message_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    message.set_content(rendered.text)
    message.add_alternative(rendered.html, subtype="html")
    # Only now: making an alternative moves Content-* headers into its first part.
    message["Content-Language"] = language
    return message


def _address(recipient: str) -> Address:
    try:
        return Address(addr_spec=recipient)
    except (HeaderParseError, ValueError, IndexError):
        raise Undeliverable("not an email address") from None


def _one_line(subject: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in subject).split())
