"""Results that draw themselves; this module is light, figures are loaded when the first one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from workbench.data.results.store import Result, store_of

if TYPE_CHECKING:
    from workbench.charts.plots import Plots

__all__ = ["DrawnResult"]

C = TypeVar("C")


class DrawnResult(Result[C], Generic[C]):
    """A finished result of a domain whose figures its store names."""

    __slots__ = ()

    @property
    def plot(self) -> Plots:
        """Figures of the tables, and those of the domain."""
        from workbench.charts.opened import plots_of

        return plots_of(store_of(self), self)
