"""What readers are told of a journal: no debug line, no path, no traceback, nobody's name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from workbench.runs.model.events import Event
from workbench.runs.model.records import LogLine, RunRecord
from workbench.runs.model.states import EventKind, Level
from workbench.runs.overview.public_texts import PublicTexts

__all__ = ["PublicRows"]


class PublicRows:
    """Makes what is read from one journal fit for readers.

    Parameters
    ----------
    project
        Folder of the project.
    names
        Of the users and machines that the journal knows.
    """

    def __init__(self, project: Path, names: Iterable[str]) -> None:
        self._texts = PublicTexts(project, names)
        self.text = self._texts.text

    def record(self, record: RunRecord) -> RunRecord:
        """Give a run; its owner stays, by which it is seen whether its process lives."""
        text, plain = self.text, self._texts.plain
        return replace(
            record,
            config=plain(record.config),
            title=text(record.title),
            reason=text(record.reason),
            damage=text(record.damage),
        )

    def event(self, event: Event) -> Event:
        """Give an event; one that is not for readers keeps its number and says nothing."""
        if event.kind is EventKind.LOG and event.level == Level.DEBUG.word:
            return replace(event, stage="", message="", data=None)
        facts = None if event.data is None else self._texts.plain(event.data)
        if event.kind is EventKind.CONTROL and facts:
            facts.pop("by", None)
        return replace(event, stage=self.text(event.stage), message=self.text(event.message), data=facts)

    def line(self, line: LogLine) -> LogLine:
        """Give a line of a log."""
        return replace(line, stage=self.text(line.stage), message=self.text(line.message))
