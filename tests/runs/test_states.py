from __future__ import annotations

import logging

import pytest

from workbench.runs.model.states import Level, RunState


def test_four_states_are_final() -> None:
    assert {state for state in RunState if state.is_final} == {
        "succeeded",
        "failed",
        "cancelled",
        "interrupted",
    }


@pytest.mark.parametrize(
    ("value", "level"),
    [
        ("warning", Level.WARNING),
        ("WARN", Level.WARNING),
        ("critical", Level.ERROR),
        (logging.CRITICAL, Level.ERROR),
        (logging.INFO, Level.INFO),
        (25, Level.INFO),
        (5, Level.DEBUG),
        (0, Level.DEBUG),
        (Level.ERROR, Level.ERROR),
    ],
)
def test_levels_are_read_from_words_and_from_the_numbers_of_logging(
    value: Level | int | str, level: Level
) -> None:
    assert Level.of(value) is level


def test_an_unknown_level_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'loud' is not a level, expected debug, info, warning or error"):
        Level.of("loud")
