"""A form for a job's config, made from the settings that the config declares."""

from __future__ import annotations

import dataclasses
import enum
import html
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import ipywidgets

from workbench.errors import SettingError
from workbench.runs.model.setting_types import text_of
from workbench.runs.model.settings import Setting, changed, settings_of, to_plain
from workbench.ui.base import ErrorStrip
from workbench.ui.fold import Fold
from workbench.ui.forms.record_list import RecordList
from workbench.ui.labels import label_style, labelled

__all__ = ["ConfigForm"]

FONT_SIZE = "12px"
_WIDTH = {"width": "auto", "max_width": "320px"}


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
    """

    def __init__(
        self,
        config_type: type,
        config: Any = None,
        check: Callable[[Any], Iterable[SettingError]] | None = None,
    ) -> None:
        self._check_whole = check
        self._base = config_type() if config is None else config
        self._fields = {
            item.name: _Field(item, getattr(self._base, item.name)) for item in settings_of(config_type)
        }
        self._general = ErrorStrip()
        usual = [field for field in self._fields.values() if not field.item.advanced]
        advanced = [field for field in self._fields.values() if field.item.advanced]
        self._more = Fold(f"More settings ({len(advanced)})", _arranged(advanced))
        parts = [_arranged(usual), self._more] if advanced else [_arranged(usual)]
        super().__init__([*parts, self._general, label_style()])
        for name, field in self._fields.items():
            field.input.observe(lambda _, name=name: self._check(name), "value")

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

    def show(self, config: Any) -> None:
        """Put the values of a config into the fields."""
        self._base = config
        for name, field in self._fields.items():
            field.show(getattr(config, name))

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


def _arranged(fields: list[_Field]) -> ipywidgets.VBox:
    columns = {"grid_template_columns": "repeat(auto-fill, minmax(240px, 1fr))", "grid_gap": "4px 24px"}
    small = [field.box for field in fields if not isinstance(field.input, RecordList)]
    wide = [field.box for field in fields if isinstance(field.input, RecordList)]
    return ipywidgets.VBox([ipywidgets.GridBox(small, layout=columns), *wide])


class _Field:
    """One setting: title with unit, input, help, and the sentence when it is wrong."""

    def __init__(self, item: Setting, value: Any) -> None:
        self.item = item
        self.choices = _choices_of(item)
        self._several = typing.get_origin(item.type) in (tuple, list) and bool(self.choices)
        self.input = self._make_input(value)
        title = f"{item.title} [{item.unit}]" if item.unit else item.title
        parts = [self.input]
        if isinstance(self.input, RecordList):
            parts.insert(0, ipywidgets.HTML(f"<b>{html.escape(title)}</b>"))
        else:
            labelled(self.input, title)
        self._note = ErrorStrip()
        self.box = ipywidgets.VBox([*parts, self._note], layout={"overflow": "hidden"})
        self.say("")

    @property
    def value(self) -> Any:
        """The content of the field."""
        found = self.input.value
        if isinstance(found, str) and not self.choices:
            found = found.strip()
            return None if found == "" and _may_be_none(self.item.type) else found
        return found

    def show(self, value: Any) -> None:
        """Put a value into the field."""
        if isinstance(self.input, RecordList):
            self.input.show(value)
        else:
            self.input.value = self._shown(value)

    def say(self, sentence: str) -> None:
        """Show why the value is wrong, or the help when it is not."""
        range_text = _range_text(self.item)
        help_text = " ".join(part for part in (self.item.help, range_text) if part)
        if sentence:
            self._note.show(sentence, size=FONT_SIZE)
        else:
            self._note.value = (
                f'<div style="opacity:.65;font-size:11px;line-height:1.3">{html.escape(help_text)}</div>'
            )

    def _make_input(self, value: Any) -> ipywidgets.Widget:
        if (record := _record_type(self.item)) is not None:
            return RecordList(lambda one=None: ConfigForm(record, one), value)
        shown = self._shown(value)
        if self._several:
            rows = min(6, len(self.choices))
            return ipywidgets.SelectMultiple(options=self._options(), value=shown, rows=rows, layout=_WIDTH)
        if self.choices:
            return ipywidgets.Dropdown(options=self._options(), value=shown, layout=_WIDTH)
        if self.item.type is bool:
            return ipywidgets.Checkbox(value=shown, indent=False, layout=_WIDTH)
        if self.item.type is int:
            return ipywidgets.IntText(value=shown, layout=_WIDTH)
        if self.item.type is float:
            return ipywidgets.FloatText(value=shown, step=None, layout=_WIDTH)
        return ipywidgets.Text(value=shown, layout=_WIDTH)

    def _options(self) -> list[tuple[str, Any]]:
        return [("none" if choice is None else str(to_plain(choice)), choice) for choice in self.choices]

    def _shown(self, value: Any) -> Any:
        if self._several:
            return tuple(value)
        if self.choices or self.item.type in (bool, int, float):
            return value
        plain = to_plain(value)
        return "" if plain is None else text_of(plain)


def _choices_of(item: Setting) -> tuple[Any, ...]:
    if item.choices:
        return item.choices
    if isinstance(item.type, type) and issubclass(item.type, enum.Enum):
        return tuple(item.type)
    if typing.get_origin(item.type) is typing.Literal:
        return typing.get_args(item.type)
    return ()


def _record_type(item: Setting) -> type | None:
    parts = typing.get_args(item.type)
    is_list = typing.get_origin(item.type) in (tuple, list)
    return typing.cast(type, parts[0]) if is_list and parts and dataclasses.is_dataclass(parts[0]) else None


def _may_be_none(kind: Any) -> bool:
    return type(None) in typing.get_args(kind)


def _range_text(item: Setting) -> str:
    # Thousands are not grouped: many of the bounds are years.
    match item.minimum, item.maximum:
        case None, None:
            return ""
        case minimum, None:
            return f"(at least {minimum:.10g})"
        case None, maximum:
            return f"(at most {maximum:.10g})"
        case minimum, maximum:
            return f"({minimum:.10g} to {maximum:.10g})"
