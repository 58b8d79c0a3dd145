"""A project: a folder that an analyst owns, with inputs, results and the journal of its runs.

::

    kerala/
      project.toml          name, currency, units, region, fiscal-year start
      inputs/               the analyst's own Excel and CSV files
      results/<domain>/<scenario>/…
      .workbench/           journal.sqlite, cache/, inputs/, earlier/ and solved/ (all but the first safe to delete)
"""

from __future__ import annotations

import contextlib
import difflib
import errno
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workbench.data.atomic import TEMPORARY_PREFIX, reason_of, sweep, write_text
from workbench.data.formatting import Style
from workbench.data.made_up import MADE_UP_NOTE
from workbench.data.names import checked_name
from workbench.data.problems import Problems
from workbench.data.projects.settings_file import (
    FILE_NAME,
    ProjectSettings,
    check_settings,
    read_settings,
    write_settings,
)
from workbench.data.texts.content import read_whole
from workbench.data.workbooks.file import check_is_workbook
from workbench.errors import DataError, ProjectError, UnreadableFile, UnwritableFile
from workbench.files import (
    confine,
    facts,
    inside,
    is_file,
    is_folder,
    make_folder,
    open_descriptor,
    remove,
    subfolders,
    walked,
)
from workbench.runs.model.read_only import refuse_viewer

INPUT_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".parquet", ".nc")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
MAX_INPUT_MEGABYTES = 64


