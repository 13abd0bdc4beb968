"""The table of `make bench` says what was measured, and against what."""

import json

import pytest

from bench.figures import Aim, Figure, Turns, percentile


def figure(value: float, aim: Aim | None = None) -> Figure:
    return Figure("keys", value, "keys/s", "ceiling", 40_000, aim)


@pytest.mark.parametrize(("value", "met"), [(16_000, True), (15_999, False)])
def test_an_aim_for_the_ratio_is_met_from_its_bound_on(value: float, *, met: bool) -> None:
    assert figure(value, Aim("ratio", at_least=0.4)).is_met is met


@pytest.mark.parametrize(("value", "met"), [(5, True), (5.1, False)])
def test_an_aim_for_the_value_is_met_up_to_its_bound(value: float, *, met: bool) -> None:
    assert figure(value, Aim("value", at_most=5)).is_met is met


def test_a_figure_without_an_aim_has_no_verdict() -> None:
    assert figure(1).is_met is None


def test_one_disturbed_turn_moves_neither_the_figure_nor_its_limit() -> None:
    found = Turns(subject=[20, 21, 1], limit=[40, 3, 42]).figure("keys", "keys/s", "ceiling")
    assert (found.value, found.limit, found.ratio) == (20, 40, 0.5)


def test_a_figure_is_kept_with_every_turn() -> None:
    found = Turns(subject=[1, 2], limit=[3, 4]).figure(
        "keys", "keys/s", "ceiling", Aim("ratio", at_least=0.4)
    )
    kept = json.loads(json.dumps(found.as_json()))
    assert kept["turns"] == [[1, 3], [2, 4]]
    assert kept["aim"] == {"of": "ratio", "at_least": 0.4, "at_most": None}


def test_a_percentile_lies_within_what_was_measured() -> None:
    assert percentile([1.0, 2.0], 99) <= 2.0
    assert percentile(list(range(101)), 99) == 99
