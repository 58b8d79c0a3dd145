"""What changed between two results: inputs, settings, version, notes, and what that did to the numbers.

::

    changed = compare(load(project, "base"), load(project, "high"))
    changed.numbers        # a table, the largest change first
    changed.inputs         # the cells that differ
    changed.to_frame()     # everything as one table, for a CSV file
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.data.comparison.differences import Difference, DifferenceKind, cell_text
from workbench.data.comparison.facts import Change, fact_changes, note_changes, setting_changes
from workbench.data.comparison.inputs import input_differences
from workbench.data.comparison.numbers import NUMBER_COLUMNS, compared_numbers, largest_changes, place_text
from workbench.data.formatting import INDIA, Style, energy_factor, format_number
from workbench.data.heading import Heading
from workbench.data.results.store import Result, store_of
from workbench.data.tables.harmless import harmless_text
from workbench.errors import InvalidData

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparison", "ComparisonTable", "compare"]

MAX_SHOWN = 40
NOTHING_DIFFERS = "Nothing differs."
NO_BREAK, NO_BREAK_HYPHEN = "\N{NO-BREAK SPACE}", "\N{NON-BREAKING HYPHEN}"


@dataclass(frozen=True, slots=True)
class ComparisonTable:
    """A part of a comparison as every page shows it.

    Parameters
    ----------
    title
        Its heading.
    headers, rows
        Formatted texts.
    text_columns
        Places of the columns that hold texts.
    remark
        What has to be said of it: that nothing differs, or how many rows are not shown.
    """

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_columns: tuple[int, ...]
    remark: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two results beside each other.

    Parameters
    ----------
    what
        What one result is called, such as ``"capacity plan"``.
    names
        What the two are called: their scenarios, with their projects where the scenarios have one name.
    numbers
        The numbers, the largest change first; see :func:`~workbench.data.comparison.numbers.compared_numbers`.
    inputs
        Cells, rows, columns, sheets and files that differ.
    unknown
        Sentences about inputs that differ and cannot be compared.
    settings, facts, notes
        Settings, facts (the version of the package first) and notes that differ.
    made_up
        Whether one of them was made of made-up inputs.
    """

    what: str
    names: tuple[str, str]
    numbers: pd.DataFrame
    inputs: tuple[Difference, ...] = ()
    unknown: tuple[str, ...] = ()
    settings: tuple[Change, ...] = ()
    facts: tuple[Change, ...] = ()
    notes: tuple[Change, ...] = ()
    made_up: bool = False

    @property
    def title(self) -> str:
        """Heading of every page."""
        return f"What changed from {self.names[0]} to {self.names[1]}"

    @property
    def heading(self) -> Heading:
        """What every page and file is headed with."""
        return Heading(self.title, filters=(self.what,), made_up=self.made_up)

    @property
    def changed_numbers(self) -> pd.DataFrame:
        """The numbers that differ, the largest change first."""
        one, two = (self.numbers[name] for name in self.names)
        return self.numbers[(self.numbers.difference.abs() > 0) | (one.notna() != two.notna())]

    @property
    def nothing_differs(self) -> bool:
        """Whether inputs, settings, version, notes and numbers are the same."""
        lists = (self.inputs, self.unknown, self.settings, self.facts, self.notes, self.changed_numbers)
        return not any(len(part) for part in lists)

    @property
    def summary(self) -> str:
        """How much differs, in one sentence."""
        if self.nothing_differs:
            return NOTHING_DIFFERS
        changed = self.changed_numbers
        counts = {
            "number": len(changed),
            "place in the inputs": len(self.inputs),
            "input that cannot be compared": len(self.unknown),
            "setting": len(self.settings),
            "fact": len(self.facts),
            "note": len(self.notes),
        }
        parts = [f"{count} {_plural(word, count)}" for word, count in counts.items() if count]
        differ = "differs" if sum(counts.values()) == 1 else "differ"
        return f"{_listed(parts)} {differ}; {len(self.numbers)} numbers were compared."

    def tables(self, style: Style, limit: int | None = MAX_SHOWN) -> tuple[ComparisonTable, ...]:
        """Give the parts as every page shows them, at most ``limit`` rows of each."""
        parts = [
            self._numbers_table(style, limit),
            self._changes_table("Inputs", ("What", "Where", "Is about"), self._input_changes(), limit),
            self._changes_table("Settings", ("Setting", "Name", "Unit"), self.settings, limit),
            self._changes_table("Version and facts", ("Fact", "Where", "Unit"), self.facts, limit),
            self._changes_table("Notes", ("Kind", "Where", "What to do"), self.notes, limit),
        ]
        return tuple(parts)

    def to_frame(self) -> pd.DataFrame:
        """Give everything that differs as one table: part, what, where, about, unit, one column a result."""
        import pandas as pd

        first, second = self.names
        numbers = self.changed_numbers
        rows: list[tuple[object, ...]] = [
            ("numbers", row["number"], row["of"], row["table"], row["unit"], *_plain(row, self.names))
            for row in numbers.to_dict("records")
        ]
        for part, changes in (
            ("inputs", self._input_changes()),
            ("settings", self.settings),
            ("facts", self.facts),
            ("notes", self.notes),
        ):
            rows += [
                (part, change.what, change.where, change.about, "", change.before, change.after, None, None)
                for change in changes
            ]
        columns = ["part", "what", "where", "about", "unit", first, second, "difference", "difference [%]"]
        return pd.DataFrame(rows, columns=columns)

    def to_csv(self) -> str:
        """Give everything that differs as CSV; what it is of is said in the lines that begin with ``#``."""
        table = self.to_frame()
        texts = {str(name): table[name] for name in table if table[name].dtype.kind not in "fi"}
        table = table.assign(**{name: cells.astype(str).map(harmless_text) for name, cells in texts.items()})
        return self.heading.comments + table.to_csv(index=False, lineterminator="\n")

    def _repr_html_(self) -> str:
        parts = [f"<p>{html.escape(self.title)}: {html.escape(self.summary)}</p>"]
        for table in self.tables(INDIA):
            head = "".join(f"<th>{html.escape(text)}</th>" for text in table.headers)
            rows = ("".join(f"<td>{html.escape(text)}</td>" for text in row) for row in table.rows)
            body = "".join(f"<tr>{row}</tr>" for row in rows)
            if body:
                caption = f"<caption>{html.escape(table.title)}</caption>"
                parts.append(f"<table>{caption}<tr>{head}</tr>{body}</table>")
            if table.remark:
                parts.append(f"<p>{html.escape(f'{table.title}: {table.remark}')}</p>")
        return "".join(parts)

    def __repr__(self) -> str:
        return f"<Comparison of {self.names[0]!r} and {self.names[1]!r}: {self.summary}>"

    def _numbers_table(self, style: Style, limit: int | None) -> ComparisonTable:
        all_changed = self.changed_numbers
        changed = largest_changes(all_changed, self.names)
        keys = [name for name in changed if name in all_changed.columns[len(NUMBER_COLUMNS) + 4 :]]
        rows = []
        for row in changed[:limit].to_dict("records"):
            unit = row["unit"]
            factor = energy_factor("GWh", style.energy_unit) if unit == "GWh" else 1.0
            place = place_text({name: row[name] for name in keys}, style)
            rows.append(
                (
                    _number_text(row["number"], style.energy_unit if unit == "GWh" else unit, place),
                    *(format_number(row[name] * factor, style=style) for name in self.names),
                    format_number(row["difference"] * factor, style=style, signed=True),
                    format_number(row["difference_percent"], decimals=2, signed=True),
                )
            )
        headers = ("Number", *self.names, "Difference", "[%]")
        remark = _remark(len(changed), limit) if rows else f"All {len(self.numbers)} are the same."
        if len(changed) < len(all_changed):
            what = "Of each number the year or month with the largest change is shown."
            remark = f"{remark} {what} {len(all_changed)} differ in all; the CSV file has them.".strip()
        return ComparisonTable("Numbers", headers, tuple(rows), (0,), remark)

    def _changes_table(
        self, title: str, headers: tuple[str, str, str], changes: Sequence[Change], limit: int | None
    ) -> ComparisonTable:
        rows = tuple(
            (change.what, change.where, change.about, change.before, change.after)
            for change in changes[:limit]
        )
        remark = _remark(len(changes), limit) if rows else "These are the same."
        if title == "Inputs" and self.unknown:
            remark = " ".join((*self.unknown, _remark(len(changes), limit)))
        # A column that says nothing is left out.
        kept = [at for at in range(5) if at > 2 or any(row[at] for row in rows)] if rows else range(5)
        shown = tuple(tuple(row[at] for at in kept) for row in rows)
        titles = tuple((*headers, *self.names)[at] for at in kept)
        return ComparisonTable(title, titles, shown, tuple(range(len(titles))), remark.strip())

    def _input_changes(self) -> tuple[Change, ...]:
        return tuple(_change_of(difference) for difference in self.inputs)


