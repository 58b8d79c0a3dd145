"""The three results of a planning chain, and whether each was made from the one before."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.data.heading import Heading
from workbench.data.notes import Notes
from workbench.data.projects.project import Project
from workbench.data.results.scenario import SUMMARY_FILE
from workbench.errors import UnreadableFile
from workbench.files import changed_at

if TYPE_CHECKING:
    from workbench.capacity.results.saved import CapacityResult
    from workbench.demand.results.saved import DemandResult
    from workbench.load_profiles.results.saved import LoadProfileResult

STEPS = ("demand", "load_profiles", "capacity")
"""Jobs of the chain, each on the results of the one before."""

ACCEPTED = "accept_incomplete"
"""Setting that the notes of a step name when they repeat what the step before lacks."""
TOLERANCE = 0.5
"""Difference [%] up to which two neighbours agree; typical days represent a year to about this."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What one year weighs at each step of the chain."""

    year: int
    requirement: float
    """Energy requirement of the demand forecast [GWh]."""
    profile_energy: float
    """Energy of the hours of the load profile [GWh]."""
    plan_energy: float
    """Energy of the load in the capacity plan [GWh]; nan where the year is not planned."""
    forecast_peak: float
    """Peak of the demand forecast [MW]."""
    profile_peak: float
    """Highest hour of the load profile [MW]."""
    plan_peak: float
    """Highest snapshot of the capacity plan [MW]; nan where the year is not planned."""

    @property
    def worst(self) -> float:
        """Largest difference between neighbours [% of the earlier one]."""
        pairs = [
            (self.requirement, self.profile_energy),
            (self.profile_energy, self.plan_energy),
            (self.forecast_peak, self.profile_peak),
            (self.profile_peak, self.plan_peak),
        ]
        known = [abs(100 * (b / a - 1)) for a, b in pairs if math.isfinite(a) and math.isfinite(b) and a > 0]
        return max(known, default=math.nan)

    @property
    def is_known(self) -> bool:
        """Whether the forecast has the year, so that the steps after it can be compared with it."""
        return math.isfinite(self.requirement) and math.isfinite(self.forecast_peak)

    @property
    def agrees(self) -> bool:
        """Whether every step carries the numbers of the one before, as far as they are known."""
        return not self.worst > TOLERANCE


@dataclass(frozen=True, slots=True, eq=False)
class PlanningChain:
    """A capacity plan with the load profile and the demand forecast under it."""

    demand: DemandResult
    profile: LoadProfileResult
    plan: CapacityResult

    @property
    def heading(self) -> Heading:
        """What a page of the chain is headed with; each figure has the heading of its own step."""
        steps = (self.demand, self.profile, self.plan)
        names = (f"{step.called.lower()} {step.scenario}" for step in steps)
        made_up = any(step.made_up for step in steps)
        return Heading("From demand to capacity", tuple(names), newest=self.profile.newest, made_up=made_up)

    @property
    def made_up(self) -> bool:
        """Whether a step was made of made-up inputs."""
        return self.heading.made_up

    @property
    def notes(self) -> Notes:
        """The notes of all steps; what a step takes over from the one before is listed once."""
        notes = Notes()
        notes.extend(self.demand.notes)
        for step in (self.profile, self.plan):
            notes.extend(note for note in step.notes if note.setting != ACCEPTED)
        return notes

    @property
    def agreements(self) -> tuple[Agreement, ...]:
        """The years that forecast and profile share, in order."""
        forecast = self.demand.table("requirement").set_index("year")
        hours = self.profile.table("years").set_index("year")
        planned = self.plan.table("adequacy").set_index("year")
        return tuple(
            Agreement(
                int(year),
                float(forecast.requirement[year]),
                float(hours.energy[year]),
                float(planned.load.get(year, math.nan)),
                float(forecast.peak_mw[year]),
                float(hours.peak[year]),
                float(planned.peak.get(year, math.nan)),
            )
            for year in sorted(set(forecast.index) & set(hours.index))
        )


def load_chain(project: Project, plan: str | None = None) -> PlanningChain:
    """Read a finished plan and the results that it was made from.

    Parameters
    ----------
    project
        The project.
    plan
        Scenario of the capacity plan; the newest one when left out.

    Raises
    ------
    UnreadableFile
        When there is no plan yet, or it was not made from a load profile and a demand forecast of this project.
    """
    from workbench.capacity.results import saved as capacity
    from workbench.demand.results import saved as demand
    from workbench.load_profiles.results import saved as load_profiles

    finished = capacity.finished_scenarios(project)
    if not finished:
        raise UnreadableFile(
            "There is no capacity plan yet: run `workbench demo --project FOLDER`, or the three notebooks 10, 20 "
            "and 30.",
            project.results,
        )
    newest = max(
        finished, key=lambda name: changed_at(project.results_folder("capacity", name) / SUMMARY_FILE)
    )
    chosen = capacity.load(project, plan or newest)
    name = chosen.facts.get("load_profile", "")
    if not name:
        raise UnreadableFile(
            f"The plan '{chosen.scenario}' has its load from {chosen.facts['load']} and not from a load profile; "
            "set demand_source to 'load profile' and run it again.",
            project.results,
        )
    profile = load_profiles.load(project, name)
    forecast = profile.config.demand_scenario
    if not forecast:
        raise UnreadableFile(
            f"The load profile '{name}' has its energy from {profile.config.energy_source.value} and not from a "
            "demand forecast; set energy_source to 'scenario' and run it again.",
            project.results,
        )
    return PlanningChain(demand.load(project, forecast), profile, chosen)
