"""``keydesk verify``: checks license files offline, with nothing but the portal's public keys."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import httpx2
import orjson
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from rich.console import Console
from rich.text import Text

from keydesk.services.licensing.issuance.license_file import summary_of
from keydesk.services.licensing.issuance.license_reading import (
    KeysUnreadable,
    LicenseRefused,
    blocks_in,
    public_keys,
    verify,
)

PUBLISHED = "/.well-known/jwks.json"
LOCAL_PORTAL = f"http://127.0.0.1:8080{PUBLISHED}"

app = typer.Typer(add_completion=False)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The license file (.slf), of one license or of many")],
    keys: Annotated[
        str,
        typer.Option(help="The portal's public keys: a file, or the portal's address", metavar="FILE|URL"),
    ] = LOCAL_PORTAL,
) -> None:
    """Check every license in FILE; succeeds only if all of them hold.

    Ends with 0 where all hold, 1 where one does not, 2 where the file or the keys cannot be read.
    """
    console = Console(highlight=False, soft_wrap=True)
    content, known = _read_file(console, file), _read_keys(console, keys)
    try:
        blocks = blocks_in(content)
    except LicenseRefused as refused:
        _say_refused(console, str(file), refused)
        raise typer.Exit(1) from None
    now = datetime.now(UTC)
    held = 0
    for number, block in enumerate(blocks, start=1):
        try:
            license = verify(block, known, now)
        except LicenseRefused as refused:
            _say_refused(console, f"License {number} of {len(blocks)}", refused)
            continue
        held += 1
        console.print(Text("✓ Valid", "bold green"), Text(f"(signed by key {license.kid})", "dim"))
        console.print(Text(summary_of(license.claims)), end="\n\n")
    console.print(Text(f"{held} of {len(blocks)} valid", "bold green" if held == len(blocks) else "bold red"))
    raise typer.Exit(0 if held == len(blocks) else 1)


def _say_refused(console: Console, what: str, refused: LicenseRefused) -> None:
    console.print(Text(f"✗ {what}:", "bold red"), Text(str(refused)), Text(f"({refused.reason})", "dim"))


def _read_file(console: Console, file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        _stop(console, f"{file} cannot be read: {error.strerror}.")


def _read_keys(console: Console, keys: str) -> dict[str, Ed25519PublicKey]:
    try:
        jwks = (
            _fetched(keys)
            if keys.startswith(("http://", "https://"))
            else orjson.loads(Path(keys).read_bytes())
        )
        return public_keys(jwks)
    except (OSError, httpx2.HTTPError, ValueError) as error:
        reason = str(error) if isinstance(error, KeysUnreadable) else "it cannot be read"
        _stop(
            console,
            f"No public keys from {keys}: {reason}. Name a copy of the portal's {PUBLISHED} with --keys.",
        )


def _fetched(address: str) -> Any:
    url = address if address.endswith(".json") else address.rstrip("/") + PUBLISHED
    return httpx2.get(url, timeout=10, follow_redirects=True).raise_for_status().json()


def _stop(console: Console, message: str) -> NoReturn:
    console.print(Text(message, "bold red"))
    raise typer.Exit(2)
