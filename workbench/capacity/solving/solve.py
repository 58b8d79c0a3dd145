"""Solving PyPSA's models in a child process that can be watched, paused and stopped.

PyPSA hands a finished linopy model to whatever it is given as ``remote``; :class:`PlanSolver` is one. So every
way in which PyPSA optimises (one problem, rolling horizon, near-optimal alternatives, iterated line expansion)
goes through the same process, and no solve but an accepted one is ever read as a result.
"""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from workbench.capacity.model.outcomes import SolveStatus
from workbench.capacity.model.program import Answer, Conflict, Program
from workbench.capacity.model.pypsa_import import slot_released
from workbench.capacity.network.arrays import assign_answer, export_program
from workbench.capacity.solving.child import (
    get_ready,
    has_hipo,
    prices_with_highs,
    solve_with_highs,
)
from workbench.capacity.solving.conflict import find_conflict, find_ray
from workbench.capacity.solving.incumbent import SolverEnded, best_so_far, bound_of_columns, incumbent_file
from workbench.capacity.solving.infeasible import penalties_and_groups
from workbench.capacity.solving.methods import choose_method, require_solver
from workbench.capacity.solving.watch import SolveWatch, finish_reason
from workbench.data.arrays import Floats
from workbench.errors import (
    ChildCrashed,
    ModelInfeasible,
    ModelUnbounded,
    NoSolutionInTime,
    SolveError,
    SolverFailed,
    SolverMissing,
    UnitFailed,
)
from workbench.runs import Job

if TYPE_CHECKING:
    from linopy import Model

    from workbench.runs.work.child import Child

GRACE_SECONDS = 3.0
"""How long a solver that was asked to finish may take before its process is ended."""
GRACE_FOR_A_BOUND_SECONDS = 60.0
"""The same where it has a solution that the settings accept, but no bound yet, so that its gap is not known."""
EXPLAIN_SECONDS = 60.0

Explain = Callable[["Model", Program, Conflict], tuple[str, ...]]


class Limits(Protocol):
    """The settings of a solve that may change while it runs."""

    @property
    def time_limit(self) -> float | None:
        """Longest time of one solve [s]."""

    @property
    def mip_gap(self) -> float:
        """Relative gap that is good enough."""

    @property
    def accept_incumbent(self) -> bool:
        """Whether the best solution at the time limit is taken."""


@dataclass(frozen=True, slots=True)
class SolveRecord:
    """What one solve was and how it ended."""

    status: SolveStatus
    objective: float
    seconds: float
    size: Mapping[str, int]
    gap: float | None = None
    bound: float | None = None
    message: str = ""
    label: str = ""
    method: str = ""
    """Algorithm, as HiGHS names it; empty where another solver decided."""
    facts: Mapping[str, Any] = field(default_factory=dict)


