"""What other people wrote becomes no link, no line and no header in an email of ours."""

import re

import pytest

from keydesk.services.notifications.emails.harmless import harmless_line, harmless_text

LINK_LIKE = re.compile(r"//|\\\\\\\\|www\.\S|\S@\S|[a-z]\.[a-z]|(?:mailto|tel|javascript):\S", re.IGNORECASE)
"""What email programs make links of, taken broadly."""


@pytest.mark.parametrize(
    "text",
    [
        "https://bad.example/x?y=1",
        "HTTP://10.0.0.1/x",
        "//bad.example",
        "///bad",
        "\\\\server\\share",
        "www.bad.example",
        "bad.example",
        "bad.1and1.com",
        "anna@bad.example",
        "a@b",
        "mailto:anna",
        "tel:+1555",
        "javascript:alert",
        "bad.\u200bexample",
        "bad\u2060.\u00adexample",
        "ht\x00tps://x",
        "https:\u200b//bad.example",
    ],
)
def test_nothing_in_it_is_taken_for_a_link(text: str) -> None:
    for made in (harmless_line(text, 100), harmless_text(text, 100)):
        assert made
        assert not LINK_LIKE.search(made), made


@pytest.mark.parametrize(
    "text",
    [
        "Anna Lindqvist",
        "O'Brien & Sons",
        "J. R. Müller",
        "山田 太郎",
        "Version 4.2.1 at 12:30, 1/2 done",
        "完了しました。次の注文",
        "A0000000001",
        "C-1001",
        "Reason: none",
    ],
)
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert harmless_line(text, 100) == text
    assert harmless_text(text, 100) == text


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\v", "\x85", "\u2028", "\x00", "\t"])
def test_a_line_stays_one_line(line_break: str) -> None:
    assert harmless_line(f"Hello{line_break}Bcc all", 100) == "Hello Bcc all"


def test_characters_that_turn_or_hide_text_are_left_out() -> None:
    assert harmless_line("ab\u202ecd\u2066e\u200f", 100) == "abcde"


def test_a_text_keeps_its_paragraphs_but_no_empty_pages() -> None:
    assert harmless_text("  One \r\n two\n\n\n\n\nThree\n\n", 100) == "One\ntwo\n\nThree"


def test_what_is_too_long_is_cut_visibly() -> None:
    assert harmless_line("a" * 11, 10) == "a" * 9 + "…"
    assert harmless_text("a\n" * 11, 10) == "a\na\na\na\na…"


def test_what_is_made_harmless_twice_stays_as_it_is() -> None:
    once = harmless_text("See www.bad.example or a@b.com: mailto:x\n//y", 100)

    assert harmless_text(once, 100) == once
