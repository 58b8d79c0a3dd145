"""Doing once, in the process that kernels are forked from, what boards do first.

Libraries load parts of themselves when they are first used: plotly its classes, pandas its reshaping, what turns
columns into JSON. What is used once here is there for every visitor, and in one copy. Nothing is read from a file:
whatever reads tables starts threads, which forks would lack.
"""

from __future__ import annotations

import contextlib
import importlib

__all__ = ["warm_up"]

READERS = ("pyarrow.dataset", "pyarrow.pandas_compat")
"""What pandas imports when it reads its first table."""


def warm_up() -> None:
    """Draw figures of the common kinds from tables, as a board does, and discard them."""
    import numpy as np
    import pandas as pd
    import plotly.graph_objects as go
    import plotly.io as pio

    import workbench.charts.template  # noqa: F401 - registers the house style

    for name in READERS:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    hours = pd.date_range("2024-01-01", periods=48, freq="h", tz="UTC")
    frame = pd.DataFrame({"day": hours.day, "hour": hours.hour, "load": np.arange(48.0)}, index=hours)
    grid = frame.pivot_table(index="day", columns="hour", values="load")
    daily = frame["load"].groupby(hours.date).agg(["min", "mean", "max"])
    for theme in ("light", "dark"):
        figure = go.Figure(layout={"template": f"workbench_{theme}"})
        figure.add_trace(go.Scatter(x=frame.index, y=frame["load"], line={"width": 1}, fill="tonexty"))
        figure.add_trace(go.Bar(x=daily.index, y=daily["mean"], marker={"color": "black"}))
        figure.add_trace(go.Heatmap(z=grid, x=grid.columns, y=grid.index, colorbar={"title": {"text": "MW"}}))
        figure.update_layout(title="Load", xaxis={"rangeslider": {"visible": False}}, yaxis_title="MW")
        figure.add_annotation(text="peak", showarrow=False)
        figure.add_hline(y=1.0)
        pio.to_json(figure.to_plotly_json(), validate=False)
