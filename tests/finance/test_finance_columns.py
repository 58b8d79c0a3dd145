"""Every role that a column of a finance file can have: blank, absent, under another header, text, an unknown name.

Each is an error that says the place, a note, a question, or an amount that is missing and shown as missing.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from finance.finance_files import ledger_of
from matrix import each_nth

from workbench.data.problems import Problem
from workbench.errors import WorkbenchError
from workbench.finance.inputs.mapping.propose import propose_mapping
from workbench.finance.inputs.mapping.synonyms import SYNONYMS
from workbench.finance.inputs.reading.read import read_content
from workbench.finance.model.ledger import Ledger
from workbench.finance.model.roles import FIGURES, Role, figure_name

THOROUGH = (pytest.mark.slow, pytest.mark.thorough)

MONTHS = pd.date_range("2022-01-31", "2023-12-31", freq="ME")
ENTITIES = ("North", "South")
LABELS: dict[Role, Any] = {
    Role.REGION: ("North", "South"),
    Role.DEPARTMENT: ("Sales", "Support"),
    Role.PRODUCT: ("Cells", "Boards"),
    Role.CUSTOMER: ("Ada Ltd", "Bo Ltd"),
    Role.CURRENCY: ("EUR", "EUR"),
    Role.SCENARIO: ("Actual", "Actual"),
}
KINDS = ("blank cell", "blank column", "other header", "text", "no column", "unknown name")
AT = 20
"""Row of the cell that is changed."""


def header(role: Role) -> str:
    return SYNONYMS[role][0].title()


def columns(*roles: Role) -> dict[str, list[Any]]:
    """Two rows a month; each figure has sizes of its own, so that no two columns are alike."""
    made: dict[str, list[Any]] = {header(Role.DATE): [f"{day:%Y-%m-%d}" for day in MONTHS for _ in ENTITIES]}
    for role in roles:
        if role in LABELS:
            made[header(role)] = list(LABELS[role]) * len(MONTHS)
        else:
            size = 1000 + 100 * FIGURES.index(role)
            made[header(role)] = [f"{size + 7 * at + 50 * (at % 2):.2f}" for at in range(2 * len(MONTHS))]
    return made


def scope(role: Role) -> tuple[Role, ...]:
    """Columns of the file in which a role is tried: itself, a dimension, and a figure beside it."""
    others = (Role.REGION, Role.REVENUE, Role.EXPENSES)
    return tuple(dict.fromkeys((*others[:1], *((role,) if role is not Role.DATE else ()), *others[1:])))


def cases() -> Iterator[Any]:
    for role in SYNONYMS:
        for kind in KINDS:
            if kind != "unknown name" or role in LABELS:
                yield pytest.param(role, kind, id=f"{role}-{kind}")


def change(given: dict[str, list[Any]], name: str, kind: str) -> dict[str, list[Any]]:
    made = {key: list(values) for key, values in given.items()}
    if kind == "blank column":
        made[name] = [""] * len(made[name])
    elif kind == "no column":
        del made[name]
    elif kind == "other header":
        made = {"Zzyzx" if key == name else key: values for key, values in made.items()}
    else:
        made[name][AT] = {"blank cell": "", "text": "n.n. bekannt", "unknown name": "Nowhere"}[kind]
    return made


def text_of(given: dict[str, list[Any]]) -> str:
    rows = zip(*given.values(), strict=True)
    return "\n".join([",".join(given), *(",".join(map(str, row)) for row in rows)]) + "\n"


@functools.cache
def plain_ledger(roles: tuple[Role, ...]) -> Ledger:
    return ledger_of(text_of(columns(*roles)))


def said(ledger: Ledger) -> list[str]:
    problems = [str(problem) for problem in ledger.problems if isinstance(problem, Problem)]
    changes = [f"{item.kind} {item.column} {item.reason}" for item in ledger.changes]
    unused = [f"{item.column}: {item.reason}" for item in ledger.mapping.columns if item.role is None]
    gaps = [f"{gap.figure} {gap.period:%Y-%m} {gap.entity} {gap.reason}" for gap in ledger.gaps]
    return [*problems, *changes, *unused, *gaps]


@pytest.mark.parametrize("role", list(SYNONYMS))
def test_each_role_is_proposed_for_the_first_of_its_headers(role: Role) -> None:
    reading = read_content("figures.csv", text_of(columns(*scope(role))).encode())
    assert propose_mapping(reading).column_of(role) == header(role)


@pytest.mark.parametrize(("role", "kind"), each_nth(cases(), 3, *THOROUGH))
def test_what_a_column_lacks_is_said_or_missing(role: Role, kind: str) -> None:
    given = columns(*scope(role))
    plain = plain_ledger(scope(role))
    try:
        ledger = ledger_of(text_of(change(given, header(role), kind)))
    except WorkbenchError as error:
        sentence = str(error)
        assert "figures.csv" in sentence or "figures" in sentence, sentence
        assert any(word in sentence for word in (f"row {AT + 2}", "column", "currenc", "open")), sentence
        return
    new = [text for text in said(ledger) if text not in said(plain)]
    if kind == "no column":
        # A column that is not there gives nothing, and nothing stands in for it.
        assert figure_name(role) not in [figure.name for figure in ledger.figures]
        return
    assert new or all(ledger.total(one.name).equals(plain.total(one.name)) for one in plain.figures), (
        "the numbers are others, and nothing is said"
    )
    if role in FIGURES and kind in ("blank cell", "text"):
        month = pd.Timestamp(MONTHS[AT // 2]).replace(day=1)
        assert ledger.total(figure_name(role)).isna()[month]
        assert ledger.total(figure_name(role)).notna().sum() == len(MONTHS) - 1
    for figure in ledger.figures:
        if role in FIGURES and figure.role is not role:
            pd.testing.assert_series_equal(ledger.total(figure.name), plain.total(figure.name))


def test_a_row_without_a_currency_among_several_is_refused_with_its_row() -> None:
    given = columns(Role.REGION, Role.CURRENCY, Role.REVENUE)
    given[header(Role.CURRENCY)] = ["EUR", "USD"] * len(MONTHS)
    given[header(Role.CURRENCY)][AT] = ""
    with pytest.raises(WorkbenchError, match=rf"figures.csv, row {AT + 2}: column 'Currency' is blank"):
        ledger_of(text_of(given), rates={"EUR": 1.0, "USD": 0.9})


def test_a_row_without_a_scenario_is_read_as_what_happened_and_listed() -> None:
    given = columns(Role.REGION, Role.SCENARIO, Role.REVENUE)
    given[header(Role.SCENARIO)][AT] = ""
    (note,) = [item for item in ledger_of(text_of(given)).changes if item.column == header(Role.SCENARIO)]
    assert (note.rows, note.reason) == ((AT + 2,), "no scenario is given; read as what happened")
