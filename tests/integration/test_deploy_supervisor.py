"""The supervisor starts, watches, restarts and stops programs, and takes them along when it dies."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from keydesk.deploy.supervisor import ProgramFailed, State, Supervisor
from keydesk.deploy.supervisor.memory import memory_of
from keydesk.deploy.supervisor.process import FIRST_DELAY
from tests.processes import a_mortal, a_program, eventually, is_running

LASTING = "import time; time.sleep(600)"
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""
PARENT = """
import subprocess, sys
code = "taken = bytearray(60_000_000); import time; time.sleep(600)"
subprocess.run([sys.executable, "-I", "-S", "-c", code])
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    with Supervisor(tmp_path / "logs") as running:
        yield running


def test_a_program_is_ready_once_it_says_so(supervisor: Supervisor, tmp_path: Path) -> None:
    sign = tmp_path / "sign"
    code = f"import pathlib, time; pathlib.Path({str(sign)!r}).touch(); time.sleep(600)"
    (process,) = supervisor.start(a_program("slow", code, ready=sign.exists))
    supervisor.wait_ready([process])
    assert (process.state, sign.exists()) == (State.READY, True)


def test_a_program_that_ends_before_it_is_ready_is_reported_with_its_log(supervisor: Supervisor) -> None:
    code = "print('no such table'); raise SystemExit(3)"
    started = supervisor.start(a_program("broken", code, ready=lambda: False))
    with pytest.raises(ProgramFailed, match="broken ended with status 3") as failed:
        supervisor.wait_ready(started)
    assert failed.value.log_tail == "no such table\n"


def test_a_program_that_never_gets_ready_is_reported(supervisor: Supervisor) -> None:
    started = supervisor.start(a_program("idle", LASTING, ready=lambda: False, ready_seconds=0.3))
    with pytest.raises(ProgramFailed, match=r"idle was not ready after 0\.3 s"):
        supervisor.wait_ready(started)


def test_a_program_that_dies_is_started_again_and_gets_ready_again(supervisor: Supervisor) -> None:
    (process,) = supervisor.start(a_program("mortal", LASTING))
    supervisor.wait_ready([process])
    first = process.kill()
    eventually(lambda: process.restarts == 1 and process.state is State.READY)
    assert process.pid != first
    assert process.exit_status == -signal.SIGKILL


def test_a_program_that_keeps_dying_is_started_ever_more_rarely(supervisor: Supervisor) -> None:
    (process,) = supervisor.start(a_program("hopeless", "raise SystemExit(1)"))
    eventually(lambda: process.restarts == 3)
    assert process._delay >= FIRST_DELAY * 4


def test_programs_that_do_their_work_and_end_are_waited_for(supervisor: Supervisor, tmp_path: Path) -> None:
    done = [tmp_path / name for name in ("one", "two")]
    supervisor.run(
        *(
            a_program(path.name, f"import pathlib; pathlib.Path({str(path)!r}).touch()", lasting=False)
            for path in done
        )
    )
    assert [path.exists() for path in done] == [True, True]
    with pytest.raises(ProgramFailed, match="three ended with status 1"):
        supervisor.run(a_program("three", "raise SystemExit(1)", lasting=False))


def test_what_is_stopped_stays_stopped(supervisor: Supervisor) -> None:
    processes = supervisor.start(a_program("one", LASTING), a_program("two", LASTING))
    supervisor.wait_ready(processes)
    pids = [process.pid for process in processes]
    supervisor.stop(processes)
    assert [process.state for process in processes] == [State.ENDED, State.ENDED]
    assert not [pid for pid in pids if pid and is_running(pid)]


def test_what_does_not_stop_is_killed(supervisor: Supervisor) -> None:
    (process,) = supervisor.start(a_program("deaf", STUBBORN, stop_seconds=0.2))
    eventually(lambda: process.log.read_text() == "deaf\n")
    supervisor.stop([process])
    assert (process.state, process.exit_status) == (State.ENDED, -signal.SIGKILL)


def test_what_waits_to_be_started_again_can_be_stopped(supervisor: Supervisor) -> None:
    (process,) = supervisor.start(a_program("hopeless", "raise SystemExit(1)"))
    eventually(lambda: process.restarts >= 2 and process.state is State.WAITING)
    supervisor.stop([process])
    assert process.state is State.ENDED


def test_a_program_sees_its_own_environment_only(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOMEBODY_ELSES_SECRET", "1")
    code = "import os; print(sorted(os.environ.items()))"
    program = a_program("curious", code, environment={"OWN": "2", "LC_ALL": "C.UTF-8"}, lasting=False)
    supervisor.run(program)
    assert supervisor["curious"].log.read_text() == "[('LC_ALL', 'C.UTF-8'), ('OWN', '2')]\n"


def test_the_log_of_the_last_start_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    for word in ("first", "second", "third"):
        with Supervisor(tmp_path) as supervisor:
            supervisor.run(a_program("talker", f"print({word!r})", lasting=False))
    assert (tmp_path / "talker.log").read_text() == "third\n"
    assert (tmp_path / "talker.log.1").read_text() == "second\n"


def test_leaving_stops_everything(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        processes = supervisor.start(a_program("one", LASTING), a_program("two", LASTING))
        supervisor.wait_ready(processes)
        pids = [process.pid for process in processes]
    assert not [pid for pid in pids if pid and is_running(pid)]


def test_memory_is_told_of_a_process_with_its_descendants(supervisor: Supervisor) -> None:
    (process,) = supervisor.start(a_program("parent", PARENT))
    supervisor.wait_ready([process])
    eventually(lambda: process.pid and memory_of([process.pid]) > 60_000_000)


MORTAL_SUPERVISOR = """
import pathlib, sys, time
from keydesk.deploy.supervisor import Supervisor
from tests.processes import a_mortal, a_program
with Supervisor(pathlib.Path(sys.argv[1])) as supervisor:
    stubborn = a_program("stubborn", sys.argv[2])
    supervisor.wait_ready(supervisor.start(stubborn, a_program("plain", "import time; time.sleep(600)")))
    print(*(process.pid for process in supervisor.processes), flush=True)
    time.sleep(600)
"""


def test_a_supervisor_that_is_killed_takes_its_programs_along(tmp_path: Path) -> None:
    command = [sys.executable, "-c", MORTAL_SUPERVISOR, str(tmp_path), STUBBORN]
    with a_mortal(command) as running:
        assert running.stdout is not None
        pids = [int(pid) for pid in running.stdout.readline().split()]
        assert len(pids) == 2
        running.kill()
    eventually(lambda: not [pid for pid in pids if is_running(pid)])
