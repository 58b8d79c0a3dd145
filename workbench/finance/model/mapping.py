"""What every column of a file means."""

from __future__ import annotations

from dataclasses import dataclass, replace

from workbench.errors import InvalidData
from workbench.finance.model.roles import FIGURES, TITLES, Role, Variant, figure_name

__all__ = ["ColumnRole", "RoleMapping"]


@dataclass(frozen=True, slots=True)
class ColumnRole:
    """One column and what it means.

    Parameters
    ----------
    column
        Header.
    role, variant
        Meaning; no role when the column is not used.
    score
        0 to 1: how sure the proposal is; 1 when the user said so.
    reason
        What the proposal rests on, as text.
    samples
        First cells as they are in the file.
    unit, currency
        ``"%"``, ``"thousand"`` …, and the ISO 4217 code where one is shown.
    scale
        By what the cells are multiplied, from a unit in the header such as ``(USD k)``.
    sign
        ``"as given"``, or ``"flipped"`` where costs have a minus and are flipped to plus.
    confirmed
        Whether a name that means just this, the cells, arithmetic or a person says so; else it is asked.
    rivals
        Other columns that could have the role as well.
    named
        The figure that a column without a role is named after, whose cells are no amounts.
    """

    column: str
    role: Role | None
    variant: Variant = Variant.ACTUAL
    score: float = 0.0
    reason: str = ""
    samples: tuple[str, ...] = ()
    unit: str = ""
    currency: str = ""
    scale: float = 1.0
    sign: str = "as given"
    confirmed: bool = True
    rivals: tuple[str, ...] = ()
    named: Role | None = None

    @property
    def figure(self) -> str:
        """Name of the figure, empty when the column is not one."""
        return figure_name(self.role, self.variant) if self.role in FIGURES else ""


@dataclass(frozen=True, slots=True)
class RoleMapping:
    """What every column of a file means; immutable, an edit gives a new one."""

    columns: tuple[ColumnRole, ...]

    def column_of(self, role: Role, variant: Variant = Variant.ACTUAL) -> str | None:
        """Give the column that has a role; ``None`` when no column has it."""
        return next((c.column for c in self.columns if c.role is role and c.variant is variant), None)

    def of(self, column: str) -> ColumnRole:
        """Give what is known of a column.

        Raises
        ------
        InvalidData
            When there is none of that name.
        """
        for item in self.columns:
            if item.column == column:
                return item
        present = ", ".join(item.column for item in self.columns)
        raise InvalidData(f"There is no column '{column}'; present: {present}.")

    @property
    def roles(self) -> dict[str, Role]:
        """Column -> role, of the columns that are used."""
        return {item.column: item.role for item in self.columns if item.role is not None}

    @property
    def unused(self) -> tuple[str, ...]:
        """The columns that have no role."""
        return tuple(item.column for item in self.columns if item.role is None)

    def assigned(self, column: str, role: Role | None, variant: Variant = Variant.ACTUAL) -> RoleMapping:
        """Give a column a role, as the user says; a column that had it before has none then.

        Raises
        ------
        InvalidData
            When there is no such column.
        """
        self.of(column)
        edited = []
        for item in self.columns:
            if item.column == column:
                chosen = replace(item, role=role, variant=variant, score=1.0, reason="chosen by the user")
                item = replace(chosen, confirmed=True, rivals=())
            elif role is not Role.RATIO and role is not None and (item.role, item.variant) == (role, variant):
                reason = f"'{column}' was chosen for {TITLES[role]}"
                item = replace(item, role=None, score=0.0, reason=reason, confirmed=True, rivals=())
            edited.append(item)
        return RoleMapping(tuple(edited))

    def flipped(self, column: str, flip: bool) -> RoleMapping:
        """Say whether the sign of a column is flipped."""
        self.of(column)
        sign = "flipped" if flip else "as given"
        return RoleMapping(
            tuple(replace(item, sign=sign) if item.column == column else item for item in self.columns)
        )
