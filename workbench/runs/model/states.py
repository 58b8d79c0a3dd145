"""The words of a run: its states, why it ended, the kinds of its events, the levels of its log lines."""

from __future__ import annotations

from enum import IntEnum, StrEnum

__all__ = ["Cause", "EventKind", "Level", "RunState", "StageState", "status_of"]


class RunState(StrEnum):
    """Where a run is in its life; why it got there is a :class:`Cause`."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def is_final(self) -> bool:
        """Whether nothing can follow any more."""
        return self in _FINAL


_FINAL = frozenset({RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED, RunState.INTERRUPTED})


class Cause(StrEnum):
    """Why a run is in its state."""

    NONE = ""
    COMPLETED = "completed"
    INCOMPLETE = "incomplete"
    """It returned, with omissions or failed stages."""
    PERSON = "person"
    DEADLINE = "deadline"
    EXCEPTION = "exception"
    INPUT = "input"
    """An input or a setting has to be corrected first: the same run would fail again."""
    JOURNAL = "journal"
    PROCESS_GONE = "process gone"


def status_of(state: RunState, cause: Cause) -> str:
    """Say where a run is, as a person reads it: its state, and whether something is missing from its result."""
    return f"{state}, incomplete" if cause == Cause.INCOMPLETE else str(state)


class EventKind(StrEnum):
    """What an event is about."""

    STATE = "state"
    STAGE = "stage"
    PROGRESS = "progress"
    LOG = "log"
    METRIC = "metric"
    ARTIFACT = "artifact"
    CONTROL = "control"
    HEARTBEAT = "heartbeat"


class StageState(StrEnum):
    """Where a stage of a run is."""

    STARTED = "started"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Level(IntEnum):
    """Weight of a log line; the numbers are those of the ``logging`` module."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40

    @classmethod
    def of(cls, value: Level | int | str) -> Level:
        """Read a level from its name or from a number of the ``logging`` module.

        Raises
        ------
        ValueError
            When there is no level of that name.
        """
        if isinstance(value, Level):
            return value
        if isinstance(value, str):
            return cls._named(value)
        return max((level for level in cls if level <= value), default=cls.DEBUG)

    @classmethod
    def _named(cls, word: str) -> Level:
        # Also by the other names that the logging module has.
        name = {"WARN": "WARNING", "CRITICAL": "ERROR", "FATAL": "ERROR"}.get(word.upper(), word.upper())
        if name not in cls.__members__:
            raise ValueError(f"{word!r} is not a level, expected debug, info, warning or error.")
        return cls[name]

    @property
    def word(self) -> str:
        """The level in lower case, as events carry it."""
        return self.name.lower()
