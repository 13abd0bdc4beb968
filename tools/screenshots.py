"""Pictures of the portal's pages, to be looked at: ``python -m tools.screenshots [URL] [LANGUAGE…]``.

Needs a stack that runs with its demo data (``make up``), registers some of the sample's serial numbers in
it, and writes ``var/screenshots/PAGE.LANGUAGE.WIDTH.SCHEME.png`` for each page, at a phone's and a desktop's
width, light and dark.
"""

import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import product
from pathlib import Path
from typing import Any, Literal

from httpx2 import Client
from playwright.sync_api import Browser, Page, sync_playwright

from keydesk.deploy.embedded.tour import PASSWORD

FOLDER = Path("var/screenshots")
URL = "http://127.0.0.1:8080"
LANGUAGES = ("en", "de", "ja")
WIDTHS = (390, 1280)
HEIGHT = 800
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

WITH_FILE, WITHOUT_FILE = ("A1000000001", "A1000000002"), "A1000000003"
ASKED_FOR, ALONE = "A1000000004", "A1000000005"
PRODUCTS = b"""\
sku,name,version,platform,family,registered_alone,has_file,fields,host_id_pattern,host_id_example
HA1010-62-LX,Harbor Cluster Standard,6.2,Linux,Harbor,no,yes,,,
,Harbor without a SKU,6.2,Linux,Harbor,no,yes,,,
HA1011-62-LX,Harbor Cluster Standard,6.2,Linux,Harbor,perhaps,yes,,,
"""


def pages_of_nobody() -> Mapping[str, str]:
    """What one sees without an account, by a name for its picture."""
    return {
        "landing": "/",
        "create-account": "/create-account",
        "forgot-password": "/forgot-password",
        "reset-password": "/reset-password?token=none",
        "account-lookup": "/account-lookup",
        "verify-email": "/verify-email?token=none",
        "login": "/login?next=/licenses",
        "not-found": "/nowhere",
    }


def pages_of_customer(url: str) -> Mapping[str, str]:
    """Anna's pages, with a registration in every state."""
    with logged_in(url, "anna") as api:
        done = _registered(api)
        draft = _draft(api, ASKED_FOR, ALONE, "A0000000000", "b1")
        complete_draft = _draft(api, ASKED_FOR)
        license_id = _items(api, done)[0]["license"]["id"]
    return {
        "home": "/",
        "register": "/register",
        "serial-numbers": f"/register/{draft}",
        "information": f"/register/{complete_draft}/information",
        "review": f"/register/{complete_draft}/review",
        "license-keys": f"/register/{done}/confirmation",
        "licenses": "/licenses",
        "license": f"/licenses/{license_id}",
        "account": "/account",
        "password": "/account/password",
        "tokens": "/account/tokens",
    }


def pages_of_operator(url: str) -> Mapping[str, str]:
    """The staff's pages."""
    with logged_in(url, "operator") as api:
        headers = {"Content-Type": "text/csv", "Content-Disposition": 'attachment; filename="products.csv"'}
        parameters = {"kind": "products", "dry_run": "true"}
        tried = api.post("/api/v1/imports", params=parameters, content=PRODUCTS, headers=headers).json()["id"]
        _wait(api, f"/api/v1/imports/{tried}")
    return {
        "staff-imports": "/staff/imports",
        "staff-report": f"/staff/imports/{tried}",
        "staff-orders": "/staff/orders",
        "staff-accounts": "/staff/accounts",
    }


@contextmanager
def logged_in(url: str, login_id: str) -> Iterator[Client]:
    """A client of the API with a session of its own."""
    with Client(base_url=url, timeout=60, headers={"Origin": url}) as client:
        client.post("/api/v1/sessions", json={"login_id": login_id, "password": PASSWORD}).raise_for_status()
        yield client


def _draft(api: Client, *serial_numbers: str) -> str:
    made = api.post("/api/v1/registrations", json={"serial_numbers": serial_numbers}).raise_for_status()
    return str(made.json()["id"])


def _items(api: Client, registration_id: str) -> list[dict[str, Any]]:
    return list(api.get(f"/api/v1/registrations/{registration_id}/items").json()["items"])


def _registered(api: Client) -> str:
    """A completed registration: that of an earlier run, or a new one."""
    completed = api.get("/api/v1/registrations", params={"status": "completed"}).json()["items"]
    if completed:
        return str(completed[0]["id"])
    registration_id = _draft(api, *WITH_FILE, WITHOUT_FILE)
    path = f"/api/v1/registrations/{registration_id}"
    items = _items(api, registration_id)
    hosts = {
        item["id"]: {"host_id": f"80AB12C{n}"}
        for n, item in enumerate(items)
        if item["product"]["sku"] == "HA1010-70-LX"
    }
    tier = {"HA1010-70-LX": {"deployed_price_tier": "1"}}
    api.put(f"{path}/information", json={"by_product": tier, "by_item": hosts}).raise_for_status()
    api.post(f"{path}/complete").raise_for_status()
    _wait(api, path)
    return registration_id


def _wait(api: Client, path: str) -> None:
    while api.get(path).raise_for_status().json()["status"] not in ("completed", "failed"):
        time.sleep(0.2)


def photograph(
    browser: Browser, url: str, who: str | None, pages: Mapping[str, str], languages: list[str]
) -> None:
    """Every page in every language, width and scheme, seen by ``who``."""
    for language, scheme in product(languages, SCHEMES):
        with closing(browser.new_context(color_scheme=scheme, locale=language)) as context:
            context.add_cookies([{"name": "keydesk_language", "value": language, "url": url}])
            page = context.new_page()
            if who is not None:
                _log_in(page, url, who)
            for (name, path), width in product(pages.items(), WIDTHS):
                page.set_viewport_size({"width": width, "height": HEIGHT})
                page.goto(f"{url}{path}")
                page.screenshot(path=FOLDER / f"{name}.{language}.{width}.{scheme}.png", full_page=True)


def _log_in(page: Page, url: str, login_id: str) -> None:
    page.goto(f"{url}/login")
    page.fill("#login_id", login_id)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(f"{url}/")


def main(arguments: list[str]) -> None:
    """Photograph the portal at the given address in the given languages."""
    url = arguments[0] if arguments else URL
    languages = arguments[1:] or list(LANGUAGES)
    seen_by = {None: pages_of_nobody(), "anna": pages_of_customer(url), "operator": pages_of_operator(url)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for who, pages in seen_by.items():
            photograph(browser, url, who, pages, languages)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
