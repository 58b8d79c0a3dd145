"""Names that people give to projects and scenarios and that become names of folders."""

from __future__ import annotations

import unicodedata

from workbench.errors import SettingError
from workbench.structured.plain import shown

MAX_NAME_BYTES = 100
FORBIDDEN = '/\\:*?"<>|'
# Windows treats these as devices, with any extension; a project is often on a shared drive.
RESERVED = {"CON", "PRN", "AUX", "NUL"} | {f"{port}{n}" for port in ("COM", "LPT") for n in "0123456789¹²³"}


def checked_name(name: str, what: str = "scenario") -> str:
    """Give the name back when it can be the name of one folder on every system.

    Parameters
    ----------
    name
        As a person typed it.
    what
        What the name is for; used in the sentence of the error.

    Raises
    ------
    SettingError
        When it is empty, too long, reserved by Windows, begins with a dot, ends with a dot, has a space at
        either end, or contains a slash, a character that Windows forbids, or an invisible character.
    """
    reason = _refusal(name)
    if reason:
        raise SettingError(f"The {what} name {shown(name)} {reason}.", what, name)
    return name


def _refusal(name: str) -> str:
    bad = sorted({character for character in name if character in FORBIDDEN})
    if not name.strip():
        return "is empty; give one"
    if bad:
        return f"contains {' '.join(bad)}; leave it out, a name cannot lead to another folder"
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in name):
        return "contains an invisible character; type it again"
    if name != name.strip() or name.startswith(".") or name.endswith("."):
        return "begins with a dot, or begins or ends with a space or ends with a dot; leave it out"
    if len(name.encode("utf-8")) > MAX_NAME_BYTES:
        return f"is longer than {MAX_NAME_BYTES} bytes; shorten it"
    if name.partition(".")[0].rstrip().upper() in RESERVED:
        return "is reserved by Windows for a device; choose another"
    return ""
