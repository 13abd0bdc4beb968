"""A visitor with a real browser, who notes whatever the browser finds wrong.

Nobody looks at these pages while the tests run, so each page that a visitor arrives at is also checked for
what a screen reader needs, and each visit for errors in the console (a breach of the content security policy
is one) and for requests to anybody but the portal.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Download,
    Locator,
    Page,
    Request,
    Response,
    expect,
)

from keydesk.chassis.i18n import translations

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""A browser in a container, which calls nobody on its own account."""

WAIT_MS = 60_000

FAULTS_OF_STRUCTURE = Path(__file__).with_name("structure.js").read_text()


@dataclass
class Visitor:
    """Somebody who reads the portal in one language and knows its buttons by their words."""

    page: Page
    language: str
    portal: str
    """The portal's address."""
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(WAIT_MS)
        self._watch(self.page.context)

    def words(self, text: str) -> str:
        """``text`` as the portal says it in the visitor's language."""
        return translations(self.language).gettext(text)

    def go(self, path: str) -> None:
        """Type an address, which may be a whole one out of an email."""
        self.page.goto(path if "://" in path else f"{self.portal}{path}")
        self.look()

    def choose_language(self) -> None:
        """On the landing page, each language is a button that says its own name."""
        self.go("/")
        with self.page.expect_navigation():
            self.page.locator(f'main button[lang="{self.language}"]').click()
        self.arrived("/")
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)

    def press(self, word: str) -> None:
        """Press a button, by its word in English, and wait for the page that it leads to."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=self.words(word), exact=True).click()

    def follow(self, word: str) -> None:
        """Follow a link of the page's main part, and wait for the page that it leads to."""
        with self.page.expect_navigation():
            self.link(word).click()

    def link(self, word: str) -> Locator:
        """A link of the page's main part, by its word in English."""
        return self.page.locator("main").get_by_role("link", name=self.words(word), exact=True)

    def type_and_enter(self, text: str) -> None:
        """Type into whatever has the focus, then press Enter and wait for the page that it leads to."""
        self.page.keyboard.type(text)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def fill(self, **inputs: str) -> None:
        """Type into inputs or choose from selects of the page's main part, by name."""
        for name, value in inputs.items():
            given = self.page.locator(f'main [name="{name}"]')
            if given.evaluate("input => input.tagName") == "SELECT":
                given.select_option(value)
            else:
                given.fill(value)

    def arrived(self, path: str) -> None:
        """Wait until the address is ``path`` (a pattern, without the query), then look at the page."""
        self.page.wait_for_url(re.compile(rf"{re.escape(self.portal)}{path}(\?.*)?$"))
        self.look()

    def reads(self, text: str) -> None:
        """The page's main part says ``text``, which is given in the visitor's language."""
        expect(self.page.locator("main")).to_contain_text(text, timeout=WAIT_MS)

    def look(self) -> None:
        """Check what everybody needs of a page: landmarks, one heading, labels, its language."""
        self.page.wait_for_load_state()
        path = urlsplit(self.page.url).path
        self.faults += [f"{path}: {fault}" for fault in self.page.evaluate(FAULTS_OF_STRUCTURE)]

    def download(self, link: Locator, folder: Path) -> Path:
        """The file that ``link`` leads to, under the name that the portal gave it."""
        with self.page.expect_download() as started:
            link.click()
        arrived: Download = started.value
        path = folder / arrived.suggested_filename
        arrived.save_as(path)
        return path

    def _watch(self, context: BrowserContext) -> None:
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.faults.append(f"uncaught: {error.error}"))
        context.on("request", self._on_request)
        context.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.portal}/", "data:", "blob:")):
            self.faults.append(f"a request to somebody else: {request.url}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status} {response.url}")
