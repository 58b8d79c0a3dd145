"""Every parameter of the demand forecast."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from workbench.data.formatting import ENERGY_IN_MWH
from workbench.demand.model.choices import AUTOMATIC, DEFAULT_MODELS, GIVEN_PATH, MODEL_NAMES, ShockHandling
from workbench.demand.model.roles import Role
from workbench.errors import SettingError
from workbench.runs.model.setting_types import InForm
from workbench.runs.model.settings import setting

_CHOICES = "workbench.demand.inputs.choices"
_SECTORS = f"{_CHOICES}:sectors"
MIN_YEAR, MAX_YEAR = 1950, 2200
HOURLY_AUTOMATIC, HOURLY_NONE = "automatic", "none"


class GapHandling(StrEnum):
    """What is done about years that are missing inside a sector's history."""

    REFUSE = "refuse"
    INTERPOLATE = "interpolate"


class PathEnd(StrEnum):
    """What is done where a given path ends before the target year."""

    REFUSE = "refuse"
    HOLD = "hold"


class SalesBasis(StrEnum):
    """What the sales of the workbook measure where consumers have rooftop solar."""

    GROSS = "gross"
    """All consumption: the whole rooftop solar is subtracted."""
    NET = "net"
    """Billed sales, already net of the solar of the last actual year: only what is added later is."""


