"""Which settings of a capacity plan fit together, and the settings of the scenarios in ``changes``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from workbench.capacity.config import CapacityConfig, Horizon
from workbench.errors import SettingError
from workbench.runs.model.settings import changed, parse_assignments, settings_problems

__all__ = ["check", "scenario_config"]


def check(config: CapacityConfig) -> Iterator[SettingError]:
    """Give a problem for each value that its type and bounds allow, but not the rest of the config."""
    yield from _year_problems(config)
    if config.rolling_horizon:
        yield from _window_problems(config)
    if config.futures and abs(sum(config.futures.values()) - 1) > 1e-6:
        yield SettingError(
            f"The probabilities of the futures add up to {sum(config.futures.values()):g}, expected 1.",
            "futures",
            config.futures,
        )
    if config.changes:
        yield from _scenario_problems(config)


def scenario_config(config: CapacityConfig, name: str) -> CapacityConfig:
    """Make the config of one of the scenarios of the setting ``changes``.

    Raises
    ------
    SettingError
        When its changes cannot be read, or do not fit the other settings.
    """
    changes = parse_assignments(part for part in config.changes[name].split(";") if part.strip())
    return changed(config, {**changes, "scenario": name, "changes": {}}, check=check)


def _year_problems(config: CapacityConfig) -> Iterator[SettingError]:
    if not config.years:
        yield SettingError("No year is given (years); expected at least one, such as 2030.", "years", ())
    if list(config.years) != sorted(set(config.years)):
        yield SettingError(
            f"The years are {', '.join(map(str, config.years))}; expected each once, in rising order.",
            "years",
            config.years,
        )
    if config.horizon is Horizon.SINGLE and len(config.years) > 1:
        yield SettingError(
            f"{len(config.years)} years are given for a single year; choose rolling years or perfect foresight, or "
            "give one year.",
            "horizon",
            config.horizon,
        )


_OF_THE_YEAR = dict.fromkeys(("alternatives", "futures"), "is of a plan of the whole year")


def _window_problems(config: CapacityConfig) -> Iterator[SettingError]:
    if config.rolling_overlap >= config.rolling_horizon:
        yield SettingError(
            f"The windows overlap by {config.rolling_overlap} snapshots (rolling_overlap), as many as they have "
            f"(rolling_horizon {config.rolling_horizon}); choose fewer.",
            "rolling_overlap",
            config.rolling_overlap,
        )
    if config.security_constrained:
        yield SettingError(
            "security_constrained is set, but windows (rolling_horizon) are solved without it; leave one out.",
            "security_constrained",
            config.security_constrained,
        )
    yearly = ("renewable_share", "build_limits")
    for name in (*yearly, "reserve_margin", "alternatives", "futures"):
        if getattr(config, name):
            yield SettingError(
                f"{name} {_OF_THE_YEAR.get(name, 'is a limit of the whole year')}, which windows (rolling_horizon) "
                "cannot keep; leave one out.",
                name,
                getattr(config, name),
            )


def _scenario_problems(config: CapacityConfig) -> Iterator[SettingError]:
    # What is wrong with the config itself is not repeated for each of its scenarios.
    own = {str(problem) for problem in settings_problems(replace(config, changes={}), check)}
    for name, text in config.changes.items():
        if name == config.scenario:
            sentence = (
                f"The scenario '{name}' of the setting changes has the name of the run itself; rename it."
            )
            yield SettingError(sentence, "changes", name)
            continue
        try:
            scenario_config(config, name)
        except SettingError as error:
            for problem in error.problems:
                if str(problem) not in own:
                    yield SettingError(f"The scenario '{name}': {problem}", "changes", text)
