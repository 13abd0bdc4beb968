"""A new customer at the portal's pages: each step of the main job, done as a person does it."""

import re
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from keydesk.deploy.embedded import EmbeddedStack
from keydesk.deploy.main_job.client import Mailbox
from tests.e2e.browser import Visitor
from tests.waiting import until

REGISTRATION = r"/register/reg_\w+"
NEW_PASSWORD = "a lantern and 5071 quiet gulls"
ADDRESSES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "phone_number": "+1 617 555 0142",
        "phone_extension": "12",
        "street_address": "1 Broadway",
        "country": "US",
        "city": "Cambridge",
        "state": "MA",
        "postal_code": "02142",
    },
    "de": {
        "phone_number": "+49 30 5550142",
        "phone_extension": "12",
        "street_address": "Lindenstraße 9",
        "country": "DE",
        "city": "Berlin",
        "postal_code": "10969",
    },
}


@dataclass
class Customer:
    """Somebody who has serial numbers and no account yet."""

    visitor: Visitor
    stack: EmbeddedStack
    login_id: str = field(default_factory=lambda: f"dana-{secrets.token_hex(4)}")
    password: str = "seven gulls over the harbour"

    @property
    def email(self) -> str:
        """An address that is new in every run."""
        return f"{self.login_id}@whitlock.example"

    def sign_up(self) -> None:
        """From the landing page: fill in everything that the form asks for, and accept the agreement."""
        visitor = self.visitor
        visitor.choose_language()
        visitor.follow("Create an account")
        visitor.arrived("/create-account")
        visitor.fill(
            email=self.email,
            email_repeated=self.email,
            additional_email=f"keys-{self.email}",
            additional_email_repeated=f"keys-{self.email}",
            login_id=self.login_id,
            password=self.password,
            password_repeated=self.password,
            first_name="Dana",
            last_name="Whitlock",
            customer_type="end_user",
            company_name="Whitlock Marine Surveys",
        )
        visitor.fill(**self._address())
        visitor.press("Continue to the agreement")
        visitor.arrived("/create-account/agreement")
        visitor.press("I accept")
        visitor.arrived("/create-account/done")

    def verify_address(self) -> None:
        """Open the link in the email; looking at it is not enough, so that no mail scanner verifies."""
        self.visitor.go(self._link_in_mail("/verify-email"))
        self.visitor.press("Verify my address")
        self.visitor.reads(self.visitor.words("Email address verified"))
        self.visitor.look()

    def log_in(self) -> None:
        """Log in with the login ID, to the home page."""
        self.visitor.go("/login")
        self.visitor.fill(login_id=self.login_id, password=self.password)
        self.visitor.press("Log in")
        self.visitor.arrived("/")
        self.visitor.reads("Dana")

    def log_out(self) -> None:
        """Log out; what asks for an account asks for a login again."""
        self.visitor.press("Log out")
        self.visitor.arrived("/")
        self.visitor.go("/licenses")
        self.visitor.arrived("/login")

    def enter(self, *serial_numbers: str) -> None:
        """Start a registration with typed serial numbers."""
        self.visitor.go("/register")
        self.visitor.fill(serial_numbers="\n".join(serial_numbers))
        self.visitor.press("Add serial numbers")
        self.visitor.arrived(REGISTRATION)
        for serial_number in serial_numbers:
            self.visitor.reads(serial_number)

    def inform(self, **inputs: str) -> None:
        """Say what the products need to know, by the inputs' names or their ends, and go on to the review."""
        self.visitor.follow("Continue")
        self.visitor.arrived(f"{REGISTRATION}/information")
        for end, value in inputs.items():
            for given in self.visitor.page.locator(f'main [name$="/{end}"]').all():
                if given.evaluate("input => input.tagName") == "SELECT":
                    given.select_option(value)
                else:
                    given.fill(value)
        self.visitor.press("Save and continue")
        self.visitor.arrived(f"{REGISTRATION}/review")

    def complete(self) -> dict[str, str]:
        """Complete the registration; the license key of each serial number, once they are there."""
        self.visitor.press("Complete registration")
        return self.keys()

    def keys(self) -> dict[str, str]:
        """The license keys on the confirmation page, when the page has come to it."""
        self.visitor.arrived(f"{REGISTRATION}/confirmation")
        rows = self.visitor.page.locator("main tbody tr").all()
        cells = [(row.locator("td").first, row.locator(".copyable code")) for row in rows]
        return {serial_number.inner_text(): key.inner_text() for serial_number, key in cells}

    def find(self, serial_number: str) -> None:
        """In the list of licenses, once the catalog knows of it; then its details."""
        visitor = self.visitor
        visitor.arrived("/licenses")
        link = visitor.page.get_by_role("link", name=serial_number)
        until(lambda: visitor.page.reload() is not None and link.count() == 1)
        visitor.fill(query=serial_number)
        visitor.press("Search")
        with visitor.page.expect_navigation():
            link.click()
        visitor.arrived(r"/licenses/lic_\w+")

    def forget_password(self) -> None:
        """Ask for a link, choose another password, and log in with it."""
        visitor = self.visitor
        visitor.go("/login")
        visitor.follow("Forgot your password?")
        visitor.arrived("/forgot-password")
        visitor.fill(login_id=self.email)
        visitor.press("Send me a link")
        visitor.reads(visitor.words("Look into your mailbox"))
        visitor.go(self._link_in_mail("/reset-password"))
        visitor.fill(password=NEW_PASSWORD, password_repeated=NEW_PASSWORD)
        visitor.press("Set the new password")
        visitor.arrived("/login")
        self.password = NEW_PASSWORD

    def mail_with(self, text: str, *, to: str | None = None) -> str:
        """The text of the newest email to the customer that holds ``text``, once it is there."""
        mailbox = Mailbox(self.stack.mailbox_url, to or self.email)
        return str(mailbox.wait_for(lambda message: text in message["text"])["text"])

    def verify_offline(self, license_file: Path) -> str:
        """What ``keydesk verify`` says of a downloaded file, which must hold."""
        keys = f"{self.stack.public_url}/.well-known/jwks.json"
        command = [sys.executable, "-m", "keydesk", "verify", str(license_file), "--keys", keys]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout  # noqa: S603 - our own command

    def _link_in_mail(self, path: str) -> str:
        link = re.search(rf"https?://\S+{path}\?token=[\w.~-]+", self.mail_with(f"{path}?token="))
        assert link is not None
        return link.group()

    def _address(self) -> Mapping[str, str]:
        return ADDRESSES[self.visitor.language]
