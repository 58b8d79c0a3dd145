"""What the signs of a text tell of its cells before any of them is looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

GROUP_SIGNS = "'\u2019\u00a0\u202f\u2007\u2009\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d\u25b2\u25b3"
"""Beside the comma, the point and the blank: what groups digits, and what typesetters write for a minus."""
Bytes = npt.NDArray[np.uint8]
_NUMERIC = np.isin(np.arange(256), list(b"0123456789.,+-()"))
_OTHER_SPACES = "\x85\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


@dataclass(frozen=True, slots=True)
class Signs:
    """The bytes of a text, and those before and behind each blank in it."""

    all: Bytes
    before: Bytes
    behind: Bytes

    @classmethod
    def of(cls, content: bytes) -> Signs:
        """Look at the bytes of a text once."""
        signs = np.frombuffer(content, dtype=np.uint8)
        at = np.flatnonzero(signs[1:-1] == ord(" "))
        return cls(signs, signs[at], signs[at + 2])

    def count(self, sign: str) -> int:
        """Count a sign of one byte."""
        return int(np.count_nonzero(self.all == ord(sign)))


def may_have_blanks(signs: Signs, text: str, delimiter: str, breaks: int) -> bool:
    """Whether a cell may begin or end with a blank, or be a text of none; much faster than to look at each."""
    if not text.isascii() and any(space in text for space in _OTHER_SPACES):
        return True
    known = breaks + sum(signs.count(sign) for sign in {"\r", delimiter} if sign < " " and sign in text)
    if np.count_nonzero(signs.all < ord(" ")) != known or ('"' in text and '""' in text):
        return True
    edges = [*map(ord, ("\n", "\r", '"', " ", delimiter))]
    around = np.bincount(signs.before, minlength=256) + np.bincount(signs.behind, minlength=256)
    return text[:1] == " " or text[-1:] == " " or bool(around[edges].any())


def may_have_groups(text: str, signs: Signs, delimiter: str) -> bool:
    """Whether a cell may hold a number in another form than that of a program; much faster than to look at each.

    Between delimiters that are commas, without quotes, no cell holds a comma; a blank that groups digits has a sign
    of a number on both sides.
    """
    if delimiter != "," or '"' in text or any(sign in text for sign in GROUP_SIGNS):
        return True
    return bool((_NUMERIC[signs.before] & _NUMERIC[signs.behind]).any())
