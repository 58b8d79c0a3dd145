"""Columns of quality flags of networks: a value whose flag says that it is bad is missing, and both are counted.

References
----------
.. [1] CIMIS, quality control flags: https://cimis.water.ca.gov (current and hourly/daily flags since 1995).
.. [2] NOAA, Global Historical Climatology Network daily, readme: a value whose quality flag is not blank failed.
.. [3] Météo-France, données climatologiques de base quotidiennes: 0 protected, 1 validated, 2 doubtful, 9 filtered.
.. [4] Environment and Climate Change Canada, climate data legend: E estimated, M missing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from workbench.data.problems import Problems
from workbench.evapotranspiration.inputs.tables.known_downloads import KnownDownload

_WORDS = r"qc|qa|flags?|quality(?:[ _]flag)?|qual|qf|quality[ _]code|qc[ _]flag"
_BESIDE = re.compile(rf"(?:{_WORDS})(?: \([a-z]{{1,3}}\))?")
"""A header without a name of its own: it is of the column on its left."""
_OF_NAME = re.compile(rf"(?P<of>.+?)[ _.-]*\(?(?:{_WORDS}|attributes)\)?")
_UNIT_OR_SIGNS = re.compile(r"[^a-z0-9\[(]*[\[(].*?[\])]|[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Codes:
    """What the flags of a network mean; of others nothing is to be done.

    Parameters
    ----------
    bad
        The value is none, or was not measured.
    doubtful
        The value is used, and named.
    good
        Known to be right.
    """

    bad: Collection[str]
    doubtful: Collection[str] = ()
    good: Collection[str] = ("",)


_WORDS_OF_LOGGERS = Codes(
    bad=("bad", "b", "fail", "failed", "f", "wrong", "error", "err", "erroneous", "invalid", "reject", "rejected",
         "m", "missing"),
    doubtful=("suspect", "suspicious", "s", "doubtful", "questionable", "estimated", "e", "warning"),
    good=("", "ok", "good", "g", "pass", "passed", "valid", "p", "v", "true", "t", "c"),
)  # fmt: skip
_OF_NETWORKS: Mapping[str, Codes] = {
    "CIMIS": Codes(
        bad=("r", "s", "m", "n", "i", "q", "a"), doubtful=("y", "h", "e", "p"), good=("", "k", "c", "*")
    ),
    "Météo-France": Codes(bad=(), doubtful=("2",), good=("", "0", "1", "9")),
    "DWD": Codes(bad=(), doubtful=("1",), good=("", "2", "3", "5", "7", "8", "9", "10")),
}
_PREFIXES = {"Météo-France": "q"}
"""Networks whose flag is the name of its column behind a letter."""
_GROUPS = {"DWD": {"qn_3": ("fm", "fx"), "qn_4": ("txk", "tnk", "tmk", "upm", "rsk", "vpm", "nm", "sdk")}}
"""Networks with one flag for several columns."""


def without_flagged(raw: pd.DataFrame, download: KnownDownload | None, problems: Problems) -> pd.DataFrame:
    """Blank the values that a network flags as bad, and drop the columns of flags that were heeded.

    Parameters
    ----------
    raw
        As it is read; the index numbers the rows.
    download
        Which network's file it is, if that is known.
    problems
        Takes what was blanked, what is doubtful, and codes that are not known.
    """
    title = download.title if download else ""
    codes = _OF_NETWORKS.get(title, _WORDS_OF_LOGGERS)
    heeded, unknown = [], []
    changed = raw
    for flag, columns in _flags(list(map(str, raw.columns)), title):
        texts = _texts(raw[flag])
        own = codes
        if flag.casefold().endswith("attributes"):
            # Measurement, quality and source, with commas between ([2]).
            texts = texts.map(lambda text: [*text.split(","), ""][1].strip())
            own = Codes(bad=frozenset(texts.unique()) - {""})
        present = set(texts.unique())
        known = {*own.bad, *own.doubtful, *own.good}
        if not present & known and present:
            unknown.append(flag)
            continue
        heeded.append(flag)
        if strange := sorted(present - known):
            problems.warning(
                f"column '{flag}': the flags {', '.join(strange[:5])} are not known, and their values are used."
            )
        for column in columns:
            changed = _blanked(changed, column, flag, texts, own, problems)
    if unknown:
        problems.warning(
            f"columns of flags whose codes are not known are not heeded: {', '.join(unknown[:8])}; blank the "
            "values that are bad."
        )
    return changed.drop(columns=heeded)


def _blanked(
    raw: pd.DataFrame, column: str, flag: str, texts: pd.Series, codes: Codes, problems: Problems
) -> pd.DataFrame:
    has = raw[column].notna().to_numpy() & (_texts(raw[column]) != "").to_numpy()
    bad, doubtful = (texts.isin(list(which)).to_numpy() & has for which in (codes.bad, codes.doubtful))
    for rows, what in (
        (bad, "flagged as bad and read as missing"),
        (doubtful, "flagged as doubtful, and used"),
    ):
        if rows.any():
            listed = ", ".join(sorted({text.upper() for text in texts[rows].unique()}))
            problems.warning(
                f"column '{column}': {int(rows.sum())} values are {what} ('{flag}': {listed}; first in row "
                f"{raw.index[rows][0]})."
            )
    return raw.assign(**{column: raw[column].mask(bad)}) if bad.any() else raw


def _flags(headers: list[str], title: str) -> list[tuple[str, tuple[str, ...]]]:
    """Give the columns of flags with the columns that they are of."""
    by_name = {header.strip().casefold(): header for header in headers}
    found = []
    for at, header in enumerate(headers):
        plain = header.strip().casefold()
        if group := _GROUPS.get(title, {}).get(plain):
            columns = tuple(by_name[name] for name in group if name in by_name)
        elif (letter := _PREFIXES.get(title)) and plain.startswith(letter) and plain[1:] in by_name:
            columns = (by_name[plain[1:]],)
        elif _BESIDE.fullmatch(plain):
            columns = (headers[at - 1],) if at else ()
        elif named := _OF_NAME.fullmatch(plain):
            wanted = _UNIT_OR_SIGNS.sub("", named["of"])
            columns = tuple(
                one for one in headers if one != header and _UNIT_OR_SIGNS.sub("", one.casefold()) == wanted
            )[:1]
        else:
            continue
        if columns:
            found.append((header, columns))
    return found


def _texts(values: pd.Series) -> pd.Series:
    """Codes as small letters; whole numbers without a decimal point, blank cells empty."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values.map(lambda value: "" if value != value else f"{value:g}").astype(object)
    return values.astype(object).where(values.notna(), "").astype(str).str.strip().str.casefold()
