"""One setting in a form: its label, its input, and a line below that helps or says what is wrong."""

from __future__ import annotations

import dataclasses
import enum
import html
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets

from workbench.errors import WorkbenchError
from workbench.lazy import located
from workbench.runs.model.setting_types import text_of
from workbench.runs.model.settings import Setting, to_plain
from workbench.ui.base import ErrorStrip
from workbench.ui.forms.record_list import RecordList
from workbench.ui.labels import labelled

__all__ = ["FONT_SIZE", "Field", "offered"]

FONT_SIZE = "12px"
NOT_CHOSEN = "not chosen"
_WIDTH = {"width": "auto", "max_width": "320px"}


def offered(location: str, project: Any, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Give what a form offers in a project; nothing where it cannot be told, which the run will then say.

    Parameters
    ----------
    location
        Of what tells it, see :class:`~workbench.runs.model.setting_types.InForm`; nothing is offered without one.
    project
        The project; nothing is offered without one.
    values
        The content of the form.
    """
    if not location or project is None:
        return ()
    try:
        return tuple(dict.fromkeys(map(str, located(location)(project, values))))
    except (WorkbenchError, OSError):
        return ()


class Field:
    """One setting: title with unit, input, help, and the sentence when it is wrong.

    Parameters
    ----------
    item
        The setting.
    value
        What is shown first.
    make_form
        Makes the form of a record, where the setting is a list of records.
    has_offers
        Whether there is a project whose names can be offered.
    """

    def __init__(
        self, item: Setting, value: Any, make_form: Callable[..., Any], *, has_offers: bool = False
    ) -> None:
        self.item = item
        self.choices = _choices_of(item)
        self._make_form = make_form
        self.is_offering = False
        self._picks = has_offers and bool(item.in_form.offers) and item.type is str
        self._several = typing.get_origin(item.type) in (tuple, list) and bool(self.choices)
        self.input = self._make_input(value)
        self.title = f"{item.title} [{item.unit}]" if item.unit else item.title
        parts = [self.input]
        if isinstance(self.input, RecordList):
            parts.insert(0, ipywidgets.HTML(f"<b>{html.escape(self.title)}</b>"))
        else:
            labelled(self.input, self.title)
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

    @property
    def is_wide(self) -> bool:
        """Whether it takes a row of its own."""
        return isinstance(self.input, RecordList)

    def show(self, value: Any) -> None:
        """Put a value into the field."""
        if isinstance(self.input, RecordList):
            self.input.show(value)
            return
        if isinstance(self.input, ipywidgets.Dropdown) and self._picks:
            self._take_options(self._names, str(value))
        self.input.value = self._shown(value)

    def offer(self, names: Sequence[str]) -> None:
        """Offer names to choose from; what is chosen stays, also when it is not among them."""
        if isinstance(self.input, ipywidgets.Combobox):
            self.input.options = tuple(names)
        elif isinstance(self.input, ipywidgets.Dropdown) and self._picks:
            self._take_options(tuple(names), str(self.input.value or ""))

    def is_open_for(self, name: str) -> bool:
        """Whether nothing is chosen here yet, and this name can be."""
        is_list = self._picks and isinstance(self.input, ipywidgets.Dropdown)
        return is_list and not self.value and name in self._names

    def say(self, sentence: str) -> None:
        """Show why the value is wrong, or the help when it is not."""
        help_text = " ".join(part for part in (self.item.help, _range_text(self.item)) if part)
        if sentence:
            self._note.show(sentence, size=FONT_SIZE)
        else:
            self._note.value = (
                f'<div style="opacity:.65;font-size:11px;line-height:1.3">{html.escape(help_text)}</div>'
            )

    def _make_input(self, value: Any) -> ipywidgets.Widget:
        if (record := _record_type(self.item)) is not None:
            return RecordList(lambda one=None: self._make_form(record, one), value)
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
        example = self.item.in_form.example
        placeholder = f"such as {example}" if example else ""
        if self._picks and self.item.in_form.is_open:
            return ipywidgets.Combobox(
                value=shown, ensure_option=False, placeholder=placeholder, layout=_WIDTH
            )
        if self._picks:
            self._names: tuple[str, ...] = ()
            return ipywidgets.Dropdown(options=_with_chosen((), shown), value=shown, layout=_WIDTH)
        return ipywidgets.Text(value=shown, placeholder=placeholder, layout=_WIDTH)

    def _take_options(self, names: tuple[str, ...], chosen: str) -> None:
        self._names = names
        options = _with_chosen(names, chosen)
        if options != list(self.input.options):
            # New options choose the first one: nobody is to act on that.
            self.is_offering = True
            self.input.options = options
            self.input.value = chosen
            self.is_offering = False

    def _options(self) -> list[tuple[str, Any]]:
        return [("none" if choice is None else str(to_plain(choice)), choice) for choice in self.choices]

    def _shown(self, value: Any) -> Any:
        if self._several:
            return tuple(value)
        if self.choices or self.item.type in (bool, int, float):
            return value
        plain = to_plain(value)
        return "" if plain is None else text_of(plain)


def _with_chosen(names: Sequence[str], chosen: str) -> list[tuple[str, str]]:
    options = [(NOT_CHOSEN, ""), *((name, name) for name in names if name)]
    if chosen and chosen not in names:
        options.append((f"{chosen} (not there)", chosen))
    return options


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
