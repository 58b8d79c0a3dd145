"""Which question an answer is of, as the lines of Python that ask it again."""

from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.market.model.clock import written
from workbench.market.model.period import Period


@dataclass(frozen=True, slots=True)
class Question:
    """A call of a query.

    Parameters
    ----------
    query
        Its name in :mod:`workbench.market.queries`.
    arguments
        Name and value of each argument that is not the default.
    region
        The region to which the answer was restricted afterwards; "" when it was not.
    """

    query: str
    arguments: tuple[tuple[str, Any], ...] = ()
    region: str = ""

    def lines(self, project: str, dataset: str) -> tuple[str, ...]:
        """Give the lines that ask it again.

        Parameters
        ----------
        project
            Folder of the project, or of a dataset that several projects share.
        dataset
            Name of the dataset; "" for a folder that is one.
        """
        names = sorted({type(value).__name__ for _, value in self.arguments if _is_ours(value)})
        place = f"{project!r}, {dataset!r}" if dataset else repr(project)
        given = "".join(f", {name}={_as_code(value)}" for name, value in self.arguments)
        asked = f"queries.{self.query}(data{given})"
        if self.region:
            asked = f"queries.of_region({asked}, {self.region!r}, data.description.region_names)"
        return (
            f"from workbench.market import {', '.join(['Market', *names, 'queries'])}",
            f"data = Market.open({place}).data",
            f"answer = {asked}",
        )


def _is_ours(value: Any) -> bool:
    return isinstance(value, (Period, enum.Enum))


def _as_code(value: Any) -> str:
    if isinstance(value, Period):
        return f"Period({written(value.begin)!r}, {written(value.end)!r})"
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}({value.value!r})"
    if isinstance(value, (np.datetime64, datetime.datetime)):
        return repr(str(value))
    if isinstance(value, np.generic):
        return repr(value.item())
    return repr(value)