def folder_of(path: Path | str) -> Path:
    """Give the absolute path of a folder that a person has named; it need not be there.

    Raises
    ------
    ProjectError
        When no folder can have this name.
    """
    try:
        found = Path(path).expanduser().resolve()
        facts(found)
    except (OSError, RuntimeError, ValueError) as error:
        # Links in a circle, a home of nobody, a name that is too long or holds what no name may.
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ProjectError(
            f"{str(path)[:200]!r} cannot be the folder of a project: {reason}.", path
        ) from error
    return found


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder and its settings.

    Parameters
    ----------
    folder
        Absolute path.
    settings
        What its ``project.toml`` says.
    unknown
        Names in ``project.toml`` that this version does not know.
    """

    folder: Path
    settings: ProjectSettings
    unknown: tuple[str, ...] = ()

    @classmethod
    def open(cls, path: Path | str) -> Project:
        """Open an existing project; nothing is written.

        Parameters
        ----------
        path
            The folder, or the ``project.toml`` in it.

        Raises
        ------
        ProjectError
            When there is no such folder, it is not a project, or its settings cannot be used.
        """
        folder = folder_of(path)
        folder = confine(folder.parent if folder.name == FILE_NAME else folder)
        if facts(folder) is None:
            raise ProjectError(
                f"There is no folder {folder}; check its name, or create a project there.", folder
            )
        if not is_folder(folder):
            raise ProjectError(f"{folder} is a file, expected the folder of a project.", folder)
        if not is_file(folder / FILE_NAME):
            raise ProjectError(f"{folder} is not a project: it has no {FILE_NAME}; create one there.", folder)
        settings, unknown = read_settings(folder / FILE_NAME)
        return cls(folder, settings, unknown)

    @classmethod
    def create(
        cls,
        folder: Path | str,
        settings: ProjectSettings | str,
        fill: Callable[[Project], object] | None = None,
    ) -> Project:
        """Create a project, completely or not at all.

        Parameters
        ----------
        folder
            Must not exist, or be empty.
        settings
            The settings, or only the name.
        fill
            Writes the first inputs into the project that it is given, before the folder gets its name.

        Raises
        ------
        ProjectError
            When the folder is taken, cannot be written, or a setting is not allowed; nothing is left behind.
        ViewerRefused
            In a process that serves readers.
        """
        refuse_viewer("Creating a project")
        final = folder_of(folder)
        settings = ProjectSettings(settings) if isinstance(settings, str) else settings
        errors = check_settings(settings).errors
        if errors:
            raise ProjectError(" ".join(problem.message for problem in errors), final)
        _refuse_taken(final)
        with _creating(final) as temporary:
            for name in ("inputs", "results", ".workbench"):
                (temporary / name).mkdir()
            write_text(temporary / FILE_NAME, write_settings(settings))
            if fill is not None:
                fill(cls(temporary, settings))
        return cls(final, settings)

    @property
    def name(self) -> str:
        """Name of the project."""
        return self.settings.name

    @property
    def region(self) -> str:
        """The state or area that is planned."""
        return self.settings.region

    @property
    def currency(self) -> str:
        """ISO 4217 code."""
        return self.settings.currency

    @property
    def made_up(self) -> bool:
        """Whether its inputs are made up."""
        return self.settings.made_up

    @property
    def cautions(self) -> tuple[str, ...]:
        """What the reports of its runs are headed with."""
        return (MADE_UP_NOTE,) if self.made_up else ()

    @property
    def energy_unit(self) -> str:
        """The one energy unit that is shown."""
        return self.settings.energy_unit

    @property
    def style(self) -> Style:
        """How this project writes its numbers."""
        return self.settings.style

    @property
    def inputs(self) -> Path:
        """Folder of the analyst's own files."""
        return self.folder / "inputs"

    @property
    def results(self) -> Path:
        """Folder of the results."""
        return self.folder / "results"

    @property
    def state_folder(self) -> Path:
        """Folder of the journal and the cache."""
        return self.folder / ".workbench"

    @property
    def journal_path(self) -> Path:
        """File of the journal."""
        return self.state_folder / "journal.sqlite"

    @property
    def cache_folder(self) -> Path:
        """Folder of the cache; safe to delete."""
        return self.state_folder / "cache"

    @property
    def kept_folder(self) -> Path:
        """Folder of the copies of inputs; safe to delete."""
        return self.state_folder / "inputs"

    @property
    def earlier_folder(self) -> Path:
        """Folder of the results that scenarios had before their last run; safe to delete."""
        return self.state_folder / "earlier"

    def results_folder(self, domain: str, scenario: str) -> Path:
        """Give the folder of a scenario's results; it may not exist yet.

        Raises
        ------
        SettingError
            When a name cannot be the name of one folder.
        LinkRefused
            When a part of its path is a link.
        """
        folder = self.results / checked_name(domain, "domain") / checked_name(scenario, "scenario")
        facts(folder)
        return folder

    def scenarios(self, domain: str) -> tuple[str, ...]:
        """Name the scenarios of a domain that have a results folder, in alphabetical order."""
        folder = self.results / checked_name(domain, "domain")
        return tuple(name for name in subfolders(folder) if name[0] != ".")

    def input_files(self) -> tuple[Path, ...]:
        """List the input files of a kind that can be read; lock files of Excel are left out.

        Links are listed, as they are refused when they are opened: what a person sees never counts as absent.
        """
        files = (path for path in walked(self.inputs, links=True) if path.suffix.lower() in INPUT_SUFFIXES)
        return tuple(sorted(path for path in files if not path.name.startswith((".", "~$"))))

    def input(self, name: str) -> Path:
        """Give an input file by its name inside ``inputs``.

        Raises
        ------
        UnreadableFile
            When there is none of that name (the sentence names those present), or it lies outside.
        """
        path = inside(self.inputs, name)
        if not is_file(path):
            present = [file.relative_to(self.inputs).as_posix() for file in self.input_files()]
            close = difflib.get_close_matches(name, present, 1)
            hint = f"did you mean {close[0]}?" if close else f"present: {', '.join(present) or 'none'}."
            raise UnreadableFile(f"There is no input {name} in {self.inputs}; {hint}", path)
        return path

    def require_writable(self) -> None:
        """Make the missing folders of the project, and make sure that files can be written.

        Raises
        ------
        ProjectError
            When the project is read-only; nothing is left behind.
        ViewerRefused
            In a process that serves readers.
        """
        refuse_viewer("Writing into a project")
        probe = self.state_folder / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
        try:
            for folder in (self.inputs, self.results, self.state_folder):
                make_folder(folder)
            os.close(open_descriptor(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
            remove(probe)
        except OSError as error:
            raise ProjectError(
                f"The project {self.folder} cannot be written: {reason_of(error)} Nothing was written.",
                self.folder,
            ) from error

    def validate(self) -> Problems:
        """Check the project and that each input file can be opened; the sheets are checked by the domains."""
        problems = Problems(FILE_NAME)
        problems.extend(check_settings(self.settings))
        for name in self.unknown:
            problems.warning(f"the setting '{name}' is not known and was passed over; remove or correct it.")
        if not is_folder(self.inputs):
            problems.warning("the folder 'inputs' is missing; make it and put the input files there.")
        for path in self.input_files():
            _check_input(path, path.relative_to(self.folder).as_posix(), problems)
        return problems


def _check_input(path: Path, name: str, problems: Problems) -> None:
    found = Problems(name)
    try:
        content = read_whole(path, MAX_INPUT_MEGABYTES, "a file")
        if path.suffix.lower() in WORKBOOK_SUFFIXES:
            check_is_workbook(path, content, MAX_INPUT_MEGABYTES)
    except UnreadableFile as error:
        found.error(str(error))
    if is_file(path.with_name(f"~${path.name}")):
        found.warning("it is open in Excel: changes not yet saved are not seen; save it first.")
    problems.extend(found)


def _refuse_taken(final: Path) -> None:
    try:
        taken = final.exists() and (not final.is_dir() or any(final.iterdir()))
    except OSError as error:
        raise ProjectError(f"{final} cannot be looked at: {reason_of(error)}", final) from error
    if taken:
        kind = "a folder with files in it" if final.is_dir() else "a file"
        raise ProjectError(f"{final} is already there, {kind}; choose another name, or open it.", final)


@contextmanager
def _creating(final: Path) -> Iterator[Path]:
    """Give a folder beside ``final`` that takes its name when the block succeeds, and goes when it fails."""
    temporary = final.with_name(f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}")
    missing = [folder for folder in final.parents if not os.path.lexists(folder)]
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        sweep(final.parent)
        temporary.mkdir()
        yield temporary
        if final.is_dir():
            final.rmdir()
        os.rename(temporary, final)  # noqa: PTH104 - unlike replace, refuses a folder that appeared meanwhile
    except BaseException as error:
        shutil.rmtree(temporary, ignore_errors=True)
        with contextlib.suppress(OSError):
            for folder in missing:
                folder.rmdir()
        if isinstance(error, (OSError, DataError)):
            reason = _reason(error, final)
            raise ProjectError(f"The project {final} cannot be created: {reason}", final) from error
        raise


def _reason(error: OSError | DataError, final: Path) -> str:
    if isinstance(error, UnwritableFile) and isinstance(error.__cause__, OSError):
        return reason_of(error.__cause__)
    if isinstance(error, DataError):
        return str(error)
    if error.errno in (errno.ENOTEMPTY, errno.EEXIST) and not final.exists():
        return "a part of its path is a file, not a folder."
    if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
        return "another one appeared there meanwhile; open that, or choose another name."
    return reason_of(error)
