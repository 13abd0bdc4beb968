"""The whole of Keydesk, running: one stack for all end-to-end tests, with its demo data."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest
from httpx2 import Client
from playwright.sync_api import Browser, sync_playwright

from keydesk.deploy.embedded import EmbeddedStack, StackOptions
from keydesk.gateway.limits.policies import TABLE
from tests.e2e.browser import FLAGS, Visitor
from tests.e2e.people import logged_in, visitor

NO_LIMITS = ",".join(f"{policy.name}=1000000/60" for policy in TABLE)
"""Every test comes from the same address; what the limits do is tested where they are made."""

ClientAs = Callable[[str | None], Client]
Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    """A running stack. What a test leaves in it, others may find."""
    options = StackOptions(
        data=tmp_path_factory.mktemp("stack"),
        port=None,
        mailbox_port=None,
        broker="valkey",
        careless=True,
        lasting=False,
        environment={"KEYDESK_GATEWAY_LIMITS": NO_LIMITS},
    )
    with EmbeddedStack(options) as running:
        yield running


@pytest.fixture(scope="session")
def client_as(stack: EmbeddedStack) -> Iterator[ClientAs]:
    """``client_as("anna")``: a client with a session of that demo person; of nobody for ``None``."""
    with ExitStack() as opened:
        known: dict[str | None, Client] = {}

        def client(login_id: str | None) -> Client:
            if login_id not in known:
                made = visitor(stack) if login_id is None else logged_in(stack, login_id)
                known[login_id] = opened.enter_context(closing(made))
            return known[login_id]

        yield client


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's browser, without a window."""
    program = shutil.which("chromium")
    assert program is not None, "chromium is not installed: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(stack: EmbeddedStack, chromium: Browser) -> Iterator[Visit]:
    """``visit("de")``: somebody with a new browser who knows German. Their browsers found nothing wrong."""
    with ExitStack() as opened:
        visitors: list[Visitor] = []

        def visitor(language: str = "en", **options: Any) -> Visitor:
            context = opened.enter_context(closing(chromium.new_context(**options)))
            visitors.append(Visitor(context.new_page(), language, stack.public_url))
            return visitors[-1]

        yield visitor
    assert [fault for one in visitors for fault in one.faults] == []
