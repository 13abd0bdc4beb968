"""What the mailbox keeps: messages as files, the newest few hundred of them."""

import email
import email.policy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

KEPT = 500
"""Messages; the oldest go first."""
_RECIPIENTS = "X-Mailbox-Recipients"
_RECEIVED = "X-Mailbox-Received"


@dataclass(frozen=True)
class Message:
    """One message as it can be shown."""

    id: str
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    """Whom it was to be delivered to, which its headers need not tell."""
    subject: str
    text: str
    html: str | None


class Mailbox:
    """The messages in a folder. Not for several processes at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._messages = [_read(path) for path in sorted(folder.glob("*.eml"))]
        self._last = int(self._messages[-1].id) if self._messages else 0

    def keep(self, raw: bytes, *, recipients: Sequence[str], now: datetime) -> Message:
        """Keep a message as SMTP brought it, before this returns."""
        self._last += 1
        path = self._folder / f"{self._last:06}.eml"
        ours = f"{_RECIPIENTS}: {', '.join(recipients)}\r\n{_RECEIVED}: {now.astimezone(UTC).isoformat()}\r\n"
        path.write_bytes(ours.encode() + raw)
        message = _read(path)
        self._messages.append(message)
        while len(self._messages) > KEPT:
            oldest = self._messages.pop(0)
            (self._folder / f"{oldest.id}.eml").unlink(missing_ok=True)
        return message

    def newest_first(self, recipient: str | None = None) -> list[Message]:
        """Every message, or those to one address (whose case does not matter)."""
        found = reversed(self._messages)
        if recipient is None:
            return list(found)
        wanted = recipient.casefold()
        return [one for one in found if wanted in (address.casefold() for address in one.recipients)]

    def get(self, message_id: str) -> Message | None:
        """One message, if it is still kept."""
        return next((one for one in self._messages if one.id == message_id), None)


def _read(path: Path) -> Message:
    parsed = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    recipients = str(parsed[_RECIPIENTS] or "")
    return Message(
        id=path.stem,
        received_at=datetime.fromisoformat(str(parsed[_RECEIVED])),
        sender=str(parsed["From"] or ""),
        recipients=tuple(address for address in recipients.split(", ") if address),
        subject=str(parsed["Subject"] or ""),
        text=_part(parsed, "plain") or "",
        html=_part(parsed, "html"),
    )


def _part(parsed: EmailMessage, kind: str) -> str | None:
    body = parsed.get_body((kind,))
    if body is None:
        return None
    content = body.get_content()
    return content if isinstance(content, str) else None
