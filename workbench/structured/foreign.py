"""What another library raises while it reads a file becomes one error of ours, with the file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from workbench.errors import UnreadableFile, WorkbenchError
from workbench.structured.plain import CORRECT_IT, MakeError, error_of

__all__ = ["own_errors"]

MAX_REASON = 200
"""Characters of a library's own words that are passed on."""


@contextlib.contextmanager
def own_errors(
    file: Path | str, what: str, *, error: MakeError = UnreadableFile, advice: str = CORRECT_IT
) -> Iterator[None]:
    """Turn whatever comes up while a file is read into an error of ours.

    Parameters
    ----------
    file
        The file.
    what
        What it should have been, such as ``"a Parquet file"``.
    error
        Makes the error of a sentence and the file.
    advice
        What to do, as the last sentence.

    Raises
    ------
    WorkbenchError
        Those of ours as they are; the given ``error`` in place of all others.
    """
    try:
        yield
    except (WorkbenchError, OSError) as caught:
        if isinstance(caught, WorkbenchError):
            raise
        raise error_of([f"it cannot be read as {what}: {_reason(caught)}"], file, error, advice) from caught
    except Exception as caught:
        raise error_of([f"it is damaged, or not {what}: {_reason(caught)}"], file, error, advice) from caught
    except BaseException as caught:
        # A library in Rust that meets what it never expected raises beside the tree of errors.
        if type(caught).__module__ != "pyo3_runtime":
            raise
        raise error_of([f"it is damaged, or not {what}: {_reason(caught)}"], file, error, advice) from caught


def _reason(caught: BaseException) -> str:
    text = " ".join(str(caught).split())[:MAX_REASON].rstrip(".")
    return f"{type(caught).__name__}, {text}" if text else type(caught).__name__
