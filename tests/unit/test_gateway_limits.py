"""The table of limits, and what a deployment may set."""

import pytest

from keydesk.chassis.settings import BadSettings
from keydesk.gateway.limits.policies import TABLE, Policies, parse_limits
from keydesk.gateway.limits.standing import Standing
from keydesk.gateway.settings import GatewaySettings

POLICIES = Policies({})


def names_of(method: str, path: str) -> set[str]:
    return {policy.name for policy in POLICIES.of(method, path).policies}


@pytest.mark.feature("C1")
@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/api/v1/sessions", "sessions"),
        ("/api/v1/accounts", "sign_up"),
        ("/create-account/agreement", "sign_up"),
        ("/api/v1/account-lookups", "mail"),
        ("/account-lookup/", "mail"),
        ("/forgot-password", "mail"),
        ("/api/v1/password-resets", "mail"),
        ("/api/v1/password-resets/complete", "links"),
        ("/verify-email", "links"),
        ("/api/v1/registrations", "serial_numbers"),
        ("/api/v1/registrations/reg_1/items", "serial_numbers"),
        ("/register/reg_1", "serial_numbers"),
    ],
)
def test_what_can_be_guessed_or_sends_mail_has_a_limit_of_its_own(path: str, limit: str) -> None:
    assert limit in names_of("POST", path)
    assert limit not in names_of("GET", path)


def test_everything_counts_against_the_overall_limits() -> None:
    assert names_of("GET", "/licenses") == {"account", "anonymous"}
    assert names_of("DELETE", "/api/v1/me/tokens/tok_1") == {"account", "anonymous", "anonymous_writes"}


def test_a_deployment_sets_numbers_by_name() -> None:
    policies = Policies(parse_limits("sessions=100/60, account=5000/60"))

    assert policies["sessions"].header == '"sessions";q=100;w=60'
    assert policies["account"].requests == 5000
    assert policies["mail"] == next(policy for policy in TABLE if policy.name == "mail")


@pytest.mark.parametrize(
    "value", ["sessions", "sessions=0/60", "sessions=5", "unheard_of=5/60", "mail=5/60/1"]
)
def test_a_limit_that_cannot_be_read_stops_the_start_and_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("KEYDESK_GATEWAY_LIMITS", value)

    with pytest.raises(BadSettings, match="KEYDESK_GATEWAY_LIMITS"):
        GatewaySettings.load("gateway")


def test_networks_that_cannot_be_read_stop_the_start_and_name_the_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KEYDESK_GATEWAY_TRUSTED_PROXIES", "10.0.0.0/8,everybody")

    with pytest.raises(BadSettings, match="KEYDESK_GATEWAY_TRUSTED_PROXIES"):
        GatewaySettings.load("gateway")


def test_waiting_is_told_in_whole_seconds_and_never_as_none() -> None:
    refused = Standing(POLICIES["mail"], left=0, full_ms=600_000, wait_ms=200)

    assert refused.wait_seconds == 1
    assert (b"ratelimit", b'"mail";r=0;t=600') in refused.headers()
