"""TOML and JSON as plain values within bounds: size, nesting, repeated keys, finite numbers, whole texts."""

from __future__ import annotations

import functools
import json
import math
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from workbench.errors import InvalidData, WorkbenchError
from workbench.problem import Problem

__all__ = [
    "CORRECT_IT",
    "MAX_BYTES",
    "MakeError",
    "error_of",
    "inside_of",
    "json_from",
    "require_format",
    "shown",
    "toml_from",
]

MakeError: TypeAlias = Callable[[str, Path], WorkbenchError]

MAX_BYTES = 16_000_000
MAX_DEPTH = 32
MAX_WHOLE = 2**63
MAX_DIGITS = 1000
SHOWN = 60
"""Characters of a value that a message shows."""
LISTED = 5
"""Places that one sentence names."""
CORRECT_IT = "Correct the file."


def toml_from(
    content: bytes | str,
    file: Path | str,
    *,
    error: MakeError = InvalidData,
    advice: str = CORRECT_IT,
) -> dict[str, Any]:
    """Read TOML as plain values, within bounds.

    Raises
    ------
    WorkbenchError
        The given ``error``, with the line or the path inside the file.
    """
    found: dict[str, Any] = _plain(content, file, "TOML", tomllib.loads, error, advice)
    return found


def json_from(
    content: bytes | str,
    file: Path | str,
    *,
    error: MakeError = InvalidData,
    advice: str = CORRECT_IT,
    finite: bool = True,
) -> Any:
    """Read JSON as plain values, within bounds.

    Parameters
    ----------
    content
        UTF-8.
    file
        What messages call it.
    error
        Makes the error of a sentence and the file.
    advice
        What to do, as the last sentence.
    finite
        Whether numbers that are not finite are refused.

    Raises
    ------
    WorkbenchError
        The given ``error``, with the line or the path inside the file.
    """
    return _plain(content, file, "JSON", _loads, error, advice, finite)


def require_format(
    plain: Any, number: int, file: Path | str, *, key: str = "format", error: MakeError = InvalidData
) -> None:
    """Take the number of its format out of plain values, and refuse another one than ours.

    Raises
    ------
    WorkbenchError
        The given ``error``.
    """
    found = plain.pop(key, None) if isinstance(plain, dict) else None
    if type(found) is not int or found != number:
        told = f"is of {key} {shown(found)}, this version reads {number}; update the workbench"
        raise error_of([told], file, error, "Or correct that line.")


def error_of(wrong: Sequence[str], file: Path | str, error: MakeError, advice: str) -> WorkbenchError:
    """Make one error of everything that is wrong with a file."""
    path = Path(file)
    more = len(wrong) - LISTED
    listed = "; ".join(wrong[:LISTED]) + (f"; and {more} more" if more > 0 else "")
    sentence = f"{path}: {listed}. {advice}".rstrip()
    if error is InvalidData:
        return InvalidData(sentence, path, [Problem(f"{one}.", path.name) for one in wrong])
    return error(sentence, path)


def _plain(
    content: bytes | str,
    file: Path | str,
    form: str,
    loads: Callable[[str], Any],
    error: MakeError,
    advice: str,
    finite: bool = True,
) -> Any:
    def refuse(what: str) -> WorkbenchError:
        return error_of([what], file, error, advice)

    if len(content) > MAX_BYTES:
        raise refuse(f"it is larger than {MAX_BYTES // 1_000_000} MB")
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
        if digits := re.search(rf"\d{{{MAX_DIGITS}}}", text):
            line = text.count("\n", 0, digits.start()) + 1
            raise refuse(f"line {line} holds a number of more than {MAX_DIGITS} digits")
        found = loads(text)
    except UnicodeDecodeError as caught:
        raise refuse(f"byte {caught.start + 1} is not UTF-8") from caught
    except RecursionError as caught:
        raise refuse(f"it is nested more than {MAX_DEPTH} deep") from caught
    except ValueError as caught:
        raise refuse(f"it is not valid {form} ({caught})") from caught
    for what in _out_of_bounds(found, finite):
        raise refuse(what)
    return found


def _loads(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_without_repeats)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"the key {shown(twice)} comes twice")
    return found


def _out_of_bounds(plain: Any, finite: bool) -> Iterator[str]:
    """Describe values that no type allows; without recursion, whatever the nesting."""
    # A path is a linked list until it is shown: nothing grows with the length of keys.
    waiting: list[tuple[tuple[Any, ...], Any, int]] = [((), [plain], -1)]
    while waiting:
        path, value, depth = waiting.pop()
        if depth == MAX_DEPTH:
            yield f"{_path(path)} is nested more than {MAX_DEPTH} deep"
            return
        for key, part in value.items() if isinstance(value, dict) else enumerate(value, 1):
            here = (path, key) if depth >= 0 else ()
            if isinstance(part, (dict, list)):
                waiting.append((here, part, depth + 1))
            elif problem := _value_problem(part, finite):
                yield f"{_path(here) or 'it'} {problem}"
            if isinstance(key, str) and (problem := _value_problem(key, finite)):
                yield f"the key {shown(key)} in {_path(path) or 'the file'} {problem}"


def _value_problem(value: Any, finite: bool) -> str:
    if isinstance(value, float):
        return f"is {value}, expected a finite number" if finite and not math.isfinite(value) else ""
    return text_problem(value) if isinstance(value, str) else number_problem(value)


def number_problem(value: Any) -> str:
    """Say why nothing can hold a whole number; empty where it can, and for all that is none."""
    fits = not isinstance(value, int) or -MAX_WHOLE <= value < MAX_WHOLE
    return "" if fits else "is a whole number of more than 18 digits"


def text_problem(text: str) -> str:
    """Say why no file can hold a text; empty where it can."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return "holds half a character (a lone surrogate)"
    return "holds a character NUL" if "\0" in text else ""


def _path(linked: tuple[Any, ...]) -> str:
    keys = []
    while linked:
        linked, key = linked
        keys.append(key)
    return functools.reduce(inside_of, reversed(keys), "")


def inside_of(path: str, key: object) -> str:
    """Write the path of a key, or of the entry with a number."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    name = str(key) if len(str(key)) <= SHOWN else f"{str(key)[:SHOWN]}…"
    return f"{path}.{name}" if path else name


def shown(value: Any) -> str:
    """Write a value as a message shows it."""
    if isinstance(value, (dict, list)) and len(value) > 20:
        return f"a {'table' if isinstance(value, dict) else 'list'} of {len(value)} entries"
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
