from datetime import UTC, date, datetime, timedelta

import pytest

from keydesk.chassis.i18n import LANGUAGES
from keydesk.portal.formats import day, distance, number, when

NOW = datetime(2026, 11, 25, 9, 4, tzinfo=UTC)


@pytest.mark.feature("G1")
@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "1,234,567"), ("de", "1.234.567"), ("fr", "1\u202f234\u202f567"), ("ja", "1,234,567")],
)
def test_a_number_has_its_languages_separators(language: str, said: str) -> None:
    assert number(1234567, language) == said


@pytest.mark.feature("G1")
@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "November 25, 2026"), ("de", "25. November 2026"), ("ja", "2026年11月25日")],
)
def test_a_date_is_written_as_its_language_does(language: str, said: str) -> None:
    assert day("2026-11-25", language) == f'<time datetime="2026-11-25">{said}</time>'


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (NOW - timedelta(minutes=3), "3 minutes ago"),
        (NOW + timedelta(days=60), "in 2 months"),
        (date(2026, 11, 25), "today"),
        (date(2026, 11, 24), "1 day ago"),
    ],
)
def test_a_date_says_how_far_away_it_is(moment: date, said: str) -> None:
    assert distance(moment, "en", NOW) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_moment_names_its_zone_and_its_distance_in_every_language(language: str) -> None:
    said = when("2026-11-25T10:04:00+01:00", language, NOW - timedelta(hours=2))
    assert "UTC" in said
    assert 'datetime="2026-11-25T09:04:00+00:00"' in said
    assert distance(NOW, language, NOW - timedelta(hours=2)) in said


def test_what_is_not_there_is_a_dash() -> None:
    assert (day(None, "en"), when(None, "en", NOW), number(None, "en")) == ("–", "–", "–")
