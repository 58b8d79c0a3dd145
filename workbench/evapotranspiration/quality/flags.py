"""What quality control says: a flag with its reason for single values, a finding for a whole column or source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

import numpy as np
import pandas as pd

from workbench.data.arrays import Booleans
from workbench.errors import InvalidData

FLAG_COLUMNS = ("date", "column", "value", "flag", "reason")


class Flag(StrEnum):
    """State of one value; what carries no flag is good."""

    SUSPECT = "suspect"
    """Doubtful; it is used."""
    WRONG = "wrong"
    """Impossible; it is not used."""
    MISSING = "missing"
    """A fill value such as -999 stands in its place."""


class Kind(StrEnum):
    """What a finding is about."""

    STRUCTURE = "structure"
    MISSING_DAYS = "missing days"
    LIMITS = "physical limits"
    RADIATION = "radiation against clear sky"
    STUCK = "stuck values"
    UNIT = "unit"
    WRONG_PLACE = "wrong place"
    WRONG_WIND = "wrong wind"
    DRIFT = "drifting bias"
    DISAGREEMENT = "sources disagree"


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of a column or a whole source.

    Parameters
    ----------
    kind
        What it is about.
    source, column
        Where; the column is empty when the whole source is meant.
    message
        One sentence: what was seen, what was expected, what to do.
    days
        How many days show it.
    unusable
        Whether the column (or the source) may not be used at all.
    """

    kind: Kind
    source: str
    column: str
    message: str
    days: int = 0
    unusable: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """Weather of one source after quality control.

    Parameters
    ----------
    source
        Id of the source.
    original
        As it was given, untouched.
    flags
        ``date``, ``column``, ``value``, ``flag``, ``reason``: one row for each value that is not good.
    findings
        Faults of columns and of the source.
    """

    source: str
    original: pd.DataFrame
    flags: pd.DataFrame
    findings: tuple[Finding, ...] = ()

    @property
    def weather(self) -> pd.DataFrame:
        """The weather without what is wrong, missing or unusable; every other value as it was given."""
        kept = self.original.copy()
        refused = self.flags[self.flags["flag"] != Flag.SUSPECT.value]
        for column, rows in refused.groupby("column", sort=False):
            kept.loc[pd.DatetimeIndex(rows["date"]), str(column)] = np.nan
        for column in self.unusable & set(kept.columns):
            kept[column] = np.nan
        return kept

    @property
    def unusable(self) -> frozenset[str]:
        """Columns that may not be used at all; all of them when the source as a whole is wrong."""
        refused = {finding.column for finding in self.findings if finding.unusable}
        return frozenset(self.original.columns) if "" in refused else frozenset(refused)

    @property
    def usable(self) -> bool:
        """Whether evapotranspiration can be taken from this source."""
        kept = set(self.original.columns) - self.unusable
        return {"tmax", "tmin"} <= kept or "eto" in kept

    def require_usable(self) -> None:
        """Raise when nothing of this source can be used.

        Raises
        ------
        InvalidData
            With the sentences of what was found.
        """
        if not self.usable:
            raise InvalidData(" ".join(finding.message for finding in self.findings if finding.unusable))

    def with_findings(self, findings: Iterable[Finding], flags: pd.DataFrame | None = None) -> Checked:
        """Add what a comparison with other sources has found."""
        parts = [self.flags] if flags is None or flags.empty else [self.flags, flags]
        together = parts[-1] if len(parts) == 2 and self.flags.empty else pd.concat(parts, ignore_index=True)
        return Checked(self.source, self.original, together, (*self.findings, *findings))


@dataclass(slots=True)
class Marks:
    """Collects the flags of one source.

    Parameters
    ----------
    weather
        The source's weather, indexed by date.
    """

    weather: pd.DataFrame
    _parts: list[pd.DataFrame] = field(default_factory=list)

    def mark(self, column: str, where: Booleans, flag: Flag, reason: str) -> int:
        """Flag the values of a column at some days; ``{value}`` in the reason becomes the value seen.

        Returns
        -------
        int
            How many were flagged.
        """
        places = np.flatnonzero(where)
        if len(places):
            values = self.weather[column].to_numpy(dtype=float, na_value=np.nan)[places]
            words = [reason.replace("{value}", f"{value:g}") for value in values]
            self._parts.append(
                pd.DataFrame(
                    {
                        "date": self.weather.index[places],
                        "column": column,
                        "value": values,
                        "flag": flag.value,
                        "reason": words,
                    }
                )
            )
        return len(places)

    def table(self) -> pd.DataFrame:
        """All flags, by date."""
        if not self._parts:
            return no_flags()
        together = pd.concat(self._parts, ignore_index=True)
        return together.sort_values(["date", "column"], kind="stable", ignore_index=True)


def no_flags() -> pd.DataFrame:
    """Give a table of flags without rows."""
    return _empty_flags().copy()


@lru_cache(maxsize=1)
def _empty_flags() -> pd.DataFrame:
    empty = pd.DataFrame({name: pd.Series(dtype=object) for name in FLAG_COLUMNS})
    return empty.astype({"date": "datetime64[ns]", "value": float})


def shown(days: Iterable[pd.Timestamp], limit: int = 3) -> str:
    """Write a few days for a sentence."""
    listed = [f"{day:%Y-%m-%d}" for day in days]
    return ", ".join(listed[:limit]) + (f" and {len(listed) - limit} more" if len(listed) > limit else "")
