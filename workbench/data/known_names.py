"""Names that a user gives: found in any case, or refused with those that there are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from workbench.errors import UnknownName

MAX_LISTED = 30


def known_name(what: str, name: object, present: Iterable[str]) -> str:
    """Give a name as it is written where it comes from, whatever its case.

    Parameters
    ----------
    what
        What is named, such as ``"region"``.
    name
        As the user wrote it.
    present
        The names that there are.

    Raises
    ------
    UnknownName
        When there is none of that name.
    """
    names = tuple(present)
    folded = {known.casefold(): known for known in names}
    if isinstance(name, str) and name.casefold() in folded:
        return folded[name.casefold()]
    raise unknown_name(what, name, names)


def unknown_name(what: str, name: object, present: Iterable[str]) -> UnknownName:
    """Make the error that lists the names that there are; of many the closest."""
    names = tuple(dict.fromkeys(present))
    if len(names) <= MAX_LISTED:
        return UnknownName(
            f"There is no {what} {name!r}; there are {', '.join(names) or 'none'}.", what, name
        )
    folded = {known.casefold(): known for known in names}
    close = difflib.get_close_matches(str(name).casefold(), folded, n=5, cutoff=0.4)
    hint = f"; the closest are {', '.join(folded[key] for key in close)}" if close else ""
    return UnknownName(f"There is no {what} {name!r} among {len(names)}{hint}.", what, name)
