"""Each process of the stack is told the secrets of its own rooms, and no others."""

from dataclasses import replace
from pathlib import Path

import pytest

from keydesk.deploy.embedded.rooms import PROCESSES, RoomProcess, Wiring
from keydesk.deploy.embedded.secrets import Secrets
from keydesk.rooms import ROOM_NAMES, SERVICE_NAMES

SIGNING_KEY = "KEYDESK_LICENSING_LICENSE_SIGNING_KEY_FILE"


@pytest.fixture
def wiring(tmp_path: Path) -> Wiring:
    return a_wiring(tmp_path)


def a_wiring(folder: Path, **more: str) -> Wiring:
    return Wiring(
        secrets=Secrets(folder / "secrets"),
        public_url="http://127.0.0.1:8080",
        ports={process.name: 20_000 + number for number, process in enumerate(PROCESSES)},
        database_urls={
            service: f"postgresql://{service}:of-{service}@host/{service}" for service in SERVICE_NAMES
        },
        broker_url="amqp://keydesk:of-the-broker@127.0.0.1/",
        redis_url="redis://:of-redis@127.0.0.1/0",
        smtp_url="smtp://127.0.0.1:25",
        more=more,
    )


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_a_process_is_told_nothing_that_belongs_to_a_room_of_another(
    wiring: Wiring, process: RoomProcess
) -> None:
    others = set(ROOM_NAMES) - set(process.rooms)
    told = wiring.environment(process)
    assert not [name for name in told for other in others if name.startswith(f"KEYDESK_{other.upper()}_")]
    assert not [value for value in told.values() for other in others if f"of-{other}@" in value]


def test_only_the_licensing_worker_is_told_where_the_signing_key_is(wiring: Wiring) -> None:
    assert [one.name for one in PROCESSES if SIGNING_KEY in wiring.environment(one)] == ["licensing-worker"]


def test_only_processes_that_carry_messages_are_told_where_the_broker_is(wiring: Wiring) -> None:
    told = {one.name for one in PROCESSES if "KEYDESK_BROKER_URL" in wiring.environment(one)}
    assert told == {"relay", "consumers", "licensing-worker", "workers"}


def test_only_the_catalogs_processes_are_told_where_files_on_requests_are(tmp_path: Path) -> None:
    wiring = replace(a_wiring(tmp_path), attachments_dir=tmp_path / "attachments")
    told = {one.name for one in PROCESSES if "KEYDESK_CATALOG_ATTACHMENTS_DIR" in wiring.environment(one)}
    assert told == {one.name for one in PROCESSES if "catalog" in one.rooms}


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_every_room_of_a_process_can_read_its_settings(
    wiring: Wiring, process: RoomProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    from keydesk.rooms import room

    for name, value in wiring.environment(process).items():
        monkeypatch.setenv(name, value)
    for name in process.rooms:
        settings = room(name).settings.load(name)
        assert settings.public_url == "http://127.0.0.1:8080"
        assert (settings.database_url is not None) == (name in SERVICE_NAMES)


def test_settings_of_the_caller_are_passed_on_unless_the_stack_decides_them(tmp_path: Path) -> None:
    wiring = a_wiring(
        tmp_path,
        KEYDESK_PUBLIC_URL="https://keys.example",
        KEYDESK_LICENSING_DATABASE_URL="postgresql://elsewhere/",
        KEYDESK_LICENSING_KEY_LOOKUP_SECRET="another",
    )
    told = wiring.environment(PROCESSES[0])
    assert told["KEYDESK_PUBLIC_URL"] == "https://keys.example"
    assert "KEYDESK_LICENSING_DATABASE_URL" not in told
    assert "KEYDESK_LICENSING_KEY_LOOKUP_SECRET" not in told
