"""What is printed for people who try the demo data is what the demo data holds."""

from keydesk.deploy.embedded import tour
from keydesk.services.accounts import demo


def test_the_printed_logins_are_the_demo_people() -> None:
    people = {person.login_id: person.roles for person in demo.PEOPLE}
    assert set(people) == {*tour.CUSTOMERS, *tour.STAFF}
    assert {login for login, roles in people.items() if {"support", "operator"} & set(roles)} == set(
        tour.STAFF
    )


def test_the_printed_password_is_theirs() -> None:
    assert tour.PASSWORD == demo.PASSWORD
