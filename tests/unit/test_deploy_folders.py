"""Where servers live, and the ports they are given."""

import os
import socket
from pathlib import Path

import pytest

from keydesk.deploy.embedded import PortBusy, StackOptions
from keydesk.deploy.servers import folders
from keydesk.deploy.servers.folders import ServerHome, reachable, servers_folder
from keydesk.deploy.servers.ports import free_port, is_free


def test_a_folder_below_a_closed_one_is_out_of_reach(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert not reachable(closed / "below" / "and-not-made-yet")


def test_servers_live_in_the_stacks_folder_for_an_ordinary_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert servers_folder(tmp_path) == tmp_path / "servers"


def test_servers_of_root_live_elsewhere_when_their_user_could_not_reach_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    tmp_path.chmod(0o700)
    elsewhere = servers_folder(tmp_path)
    assert elsewhere.parent == folders.CLOSED_OFF
    assert elsewhere == servers_folder(tmp_path)
    assert elsewhere != servers_folder(tmp_path / "another")


def test_a_servers_file_is_for_its_user_alone(tmp_path: Path) -> None:
    home = ServerHome(tmp_path, user=None)
    folder = home.make("valkey")
    home.write(folder / "valkey.conf", "requirepass secret\n")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "valkey.conf").stat().st_mode & 0o777 == 0o600


def test_a_link_in_a_servers_folder_does_not_lead_a_write_elsewhere(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("as it was")
    (tmp_path / "valkey.conf").symlink_to(target)
    with pytest.raises(OSError, match=r"valkey\.conf"):
        ServerHome(tmp_path, user=None).write(tmp_path / "valkey.conf", "overwritten")
    assert target.read_text() == "as it was"


def test_programs_that_cannot_be_reached_are_copied_with_their_libraries(tmp_path: Path) -> None:
    home = ServerHome(tmp_path / "servers", user="somebody-else")
    installed = tmp_path / "closed" / "package"
    (installed / "bin").mkdir(parents=True)
    (installed / "bin" / "server").write_text("#!")
    (tmp_path / "closed" / "package.libs").mkdir()
    copy = folders._copied(installed, home.folder / "programs")
    assert (copy / "bin" / "server").read_text() == "#!"
    assert copy.with_name("package.libs").is_dir()


def test_a_busy_port_is_named_with_the_option_that_chooses_another() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not is_free(port)
        with pytest.raises(PortBusy, match=f"Port {port} is in use.*--port"):
            StackOptions(port=port).choose_ports()
        with pytest.raises(PortBusy, match=f"Port {port} is in use.*--mailbox-port"):
            StackOptions(port=None, mailbox_port=port).choose_ports()


def test_the_same_port_is_never_given_twice() -> None:
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50