@dataclass(frozen=True, slots=True)
class DemandConfig:
    """Parameters of one demand scenario; a saved one gives the same numbers again."""

    workbook: str = setting(
        "",
        help="File of yearly sales, by its name in the project's inputs; the only workbook if empty",
        in_form=InForm(offers="workbench.data.projects.input_names:tables"),
    )
    hourly_file: str = setting(
        HOURLY_AUTOMATIC,
        help="File with the measured hourly load, for peak, load factor and losses of actual years; 'automatic' "
        "finds it by its name, 'none' uses none",
        advanced=True,
        in_form=InForm(offers=f"{_CHOICES}:hourly_files"),
    )
    scenario: str = setting(
        "BAU",
        help="Name of the scenario; its results go into a folder of that name",
        in_form=InForm(offers=f"{_CHOICES}:scenarios", is_open=True),
    )
    target_year: int | None = setting(
        None,
        help="Last year of the forecast; if empty that of the workbook (~Settings, End_Year, or its projections)",
        minimum=2000,
        maximum=2100,
        adjustable=True,
    )
    last_actual_year: int | None = setting(
        None,
        help="Last year with actuals; later values are projections. Found from the sectors if empty",
        advanced=True,
        minimum=1900,
        maximum=2200,
    )
    left_out: tuple[str, ...] = setting(
        (), help="Sectors of the workbook that do not count, such as a sum of others", advanced=True
    )
    blank_years: dict[str, tuple[int, ...]] = setting(
        dict,
        help="Years of a sector whose value is wrong: missing, and bridged between the years around them",
        minimum=1900,
        maximum=2200,
        advanced=True,
        in_form=InForm('{"Railways": [2018]}', keys=_SECTORS),
    )
    electricity_unit: str = setting(
        "workbook",
        help="Unit of the sales; 'workbook' believes the label there unless the magnitude contradicts it",
        choices=("workbook", *ENERGY_IN_MWH),
        advanced=True,
    )
    default_model: str = setting(
        AUTOMATIC,
        help="Model of every sector that has none of its own",
        choices=(AUTOMATIC, GIVEN_PATH, *MODEL_NAMES),
    )
    sector_models: dict[str, str] = setting(
        dict,
        help="Model by sector, where it differs from the default",
        advanced=True,
        in_form=InForm("Industry: CAGR, Domestic: automatic", f"{_CHOICES}:models", _SECTORS),
    )
    models: tuple[str, ...] = setting(
        DEFAULT_MODELS,
        help="Models to compute beside the chosen one, for comparison",
        choices=MODEL_NAMES,
        advanced=True,
    )
    variant: str = setting(
        "base", help="How fast growth fades: low 0.90, base 0.95, high 0.98", choices=("low", "base", "high")
    )
    window: int = setting(
        10,
        help="Years that WAM, CAGR and the linear trend look back on",
        unit="years",
        minimum=2,
        maximum=50,
        advanced=True,
    )
    shocks: ShockHandling = setting(ShockHandling.WINSORISE, help="Handling of extraordinary years")
    shock_years: tuple[int, ...] = setting(
        (2021,),
        help="Extraordinary years of all sectors, used where shocks are handled by years",
        advanced=True,
        minimum=1900,
        maximum=2200,
    )
    sector_shock_years: dict[str, tuple[int, ...]] = setting(
        dict,
        help="Extraordinary years by sector, where they differ",
        advanced=True,
        minimum=1900,
        maximum=2200,
        in_form=InForm('{"Industry": [2021, 2022]}', keys=_SECTORS),
    )
    return_to_trend: tuple[str, ...] = setting(
        (),
        help="Sectors whose last actual was extraordinary: their forecast starts where the growth before it leads",
        advanced=True,
        in_form=InForm("Industry, Railways"),
    )
    gaps: GapHandling = setting(GapHandling.REFUSE, help="Missing years inside a history", advanced=True)
    driver_path: str = setting(
        "BAU",
        help="Path of the drivers: a growth column of the workbook",
        in_form=InForm(offers=f"{_CHOICES}:paths", is_open=True),
    )
    driver_growth: dict[str, float] = setting(
        dict,
        help="Growth of drivers [% a year] from their last actual, before any path of the workbook",
        minimum=-50,
        maximum=100,
        advanced=True,
        in_form=InForm("GSDP: 6.5, Total Population: 0.8", keys=f"{_CHOICES}:drivers"),
    )
    gdp_driver: str = setting(
        "GSDP",
        title="GDP driver",
        help="Driver that measures the economy",
        advanced=True,
        in_form=InForm(offers=f"{_CHOICES}:drivers", is_open=True),
    )
    population_driver: str = setting(
        "Total Population",
        help="Driver that counts the people",
        advanced=True,
        in_form=InForm(offers=f"{_CHOICES}:drivers", is_open=True),
    )
    splice_breaks: bool = setting(
        True,
        help="Bridge base-year breaks of drivers (each is reported)",
        title="Splice driver breaks",
        advanced=True,
    )
    path_end: PathEnd = setting(
        PathEnd.REFUSE, help="A given path that ends before the target year", advanced=True
    )
    roles: dict[str, str] = setting(
        dict,
        help="Role by sector, where its name does not tell it",
        advanced=True,
        in_form=InForm("EV charging: electric vehicles", f"{_CHOICES}:roles", _SECTORS),
    )
    layer_scale: dict[str, float] = setting(
        dict,
        help="Factor on the forecast years of a sector or policy layer, by its name (scenario strength)",
        minimum=0,
        maximum=1000,
        advanced=True,
        in_form=InForm("Industry: 1.1", keys=f"{_CHOICES}:sectors_and_layers"),
    )
    added_layers: dict[str, dict[int, float]] = setting(
        dict,
        help="Further layers by role: year and GWh, straight lines between, nothing before the first",
        minimum=-1e8,
        maximum=1e8,
        advanced=True,
        in_form=InForm('{"electric vehicles": {"2026": 10, "2030": 400}}'),
    )
    adoption: dict[str, tuple[float, ...]] = setting(
        dict,
        help="Further layers by role as an S-curve: year with 10 %, year with 90 %, and GWh when everybody has it",
        minimum=0,
        maximum=1e8,
        advanced=True,
        in_form=InForm('{"electric vehicles": [2028, 2040, 6000]}'),
    )
    sales_basis: SalesBasis = setting(
        SalesBasis.GROSS, help="Whether sales include what rooftop solar supplies", advanced=True
    )
    losses: dict[int, float] = setting(
        dict,
        help="T&D loss of the requirement by year, straight lines between; before the workbook's",
        unit="%",
        minimum=0,
        maximum=60,
        advanced=True,
        in_form=InForm("2026: 12, 2035: 9"),
    )
    loss: float = setting(
        10.0,
        help="T&D loss where neither the settings nor the workbook give one, nor the measured hours and the sales",
        unit="%",
        minimum=0,
        maximum=60,
    )
    load_factors: dict[int, float] = setting(
        dict,
        help="Annual load factor by year, straight lines between; before the workbook's",
        unit="%",
        minimum=10,
        maximum=100,
        advanced=True,
        in_form=InForm("2026: 66, 2035: 68"),
    )
    load_factor: float = setting(
        65.0,
        help="Load factor where neither the settings nor the workbook give one, nor measured hours",
        unit="%",
        minimum=10,
        maximum=100,
    )
    levels: tuple[float, ...] = setting(
        (0.80, 0.95),
        help="Probabilities of the prediction intervals",
        minimum=0.01,
        maximum=0.999,
        advanced=True,
    )
    backtest_horizon: int = setting(
        10, help="Longest horizon of the backtest", unit="years", minimum=1, maximum=25, advanced=True
    )
    first_training_years: int = setting(
        6, help="Least history of a backtest origin", unit="years", minimum=3, maximum=50, advanced=True
    )
    seed: int = setting(0, help="Seed of the simulated totals", minimum=0, advanced=True)
    draws: int = setting(4000, help="Simulated totals", minimum=200, maximum=100_000, advanced=True)

    @property
    def last_year(self) -> int:
        """Last year of the forecast, once it is known.

        Raises
        ------
        SettingError
            Where it is left to a workbook that was not read yet.
        """
        if self.target_year is None:
            raise SettingError("The last year of the forecast is not known yet.", "target_year", None)
        return self.target_year

    @property
    def further_layers(self) -> dict[str, dict[int, float]]:
        """Layers that the settings add, by role: those given by year, and S-curves by year."""
        return {**self.added_layers, **{role: s_curve(*values) for role, values in self.adoption.items()}}

    def model_of(self, sector: str) -> str:
        """Name of the model that a sector asks for; may be ``automatic``."""
        return self.sector_models.get(sector, self.default_model)

    def shock_years_of(self, sector: str) -> tuple[int, ...]:
        """Extraordinary years of a sector."""
        return self.sector_shock_years.get(sector, self.shock_years)


