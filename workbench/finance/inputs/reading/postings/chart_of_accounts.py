"""To which line of the statements each account belongs, and what says so.

In this order: what was answered, the type that the file gives, the number in a chart that is known, the usual name.
Where these contradict each other, or only words in a name speak, it is asked; answers are kept for next month.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from workbench.finance.inputs.reading.postings.account_words import likely_line, line_of_name, line_of_type
from workbench.finance.inputs.reading.postings.charts import CHART_TITLES, Chart, line_of_number, number_of
from workbench.finance.model.lines import DETAIL, NAMED_DETAIL, Line, side_of
from workbench.finance.model.questions import (
    Answers,
    Option,
    Question,
    QuestionKind,
    answer_to,
    question_key,
)

__all__ = ["Account", "Assignment", "assign_lines", "is_chart", "shown_lines"]

CHART_KEY = question_key(QuestionKind.CHART)
# Of the accounts, those with a number or a known type: less are the lines of a statement.
MOSTLY = 0.8
# So many accounts with a usual name in the place that a chart has for them are not there by chance.
MIN_NAMED = 3


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a file.

    Parameters
    ----------
    name
        Its number and name, as one text.
    kind, group
        Its type and the group of the type, as the file gives them; empty when it does not.
    row
        The first row that has it.
    """

    name: str
    kind: str = ""
    group: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class Assignment:
    """The line of each account.

    Parameters
    ----------
    lines
        Name of the account -> its line; those that are asked have the likely one, or that of no figure.
    reasons
        Name of the account -> what says so.
    questions
        What is open.
    """

    lines: dict[str, Line]
    reasons: dict[str, str]
    questions: tuple[Question, ...]


def assign_lines(accounts: Iterable[Account], answers: Answers, chart: Chart | None = None) -> Assignment:
    """Give each account its line.

    Parameters
    ----------
    accounts
        Of the file.
    answers
        What the user said, for this file or an earlier one.
    chart
        The chart that the file names; found, or asked, when ``None``.

    Raises
    ------
    InvalidData
        When an answer is none of the options.
    """
    accounts = list(accounts)
    lines: dict[str, Line] = {}
    reasons: dict[str, str] = {}
    questions: list[Question] = []
    said = "the file names its chart"
    if chart is None:
        chosen = answer_to(answers, CHART_KEY, [str(one) for one in Chart])
        chart, said = (Chart(chosen), "the chart, as answered") if chosen else _shown_chart(accounts)
    doubtful = []
    for account in accounts:
        key = _key(account)
        answer = answer_to(answers, key, [line.name.lower() for line in Line])
        if answer is not None:
            lines[account.name], reasons[account.name] = Line[answer.upper()], "as answered"
            continue
        line, reason = _line_of(account, chart, said)
        lines[account.name] = line or likely_line(account.name) or Line.NOT_A_FIGURE
        reasons[account.name] = reason
        if line is None:
            doubtful.append(account)
    numbered = [account for account in doubtful if number_of(account.name)]
    if chart is None and numbered:
        questions.append(_chart_question(numbered))
        doubtful = [account for account in doubtful if account not in numbered]
    questions += [_account_question(account, reasons[account.name]) for account in doubtful]
    return Assignment(lines, reasons, tuple(questions))


def is_chart(postings: pl.DataFrame) -> bool:
    """Whether accounts have numbers or types, and several of them belong to one line: then they are added to it.

    Parameters
    ----------
    postings
        ``account``, ``kind`` and ``group``.
    """
    first = postings.drop_nulls("account").unique("account", keep="first", maintain_order=True)
    accounts = [
        Account(name, kind or "", group or "")
        for name, kind, group in first.select("account", "kind", "group").rows()
    ]
    told = [
        bool(line_of_type(one.kind) or line_of_type(one.group) or number_of(one.name)) for one in accounts
    ]
    if not accounts or sum(told) < MOSTLY * len(told):
        return False
    lines = assign_lines(accounts, {}).lines
    return len(set(lines.values())) < len(lines)


def _line_of(account: Account, chart: Chart | None, said: str) -> tuple[Line | None, str]:
    named = line_of_name(account.name)
    for text in (account.kind, account.group, account.name.partition(":")[0] if ":" in account.name else ""):
        line = line_of_type(text)
        if line is not None:
            return _detailed(line, account.name), f"its type is '{text}'"
    number = number_of(account.name)
    line = line_of_number(chart, number) if chart and number else None
    if line is None:
        return named, "its name is a usual one" if named else "neither type, number nor name says it"
    detailed = _detailed(line, account.name)
    if named and side_of(named) != side_of(detailed):
        return None, f"its number says {line.lower()}, and its name {named.lower()}"
    return named or detailed, f"its number, {said}"


def _detailed(line: Line, name: str) -> Line:
    """The line within a line that the name says: wages among costs."""
    named = line_of_name(name)
    if named in (*DETAIL.get(line, ()), *NAMED_DETAIL.get(line, ())):
        return named
    likely = likely_line(name)
    return likely if named is None and likely in DETAIL.get(line, ()) else line


def _shown_chart(accounts: list[Account]) -> tuple[Chart | None, str]:
    """Find the one chart in which accounts with usual names have the numbers that they have here."""
    known = {
        number: line
        for account in accounts
        if (number := number_of(account.name))
        and (line := line_of_type(account.kind) or line_of_name(account.name))
    }
    fits = []
    for chart in Chart:
        places = {number: line_of_number(chart, number) for number in known}
        agree = [
            place is not None and side_of(place) == side_of(known[number]) for number, place in places.items()
        ]
        if len(agree) >= MIN_NAMED and all(agree):
            fits.append(chart)
    if len(fits) != 1:
        return None, ""
    return fits[0], f"as the names of {len(known)} accounts show the chart"


def _key(account: Account) -> str:
    return question_key(QuestionKind.ACCOUNT, account.name)


def _chart_question(accounts: list[Account]) -> Question:
    names = ", ".join(f"'{account.name}'" for account in accounts[:4])
    text = (
        f"The accounts {names}{' …' if len(accounts) > 4 else ''} have numbers, and neither types nor usual "
        f"names; say "
        "which chart they are from."
    )
    options = tuple(Option(str(chart), title) for chart, title in CHART_TITLES.items())
    return Question(CHART_KEY, QuestionKind.CHART, "", accounts[0].row, text, options)


def _account_question(account: Account, reason: str) -> Question:
    likely = likely_line(account.name)
    text = f"Account '{account.name}': {reason}; say to which line of the statements it belongs."
    options = tuple(Option(line.name.lower(), str(line)) for line in Line)
    recommended = likely.name.lower() if likely else ""
    return Question(
        _key(account), QuestionKind.ACCOUNT, account.name, account.row, text, options, recommended
    )


def shown_lines(lines: Mapping[str, Line]) -> dict[Line, list[str]]:
    """Give the accounts of each line."""
    shown: dict[Line, list[str]] = {}
    for name, line in lines.items():
        shown.setdefault(line, []).append(name)
    return shown
