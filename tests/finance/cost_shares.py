"""Made-up companies of which it is known what share of their costs follows revenue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.finance.model.series import COMPANY, FigureSeries
from workbench.finance.model.what_if import Baseline


@dataclass(frozen=True, slots=True)
class Company:
    """Four years of a company whose costs follow revenue in part, and the year after them.

    Revenue has a season of 15 % and noise of 3 %, costs noise of 2 %.
    """

    share: float
    months: int = 48
    growth: float = 0.004
    fixed_growth: float = 0.0
    step: float = 0.0
    noise: float = 0.02
    hang: float = 0.0

    def year_after(self, seed: int) -> tuple[dict[str, FigureSeries], Baseline, float]:
        """Give the figures, the expected year after them, and its share of costs that follow revenue."""
        random = np.random.default_rng(seed)
        at = np.arange(self.months + 12)
        is_past = at < self.months
        shocks = np.where(is_past, random.normal(0, 0.03, len(at)), 0.0)
        revenue = 1000 * np.exp(self.growth * at + 0.15 * np.sin(at * np.pi / 6) + shocks)
        fixed = (1 - self.share) * 600 * np.exp(self.fixed_growth * at)
        fixed *= np.where(at >= self.months // 2, 1 + self.step, 1.0)
        variable = self.share * 600 * revenue / 1000
        errors = random.normal(0, self.noise, len(at))
        for month in range(1, len(at)):
            errors[month] = self.hang * errors[month - 1] + errors[month] * np.sqrt(1 - self.hang**2)
        costs = (variable + fixed) * np.exp(np.where(is_past, errors, 0.0))
        periods = pd.date_range("2020-01-01", periods=self.months, freq="MS")
        figures = {
            name: FigureSeries(
                name,
                stock=False,
                periods=periods,
                parts=(COMPANY,),
                amounts=values[None, is_past],
                left_out={},
            )
            for name, values in (("revenue", revenue), ("expenses", costs))
        }
        ahead = tuple(f"2030-{month:02d}" for month in range(1, 13))
        sales, spent = revenue[~is_past], costs[~is_past]
        baseline = Baseline(
            ahead, sales, sales - spent, {"expenses": spent}, "", None, None, None, half_width=np.zeros(12)
        )
        return figures, baseline, float(variable[~is_past].sum() / spent.sum())


COMPANIES = {
    "noise": Company(0.5),
    "twice the noise": Company(0.5, noise=0.04),
    "a step up in fixed costs": Company(0.5, step=0.4),
    "a step down in fixed costs": Company(0.5, step=-0.2),
    "few months": Company(0.5, months=15),
    "strong growth": Company(0.5, growth=0.02),
    "fixed costs that grow beside revenue": Company(0.5, growth=0.01, fixed_growth=0.01),
    "errors that hang together": Company(0.5, hang=0.6),
}
