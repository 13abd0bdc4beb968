"""Runs a room's sweeps by the clock, one process at a time."""

import threading
import time
from collections.abc import Sequence

from sqlalchemy import text

from keydesk.chassis.messaging.work import Sweep, WorkContext
from keydesk.chassis.telemetry.logging import get_logger

log = get_logger(__name__)

TICK_SECONDS = 0.5


def run_sweeps(sweeps: Sequence[Sweep], context: WorkContext, stop: threading.Event) -> None:
    """Run each sweep when it is due, until ``stop``. A sweep that fails is tried again at its next time."""
    due = {sweep.name: time.monotonic() + sweep.every.total_seconds() for sweep in sweeps}
    while not stop.wait(TICK_SECONDS):
        for sweep in sweeps:
            if time.monotonic() >= due[sweep.name] and not stop.is_set():
                _run(sweep, context)
                due[sweep.name] = time.monotonic() + sweep.every.total_seconds()


def _run(sweep: Sweep, context: WorkContext) -> None:
    try:
        with context.database.engine.connect() as connection:
            lock = {"name": sweep.name}
            if not connection.scalar(text("SELECT pg_try_advisory_lock(hashtext(:name))"), lock):
                return
            try:
                sweep.run(context)
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(hashtext(:name))"), lock)
    except Exception as error:
        log.warning("sweep_failed", sweep=sweep.name, exc_info=error)
