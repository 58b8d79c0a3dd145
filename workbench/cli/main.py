"""The entry point of the ``workbench`` command; imports what a command needs when it is called."""

from __future__ import annotations

import importlib
import os
import sys

from workbench.cli.exit_codes import ExitCode
from workbench.cli.parser import make_parser

TYPE_CHECKING = False  # without typing and collections.abc the help is there sooner

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = make_parser()
    try:
        options = parser.parse_args(arguments)
        if not hasattr(options, "command"):
            parser.print_help()
            return ExitCode.WRONG_USE
        module, _, function = options.command.partition(":")
        code: int = getattr(importlib.import_module(f"workbench.cli.{module}"), function)(options)
    except KeyboardInterrupt:
        return ExitCode.LEFT
    except BrokenPipeError:
        # The reader (head, less) has closed the pipe; keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.SUCCEEDED
    except Exception as error:
        from workbench.errors import WorkbenchError
        from workbench.runs.model.signals import details_of

        if not isinstance(error, WorkbenchError):
            raise
        print("\n  ".join((f"workbench: {error}", *details_of(error))), file=sys.stderr)  # noqa: T201
        return ExitCode.WRONG_USE
    return code
