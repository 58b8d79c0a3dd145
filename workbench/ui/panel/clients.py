"""Which pages show a panel, through which log filters, and what they have been told of the log."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from workbench.runs.engine.run import Run
from workbench.ui.panel.browser_messages import LineFilter
from workbench.ui.panel.log_pages import FilteredLog

__all__ = ["Clients"]

MAX_CLIENTS = 8
MAX_LOGS = 12


@dataclass(slots=True)
class _Client:
    filters: tuple[LineFilter, ...] = (LineFilter(),)
    confirmed: bool = False


class Clients:
    """Pages by the name that each has given itself; the ones heard from last are kept.

    Parameters
    ----------
    run
        The run that they show.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._clients: OrderedDict[str, _Client] = OrderedDict()
        self._logs: OrderedDict[LineFilter, FilteredLog] = OrderedDict()
        self.sent: dict[str, int] = {}

    @property
    def all_confirmed(self) -> bool:
        """Whether a page shows the panel, and all that do have shown the end."""
        return bool(self._clients) and all(client.confirmed for client in self._clients.values())

    def greet(self, name: str) -> None:
        """A page has opened the panel."""
        self._client(name).confirmed = False

    def leave(self, name: str) -> None:
        """A page has closed it."""
        self._clients.pop(name, None)

    def confirm(self, name: str) -> None:
        """A page shows the end."""
        self._client(name).confirmed = True

    def watch(self, name: str, filters: tuple[LineFilter, ...]) -> None:
        """A page shows the log through these filters; it needs their newest lines."""
        self._client(name).filters = filters
        for line_filter in filters:
            self.sent.pop(line_filter.key, None)

    def log(self, line_filter: LineFilter) -> FilteredLog:
        """Give the log through a filter; the ones used last are kept."""
        log = self._logs.setdefault(line_filter, FilteredLog(self._run, line_filter))
        self._logs.move_to_end(line_filter)
        while len(self._logs) > MAX_LOGS:
            self._logs.popitem(last=False)
        return log

    def watched_logs(self) -> list[FilteredLog]:
        """Give every log that a page shows, and all lines when no page is known."""
        filters = {item: None for client in self._clients.values() for item in client.filters}
        return [self.log(item) for item in list(filters or {LineFilter(): None})[:MAX_LOGS]]

    def clear_sent(self) -> None:
        """Tell the newest lines again."""
        self.sent.clear()

    def _client(self, name: str) -> _Client:
        client = self._clients.setdefault(name, _Client())
        self._clients.move_to_end(name)
        while len(self._clients) > MAX_CLIENTS:
            self._clients.popitem(last=False)
        return client
