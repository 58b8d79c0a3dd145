"""Opening a board of market data in a notebook, or saying how to get data."""

from __future__ import annotations

from pathlib import Path

import ipywidgets

from workbench.data.projects.project import Project
from workbench.errors import SettingError, UnreadableFile, WorkbenchError
from workbench.market.store.dataset import DEFAULT_NAME, find_dataset, market_folder, pointer_stamp
from workbench.market.store.reading import MarketData
from workbench.market.views.board import TODAY, AnswerBoard
from workbench.market.views.boards import BOARDS
from workbench.runs.model.read_only import is_viewer
from workbench.ui.base import Pane, sentence_of
from workbench.ui.live.polling import poll
from workbench.ui.tabs import note

__all__ = ["MarketView"]

LOOK_SECONDS = 1.0
"""How often a page without data looks whether some have come."""


def _folder_of(project: Project, dataset: str | None) -> Path:
    """Give the folder of a dataset; of the usual name where none is there, or none can be chosen."""
    try:
        return find_dataset(project, dataset)
    except (UnreadableFile, SettingError):
        return market_folder(project, dataset or DEFAULT_NAME)


class MarketView(Pane):
    """A board over the market data of a project; without data, the offer to make a sample.

    Parameters
    ----------
    project
        The project; its data is in ``results/market/<dataset>``.
    board
        Name of the board: one of ``BOARDS``.
    period
        Name of the period that is shown first.
    dataset
        Name of the dataset; ``"nem"``, or the only one, when left out.
    """

    def __init__(
        self, project: Project, board: str, *, period: str = TODAY, dataset: str | None = None
    ) -> None:
        super().__init__()
        self._folder = _folder_of(project, dataset)
        self._board, self._period = BOARDS[board], period
        self._project, self._dataset = project, dataset
        self._open()
        poll(self, self._look, LOOK_SECONDS)

    def __repr__(self) -> str:
        return f"<MarketView of {self._board.title}>"

    def _look(self) -> bool:
        """Open when data have come, of whatever name; a board that is there looks for itself."""
        if not isinstance(self.children[0], AnswerBoard):
            self._folder = _folder_of(self._project, self._dataset)
            if not pointer_stamp(self._folder):
                return True
            self._open()
        return not isinstance(self.children[0], AnswerBoard)

    def _open(self, *, after: str = "") -> None:
        try:
            data = MarketData.open(self._folder)
            data.require_readings()
            self.children = (self._board(data, period=self._period),)
        except WorkbenchError as error:
            self.children = tuple(self._without_data(after or sentence_of(error)))

    def _without_data(self, reason: str) -> list[ipywidgets.Widget]:
        if is_viewer():
            return [note("There is no market data here yet.")]
        button = ipywidgets.Button(description="Make sample data", layout={"width": "auto"})
        button.on_click(lambda _: self._make_sample(button))
        text = (
            "Ingest your own market data, or look around with a sample: four weeks of a made-up "
            "market, written into this project."
        )
        return [note(reason), note(text), button]

    def _make_sample(self, button: ipywidgets.Button) -> None:
        from workbench.market.sample.market import make_sample_dataset

        button.disabled, button.description = True, "Making sample data …"
        try:
            make_sample_dataset(self._folder)
        except (WorkbenchError, OSError) as error:
            self.children = tuple(self._without_data(f"The sample could not be made: {error}"))
            return
        self._open()
