"""Runs the mailbox: SMTP on one port, a web page on another, in one event loop."""

import argparse
import asyncio
import signal
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from keydesk.deploy.mailbox.store import Mailbox
from keydesk.deploy.mailbox.web import mailbox_app

LARGEST_MESSAGE = 10 * 1024 * 1024


class _Keep:
    """What aiosmtpd asks to handle messages."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the message, and only then say that it was accepted."""
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        self._mailbox.keep(raw, recipients=envelope.rcpt_tos, now=datetime.now(UTC))
        return "250 Kept"


async def run(mailbox: Mailbox, *, host: str, smtp_port: int, web_port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    handler = _Keep(mailbox)
    smtp = await loop.create_server(
        lambda: SMTP(handler, enable_SMTPUTF8=True, data_size_limit=LARGEST_MESSAGE, hostname="mailbox"),
        host,
        smtp_port,
    )
    runner = web.AppRunner(mailbox_app(mailbox), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, web_port).start()
    await stop.wait()
    smtp.close()
    await runner.cleanup()


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="mailbox", description="Keeps mail and shows it.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--web-port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    mailbox = Mailbox(options.folder)
    asyncio.run(run(mailbox, host=options.host, smtp_port=options.smtp_port, web_port=options.web_port))


main()