def compare(before: Any, after: Any) -> Comparison:
    """Put two results of one domain beside each other.

    Parameters
    ----------
    before, after
        The results; differences are after - before. What is not a :class:`~workbench.data.results.store.Result`
        says itself what changed: ``after.changes_from(before)``.

    Raises
    ------
    InvalidData
        When they are not of one domain.
    """
    if not isinstance(after, Result):
        changes: Comparison = after.changes_from(before)
        return changes
    store = store_of(before)
    if store_of(after) is not store:
        raise InvalidData(
            f"A {store.name} and a {store_of(after).name} cannot be compared; choose two of one kind."
        )
    names = _names(before, after)
    found, unknown = input_differences(store, before, after, names)
    return Comparison(
        what=store.name,
        names=names,
        numbers=compared_numbers(store, before, after, names),
        inputs=found,
        unknown=unknown,
        settings=setting_changes(before, after),
        facts=fact_changes(store, before, after),
        notes=note_changes(before.notes, after.notes),
        made_up=before.made_up or after.made_up,
    )


def _names(before: Result[Any], after: Result[Any]) -> tuple[str, str]:
    first, second = before.scenario, after.scenario
    if first == second:
        projects = [result.project for result in (before, after)]
        labels = ["not saved" if project is None else project.name for project in projects]
        if labels[0] == labels[1]:
            labels = ["not saved" if project is None else project.folder.name for project in projects]
        if labels[0] == labels[1]:
            labels = ["before", "after"]
        first, second = (f"{first} ({label})" for label in labels)
    return first, second


