"""Hands a message to a mail server (SMTP, RFC 5321), and tells a refusal for good from one for now."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

Security = Literal["none", "starttls", "tls"]

_SCHEMES: dict[str, tuple[Security, int]] = {
    "smtp": ("none", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}
_SECONDS = 10.0
"""Wait for each answer of the server; a whole conversation has about eight."""


class Undeliverable(Exception):
    """It can never be delivered like this; the message says why."""


class Deferred(Exception):
    """It was not delivered now and may be later; the message says why."""


@dataclass(frozen=True)
class SmtpServer:
    """A mail server that takes our messages. Thread-safe: a connection per message."""

    host: str
    port: int
    security: Security = "none"
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def from_url(cls, url: str) -> Self:
        """The server at ``smtp://``, ``smtp+starttls://`` or ``smtps://``. Raises `ValueError`."""
        parts = urlsplit(url)
        if parts.scheme not in _SCHEMES or not parts.hostname:
            raise ValueError("not an address like smtp://host:port")
        security, port = _SCHEMES[parts.scheme]
        return cls(
            parts.hostname,
            parts.port or port,
            security,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )

    def send(self, message: EmailMessage, *, sender: str, recipient: str) -> None:
        """Return once the server has taken ``message``; raises `Undeliverable` or `Deferred`."""
        try:
            with self._connected() as connection:
                _hand_over(connection, message, sender, recipient)
        except smtplib.SMTPRecipientsRefused as refusal:
            raise _refused(*refusal.recipients[recipient]) from None
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refusal:
            raise _refused(refusal.smtp_code, refusal.smtp_error) from None
        except (smtplib.SMTPException, OSError) as failure:
            # The server is away, or will not speak with us at all: no fault of this message.
            raise Deferred(f"{type(failure).__name__}: {failure}") from None

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        if self.security == "tls":
            context = ssl.create_default_context()
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=_SECONDS, context=context
            )
        else:
            connection = smtplib.SMTP(self.host, self.port, timeout=_SECONDS)
        try:
            if self.security == "starttls":
                connection.starttls(context=ssl.create_default_context())
            if self.user:
                connection.login(self.user, self.password)
            yield connection
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()  # the message is taken: a failing goodbye must not repeat it
        finally:
            connection.close()


def _hand_over(connection: smtplib.SMTP, message: EmailMessage, sender: str, recipient: str) -> None:
    try:
        connection.send_message(message, from_addr=sender, to_addrs=[recipient])
    except smtplib.SMTPNotSupportedError as refusal:
        # An address that is not ASCII, and a server without SMTPUTF8 (RFC 6531).
        raise Undeliverable(str(refusal)) from None


def _refused(code: int, answer: bytes | str) -> Undeliverable | Deferred:
    said = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return (Undeliverable if code >= 500 else Deferred)(f"{code} {said}")
