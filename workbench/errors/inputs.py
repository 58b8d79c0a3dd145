"""Errors about what is given: settings, projects, files and online sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.errors.base import WorkbenchError
from workbench.problem import Problem, describe_problems, shortened

__all__ = [
    "CacheNotWritten",
    "CopyNotKept",
    "DataError",
    "InvalidData",
    "LinkRefused",
    "ProjectError",
    "SettingError",
    "SourceFailed",
    "UnknownName",
    "UnreadableFile",
    "UnwritableFile",
]

MAX_LISTED = 20
"""Problems that the sentence of one error lists."""


class SettingError(WorkbenchError, ValueError):
    """A value that a setting does not allow.

    Parameters
    ----------
    message
        One sentence that names the setting, the value seen and what is allowed.
    setting
        Name of the setting.
    value
        The value seen.
    problems
        The errors of several settings that this one combines.
    """

    caused_by_input = True

    def __init__(
        self, message: str, setting: str = "", value: object = None, problems: Sequence[SettingError] = ()
    ) -> None:
        super().__init__(shortened(message))
        self.setting = setting
        self.value = value
        self._problems = tuple(problems)

    @property
    def problems(self) -> tuple[SettingError, ...]:
        """One error for each setting that was refused at the same time; itself where it is the only one."""
        return self._problems or (self,)

    @classmethod
    def of(cls, problems: Sequence[SettingError]) -> SettingError:
        """Make one error of one or more, whose sentence lists each."""
        if len(problems) == 1:
            return problems[0]
        sentences = list(dict.fromkeys(map(str, problems)))
        listed = " ".join(f"({number}) {text}" for number, text in enumerate(sentences[:MAX_LISTED], 1))
        more = f" … and {len(sentences) - MAX_LISTED} more." if len(sentences) > MAX_LISTED else ""
        first = problems[0]
        return cls(
            f"{len(problems)} problems with the settings: {listed}{more}",
            first.setting,
            first.value,
            problems,
        )


class UnknownName(SettingError, KeyError):
    """Nothing has the name that was given; the sentence lists the names that there are, or the closest."""


class SourceFailed(WorkbenchError):
    """An online source gave no usable answer: down, slow, throttled, or malformed.

    Parameters
    ----------
    message
        One sentence with what was requested, what came back, and what to do.
    source
        Id of the source.
    status
        HTTP status of its last answer; None when there was none.
    """

    def __init__(self, message: str, source: str = "", status: int | None = None) -> None:
        super().__init__(message)
        self.source = source
        self.status = status


class ProjectError(WorkbenchError):
    """A project folder cannot be opened or created.

    Parameters
    ----------
    message
        One sentence.
    path
        The folder it is about.
    """

    caused_by_input = True

    def __init__(self, message: str, path: Path | str = "") -> None:
        super().__init__(message)
        self.path = Path(path)


class DataError(WorkbenchError):
    """Something about an input file.

    Parameters
    ----------
    message
        One sentence that names the file, and the sheet and cell where they are known.
    file
        The file it is about.
    problems
        Every problem that was found in the same pass.
    """

    caused_by_input = True

    def __init__(self, message: str, file: Path | str = "", problems: Sequence[Problem] = ()) -> None:
        super().__init__(shortened(message))
        self.file = Path(file)
        self.problems = tuple(problems)

    @property
    def details(self) -> tuple[str, ...]:
        """Every problem with its place, a line each; those of one cause share a line."""
        return tuple(describe_problems(self.problems))


class UnreadableFile(DataError, OSError):
    """The file is missing, locked, too large, or not of the kind its name says."""


class LinkRefused(UnreadableFile):
    """A path is neither file nor folder, or one in a project is a link or leads out of it; nothing was done."""


class UnwritableFile(DataError, OSError):
    """A file could not be written; whatever exists under its name is unchanged.

    Parameters
    ----------
    message
        One sentence with the reason and the way out.
    file
        The file that was to be written.
    reason
        The operating system's error.
    """

    caused_by_input = False

    def __init__(self, message: str, file: Path | str, reason: OSError) -> None:
        super().__init__(message, file)
        self.errno = reason.errno


class InvalidData(DataError, ValueError):
    """The file was read, but its content does not fit; ``.problems`` lists everything at once."""


class CacheNotWritten(WorkbenchError, UserWarning):
    """A table could not be kept; the work continues with the table in memory."""


class CopyNotKept(WorkbenchError, UserWarning):
    """The result or the input that later comparisons need could not be kept; the work continues without."""
