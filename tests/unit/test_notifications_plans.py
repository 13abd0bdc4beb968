"""Who is written to about what, greeted by which name, and in which language."""

from typing import Any, get_args

import pytest

from keydesk.services.catalog.contract import LicensesShared, RequestChanged, RequestStatus, SharingEnded
from keydesk.services.notifications.emails.plans import (
    Addressee,
    Notice,
    greeted,
    known_language,
    notice_of,
    plans_for,
)
from tests.contract.golden import golden
from tests.factories.notifications import a_registration_completed

BOTH = ["anna@x.example", "team@x.example"]
FIRST = BOTH[:1]


def a_request_changed(**fields: Any) -> RequestChanged:
    return golden(RequestChanged).model_copy(update={"message": "", **fields})


def told(fact: Any) -> Notice:
    notice = notice_of(fact)
    assert notice is not None
    return notice


def news_by_status(**fields: Any) -> dict[str, str]:
    notices = {status: notice_of(a_request_changed(status=status, **fields)) for status in STATUSES}
    return {status: notice.params["news"] for status, notice in notices.items() if notice is not None}


STATUSES: tuple[RequestStatus, ...] = get_args(RequestStatus)
DECIDED = {"completed": "state", "rejected": "state", "failed": "state"}


@pytest.mark.parametrize("name", ["Anna", "Jean-Luc", "  María   José ", "O'Brien", "山田", "J. R."])
def test_people_are_greeted_by_the_name_they_gave(name: str) -> None:
    assert greeted(name) == " ".join(name.split())


@pytest.mark.feature("G4")
@pytest.mark.parametrize(
    "name",
    ["Win at https://bad.example", "www.bad", "bad.example", "a@b", "<b>", "Click here: ", "A" * 61],
)
def test_a_name_that_might_carry_a_message_to_a_stranger_is_left_out(name: str) -> None:
    assert greeted(name) == ""


@pytest.mark.feature("G1")
@pytest.mark.parametrize(
    ("tag", "language"), [("ja", "ja"), ("zh-Hant", "zh-Hant"), ("xx", "en"), (None, "en")]
)
def test_an_email_is_in_the_accounts_language_or_in_english(tag: str | None, language: str) -> None:
    assert known_language(tag) == language


@pytest.mark.feature("C4")
def test_people_are_told_of_the_states_that_they_care_about() -> None:
    cared_about = {"submitted": "state", "pending_approval": "state", **DECIDED}

    assert news_by_status(concerns="requester") == cared_about
    assert news_by_status(concerns="other_side") == {**cared_about, "withdrawn": "state"}


@pytest.mark.feature("C4")
def test_a_message_is_told_in_any_state_and_is_the_reason_of_a_decision() -> None:
    messages = dict.fromkeys(STATUSES, "message") | DECIDED

    assert news_by_status(concerns="requester", message="Hello") == messages
    assert news_by_status(concerns="other_side", message="Hello") == messages | {"withdrawn": "state"}


def test_a_blank_message_is_none() -> None:
    assert notice_of(a_request_changed(status="verifying", message=" \n ")) is None


@pytest.mark.feature("G8")
@pytest.mark.parametrize(
    ("fact", "recipients"),
    [
        (a_registration_completed("acc_1"), BOTH),
        (a_request_changed(status="completed"), BOTH),
        (a_request_changed(status="completed", concerns="other_side"), BOTH),
        (a_request_changed(status="rejected"), FIRST),
        (a_request_changed(status="completed", kind="general"), FIRST),
        (golden(LicensesShared), FIRST),
        (golden(SharingEnded), FIRST),
    ],
)
def test_the_additional_address_gets_confirmations_of_transactions_only(
    fact: Any, recipients: list[str]
) -> None:
    plans = plans_for(told(fact), Addressee("anna@x.example", "team@x.example", "Anna", "de"))

    assert [plan.recipient for plan in plans] == recipients
    assert {(plan.language, plan.params["name"]) for plan in plans} == {("de", "Anna")}


@pytest.mark.feature("G26")
def test_names_of_others_carry_no_link() -> None:
    fields = {"from_name": "Win at https://bad.example", "from_company": "x\r\nBcc: a@b.com"}

    for fact in (golden(LicensesShared), golden(SharingEnded)):
        assert told(fact.model_copy(update=fields)).params["who"] == (
            "Win at https: / /bad. example, x Bcc: a @ b. com"
        )


@pytest.mark.feature("G26")
def test_a_sharer_without_a_company_is_called_by_name_alone() -> None:
    assert (
        told(golden(SharingEnded).model_copy(update={"from_company": " "})).params["who"] == "Anna Lindqvist"
    )


@pytest.mark.feature("C4")
def test_titles_and_messages_carry_no_link() -> None:
    notice = told(a_request_changed(title="See\nbad.example", message="One\nwww.bad.example"))

    assert (notice.params["title"], notice.params["message"]) == (
        "See bad. example",
        "One\nwww. bad. example",
    )


@pytest.mark.feature("G26")
def test_of_many_customer_numbers_the_first_are_named_and_the_rest_counted() -> None:
    numbers = [f"C-{number}" for number in range(25)]

    params = told(golden(SharingEnded).model_copy(update={"customer_numbers": numbers})).params

    assert (params["customer_numbers"], params["more_numbers"]) == (numbers[:20], 5)