class PlanSolver:
    """Solves linopy models in one child process, one after another; a context manager.

    Parameters
    ----------
    job
        The run that watches.
    limits
        Gives the limits as they are now.
    solver
        ``"highs"`` or another solver that linopy knows.
    options
        Options of the solver, by its own names.
    explain
        Puts a contradiction in words; called when a model is infeasible or unbounded.
    """

    def __init__(
        self,
        job: Job,
        limits: Callable[[], Limits],
        *,
        solver: str = "highs",
        options: Mapping[str, Any] | None = None,
        explain: Explain | None = None,
    ) -> None:
        require_solver(solver)
        self._job = job
        self._limits = limits
        self.solver = solver
        self._options = dict(options or {})
        self._explain = explain
        self._watch: SolveWatch | None = None
        self._child: Child = job.open_child(self._line)
        self._request: Path | None = None
        self.label = ""
        """What is being solved, for the record: a year, a window."""
        self.show_stages = True
        self.only_dispatch = False
        """Whether capacities are fixed: the simplex method is the fastest then, whatever the size."""
        self._method = ""
        self.solved: list[tuple[str, Any]] = []
        """Networks that were solved, by their label, for what may fail afterwards."""
        self.records: list[SolveRecord] = []

    def __enter__(self) -> PlanSolver:
        descriptor, name = tempfile.mkstemp(prefix="workbench-solve-", suffix=".request")
        os.write(descriptor, bytes(8))
        os.close(descriptor)
        self._request = Path(name)
        self._child.warm_up(get_ready)
        return self

    def __exit__(self, *_: object) -> None:
        self._child.stop()
        if self._request is not None:
            self._request.unlink(missing_ok=True)
            incumbent_file(self._request).unlink(missing_ok=True)

    def solve_on_remote(self, model: Model, **_: Any) -> Model:
        """Solve a model and write the solution onto it; called by linopy.

        Raises
        ------
        SolveError
            On every end that is not an accepted solution.
        """
        with self._stage("export", "Hand the problem to the solver"):
            model.constraints.sanitize_zeros()
            model.constraints.sanitize_infinities()
            program = export_program(model)
            self._report_size(program)
        with self._stage("solve", "Solve"):
            answer, reason = self._solve(model, program)
            self._accept(model, program, answer, reason)
        if program.is_mixed_integer and self.solver == "highs":
            answer = replace(answer, dual=self._prices(program, answer))
        with self._stage("assign", "Read the solution"):
            assign_answer(model, answer)
        return model

    def ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function in the solver's process and wait for its answer.

        Raises
        ------
        SolverFailed
            When it fails.
        """
        try:
            with slot_released():
                return self._child.call(function, arguments)
        except (ChildCrashed, UnitFailed) as error:
            raise SolverFailed(f"{self.solver} failed: {error}") from error

    def _stage(self, name: str, title: str) -> Any:
        return self._job.stage(name, title=title) if self.show_stages else nullcontext()

    def _report_size(self, program: Program) -> None:
        size = program.size
        if self.show_stages:
            self._job.log(
                f"The problem has {size['variables']:,} variables, {size['constraints']:,} constraints and "
                f"{size['non_zeros']:,} non-zeros, {size['integers']:,} of the variables are whole numbers."
            )

    def _solve(self, model: Model, program: Program) -> tuple[Answer, str]:
        limits = self._limits()
        options = {**self._options}
        self._method = ""
        if program.is_mixed_integer or program.hessian is not None:
            # A continuous method would silently leave the whole numbers out.
            chosen = options.pop("solver", None)
            if chosen not in (None, "choose"):
                self._job.log(f"The method {chosen} is left to the solver: the problem is not a linear one.")
        elif self.solver == "highs":
            self._method = options["solver"] = choose_method(
                str(options.get("solver", "choose")),
                program.size["variables"],
                only_dispatch=self.only_dispatch,
                has_hipo=lambda: bool(self._child.call(has_hipo, ())),
                say=self._job.log,
            )
        if self.solver != "highs":
            call = (model, self.solver, options)
            return self._watched(_solve_elsewhere, call, limits.mip_gap)
        if program.is_mixed_integer:
            options.setdefault("mip_rel_gap", limits.mip_gap)
        asked = float(options.get("mip_rel_gap", limits.mip_gap))
        return self._watched(solve_with_highs, (program, options, str(self._request)), asked)

    def _watched(
        self, function: Callable[..., Answer], arguments: tuple[Any, ...], asked_gap: float
    ) -> tuple[Answer, str]:
        assert self._request is not None
        request = np.memmap(self._request, dtype=np.float64, mode="r+", shape=(1,))
        request[0] = 0.0
        incumbent_file(self._request).unlink(missing_ok=True)
        watch = self._watch = SolveWatch(self._job, phases=self.show_stages)
        program = arguments[0]
        mixed = isinstance(program, Program) and program.is_mixed_integer
        # The linear problem at the root cannot be interrupted; its bound may come too late.
        least = bound_of_columns(program) if mixed else None
        reason, since = "", 0.0

        def look() -> None:
            nonlocal reason, since
            watch.look()
            limits = self._limits()
            if not reason:
                reason = finish_reason(watch, limits.time_limit, limits.mip_gap, asked_gap)
                if reason:
                    since = watch.seconds
                    request[0] = 1.0
                    self._job.log(f"The solver is asked to finish: the {reason} limit is reached.")
            elif watch.seconds - since > _grace(watch, limits, bounded=least is not None):
                raise SolverEnded

        try:
            with slot_released():
                answer = self._child.call(function, arguments, meanwhile=look)
        except SolverEnded:
            bound = least if watch.bound is None else watch.bound
            answer = best_so_far(incumbent_file(self._request), watch.seconds, bound)
        except ChildCrashed as error:
            raise SolverFailed(_describe_crash(self.solver, error)) from error
        except UnitFailed as error:
            raise _failure_of(self.solver, str(error)) from error
        except (ValueError, RuntimeError) as error:
            raise _failure_of(self.solver, str(error)) from error
        finally:
            # A stage must be closed also when the run ends here; what it would say is said by the error.
            with suppress(Exception):
                watch.close()
            self._watch = None
        return answer, reason

    def _line(self, text: str) -> None:
        watch = self._watch
        if watch is not None:
            watch.line(text)

    def _accept(self, model: Model, program: Program, answer: Answer, reason: str) -> None:
        status = SolveStatus(answer.status)
        record = SolveRecord(
            status,
            answer.objective,
            answer.seconds,
            program.size,
            answer.gap,
            answer.bound,
            answer.message,
            self.label,
            self._method,
            answer.facts,
        )
        self.records.append(record)
        if status is SolveStatus.INCUMBENT:
            if answer.gap is None or not np.isfinite(answer.gap):
                raise NoSolutionInTime(
                    "The time limit was reached with a solution of which it is not known how far from the best "
                    "possible it is; raise the time limit.",
                    SolveStatus.TIME_LIMIT,
                )
            if not (reason == "gap" or self._limits().accept_incumbent):
                raise NoSolutionInTime(
                    f"The time limit was reached with a gap of {_percent(answer.gap)}, which the settings do not "
                    "accept; raise the time limit, or accept the best solution so far (accept_incumbent).",
                    SolveStatus.TIME_LIMIT,
                )
        if status.has_solution:
            if not np.isfinite(answer.objective):
                raise SolverFailed(f"{self.solver} says {answer.message}, but its objective is not a number.")
            self._job.metric("Objective", answer.objective)
            if status is SolveStatus.INCUMBENT:
                self._job.log(
                    f"Accepted the best solution so far, at most {_percent(answer.gap)} from the best possible.",
                    level="warning",
                )
            return
        raise self._failure(model, program, status, answer)

    def _prices(self, program: Program, answer: Answer) -> Floats:
        """Prices of a solution with whole numbers: of the linear problem with these fixed."""
        with self._stage("prices", "Prices with the whole numbers fixed"), slot_released():
            longest = min(EXPLAIN_SECONDS, self._limits().time_limit or EXPLAIN_SECONDS)
            options = {"output_flag": False, "time_limit": longest}
            try:
                dual: Floats = self._child.call(prices_with_highs, (program, answer.primal, options))
            except (ChildCrashed, UnitFailed) as error:
                self._job.log(f"There are no prices: {error}", level="warning")
                return np.empty(0)
        if not dual.size:
            self._job.log("There are no prices: the problem with fixed whole numbers was not solved.")
        return dual

    def _failure(self, model: Model, program: Program, status: SolveStatus, answer: Answer) -> SolveError:
        where = f" ({self.label})" if self.label else ""
        if status is SolveStatus.TIME_LIMIT:
            return NoSolutionInTime(
                f"The time limit was reached before there was a solution{where}; raise it, or choose fewer "
                "snapshots.",
                status,
            )
        if status in (SolveStatus.INFEASIBLE, SolveStatus.INFEASIBLE_OR_UNBOUNDED):
            causes = self._explained(model, program, find_conflict)
            if causes or status is SolveStatus.INFEASIBLE:
                sentence = causes[0] if causes else "no smallest contradiction was found in time."
                return ModelInfeasible(f"No plan meets all limits{where}: {sentence}", status, causes)
        if status in (SolveStatus.UNBOUNDED, SolveStatus.INFEASIBLE_OR_UNBOUNDED):
            causes = self._explained(model, program, find_ray)
            sentence = causes[0] if causes else "a limit or a cost is missing."
            return ModelUnbounded(f"Costs can fall without end{where}: {sentence}", status, causes)
        return SolverFailed(
            f"{self.solver} gave up{where}: {answer.message or 'it does not say why'}.", status
        )

    def _explained(
        self, model: Model, program: Program, find: Callable[..., Conflict | None]
    ) -> tuple[str, ...]:
        if self._explain is None:
            return ()
        stage = self._job.stage("explain", title="Find out why") if self.show_stages else nullcontext()
        with stage:
            try:
                given = penalties_and_groups(model) if find is find_conflict else ()
                with slot_released():
                    conflict = self._child.call(find, (program, *given, EXPLAIN_SECONDS))
            except (ChildCrashed, UnitFailed) as error:
                self._job.log(f"The search for the reason failed: {error}", level="warning")
                return ()
            causes = () if conflict is None else self._explain(model, program, conflict)
            for cause in causes:
                self._job.log(cause, level="error")
            return causes


def _grace(watch: SolveWatch, limits: Limits, *, bounded: bool) -> float:
    if bounded:
        return GRACE_SECONDS
    unproven = watch.has_incumbent and watch.bound is None and limits.accept_incumbent
    return GRACE_FOR_A_BOUND_SECONDS if unproven else GRACE_SECONDS


def _solve_elsewhere(model: Model, solver: str, options: Mapping[str, Any]) -> Answer:
    from workbench.capacity.solving.other_solvers import solve_with_linopy

    return solve_with_linopy(model, solver, options)


def _failure_of(solver: str, message: str) -> SolveError:
    if "licen" in message.lower():
        return SolverMissing(f"{solver} has no valid licence here: {message}")
    return SolverFailed(f"{solver} failed: {message}")


def _describe_crash(solver: str, error: ChildCrashed) -> str:
    if error.exit_code == -signal.SIGKILL:
        reason = "most likely for lack of memory; choose fewer snapshots"
        return f"The process of {solver} was killed, {reason}. {error}"
    return f"The process of {solver} crashed; its last lines are in the log. {error}"


def _percent(gap: float | None) -> str:
    return "unknown size" if gap is None else f"{100 * gap:.3g} %"
