"""Queries note which question their answer is of, so that every answer shows the lines of Python that give it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Concatenate, ParamSpec, TypeVar, cast

from workbench.market.model.answer import Answer
from workbench.market.model.question import Question

Data = TypeVar("Data")
Given = ParamSpec("Given")


def asked(
    query: Callable[Concatenate[Data, Given], Answer],
) -> Callable[Concatenate[Data, Given], Answer]:
    """Have a query note its name and what it was given in its answer."""
    signature = inspect.signature(query)

    @functools.wraps(query)
    def ask(data: Data, *args: Given.args, **options: Given.kwargs) -> Answer:
        found = query(data, *args, **options)
        given = signature.bind(data, *args, **options).arguments
        defaults = {name: parameter.default for name, parameter in signature.parameters.items()}
        arguments = tuple(
            (name, value)
            for name, value in given.items()
            if name != "data" and (defaults[name] is inspect.Parameter.empty or value != defaults[name])
        )
        return replace(found, question=Question(query.__name__, arguments))

    return cast("Callable[Concatenate[Data, Given], Answer]", ask)
