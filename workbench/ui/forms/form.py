"""A form for a job's config, made from the settings that the config declares."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import ipywidgets

from workbench.errors import SettingError
from workbench.runs.model.settings import changed, settings_of
from workbench.ui.base import ErrorStrip
from workbench.ui.fold import Fold
from workbench.ui.forms.field import FONT_SIZE, Field, offered
from workbench.ui.forms.key_table import KeyTable
from workbench.ui.labels import label_style

__all__ = ["NAMES_THREAD", "ConfigForm"]

NAMES_THREAD = "workbench names"
"""Name of the threads that read what tables of settings have a row for."""


class ConfigForm(ipywidgets.VBox):  # type: ignore[misc]
    """Fields for all settings of a config type; what is not allowed is said under its field.

    A value outside of its bounds is refused with its sentence and never moved to the nearest bound.

    Parameters
    ----------
    config_type
        Frozen dataclass whose fields are declared with ``setting(...)``.
    config
        What the form shows first; the defaults when left out.
    check
        Gives the problems of a config as a whole, as a job does.
    project
        A project whose files and scenarios are offered; without one, names are typed.
    """

    def __init__(
        self,
        config_type: type,
        config: Any = None,
        check: Callable[[Any], Iterable[SettingError]] | None = None,
        *,
        project: Any = None,
    ) -> None:
        self._check_whole, self._project = check, project
        self._base = config_type() if config is None else config
        self._fields = {
            item.name: Field(item, getattr(self._base, item.name), ConfigForm, has_offers=project is not None)
            for item in settings_of(config_type)
        }
        self._general = ErrorStrip()
        self._tables: dict[KeyTable, list[Field]] = {}
        self._of_files: list[Callable[[str], None]] = []
        self._naming = threading.Lock()
        usual = [field for field in self._fields.values() if not field.item.advanced]
        advanced = [field for field in self._fields.values() if field.item.advanced]
        self._more = Fold(f"More settings ({len(advanced)})", self._arranged(advanced))
        self._more.observe(lambda _: self._fill_tables(), "is_open")
        parts = [self._arranged(usual), self._more] if advanced else [self._arranged(usual)]
        super().__init__([*parts, self._general, label_style()])
        for name, field in self._fields.items():
            field.input.observe(lambda _, name=name: self._check(name), "value")
        self.offer_again()
        for field in self._fields.values():
            if field.item.in_form.offers and isinstance(field.input, ipywidgets.Dropdown):
                # A file names the sheets, sectors and plants that other fields offer.
                field.input.observe(lambda _: self.offer_again(), "value")

    def __repr__(self) -> str:
        return f"<ConfigForm of {type(self._base).__name__}>"

    @property
    def config(self) -> Any:
        """The config as the form has it, validated; a sentence appears by the field that is wrong.

        Raises
        ------
        SettingError
            When a value is not allowed.
        """
        self._say_nothing()
        try:
            return changed(self._base, self.values, check=self._check_whole)
        except SettingError as error:
            for problem in error.problems:
                self._say(problem)
            raise

    @property
    def values(self) -> Mapping[str, Any]:
        """The content of the fields, by name, not validated."""
        return {name: field.value for name, field in self._fields.items()}

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` whenever a field changes."""
        for field in self._fields.values():
            field.input.observe(lambda _: listener(), "value")

    def offer_again(self) -> None:
        """Look again at what the project offers: after a file has come, or a run has ended."""
        if any(field.is_offering for field in self._fields.values()):
            return
        values = self.values
        for field in self._fields.values():
            if field.item.in_form.offers and not field.item.in_form.keys:
                field.offer(offered(field.item.in_form.offers, self._project, values))
        if self._more.is_open:
            self._fill_tables()

    def on_file(self, listener: Callable[[str], None]) -> None:
        """Call ``listener`` with the name of each file that comes into the project from the page."""
        self._of_files.append(listener)

    def take_file(self, name: str) -> None:
        """Offer a file that has come into the project; chosen where it can only be what the job begins with."""
        self.offer_again()
        first, *others = self._fields.values()
        if first.is_open_for(name) and not any(field.is_open_for(name) for field in others):
            first.show(name)
        for listener in self._of_files:
            listener(name)

    def show(self, config: Any) -> None:
        """Put the values of a config into the fields."""
        self._base = config
        for name, field in self._fields.items():
            field.show(getattr(config, name))

    def _arranged(self, fields: list[Field]) -> ipywidgets.VBox:
        by_keys: dict[str, list[Field]] = {}
        for field in fields:
            if field.item.in_form.keys and self._project is not None:
                by_keys.setdefault(field.item.in_form.keys, []).append(field)
        tables = {KeyTable(found): found for found in by_keys.values()}
        self._tables.update(tables)
        in_tables = {field for found in tables.values() for field in found}
        columns = {"grid_template_columns": "repeat(auto-fill, minmax(240px, 1fr))", "grid_gap": "4px 24px"}
        small = [field.box for field in fields if not field.is_wide and field not in in_tables]
        wide = [field.box for field in fields if field.is_wide]
        parts = [ipywidgets.GridBox(small, layout=columns)]
        if tables:
            beside = {"flex_flow": "row wrap", "grid_gap": "8px 48px"}
            parts.append(ipywidgets.HBox(list(tables), layout=beside))
        return ipywidgets.VBox([*parts, *wide])

    def _fill_tables(self) -> None:
        if self._tables and self._more.is_open:
            # In a thread, as a large workbook may have to be read for the names.
            threading.Thread(target=self._offer_in_tables, name=NAMES_THREAD, daemon=True).start()

    def _offer_in_tables(self) -> None:
        with self._naming:
            values = self.values
            for table, fields in self._tables.items():
                names = offered(fields[0].item.in_form.keys, self._project, values)
                choices = [offered(field.item.in_form.offers, self._project, values) for field in fields]
                table.offer(names, choices)

    def _check(self, name: str) -> None:
        field = self._fields[name]
        try:
            changed(self._base, {name: field.value})
        except SettingError as error:
            # A rule between two settings is checked when the run is started.
            own = [str(problem) for problem in error.problems if problem.setting in (name, "")]
            field.say(own[0] if own else "")
        else:
            field.say("")

    def _say(self, error: SettingError) -> None:
        field = self._fields.get(error.setting)
        if field is not None:
            field.say(str(error))
            if field.item.advanced:
                self._more.is_open = True
        else:
            self._general.show(error, size=FONT_SIZE)

    def _say_nothing(self) -> None:
        self._general.clear()
        for field in self._fields.values():
            field.say("")