def _change_of(difference: Difference) -> Change:
    sheet = f"sheet '{difference.sheet}'" if difference.sheet else ""
    where = ", ".join(part for part in (difference.file, sheet, difference.place) if part)
    before = "" if difference.kind is DifferenceKind.ADDED else cell_text(difference.before)
    after = "" if difference.kind is DifferenceKind.REMOVED else cell_text(difference.after)
    if difference.part in ("sheet", "file"):
        before, after = (text and "present" for text in (before, after))
    return Change(f"{difference.part} {difference.kind}", where, difference.label, before, after)


def _plain(row: Mapping[Any, Any], names: tuple[str, str]) -> tuple[object, ...]:
    return *(row[name] for name in names), row["difference"], row["difference_percent"]


def _number_text(number: str, unit: str, place: str) -> str:
    """Write what a number is, its unit and what it is of; a narrow page breaks the line at the commas."""
    parts = [f"{number[:1].upper()}{number[1:]}{f' [{unit}]' if unit else ''}", *place.split(", ")]
    return ", ".join(_unbroken(part) for part in parts if part)


def _unbroken(text: str) -> str:
    # The hyphen of a fiscal year, not that of a name that users may search for.
    text = text.replace("-", NO_BREAK_HYPHEN) if text.startswith("FY ") else text
    return text.replace(" ", NO_BREAK)


def _remark(count: int, limit: int | None) -> str:
    return "" if limit is None or count <= limit else f"The first {limit} of {count} are shown."


def _plural(words: str, count: int) -> str:
    first, _, rest = words.partition(" ")
    return words if count == 1 else f"{first}s {rest}".strip()


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
