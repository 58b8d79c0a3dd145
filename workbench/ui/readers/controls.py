"""The controls of a page by name, their values as text, and choosing by text what they offer.

A name is the label of a control after the titles of the tabs around it, such as ``Sectors/Sector``; a second one
of a name has a number. Only kinds of controls that readers may use are met.
"""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import ipywidgets
from ipywidgets.widgets.widget_bool import _Bool
from ipywidgets.widgets.widget_float import _BoundedFloat, _BoundedFloatRange
from ipywidgets.widgets.widget_int import _BoundedInt, _BoundedIntRange
from ipywidgets.widgets.widget_selection import _MultipleSelection, _Selection
from ipywidgets.widgets.widget_selectioncontainer import _SelectionContainer

from workbench.ui.fold import Fold

__all__ = ["choose", "containers_in", "controls_in", "is_shown", "text_of", "trait_of", "unopened_in"]

TAB = "Tab"
_BETWEEN, _OF = "..", "|"


def controls_in(page: ipywidgets.Widget) -> Iterator[tuple[str, ipywidgets.Widget]]:
    """Give the controls of a page by their names, from top to bottom."""
    given: Counter[str] = Counter()
    for path, widget in _walked(page, ""):
        label = _label_of(widget)
        if label:
            name = f"{path}{label}"
            given[name] += 1
            yield (name if given[name] == 1 else f"{name} {given[name]}"), widget


def containers_in(page: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    """Give the widgets of a page that hold others."""
    return (widget for _, widget in _walked(page, "") if isinstance(widget, ipywidgets.Box))


def unopened_in(page: ipywidgets.Widget) -> Iterator[str]:
    """Give what the names of controls begin with that a page may have in tabs that were not opened yet."""
    for path, widget in _walked(page, ""):
        if isinstance(widget, _SelectionContainer):
            for title, child in zip(widget.titles, widget.children, strict=False):
                if not getattr(child, "children", True):
                    yield f"{path}{title}/"


def is_shown(control: ipywidgets.Widget) -> bool:
    """Whether a control is in sight, as far as its own layout says."""
    return bool(control.layout.display != "none")


def trait_of(control: ipywidgets.Widget) -> str:
    """Name the trait that changes when something is chosen."""
    if isinstance(control, _SelectionContainer):
        return "selected_index"
    return "is_open" if isinstance(control, Fold) else "value"


def text_of(control: Any) -> str:
    """Write what is chosen in a control."""
    match control:
        case _SelectionContainer():
            return "" if control.selected_index is None else str(control.get_title(control.selected_index))
        case Fold():
            return "open" if control.is_open else "closed"
        case _MultipleSelection():
            return _OF.join(_option_text(control, index) for index in control.index)
        case _Selection():
            return "" if control.index is None else _option_text(control, control.index)
        case _Bool():
            return "yes" if control.value else "no"
        case _BoundedIntRange() | _BoundedFloatRange():
            return _BETWEEN.join(map(repr, control.value))
        case ipywidgets.DatePicker():
            return "" if control.value is None else str(control.value.isoformat())
    return repr(control.value)


def choose(control: Any, text: str) -> None:
    """Choose in a control what a text says; nothing, where it does not offer that."""
    if getattr(control, "disabled", False):
        return
    try:
        _choose(control, text)
    except (ValueError, OverflowError):
        # Of a text that is not of this kind there is nothing to be chosen.
        return


def _choose(control: Any, text: str) -> None:
    match control:
        case _SelectionContainer():
            control.selected_index = list(control.titles).index(text)
        case Fold():
            control.is_open = ("closed", "open").index(text) == 1
        case _MultipleSelection():
            offered = [_option_text(control, index) for index in range(len(control.options))]
            control.index = tuple(offered.index(one) for one in text.split(_OF)) if text else ()
        case _Selection():
            offered = [_option_text(control, index) for index in range(len(control.options))]
            control.index = offered.index(text)
        case _Bool():
            control.value = ("no", "yes").index(text) == 1
        case _BoundedIntRange() | _BoundedFloatRange():
            low, high = (_number(part, control) for part in text.split(_BETWEEN))
            if low <= high:
                control.value = (low, high)
        case ipywidgets.DatePicker():
            control.value = datetime.date.fromisoformat(text) if text else None
        case _:
            control.value = _number(text, control)


def _number(text: str, control: Any) -> float:
    number = float(text)
    if not (math.isfinite(number) and control.min <= number <= control.max):
        raise ValueError(text)
    return int(text) if isinstance(control, (_BoundedInt, _BoundedIntRange)) else number


def _option_text(control: Any, index: int) -> str:
    value = control._options_values[index]
    return value if isinstance(value, str) else str(control._options_labels[index])


def _label_of(widget: Any) -> str:
    match widget:
        case ipywidgets.Valid() | ipywidgets.IntProgress() | ipywidgets.FloatProgress():
            return ""
        case _SelectionContainer():
            return TAB
        case Fold():
            return str(widget.title)
        case (
            _MultipleSelection()
            | _Selection()
            | _Bool()
            | _BoundedInt()
            | _BoundedFloat()
            | _BoundedIntRange()
            | _BoundedFloatRange()
            | ipywidgets.DatePicker()
        ):
            return str(widget.description).strip(" :")
    return ""


def _walked(widget: ipywidgets.Widget, path: str) -> Iterator[tuple[str, ipywidgets.Widget]]:
    yield path, widget
    if isinstance(widget, _SelectionContainer):
        for title, child in zip(widget.titles, widget.children, strict=False):
            yield from _walked(child, f"{path}{title}/")
    elif isinstance(widget, ipywidgets.Box):
        for child in widget.children:
            yield from _walked(child, path)
