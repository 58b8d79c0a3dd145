"""Which column means what: proposed with evidence, reviewed by the user, one column a role.

A header that is a known name of a role decides; so do a similar header with cells that show the role, and
arithmetic where several columns have a known name. A header that is only similar proposes, and is asked
(:mod:`workbench.finance.inputs.mapping.confirming`).

The assignment maximises the sum of the scores over all columns and roles (Hungarian method; Kuhn, H. W.
(1955), Naval Research Logistics Quarterly 2, 83-97, doi:10.1002/nav.3800020109, as in
``scipy.optimize.linear_sum_assignment``), where the worth of a pair is the similarity of the header to the
synonyms of the role and what the cells show.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

import numpy as np
from rapidfuzz import fuzz
from scipy.optimize import linear_sum_assignment

from workbench.finance.inputs.header_units import header_unit
from workbench.finance.inputs.mapping.rivals import exact_roles, header_words, with_rivals
from workbench.finance.inputs.mapping.synonyms import (
    DOUBTFUL_NAMES,
    OTHER_FIGURES,
    RATIO_WORDS,
    SYNONYMS,
    VALUE_WORDS,
    plain_words,
)
from workbench.finance.inputs.reading.columns import ColumnKind, ColumnProfile
from workbench.finance.inputs.reading.read import Reading
from workbench.finance.model.mapping import ColumnRole, RoleMapping
from workbench.finance.model.roles import COSTS, DIMENSIONS, FIGURES, Role, Variant
from workbench.finance.model.variants import split_variant

MIN_SCORE = 0.8
# One sure pair is worth more than two doubtful ones.
SURENESS = 8
WORTH_A_QUESTION = 0.85
# Names are those of a region where its cells show it too; else, as with codes, only under a header that says so.
SURE_OF_A_LABEL = 0.9
CONTENT_BONUS = 0.3
MOSTLY_NEGATIVE = 0.95
MAX_ENTITIES = 2_000
MIN_CREDITS = 3
# Of a column as it is expected with the sign that was kept.
MOSTLY_AS_KEPT = 0.95
SCALE_TITLES = {1e3: "thousand", 1e5: "lakh", 1e6: "million", 1e7: "crore", 1e9: "billion"}


def propose_mapping(reading: Reading, remembered: RoleMapping | None = None) -> RoleMapping:
    """Propose what each column means.

    Parameters
    ----------
    reading
        The file.
    remembered
        The mapping that the user confirmed for an earlier file; a column of the same header keeps its role.
    """
    known = {plain_words(item.column): item for item in remembered.columns} if remembered else {}
    proposed: dict[str, ColumnRole] = {}
    for column in reading.columns:
        before = known.get(plain_words(column.name))
        role, variant = (before.role, before.variant) if before else (None, Variant.ACTUAL)
        again = role not in (None, Role.RATIO) and (role, variant) in {
            (item.role, item.variant) for item in proposed.values()
        }
        if before is not None and not again and (role is None or fits(column, role)):
            sign = _sign_now(column, before)
            reason = "as confirmed for an earlier file"
            if sign != before.sign:
                reason += f", but its amounts have the other sign in this file, and are taken {sign}"
            proposed[column.name] = replace(
                _described(column),
                role=before.role,
                variant=before.variant,
                score=1.0,
                reason=reason,
                sign=sign,
            )
    kept = frozenset(proposed)
    for column in reading.columns:
        if column.name == reading.account_column:
            reason = "each of its accounts has a column of its own"
            proposed[column.name] = replace(_described(column), reason=reason)
    rest = [column for column in reading.columns if column.name not in proposed]
    taken = {(item.role, item.variant) for item in proposed.values()}
    for variant in Variant:
        group = [column for column in rest if _variant(column) is variant]
        proposed |= _assigned(group, variant, taken, reading.date_column)
    mapping = RoleMapping(tuple(_in_unit(reading, proposed[column.name]) for column in reading.columns))
    if reading.is_ledger:
        # The sides of the postings say the sign.
        mapping = RoleMapping(tuple(replace(item, sign="as given") for item in mapping.columns))
    else:
        mapping = _with_credits(reading, mapping, kept)
    return _with_unreadable(reading, with_rivals(reading, mapping, kept), kept)


def _in_unit(reading: Reading, item: ColumnRole) -> ColumnRole:
    """Give an amount the unit that is said for the whole file, where its header has none of its own."""
    if item.role not in FIGURES or item.role is Role.VOLUME:
        return item
    unit = reading.unit
    currency = item.currency or ("" if reading.currencies else unit.currency)
    if item.scale != 1.0 or unit.scale == 1.0:
        return replace(item, currency=currency)
    return replace(item, currency=currency, scale=unit.scale, unit=SCALE_TITLES.get(unit.scale, ""))


def _with_unreadable(reading: Reading, mapping: RoleMapping, kept: Collection[str]) -> RoleMapping:
    """Mark the columns that are named after a figure which no column has, and whose cells are no amounts."""
    columns = []
    for item in mapping.columns:
        column = reading.column(item.column)
        words, variant = split_variant(header_words(column))
        lacking = (role for role in exact_roles(words) if role in FIGURES)
        named = next(
            (role for role in lacking if mapping.column_of(role, variant or Variant.ACTUAL) is None), None
        )
        if item.role is None and item.column not in kept and column.kind is ColumnKind.TEXT and named:
            cells = ", ".join(repr(text) for text in column.samples[:2])
            item = replace(item, named=named, reason=f"its cells are no amounts ({cells})")
        columns.append(item)
    return RoleMapping(tuple(columns))


def _with_credits(reading: Reading, mapping: RoleMapping, kept: Collection[str]) -> RoleMapping:
    """Flip the revenue of a list of accounts in which it has a minus, as credits have."""
    for item in mapping.columns:
        column = reading.column(item.column)
        is_credit = column.filled >= MIN_CREDITS and column.negative >= MOSTLY_NEGATIVE * column.filled
        if reading.account_column and item.role is Role.REVENUE and is_credit and item.column not in kept:
            mapping = mapping.flipped(item.column, True)
    return mapping


def _assigned(
    columns: list[ColumnProfile], variant: Variant, taken: set[tuple[Role | None, Variant]], date_column: str
) -> dict[str, ColumnRole]:
    roles = [role for role in SYNONYMS if (role, variant) not in taken]
    if variant is not Variant.ACTUAL:
        roles = [role for role in roles if role in FIGURES]
    beside = frozenset(map(header_words, columns))
    scored = [[_score(column, role, date_column, beside) for role in roles] for column in columns]
    found = {column.name: _described(column) for column in columns}
    if columns and roles:
        scores = np.array([[score for score, _ in line] for line in scored])
        # Weak pairs are worth nothing, so that they never push a sure pair aside.
        worth = np.where(scores >= MIN_SCORE, scores**SURENESS, 0.0)
        for at, to in zip(*linear_sum_assignment(worth, maximize=True), strict=True):
            if worth[at, to] > 0:
                score, reason = scored[at][to]
                name = columns[at].name
                found[name] = replace(
                    found[name], role=roles[to], variant=variant, score=min(score, 1.0), reason=reason,
                    sign=sign_of(columns[at], roles[to]), confirmed=roles[to] not in FIGURES or score >= 1.0,
                )  # fmt: skip
    for column in columns:
        if found[column.name].role is None and column.kind is ColumnKind.NUMBER and _is_ratio(column):
            reason = "a ratio: never added up, computed again from its parts"
            found[column.name] = replace(
                found[column.name], role=Role.RATIO, variant=variant, score=0.9, reason=reason
            )
    return found


def _described(column: ColumnProfile) -> ColumnRole:
    unit = header_unit(column.name)
    percent = column.unit == "%" or unit.percent
    return ColumnRole(
        column.name,
        None,
        score=0.0,
        reason="no role is like this header"
        if column.kind is not ColumnKind.EMPTY
        else "the column is empty",
        samples=column.samples,
        unit="%" if percent else SCALE_TITLES.get(unit.scale, ""),
        currency=column.currency or unit.currency,
        scale=unit.scale if column.kind is ColumnKind.NUMBER else 1.0,
    )


def _score(column: ColumnProfile, role: Role, date_column: str, beside: frozenset[str]) -> tuple[float, str]:
    if not fits(column, role) or (role in FIGURES and _is_ratio(column)):
        return 0.0, ""
    words, _ = split_variant(header_words(column))
    exact = exact_roles(words)
    if (exact and role not in exact) or words in OTHER_FIGURES:
        # A known name of one role is never pushed to another because that one is taken.
        return 0.0, ""
    if role in exact:
        similarity, synonym = 1.0, exact[role]
    elif words in DOUBTFUL_NAMES and DOUBTFUL_NAMES[words][0] is role:
        if beside.isdisjoint(DOUBTFUL_NAMES[words][1]):
            return WORTH_A_QUESTION, f"'{words}' means that in some exports, and something else in others"
        return 1.0, f"'{words}' means that beside the other columns of the file"
    else:
        similarity, synonym = max((_similarity(words, name, role), name) for name in SYNONYMS[role])
    reason = f"the header is like '{synonym}' ({similarity:.2f})"
    if role is Role.DATE:
        chosen = column.name == date_column
        return (1.0 if chosen else 0.0), f"{reason}; the best column of dates" if chosen else reason
    bonus, shown = _content(column, role)
    is_shown = column.kind is not ColumnKind.NUMBER and bonus > 0
    if role in DIMENSIONS and similarity < SURE_OF_A_LABEL and not is_shown:
        return 0.0, ""
    # Values alone prove nothing: a column named "Manager" may hold the names of regions.
    return (similarity + bonus if similarity > MIN_SCORE / 2 else 0.0), "; ".join(
        filter(None, (reason, shown))
    )


def _similarity(words: str, name: str, role: Role) -> float:
    """Similarity of a header to a name of a role, 0 to 1; enough to ask where it has the name of a figure in it."""
    similarity: float = fuzz.token_sort_ratio(words, name) / 100
    # Labels are not asked about: "Region manager" is no region.
    within = role in FIGURES and set(name.split()) <= set(words.split())
    return max(similarity, WORTH_A_QUESTION) if within else similarity


def _content(column: ColumnProfile, role: Role) -> tuple[float, str]:
    words = VALUE_WORDS.get(role)
    if words is None:
        return 0.0, ""
    seen = [value.casefold().strip() for value in column.samples]
    known = [
        value
        for value in seen
        if value in words or any(part in words for part in re.split(r"[\s/-]+", value))
    ]
    share = len(known) / max(1, len(seen))
    if role is Role.SCENARIO and not known:
        # A type of transaction is not a scenario.
        return -1.0, ""
    return CONTENT_BONUS * share, f"cells such as '{known[0]}'" if known else ""


def fits(column: ColumnProfile, role: Role) -> bool:
    """Whether the cells of a column can be what a role means."""
    if role is Role.DATE:
        return column.kind is ColumnKind.DATE
    if role in FIGURES or role is Role.RATIO:
        return column.kind is ColumnKind.NUMBER
    if column.kind is ColumnKind.NUMBER:
        return role in DIMENSIONS and column.distinct <= MAX_ENTITIES and column.decimals == 0
    return column.kind is ColumnKind.TEXT and (role not in DIMENSIONS or column.distinct <= MAX_ENTITIES)


def _is_ratio(column: ColumnProfile) -> bool:
    words, _ = split_variant(header_words(column))
    exact = any(role in FIGURES for role in exact_roles(words))
    return (
        column.unit == "%" or "%" in column.name or (not exact and RATIO_WORDS.fullmatch(words) is not None)
    )


def _variant(column: ColumnProfile) -> Variant:
    words = header_words(column)
    rest, variant = split_variant(words)
    exact = bool(exact_roles(words))
    return Variant.ACTUAL if variant is None or exact or not rest else variant


def _sign_now(column: ColumnProfile, before: ColumnRole) -> str:
    """Give the sign that was kept, unless the amounts of this file have the other one: evidence wins."""
    if before.role in COSTS:
        return sign_of(column, before.role)
    positive = 1 - column.negative / max(1, column.filled)
    return "as given" if before.sign == "flipped" and positive >= MOSTLY_AS_KEPT else before.sign


def sign_of(column: ColumnProfile, role: Role) -> str:
    """Give the sign of a column in a role: costs that have a minus are flipped."""
    is_negative = column.negative >= MOSTLY_NEGATIVE * column.filled or column.maximum <= 0
    return "flipped" if role in COSTS and column.negative and is_negative else "as given"
