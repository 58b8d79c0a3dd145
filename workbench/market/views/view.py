"""Opening a board of market data in a notebook, or saying how to get data."""

from __future__ import annotations

import ipywidgets

from workbench.data.projects.project import Project
from workbench.errors import WorkbenchError
from workbench.market.store.dataset import market_folder
from workbench.market.store.reading import MarketData
from workbench.market.views.board import TODAY, AnswerBoard
from workbench.runs.model.read_only import is_viewer
from workbench.ui.tabs import note

__all__ = ["MarketView"]


class MarketView(ipywidgets.VBox):  # type: ignore[misc]
    """A board over the market data of a project; without data, the offer to make a sample.

    Parameters
    ----------
    project
        The project; its data is in ``results/market/<dataset>``.
    board
        Which board.
    period
        Name of the period that is shown first.
    dataset
        Name of the dataset.
    """

    def __init__(
        self, project: Project, board: type[AnswerBoard], *, period: str = TODAY, dataset: str = "nem"
    ) -> None:
        self._folder = market_folder(project, dataset)
        self._board, self._period = board, period
        super().__init__([])
        self._open()

    def __repr__(self) -> str:
        return f"<MarketView of {self._board.title}>"

    def _open(self, *, after: str = "") -> None:
        try:
            self.children = (self._board(MarketData.open(self._folder), period=self._period),)
        except WorkbenchError as error:
            self.children = tuple(self._without_data(after or str(error)))

    def _without_data(self, reason: str) -> list[ipywidgets.Widget]:
        if is_viewer():
            return [note("There is no market data here yet.")]
        button = ipywidgets.Button(description="Make sample data", layout={"width": "auto"})
        button.on_click(lambda _: self._make_sample(button))
        words = (
            "Bring your own with the ingest of market data, or look around with a sample: four weeks of a made-up "
            "market, written into this project."
        )
        return [note(reason), note(words), button]

    def _make_sample(self, button: ipywidgets.Button) -> None:
        from workbench.market.sample.market import make_sample_dataset

        button.disabled, button.description = True, "Making sample data …"
        try:
            make_sample_dataset(self._folder)
        except (WorkbenchError, OSError) as error:
            self.children = tuple(self._without_data(f"The sample could not be made: {error}"))
            return
        self._open()
