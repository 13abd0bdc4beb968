"""How dates, moments and numbers are written in a language. Pure: ``now`` is given."""

from datetime import UTC, date, datetime

from babel.dates import format_date, format_time, format_timedelta, get_datetime_format
from babel.numbers import format_decimal
from markupsafe import Markup

from keydesk.chassis.i18n import N_, Text, locale_of

Moment = date | datetime


def parse_moment(value: str | Moment) -> Moment:
    """A date or a moment from the API's RFC 3339 text; a moment without a zone is taken as UTC."""
    if isinstance(value, str):
        value = (
            date.fromisoformat(value) if len(value) == len("2026-11-25") else datetime.fromisoformat(value)
        )
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    return value


def day(value: str | Moment | None, language: str) -> Markup:
    """The date: ``25 November 2026``; a dash where there is none."""
    if not value:
        return Markup("–")
    moment = parse_moment(value)
    said = format_date(moment, "long", locale=locale_of(language))
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), said)


def when(value: str | Moment | None, language: str, now: datetime) -> Markup:
    """The date or moment, and how far away it is from ``now``: ``25 Nov 2026, 09:04 UTC (3 minutes ago)``."""
    if not value:
        return Markup("–")
    moment = parse_moment(value)
    locale = locale_of(language)
    said = format_date(moment, "medium", locale=locale)
    if isinstance(moment, datetime):
        clock = f"{format_time(moment, 'short', locale=locale)} UTC"
        said = str(get_datetime_format("medium", locale=locale)).format(clock, said).replace("'", "")
    # data-moment lets times.js say it in the reader's own time zone.
    attribute = Markup(" data-moment") if isinstance(moment, datetime) else ""
    return Markup('<time datetime="{}"{}>{}</time> <span class="away">{}</span>').format(
        moment.isoformat(), attribute, said, distance(moment, language, now)
    )


def distance(moment: Moment, language: str, now: datetime) -> str:
    """How far away: ``3 minutes ago``, ``in 2 months``, ``today``."""
    if isinstance(moment, datetime):
        return str(format_timedelta(moment - now, add_direction=True, locale=locale_of(language)))
    days = moment - now.astimezone(UTC).date()
    if not days:
        return Text(N_("today")).to(language)
    return str(format_timedelta(days, granularity="day", add_direction=True, locale=locale_of(language)))


def number(value: float | None, language: str) -> str:
    """A number with the language's separators; a dash where there is none."""
    return "–" if value is None else str(format_decimal(value, locale=locale_of(language)))
