"""What each sector of the workbook means in the sum from sales to requirement."""

from __future__ import annotations

from enum import StrEnum

from workbench.data.tables.table import plain_name


class Role(StrEnum):
    """Place of a sector in the sum."""

    SALES = "sales"
    OPEN_ACCESS = "open access"
    ELECTRIC_VEHICLES = "electric vehicles"
    GREEN_HYDROGEN = "green hydrogen"
    DEMAND_SIDE_MANAGEMENT = "demand-side management"
    ROOFTOP_SOLAR = "rooftop solar"

    @property
    def column(self) -> str:
        """Name of its column in the tables of the requirement."""
        return self.replace(" ", "_").replace("-", "_")


# Texts of the column `Role` of the template.
WORDS = {
    "sales": Role.SALES,
    "ev": Role.ELECTRIC_VEHICLES,
    "hydrogen": Role.GREEN_HYDROGEN,
    "solar": Role.ROOFTOP_SOLAR,
    "openaccess": Role.OPEN_ACCESS,
    "efficiency": Role.DEMAND_SIDE_MANAGEMENT,
    **{plain_name(role): role for role in Role},
}

# Savings and own generation lower the demand; everything else adds to it.
REDUCING = frozenset({Role.DEMAND_SIDE_MANAGEMENT, Role.ROOFTOP_SOLAR})

_KNOWN = {
    "openaccess": Role.OPEN_ACCESS,
    "captive": Role.OPEN_ACCESS,
    "ev": Role.ELECTRIC_VEHICLES,
    "evtransport": Role.ELECTRIC_VEHICLES,
    "electricvehicles": Role.ELECTRIC_VEHICLES,
    "greenhydrogen": Role.GREEN_HYDROGEN,
    "hydrogen": Role.GREEN_HYDROGEN,
    "dsm": Role.DEMAND_SIDE_MANAGEMENT,
    "demandsidemanagement": Role.DEMAND_SIDE_MANAGEMENT,
    "efficiency": Role.DEMAND_SIDE_MANAGEMENT,
    "energyefficiency": Role.DEMAND_SIDE_MANAGEMENT,
    "solarrooftop": Role.ROOFTOP_SOLAR,
    "rooftopsolar": Role.ROOFTOP_SOLAR,
}


def role_of(sector: str) -> Role:
    """Tell the role of a sector by its name; sales where the name says nothing else."""
    return _KNOWN.get(plain_name(sector).replace("-", ""), Role.SALES)
