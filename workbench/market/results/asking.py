"""How questions are put to a market's data: periods as text, names in any case, notes on what is outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.data.known_names import known_name
from workbench.errors import SettingError
from workbench.market.model.answer import Answer
from workbench.market.model.clock import written
from workbench.market.model.period import Period, Resolution
from workbench.market.model.period_text import read_period
from workbench.market.store.reading import MarketData

if TYPE_CHECKING:
    import plotly.graph_objects as go


class Asking:
    """A market's data, and what every question about it needs.

    Parameters
    ----------
    data
        The data.
    """

    def __init__(self, data: MarketData) -> None:
        self.data = data

    @property
    def name(self) -> str:
        """Name of the dataset: of its folder."""
        return self.data.folder.name

    # what there is

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the price regions."""
        return self.data.description.region_names

    @property
    def fuels(self) -> tuple[str, ...]:
        """Names of the fuels that have units, in the order of the description."""
        present = {*self.data.units.fuels, self.data.description.rooftop_fuel}
        return tuple(fuel for fuel in self.data.description.fuel_names if fuel in present)

    @property
    def interconnectors(self) -> tuple[str, ...]:
        """Names of the interconnectors."""
        return self.data.description.interconnector_names

    @property
    def clock(self) -> str:
        """Name of the market's time, such as ``UTC+10:00``."""
        return self.data.description.clock

    def period(self, text: Period | str) -> Period:
        """Read a period, see :func:`~workbench.market.model.period_text.read_period`.

        Raises
        ------
        SettingError
            When it cannot be read, or the data have nothing of it.
        """
        period, data = read_period(text, self.data.last), self.data
        if period.end <= data.first or period.begin >= data.last:
            raise SettingError(
                f"There are no data of {period}: {self.name} has {written(data.first)} to "
                f"{written(data.last)}.",
                "period",
                text,
            )
        return period

    # inside

    def _scope(self, region: str | None, *fuel: str | None) -> dict[str, Any]:
        names = {"region": self.regions, "fuel": self.data.description.fuel_names}
        given = zip(names.items(), (region, *fuel), strict=False)
        return {
            what: None if name is None else known_name(what, name, there) for (what, there), name in given
        }

    def _ask(
        self,
        query: Callable[..., Answer],
        period: Period | str,
        draw: Callable[..., go.Figure] | None = None,
        **options: Any,
    ) -> Answer:
        chosen = self.period(period)
        answer = query(self.data, chosen, **options)
        first, last = self.data.first, self.data.last
        outside = (
            f"The data have only {written(max(first, chosen.begin))} to {written(min(last, chosen.end))} of "
            "this period."
            if chosen.begin < first or chosen.end > last
            else ""
        )
        notes = tuple(note for note in (*answer.notes, outside) if note)
        drawn = None if draw is None else lambda **theme: draw(answer, **theme)
        return replace(answer, notes=notes, draw=drawn)


def grouping(by: object, *choices: str) -> str:
    """Give a way of grouping by its name, in any case."""
    return known_name("grouping", by, [str(choice) for choice in choices])


def resolution_named(text: Resolution | str | None) -> Resolution | None:
    """Give a resolution by its name; None for none."""
    return None if text is None else Resolution(known_name("resolution", text, [str(r) for r in Resolution]))
