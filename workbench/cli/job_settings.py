"""What can be set on a job, as text: for ``workbench jobs`` and ``workbench run JOB --help``."""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import Iterable
from typing import Any

from workbench.cli.exit_codes import ExitCode
from workbench.runs.jobs.registry import find_job, known_jobs
from workbench.runs.model.setting_types import describe_type, text_of
from workbench.runs.model.settings import Setting, settings_of, to_plain

__all__ = ["list_jobs", "print_settings"]

WIDTH = 100


def list_jobs(options: argparse.Namespace) -> int:
    """List the jobs, or one with its settings."""
    if options.job is not None:
        if options.json:
            print(json.dumps([_plain(item) for item in _settings(options.job)], indent=2))  # noqa: T201
        else:
            print_settings(options.job)
        return ExitCode.SUCCEEDED
    titles = known_jobs()
    lines = [f"{name}  {title}" for name, title in titles.items()]
    print(json.dumps(titles, indent=2) if options.json else "\n".join(lines))  # noqa: T201
    return ExitCode.SUCCEEDED


def print_settings(name: str) -> None:
    """Print every setting of a job with default, unit, bounds, choices and help; advanced ones last."""
    usual = [item for item in _settings(name) if not item.advanced]
    advanced = [item for item in _settings(name) if item.advanced]
    lines = [f"\nsettings of {name}, given as --set NAME=VALUE:", *_lines(usual)]
    if advanced:
        lines += [f"\nadvanced settings of {name}:", *_lines(advanced)]
    print("\n".join(lines))  # noqa: T201


def _settings(name: str) -> tuple[Setting, ...]:
    return settings_of(find_job(name).config_type)


def _lines(settings: Iterable[Setting]) -> Iterable[str]:
    for item in settings:
        yield f"  {item.name}={_as_typed(item.default)}" + (f"  [{item.unit}]" if item.unit else "")
        for paragraph in (item.help, _expected(item)):
            yield from textwrap.wrap(paragraph, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)


def _expected(item: Setting) -> str:
    """What is allowed, in one line."""
    expected = describe_type(item.type)
    if item.choices:
        expected = f"one of {', '.join(map(_as_typed, item.choices))}"
        if isinstance(item.default, tuple):
            expected = f"any of {', '.join(map(_as_typed, item.choices))}, separated by commas"
    bounds = {"at least": item.minimum, "at most": item.maximum}
    parts = [expected, *(f"{word} {bound:.10g}" for word, bound in bounds.items() if bound is not None)]
    return ", ".join(parts) + ("; can be adjusted while the run continues" if item.adjustable else "")


def _as_typed(value: Any) -> str:
    """Give a value as it is typed after ``--set NAME=``."""
    return text_of(to_plain(value), space="")


def _plain(item: Setting) -> dict[str, Any]:
    return {
        "name": item.name,
        "title": item.title,
        "help": item.help,
        "unit": item.unit,
        "default": to_plain(item.default),
        "minimum": item.minimum,
        "maximum": item.maximum,
        "choices": to_plain(item.choices),
        "adjustable": item.adjustable,
        "advanced": item.advanced,
    }
