"""Signing up, from the form to the verified account; nobody learns from it who has one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from keydesk.services.accounts.contract import (
    AccountChanged,
    AccountLookupRequested,
    EmailVerificationRequested,
    SignUpOfExistingAccountTried,
)
from keydesk.services.accounts.models import Account, AgreementAcceptance, Link
from tests.factories.accounts import PASSWORD, AccountsRoom, a_form, a_sign_up

NORA = "nora.haugen@fjordlys.example"


def test_who_signs_up_and_opens_the_link_can_log_in(room: AccountsRoom) -> None:
    answer = room.call("POST", "/accounts", a_sign_up())
    assert (answer.status_code, answer.json()) == (202, {"status": "verification_sent", "email": NORA})
    assert room.log_in(NORA).json()["code"] == "email_not_verified"

    verified = room.call("POST", "/email-verifications", {"token": room.newest_verification()})
    assert verified.json() == {"email": NORA, "purpose": "sign_up", "login_id": NORA}

    logged_in = room.log_in(NORA.upper())
    assert logged_in.status_code == 200
    assert logged_in.json()["account"]["verified"] is True
    assert [fact.status for fact in room.told(AccountChanged)] == ["pending", "active"]
    assert room.audited() == ["account.signed_up", "email_verified.sign_up"]


@pytest.mark.feature("G5")
def test_the_accepted_agreement_is_kept_with_version_time_address_and_language(room: AccountsRoom) -> None:
    room.call("POST", "/accounts", a_sign_up(), headers={"accept-language": "it"})

    with room.database.reading() as session:
        kept = session.scalars(select(AgreementAcceptance)).one()
    assert (kept.version, kept.address, kept.language) == ("2026-01", "192.0.2.7", "it")


@pytest.mark.feature("G5")
@pytest.mark.parametrize(
    "agreement", [None, {"version": "2026-01", "accepted": False}, {"version": "2019-05", "accepted": True}]
)
def test_without_accepting_the_agreement_in_force_nothing_is_created(
    room: AccountsRoom, agreement: object
) -> None:
    assert room.call("POST", "/accounts", {**a_form(), "agreement": agreement}).status_code == 422

    with room.database.reading() as session:
        assert session.scalars(select(Account)).all() == []


@pytest.mark.feature("G4")
def test_checking_the_form_creates_nothing_and_tells_every_mistake(room: AccountsRoom) -> None:
    assert room.call("POST", "/accounts/checks", a_form()).status_code == 204
    wrong = a_form(email_repeated="other@fjordlys.example", password="short", postal_code="x", city="")
    answer = room.call("POST", "/accounts/checks", wrong, headers={"accept-language": "en"})

    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "/email_repeated",
        "/password",
        "/postal_code",
        "/city",
    }
    assert room.told(AccountChanged) == []


@pytest.mark.feature("G4")
def test_the_answer_is_the_same_for_an_address_that_has_an_account(room: AccountsRoom) -> None:
    room.has(email=NORA, login_id="nora", language="de")
    known = room.call("POST", "/accounts", a_sign_up(first_name="Mallory"))
    unknown = room.call("POST", "/accounts", a_sign_up(email="new@fjordlys.example"))

    assert (known.status_code, known.json().keys()) == (unknown.status_code, unknown.json().keys())
    (told,) = room.told(SignUpOfExistingAccountTried)
    assert (told.email, told.login_id, told.first_name, told.language) == (NORA, "nora", "Nora", "de")
    (asked,) = room.told(EmailVerificationRequested)
    assert asked.email == "new@fjordlys.example"


@pytest.mark.feature("G6")
def test_the_newest_sign_up_of_an_unproved_address_counts(room: AccountsRoom) -> None:
    room.call("POST", "/accounts", a_sign_up(password="first-of-all-1892"))
    first = room.newest_verification()
    room.call("POST", "/accounts", a_sign_up())

    assert room.call("POST", "/email-verifications", {"token": first}).json()["code"] == "link_expired"
    room.call("POST", "/email-verifications", {"token": room.newest_verification()})
    assert room.log_in(NORA, "first-of-all-1892").status_code == 401
    assert room.log_in(NORA, PASSWORD).status_code == 200


@pytest.mark.feature("G6")
def test_a_link_that_is_opened_twice_at_once_verifies_once(room: AccountsRoom) -> None:
    room.call("POST", "/accounts", a_sign_up())
    token = room.newest_verification()

    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(
            lambda _: room.call("POST", "/email-verifications", {"token": token}).status_code, range(8)
        )

    assert sorted(answers) == [200] + [410] * 7


def test_one_address_signed_up_by_many_at_once_leaves_one_waiting(room: AccountsRoom) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: room.call("POST", "/accounts", a_sign_up()).status_code, range(8)))

    assert answers == [202] * 8
    with room.database.reading() as session:
        statuses = sorted(session.scalars(select(Account.status)))
        open_links = session.scalars(select(Link).where(Link.ended_at.is_(None))).all()
    assert statuses == ["pending"] + ["superseded"] * 7
    assert len(open_links) == 1


@pytest.mark.feature("G6")
@pytest.mark.parametrize("token", ["", "x", "ver_01kavq7n5se8arpn1n2n5hz3qd.AAAA", "ü.ü"])
def test_a_token_that_we_never_made_is_unknown(room: AccountsRoom, token: str) -> None:
    assert room.call("POST", "/email-verifications", {"token": token}).json()["code"] == "link_unknown"


@pytest.mark.feature("G6")
def test_a_link_ends_after_two_days(room: AccountsRoom) -> None:
    room.call("POST", "/accounts", a_sign_up())
    token = room.newest_verification()
    with room.database.transaction() as session:
        link = session.scalars(select(Link)).one()
        assert link.expires_at - link.made_at == timedelta(hours=48)
        link.expires_at = link.made_at

    assert room.call("POST", "/email-verifications", {"token": token}).json()["code"] == "link_expired"


@pytest.mark.feature("G4")
def test_a_taken_login_id_is_told_and_anothers_address_is_none(room: AccountsRoom) -> None:
    room.has(email="owner@fjordlys.example", login_id="Nora")

    for login_id, code in (("nora", "login_id_taken"), ("owner@fjordlys.example", "login_id_malformed")):
        answer = room.call("POST", "/accounts/checks", a_form(login_id=login_id))
        assert [error["code"] for error in answer.json()["errors"]] == [code]


def test_of_two_who_want_a_login_id_the_first_to_verify_has_it(room: AccountsRoom) -> None:
    room.call("POST", "/accounts", a_sign_up(login_id="fjord"))
    nora = room.newest_verification()
    room.call("POST", "/accounts", a_sign_up(login_id="Fjord", email="odd@fjordlys.example"))
    odd = room.newest_verification()

    assert room.call("POST", "/email-verifications", {"token": odd}).json()["login_id"] == "Fjord"
    assert room.call("POST", "/email-verifications", {"token": nora}).json()["login_id"] == NORA


@pytest.mark.feature("G8")
def test_the_additional_address_is_asked_only_once_the_sign_up_is_proved(room: AccountsRoom) -> None:
    team = "licenses@fjordlys.example"
    room.call("POST", "/accounts", a_sign_up(additional_email=team, additional_email_repeated=team))
    assert [fact.email for fact in room.told(EmailVerificationRequested)] == [NORA]

    room.call("POST", "/email-verifications", {"token": room.newest_verification()})
    asked = room.told(EmailVerificationRequested)[-1]
    assert (asked.email, asked.purpose) == (team, "additional_email")
    assert room.told(AccountChanged)[-1].additional_email is None

    room.call("POST", "/email-verifications", {"token": room.newest_verification()})
    assert room.told(AccountChanged)[-1].additional_email == team


@pytest.mark.feature("G4")
def test_whether_an_address_has_an_account_is_told_by_email_only(room: AccountsRoom) -> None:
    room.has(email=NORA, login_id="nora", language="de")
    answers = [
        room.call("POST", "/account-lookups", {"email": email}) for email in (NORA, "new@fjordlys.example")
    ]

    assert {(answer.status_code, answer.text) for answer in answers} == {(202, '{"status":"answer_sent"}')}
    assert [(fact.email, fact.login_id, fact.language) for fact in room.told(AccountLookupRequested)] == [
        (NORA, "nora", "de"),
        ("new@fjordlys.example", None, "en"),
    ]


def test_a_mailbox_cannot_be_flooded_by_those_who_do_not_own_it(room: AccountsRoom) -> None:
    answers = [room.call("POST", "/account-lookups", {"email": NORA}) for _ in range(12)]

    assert [answer.status_code for answer in answers] == [202] * 10 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) in range(1, 61)
    assert len(room.told(AccountLookupRequested)) == 10


@pytest.mark.feature("G6")
def test_a_new_link_is_sent_to_who_waits_for_one_and_the_answer_is_the_same_for_all(
    room: AccountsRoom,
) -> None:
    room.call("POST", "/accounts", a_sign_up())
    first = room.newest_verification()
    answers = [
        room.call("POST", "/email-verifications/requests", {"email": email})
        for email in (NORA, "new@fjordlys.example")
    ]

    assert {(answer.status_code, answer.text) for answer in answers} == {(202, '{"status":"answer_sent"}')}
    assert len(room.told(EmailVerificationRequested)) == 2
    assert room.call("POST", "/email-verifications", {"token": first}).status_code == 410
    assert room.call("POST", "/email-verifications", {"token": room.newest_verification()}).status_code == 200


def test_no_secret_is_in_the_facts_or_in_the_database(room: AccountsRoom) -> None:
    room.call("POST", "/accounts", a_sign_up())
    token = room.newest_verification()
    secret = token.partition(".")[2]

    with room.database.reading() as session:
        for table in ("accounts", "links", "outbox", "audit", "throttles"):
            for (row,) in session.connection().exec_driver_sql(f"SELECT t::text FROM {table} t"):  # noqa: S608 - our own table names
                assert secret not in row
                assert PASSWORD not in row
