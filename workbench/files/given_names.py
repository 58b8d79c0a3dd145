"""The names that libraries are given for files, and the paths that people know them by."""

from __future__ import annotations

import contextlib
import re
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["given_name", "with_known_paths"]

KEPT = 200
"""Names that are remembered after their use: a library's sentence may be shown later."""
_paths: OrderedDict[str, str] = OrderedDict()
_NAME = re.compile(r"/proc/self/fd/\d+(?:/[^\s'\"`)\]>,;:]+)?|[^\s'\"`(\[<]*\.part-[0-9a-f]{16}[\w.-]*")


@contextmanager
def given_name(name: Path | str, path: Path | str) -> Iterator[None]:
    """Have sentences tell the path of a file, while a library has it under another name, and after."""
    _paths[str(name)] = str(path)
    _paths.move_to_end(str(name))
    while len(_paths) > KEPT:
        with contextlib.suppress(KeyError):
            _paths.popitem(last=False)
    try:
        yield
    except Exception as error:
        # An error may be made of several, all of which are told.
        each: BaseException | None = error
        while each is not None:
            _tell_known_paths(each)
            each = each.__cause__ or each.__context__
        raise


def with_known_paths(text: str) -> str:
    """Give a library's sentence with the paths that people know in place of the names that it was given."""
    if "/proc/self/fd/" not in text and ".part-" not in text:
        return text
    return _NAME.sub(lambda found: _known(found[0]), text)


def _known(name: str) -> str:
    # A sentence may end with the name.
    bare = name.rstrip(".")
    return _paths.get(name) or (_paths[bare] + name[len(bare) :] if bare in _paths else name)


def _tell_known_paths(error: BaseException) -> None:
    with contextlib.suppress(Exception):
        error.args = tuple(with_known_paths(part) if isinstance(part, str) else part for part in error.args)
    if isinstance(error, OSError) and isinstance(error.filename, str):
        error.filename = with_known_paths(error.filename)
