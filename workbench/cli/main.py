"""The entry point of the ``workbench`` command; imports what a command needs when it is called."""

from __future__ import annotations

import importlib
import sys

from workbench.cli import terminal
from workbench.cli.exit_codes import ExitCode
from workbench.cli.parser import make_parser

TYPE_CHECKING = False  # without typing and collections.abc the help is there sooner

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    terminal.prepare()
    try:
        try:
            return _carry_out(sys.argv[1:] if arguments is None else list(arguments))
        finally:
            terminal.flush()
    except KeyboardInterrupt:
        terminal.silence()
        return ExitCode.LEFT
    except BrokenPipeError:
        # The reader (head, less) has what it wanted.
        terminal.silence()
        return ExitCode.SUCCEEDED
    except OSError as error:
        terminal.silence()
        if error.errno is None:
            raise
        place = f"{error.filename}: " if error.filename is not None else ""
        _say(f"{place}{error.strerror}.")
        return ExitCode.FAILED


def _carry_out(words: Sequence[str]) -> int:
    if words[:2] == ["completion", "--for"]:
        # Half a command line, which is not to be parsed but completed.
        print(*importlib.import_module("workbench.cli.completion").suggestions(words[2:]), sep="\n")  # noqa: T201
        return ExitCode.SUCCEEDED
    parser = make_parser()
    try:
        parse = _PARSE.get(words[0] if words else "")
        options = parser.parse_args(words) if parse is None else parse(parser, words)
        if not hasattr(options, "command"):
            parser.print_help()
            return ExitCode.WRONG_USE
        module, _, function = options.command.partition(":")
        code: int = getattr(importlib.import_module(f"workbench.cli.{module}"), function)(options)
    except Exception as error:
        from workbench.errors import WorkbenchError
        from workbench.runs.model.signals import details_of

        if not isinstance(error, WorkbenchError):
            raise
        _say(str(error), *details_of(error))
        return ExitCode.WRONG_USE
    return code


def _with_options_of_jupyterlab(parser: argparse.ArgumentParser, words: Sequence[str]) -> argparse.Namespace:
    own, _, behind = (list(part) for part in _split(words))
    options, others = parser.parse_known_args(own)
    options.rest = [*others, *behind]
    return options


def _with_settings(parser: argparse.ArgumentParser, words: Sequence[str]) -> argparse.Namespace:
    """Take ``--scenario High`` and ``--scenario=High`` as ``--set scenario=High``."""
    options, others = parser.parse_known_args(words)
    rest = iter(others)
    for word in rest:
        name, is_set, value = word.removeprefix("--").partition("=")
        value = value if is_set else next(rest, "")
        if not word.startswith("--") or not name or (not is_set and (not value or value.startswith("--"))):
            parser.error(f"unrecognized arguments: {' '.join(others)}")
        options.settings.append(f"{name.replace('-', '_')}={value}")
    return options


_PARSE = {"lab": _with_options_of_jupyterlab, "run": _with_settings}


def _split(words: Sequence[str]) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    at = words.index("--") if "--" in words else len(words)
    return words[:at], words[at : at + 1], words[at + 1 :]


def _say(sentence: str, *details: str) -> None:
    print("\n  ".join((f"workbench: {sentence}", *details)), file=sys.stderr)  # noqa: T201
