"""In which encoding a text file is written, and how it is known."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

from workbench.errors import UnreadableFile

SAMPLE_BYTES = 200_000
BYTE_ORDER_MARKS = (
    # UTF-32's begins with UTF-16's: longer first.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Single-byte encodings of western Europe differ in a few characters; spreadsheets write cp1252, euro sign included.
WESTERN = re.compile(
    r"cp125[0248]|cp(437|500|775|8\d\d|1140)|iso8859_(1|2|3|4|9|10|13|14|15|16)|latin_1|mac_\w+|hp_roman8"
)
# UTF-8 that was read as cp1252 shows a letter of these and then a character that no text has after it.
MOJIBAKE_LETTERS = "ÂÃÄÅâ"
MOJIBAKE = (
    rf"[{MOJIBAKE_LETTERS}][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    r"\u2013-\u203a\u20ac\u2122]"
)
MAX_NULS = 0.2


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of a file.

    Parameters
    ----------
    text
        Without a byte order mark.
    encoding
        Python's name of the encoding.
    evidence
        How it is known, as text.
    """

    text: str
    encoding: str
    evidence: str


def decode(content: bytes, file: str) -> Decoded:
    """Turn the bytes of a text file into text.

    A byte order mark decides; then UTF-16 without one (every other byte is 0); then UTF-8, which other text hardly
    ever happens to be; else what charset-normalizer (https://github.com/jawah/charset_normalizer) finds most
    coherent, where every western single-byte encoding is taken as cp1252, and so is text with single letters
    beyond ASCII.

    Raises
    ------
    UnreadableFile
        When the file is empty, or its bytes are not text.
    """
    nothing = b"\x00\xef\xbb\xbf\xff\xfe \r\n\t"
    if not content[:SAMPLE_BYTES].strip(nothing) and not content.strip(nothing):
        raise UnreadableFile(f"{file} is empty ({len(content)} bytes, no text); export it again.", file)
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _decoded(content, encoding, "its byte order mark", file)
    wide = _wide_without_mark(content[:SAMPLE_BYTES])
    if wide:
        return _decoded(content, wide, "every other byte is 0, as in UTF-16 without a byte order mark", file)
    if b"\x00" in content[:SAMPLE_BYTES]:
        raise UnreadableFile(
            f"{file} is not a text file (it has bytes of value 0); choose a CSV, TSV or Excel file.", file
        )
    try:
        return Decoded(content.decode("utf-8"), "utf-8", "every byte fits UTF-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _single_byte(content, error.start, line, file)


def repaired(text: str) -> str:
    """Undo UTF-8 that was read as cp1252 (``FranÃ§ois``); gives the text back when it is none."""
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def _wide_without_mark(sample: bytes) -> str:
    # An odd tail byte would shift nothing: both halves start at the file's start.
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(1, len(sample) // 2)
    if odd > MAX_NULS * half and even < odd / 10:
        return "utf-16-le"
    if even > MAX_NULS * half and odd < even / 10:
        return "utf-16-be"
    return ""


def _single_byte(content: bytes, at: int, line: int, file: str) -> Decoded:
    start = max(0, at - SAMPLE_BYTES // 2)
    sample = content[start : start + SAMPLE_BYTES]
    best = None if _is_latin(sample) else from_bytes(sample).best()
    guess = best.encoding if best is not None else "cp1252"
    if guess in ("ascii", "utf_8") or WESTERN.fullmatch(guess):
        guess = "cp1252"
    evidence = f"row {line} is not UTF-8, and the text reads best so"
    try:
        return _decoded(content, guess, evidence, file)
    except UnreadableFile:
        # latin-1 gives every byte a meaning, so that nothing is lost.
        return Decoded(content.decode("latin-1"), "latin-1", evidence)


def _is_latin(sample: bytes) -> bool:
    """Whether most letters beyond ASCII are single, as accents do; words of other scripts are runs of them."""
    high = len(re.findall(rb"[\x80-\xff]", sample))
    in_runs = sum(map(len, re.findall(rb"[\x80-\xff]{3,}", sample)))
    return 2 * in_runs < high


def _decoded(content: bytes, encoding: str, evidence: str, file: str) -> Decoded:
    try:
        return Decoded(content.decode(encoding).removeprefix("\ufeff"), encoding, evidence)
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{file} begins as {encoding} and has a byte at {error.start} that is none; the file is cut "
            "off or damaged,"
            " export it again.",
            file,
        ) from error
