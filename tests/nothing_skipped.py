"""A pytest plugin: where ``KEYDESK_TEST_STRICT`` is set (as in CI), a test that was not run fails the run."""

import os

import pytest
from _pytest.terminal import TerminalReporter

STRICT = "KEYDESK_TEST_STRICT"
_NOT_RUN = ("skipped", "xfailed", "xpassed")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in which anything was skipped or expected to fail."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get(STRICT) or not isinstance(reporter, TerminalReporter):
        return
    if any(reporter.stats.get(outcome) for outcome in _NOT_RUN):
        reporter.write_line(f"{STRICT} is set, and not every test was run.", red=True, bold=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
