"""What a person has to confirm: a similar header proposes a role, and only a person or arithmetic decides it."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.errors import InvalidData
from workbench.finance.inputs.mapping.propose import fits, sign_of
from workbench.finance.inputs.reading.columns import ColumnKind, ColumnProfile
from workbench.finance.inputs.reading.read import Reading
from workbench.finance.model.mapping import ColumnRole, RoleMapping
from workbench.finance.model.questions import Answers, Option, Question, QuestionKind, answer_to, question_key
from workbench.finance.model.roles import TITLES, Role

__all__ = ["UNUSED", "confirmed", "role_questions"]

UNUSED = "unused"
"""The answer that a column has no role."""
REVENUE_KEY = question_key(QuestionKind.ROLE, str(Role.REVENUE))
SAMPLES = 3


def confirmed(reading: Reading, mapping: RoleMapping, answers: Answers) -> RoleMapping:
    """Give a mapping with what was answered about it, also about columns that nothing was asked about.

    Raises
    ------
    InvalidData
        When an answer is none of the options.
    """
    numbers = {
        item.column for item in mapping.columns if reading.column(item.column).kind is ColumnKind.NUMBER
    }
    for item in mapping.columns:
        if not item.rivals or item.confirmed or answers.get(_key(item)) is None:
            continue
        column = answers[_key(item)]
        if column not in numbers:
            answer_to(answers, _key(item), (item.column, *item.rivals, UNUSED))
            mapping = mapping.assigned(item.column, None, item.variant)
        else:
            mapping = mapping.assigned(column, item.role, item.variant)
    for item in mapping.columns:
        key = question_key(QuestionKind.ROLE, item.column)
        answer = answers.get(key)
        # A column may be called as a figure is, and the answer be which column is that figure.
        if answer is not None and answer not in numbers and (item.confirmed or not item.rivals):
            answer_to(answers, key, (*map(str, Role), UNUSED))
            role = None if answer == UNUSED else Role(answer)
            mapping = _given(reading, mapping, item.column, role)
    revenue = answers.get(REVENUE_KEY)
    if revenue in numbers and mapping.column_of(Role.REVENUE) is None:
        mapping = _given(reading, mapping, revenue, Role.REVENUE)
    elif revenue is not None and not _has_figures(mapping):
        answer_to(answers, REVENUE_KEY, (*_amounts(reading, mapping), UNUSED))
    return mapping


def _given(reading: Reading, mapping: RoleMapping, column: str, role: Role | None) -> RoleMapping:
    profile = reading.column(column)
    if role is not None and not fits(profile, role):
        raise InvalidData(
            f"{reading.file}: column '{column}' holds {profile.kind}s ({', '.join(profile.samples[:SAMPLES])}) and "
            f"cannot be {TITLES[role].lower()}; give another role, or another column.",
            reading.file,
        )
    mapping = mapping.assigned(column, role, mapping.of(column).variant)
    # Costs that are written with a minus are costs all the same.
    return mapping if role is None else mapping.flipped(column, sign_of(profile, role) == "flipped")


def _has_figures(mapping: RoleMapping) -> bool:
    return any(item.figure and item.role is not Role.VOLUME for item in mapping.columns)


def _amounts(reading: Reading, mapping: RoleMapping) -> tuple[str, ...]:
    """The columns of numbers that nothing is known of."""
    return tuple(
        item.column
        for item in mapping.columns
        if item.role is None and reading.column(item.column).kind is ColumnKind.NUMBER
    )


def role_questions(reading: Reading, mapping: RoleMapping, answers: Answers) -> tuple[Question, ...]:
    """Ask about every column whose role is only proposed, and about columns that could have the same one.

    Parameters
    ----------
    reading
        The file.
    mapping
        Of :func:`confirmed`.
    answers
        What the user said.
    """
    asked = tuple(
        _which(reading, item) if item.rivals else _whether(reading, item)
        for item in mapping.columns
        if item.role is not None and not item.confirmed
    )
    amounts = _amounts(reading, mapping)
    if (
        asked
        or reading.questions
        or not amounts
        or _has_figures(mapping)
        or answers.get(REVENUE_KEY) == UNUSED
    ):
        return asked
    return (_revenue(reading, amounts),)


def _revenue(reading: Reading, amounts: Sequence[str]) -> Question:
    text = (
        "No column has the name of a figure; say which holds the revenue. Any column is given a role in the same "
        f"way ('{question_key(QuestionKind.ROLE, amounts[-1])}': expenses, or the name of another figure)."
    )
    options = (
        *(Option(name, _amounts_text(reading.column(name))) for name in amounts),
        Option(UNUSED, "none of them is"),
    )
    return Question(REVENUE_KEY, QuestionKind.ROLE, "", max(1, reading.header_row), text, options)


def _whether(reading: Reading, item: ColumnRole) -> Question:
    title = TITLES[item.role] if item.role else ""
    text = (
        f"Column '{item.column}' ({_shown(item)}) may be {title.lower()}: {item.reason}, and a similar name "
        "alone does not say so."
    )
    options = (
        Option(str(item.role), f"it is {title.lower()}"),
        Option(
            UNUSED, "it is something else, and is left out; the name of another figure gives it that role"
        ),
    )
    return Question(_key(item), QuestionKind.ROLE, item.column, reading.header_row, text, options)


def _which(reading: Reading, item: ColumnRole) -> Question:
    title = TITLES[item.role] if item.role else ""
    names = (item.column, *item.rivals)
    text = f"Columns {_listed(names)} may each be {title.lower()}, and would count twice together."
    options = (
        *(Option(name, f"'{name}' is {title.lower()}, the others are left out") for name in names),
        Option(UNUSED, "none of them is"),
    )
    return Question(_key(item), QuestionKind.ROLE, item.column, reading.header_row, text, options)


def _amounts_text(column: ColumnProfile) -> str:
    below = f", {column.negative} of {column.filled} below zero" if column.negative else ""
    return f"such as {', '.join(column.samples[:SAMPLES])}{below}"


def _key(item: ColumnRole) -> str:
    return question_key(QuestionKind.ROLE, item.figure if item.rivals else item.column)


def _listed(names: Sequence[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _shown(item: ColumnRole) -> str:
    return ", ".join(item.samples[:SAMPLES]) or "empty"
