"""``keydesk verify``: its words and its exit status."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from keydesk.cli.verify import app
from tests.factories.license_files import a_file, jwks

pytestmark = pytest.mark.feature("G12")


def run(folder: Path, content: str | bytes, *, seeds: tuple[int, ...] = (1,)) -> Result:
    file, keys = folder / "license.slf", folder / "jwks.json"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    keys.write_bytes(orjson.dumps(jwks(*seeds)))
    return CliRunner().invoke(app, [str(file), "--keys", str(keys)])


def test_a_file_that_holds_is_shown_and_succeeds(tmp_path: Path) -> None:
    result = run(tmp_path, a_file())
    assert result.exit_code == 0
    assert "Serial number:       A0000000001" in result.output
    assert "1 of 1 valid" in result.output


def test_one_bad_license_among_good_ones_fails(tmp_path: Path) -> None:
    result = run(tmp_path, a_file() + a_file().replace("Quantity:            5", "Quantity:            9"))
    assert result.exit_code == 1
    assert "License 2 of 2: The readable summary was altered" in result.output
    assert "1 of 2 valid" in result.output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x00\x01\xff", "not a Keydesk license file"),
        (a_file(seed=2), "not among the keys given"),
        (a_file()[:-30], "cut off"),
    ],
)
def test_why_a_file_does_not_hold_is_said(tmp_path: Path, content: str | bytes, said: str) -> None:
    result = run(tmp_path, content)
    assert result.exit_code == 1
    assert said in result.output


def test_words_in_a_file_are_shown_as_they_are(tmp_path: Path) -> None:
    assert "[bold]Acme[/bold] (C-1)" in run(tmp_path, a_file(customer_name="[bold]Acme[/bold]")).output


def test_keys_that_cannot_be_read_are_told_from_a_bad_file(tmp_path: Path) -> None:
    file = tmp_path / "license.slf"
    file.write_text(a_file())
    result = CliRunner().invoke(app, [str(file), "--keys", str(tmp_path / "nothing.json")])
    assert result.exit_code == 2
    assert "No public keys from" in result.output


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    keys = tmp_path / "jwks.json"
    keys.write_bytes(orjson.dumps(jwks(1)))
    result = CliRunner().invoke(app, [str(tmp_path / "no.slf"), "--keys", str(keys)])
    assert result.exit_code == 2
    assert "cannot be read" in result.output
