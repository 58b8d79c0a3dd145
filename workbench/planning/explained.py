"""Where the numbers of a planning page come from: the cell of the step that each is of, and the chain behind it."""

from __future__ import annotations

from workbench.data.explanation.cells import Tracer
from workbench.data.explanation.place import Shown, year_of
from workbench.data.explanation.steps import Explained, Explanation, derived
from workbench.data.formatting import Style
from workbench.planning.chain import PlanningChain
from workbench.planning.report import Source, sentences

__all__ = ["ChainTracer"]

_COLUMNS = {
    "Requirement": Source("demand", "requirement", "requirement", {}),
    "Load profile": Source("profile", "years", "energy", {}),
    "Plan": Source("plan", "adequacy", "load", {}),
    "Forecast peak": Source("demand", "requirement", "peak_mw", {}),
    "Profile peak": Source("profile", "years", "peak", {}),
    "Plan peak": Source("plan", "adequacy", "peak", {}),
}
"""Column of the table of agreement -> the column of a step that it shows."""
DIFFERENCE = "Largest difference"


class ChainTracer:
    """Explains what a page shows of the three results of a chain.

    Parameters
    ----------
    chain
        The chain.
    style
        How numbers and years are written.
    """

    def __init__(self, chain: PlanningChain, style: Style) -> None:
        self._style, self._chain = style, chain
        self.demand, self.profile, self.plan = Tracer(chain.demand), Tracer(chain.profile), Tracer(chain.plan)

    def explain(self, shown: Shown) -> Explanation:
        """Explain a sentence of the summary, or a cell of the table of agreement."""
        for sentence in sentences(self._chain, self._style):
            if sentence.text == shown.value:
                return self._of_cells("In short", sentence.text, "made of these numbers", sentence.sources)
        name, year = shown.header.partition(" [")[0], next(filter(None, map(year_of, shown.labels)), None)
        where = {"year": year}
        if name in _COLUMNS and year is not None:
            source = _COLUMNS[name]
            tracer = self._tracer(source)
            found = tracer.find(source.table, source.column, **where)
            if found is not None:
                return tracer.explanation(found)
            rule = f"the {tracer.store.name} does not have this year"
            return self._of_cells(shown.quantity, None, rule, ())
        if name == DIFFERENCE and year is not None:
            sources = tuple(Source(one.step, one.table, one.column, where) for one in _COLUMNS.values())
            rule = "largest of |later / earlier - 1| between neighbouring steps, of energy and of peak"
            return self._of_cells(shown.quantity, shown.value, rule, sources)
        return self._of_cells(shown.quantity, shown.value, "a label of this page", ())

    def _of_cells(self, quantity: str, value: object, rule: str, sources: tuple[Source, ...]) -> Explanation:
        found = (self._tracer(one).step(one.table, one.column, **one.where) for one in sources)
        parts: list[Explained] = [step for step in found if step is not None]
        steps = (self.demand, self.profile, self.plan)
        made = tuple(dict.fromkeys(line for step in steps for line in step.made_from()))
        folder = str(self.plan.result.folder or "")
        return Explanation(derived(quantity, value, "", rule, *parts), (), made, self._style, folder)

    def _tracer(self, source: Source) -> Tracer:
        found: Tracer = getattr(self, source.step)
        return found
