"""Choosing a language."""

import pytest

from keydesk.chassis.i18n import choose_language


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("de-AT, en;q=0.8", "de"),
        ("en;q=0.2, ja", "ja"),
        ("zh-TW", "zh-Hant"),
        ("zh-CN", "zh-Hans"),
        ("xx, *;q=0.1", "en"),
        (None, "en"),
        ("fr;q=zero", "en"),
    ],
)
def test_the_reader_gets_the_best_language_we_have(header: str | None, chosen: str) -> None:
    assert choose_language(header) == chosen