def s_curve(tenth: float, nine_tenths: float, saturation: float) -> dict[int, float]:
    """Give the points of a logistic curve: s / (1 + exp(-k (t - m))), from 1 % to 99 % of the saturation.

    Griliches (1957), "Hybrid corn", Econometrica 25(4), 501, doi:10.2307/1905380.

    Parameters
    ----------
    tenth, nine_tenths
        Years with 10 % and with 90 %.
    saturation
        GWh when everybody has it.
    """
    middle, steepness = (tenth + nine_tenths) / 2, 2 * math.log(9) / (nine_tenths - tenth)
    reach = math.log(99) / steepness
    years = range(math.floor(middle - reach), math.ceil(middle + reach) + 1)
    return {year: saturation / (1 + math.exp(-steepness * (year - middle))) for year in years}


def _adoption_problems(config: DemandConfig, roles: Collection[str]) -> Iterator[SettingError]:
    for role, values in config.adoption.items():
        if role not in roles:
            yield SettingError(
                f"adoption names the role {role!r}, expected one of {', '.join(roles)}.", "adoption", role
            )
        elif role in config.added_layers:
            yield SettingError(
                f"adoption and added_layers both name the role {role!r}; leave it out of one.",
                "adoption",
                role,
            )
        elif len(values) != 3 or not MIN_YEAR <= values[0] < values[1] <= MAX_YEAR:
            yield SettingError(
                f"adoption of {role} is {', '.join(f'{value:g}' for value in values)}, expected the year with "
                "10 %, a later year with 90 %, and the GWh when everybody has it, such as 2028, 2040, 6000.",
                "adoption",
                values,
            )


def three_scenarios(config: DemandConfig) -> dict[str, DemandConfig]:
    """Make the three scenarios that regulators ask for from one config, by name.

    They differ in the path of the drivers and in how fast growth fades; set ``layer_scale`` on each for the
    policy layers.
    """
    return {
        name: replace(config, scenario=name, driver_path=name, variant=variant)
        for name, variant in (("BAU", "base"), ("optimistic", "high"), ("pessimistic", "low"))
    }


def check(config: DemandConfig) -> Iterator[SettingError]:
    """Give a problem for each value that its type and bounds allow, but not the rest of the config."""
    names = (AUTOMATIC, GIVEN_PATH, *MODEL_NAMES)
    for sector, model in config.sector_models.items():
        if model not in names:
            yield SettingError(
                f"The model of {sector} (sector_models) is {model!r}, expected one of {', '.join(names)}.",
                "sector_models",
                model,
            )
    allowed = [str(role) for role in Role]
    for setting_name, chosen in (("roles", config.roles.values()), ("added_layers", config.added_layers)):
        for role in chosen:
            if role not in allowed:
                yield SettingError(
                    f"{setting_name} names the role {role!r}, expected one of {', '.join(allowed)}.",
                    setting_name,
                    role,
                )
    yield from _adoption_problems(config, allowed)
    if not config.hourly_file.strip():
        yield SettingError(
            f"hourly_file is empty, expected the name of a file, '{HOURLY_AUTOMATIC}' or '{HOURLY_NONE}'.",
            "hourly_file",
            config.hourly_file,
        )
    if not config.levels:
        yield SettingError("levels is empty, expected at least one probability such as 0.8.", "levels", ())
