"""The profiles that there are."""

from __future__ import annotations

from workbench.data.known_names import known_name
from workbench.data.projects.project import Project
from workbench.market.model.nem import NEM
from workbench.market.profiles.entsoe import ZONES, entsoe
from workbench.market.profiles.iex import IEX
from workbench.market.profiles.profile import NewMarket, Profile, begin_market
from workbench.market.profiles.wem import WEM

_NEM = Profile(
    "nem",
    "Australian National Electricity Market (AEMO)",
    NEM,
    sources="Files: nemweb.com.au; the jobs market_backfill and market_history fetch them. As the register name "
    "AEMO's list of registered participants.",
)


def profile_names() -> tuple[str, ...]:
    """Name the profiles of markets."""
    return ("nem", "wem", "iex", *(f"entsoe-{zone.casefold()}" for zone in ZONES))


def profile_of(name: str) -> Profile:
    """Give a profile by its name, in any case.

    Raises
    ------
    UnknownName
        When there is none; the sentence lists those there are.
    """
    chosen = known_name("profile", name, profile_names())
    zones = {f"entsoe-{zone.casefold()}": zone for zone in ZONES}
    if chosen in zones:
        return entsoe(zones[chosen])
    return {"nem": _NEM, "wem": WEM, "iex": IEX}[chosen]


def new_market(project: Project, profile: str, dataset: str = "") -> NewMarket:
    """Begin a dataset of a project from a profile: its description, and in the inputs what its files need.

    Parameters
    ----------
    project
        The project.
    profile
        ``"nem"``, ``"wem"``, ``"iex"``, or ``"entsoe-"`` with a bidding zone, such as ``"entsoe-de-lu"``.
    dataset
        Name of the dataset; that of the profile when left out. What is there already stays.

    Raises
    ------
    UnknownName
        When there is no such profile.
    UnwritableFile
        When the operating system refuses.
    """
    chosen = profile_of(profile)
    return begin_market(project, chosen, dataset or chosen.name)
