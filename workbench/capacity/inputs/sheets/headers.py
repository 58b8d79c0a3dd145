"""Tables under the headers and units that planners use, put under the names and units that the readers know."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from workbench.capacity.inputs.sheets.units import SUPPORTED, Unit, unit_of
from workbench.data.problems import Problems
from workbench.data.tables.table import Table, plain_name, without_unit
from workbench.data.texts.amounts import read_amount

_WORDS: dict[str, str] = {
    "name": "plant plantname station stationname unit unitname powerplant powerstation generator project asset "
    "facility kraftwerk genco stationunit nameofstation nameofplant nameofthestation nameoftheplant nameofunit",
    "carrier": "fuel fueltype primaryfuel energysource source resource energietrager brennstoff technology tech "
    "technologie technologytype type planttype",
    "p_nom": "capacity installedcapacity mw power size ratedpower nameplate nameplatecapacity ratedcapacity "
    "netcapacity nennleistung leistung contractedcapacity installed existingcapacity",
    "p_nom_max": "maxcapacity maximumcapacity maxnew potential maxbuild buildlimit maxaddition maxpotential "
    "maximumnew maxnewcapacity",
    "efficiency": "eff netefficiency wirkungsgrad roundtripefficiency roundtrip rte thermalefficiency heatrate "
    "stationheatrate shr netheatrate unitheatrate nshr gshr",
    "marginal_cost": "variablecost energycharge vc ecr operatingcost energycost grenzkosten variablecharge srmc "
    "marginal variablecosts energychargerate variablecharges energycharges cost",
    "fuel_price": "fuelprice fuelcost",
    "variable_om": "variableom vom variableomcost variableoandm",
    "fixed_cost": "fixedom fom fixedomcost fixedoandm om omcost fixedcosts fixkosten fixedomcosts",
    "capital_cost": "capex overnightcost investmentcost investment investitionskosten capitalexpenditure "
    "projectcost overnightcapex capitalcosts investmentcosts",
    "build_year": "commissioned commissioningyear cod yearofcommissioning inbetriebnahme startyear "
    "commissioningdate dateofcommissioning vintage yearbuilt commissioning",
    "lifetime": "life usefullife economiclife lebensdauer technicallife plantlife economiclifetime",
    "p_min_pu": "minload technicalminimum minimumload minstableload minoutput minimumstablelevel mindestlast "
    "minstablelevel technicalmin",
    "max_hours": "duration storagehours hours energypower energypowerratio energytopower storageduration",
    "energy": "storagecapacity energycapacity storageenergy storagesize",
    "first_year": "availablefrom earliestyear firstavailable",
    "co2_emissions": "co2 emissionfactor co2factor emissions co2intensity emissionsfactor co2emissionfactor ef",
    "unit_size": "unitcapacity sizeofunit capacityperunit unitrating",
    "units": "noofunits numberofunits nos unitcount nounits",
    "retirement_year": "retirement retiresin retired decommissioning decommissioningyear yearofretirement",
    "status": "state plantstatus",
}
WORDS = {name: (plain_name(name), *words.split()) for name, words in _WORDS.items()}
"""Name -> headers that mean it, without spaces and signs, the plainest first."""
UNITS = {
    **dict.fromkeys(("p_nom", "p_nom_max", "unit_size"), "MW"),
    "efficiency": "MWh/MWh",
    **dict.fromkeys(("marginal_cost", "fuel_price", "variable_om"), "currency/MWh"),
    "fixed_cost": "currency/MW a year",
    "capital_cost": "currency/MW",
    "lifetime": "years",
    "p_min_pu": "per unit",
    "max_hours": "h",
    "energy": "MWh",
    "co2_emissions": "t/MWh",
    **dict.fromkeys(("build_year", "first_year", "retirement_year"), "year"),
}
"""Unit of each value of a plant list."""
YEAR = re.compile(r"(?:fy|year)?((?:19|20|21)\d\d)(?:[-/](\d\d|\d{4}))?")
_UNIT_LIKE = re.compile(
    r"[%/$€£₹]|\b(?:[kmgt]?(?:wh?[ep]?|va|hp|cal|j)|btu|rs|inr|usd|eur|cr|crore|lakh|h|hrs?|hours?|y|yrs?|years?|t|kg)\b"
)
_NUMBER = re.compile(r"([-+]?\d[\d,.' ]*)\s*(\D.*)")
_ROUND_TRIP = ("roundtrip", "rte")


@dataclass(slots=True)
class Headers:
    """Translates the tables of one workbook and remembers the currencies that it names.

    Parameters
    ----------
    problems
        Gets each change, and units that are not known.
    """

    problems: Problems
    currencies: dict[str, str] = field(default_factory=dict)
    """Currency -> where it is named first."""
    per_energy: set[tuple[str, str]] = field(default_factory=set)
    """Sheet and name of costs that are given for each MWh of a storage instead of each MW."""

    def translated(self, table: Table, units: Mapping[str, str], by_year: str = "") -> Table:
        """Give a table under the names that are known, its numbers in their units.

        Parameters
        ----------
        table
            As it is written.
        units
            Unit by name of a column that is known.
        by_year
            Unit of columns that are years.
        """
        names, columns = list(table.columns), [list(column) for column in zip(*table.rows, strict=True)]
        said: list[str] = []
        for place, (name, unit) in self._meanings(table, units, by_year).items():
            wanted = _wanted(name, units, by_year)
            read = unit_of(unit, wanted) if unit and wanted != "year" else None
            if unit and read is None and wanted in SUPPORTED and _UNIT_LIKE.search(unit.casefold()):
                self.problems.error(
                    f"the unit '{unit}' of the column '{table.columns[place]}' is not known here; expected "
                    f"{wanted}.",
                    sheet=table.sheet,
                    cell=table.header_cell(table.columns[place]),
                )
            said += self._say(table, table.columns[place], name, read)
            names[place] = name
            if columns:
                columns[place] = self._values(table, place, wanted, read)
        if said:
            self.problems.change(f"columns are read as: {', '.join(said)}.", sheet=table.sheet)
        rows = tuple(zip(*columns, strict=True)) if columns else table.rows
        return replace(table, columns=tuple(names), rows=rows)

    def _meanings(self, table: Table, units: Mapping[str, str], by_year: str) -> dict[int, tuple[str, str]]:
        """Name and unit of each column that is known, by its place; each name once."""
        found: dict[int, tuple[str, str]] = {}
        taken: set[str] = set()
        read = [_name_and_unit(header, units, by_year) for header in table.columns]
        # A header that is the very name goes before one that only means it.
        for exact in (True, False):
            order = sorted(range(len(read)), key=lambda place: read[place][2])
            for place in order:
                name, unit, rank = read[place]
                if name and name not in taken and place not in found and (rank == 0) == exact:
                    found[place] = (name, unit)
                    taken.add(name)
        if "name" in units and "name" not in taken:
            # Of fuel and technology one is the carrier, the other is what each row is called.
            others = (
                place for place, meant in enumerate(read) if meant[0] == "carrier" and place not in found
            )
            found |= dict.fromkeys(list(others)[:1], ("name", ""))
        return found

    def currency(self) -> str:
        """The one currency that is named; empty without any, an error with several."""
        if len(self.currencies) > 1:
            said = "; ".join(f"{code} ({place})" for code, place in self.currencies.items())
            self.problems.error(f"costs are in several currencies: {said}; bring them to one.")
        return next(iter(self.currencies), "")

    def _say(self, table: Table, header: str, name: str, read: Unit | None) -> list[str]:
        """Remember the currency of a column; what to say of it, where it is not read as it is written."""
        if read is not None and read.currency:
            self.currencies.setdefault(read.currency, f"sheet '{table.sheet}', column '{header}'")
        if read is not None and read.per_energy:
            self.per_energy.add((table.sheet, name))
        header = " ".join(header.split())
        known = plain_name(without_unit(header)) == plain_name(name)
        if known and (read is None or (read.factor == 1.0 and not read.inverse)):
            return []
        if read is not None and read.inverse:
            return [f"'{header}' as {name} ({read.factor:.6g} over the number)"]
        times = f" (times {read.factor:g})" if read is not None and read.factor != 1.0 else ""
        return [f"'{header}' as {name}{times}"]

    def _values(self, table: Table, place: int, wanted: str, read: Unit | None) -> list[object]:
        column = [row[place] for row in table.rows]
        if read is not None and read.factor == 0.01 and _are_parts(column):
            self.problems.change(
                f"the numbers of '{table.columns[place]}' are parts of one and not percent: read so.",
                sheet=table.sheet,
                cell=table.header_cell(table.columns[place]),
            )
            read = None
        values: list[object] = []
        changed: list[tuple[int, object, float]] = []
        for row, value in enumerate(column):
            number = self._number(value, wanted, read) if wanted == "year" or wanted in SUPPORTED else None
            values.append(value if number is None else number)
            if number is not None and not isinstance(value, (int, float)):
                changed.append((row, value, number))
        if changed:
            row, value, number = changed[0]
            more = f", and {len(changed) - 1} more texts so" if len(changed) > 1 else ""
            self.problems.change(
                f"'{value}' is read as {number:.10g}{more}.",
                sheet=table.sheet,
                cell=table.cell(row, table.columns[place]),
            )
        return values

    def _number(self, value: object, wanted: str, read: Unit | None) -> float | None:
        """Number in the unit that is wanted; None where the cell is none that can be read here."""
        if wanted == "year":
            return _year(value)
        if isinstance(value, bool) or value is None:
            return None
        if isinstance(value, (int, float)):
            return _in_unit(float(value), read) if read is not None else None
        if not isinstance(value, str):
            return None
        found = _NUMBER.fullmatch(value.strip())
        own = unit_of(found[2].strip(), wanted) if found else None
        if found is not None and own is not None and (number := read_amount(found[1].strip())) is not None:
            return _in_unit(float(number.value), own)
        amount = read_amount(value)
        if amount is None or (amount.form and amount.scale == 1.0):
            return None
        if amount.currency:
            if not wanted.startswith("currency"):
                return None
            self.currencies.setdefault(amount.currency, f"'{value}'")
        if amount.percent and wanted not in ("per unit", "MWh/MWh"):
            return None
        plain = amount.scale == 1.0 and not amount.percent
        return _in_unit(amount.value, read) if plain and read is not None else float(amount.value)


def _wanted(name: str, units: Mapping[str, str], by_year: str) -> str:
    """Unit of a column, or of the column of which it is one year; that of a sheet by year."""
    own = units.get(name, units.get(name[:-5], by_year) if re.fullmatch(r".+ \d{4}", name) else by_year)
    return own.removesuffix(" a year") if own.startswith("currency") else own


def _in_unit(value: float, unit: Unit) -> float:
    if unit.inverse:
        return unit.factor / value if value else value
    return value * unit.factor


def _are_parts(column: list[object]) -> bool:
    numbers = [
        abs(value) for value in column if isinstance(value, (int, float)) and not isinstance(value, bool)
    ]
    return any(numbers) and max(numbers) <= 1.0


def _year(value: object) -> float | None:
    """Year of a date, of a fiscal year or of a text; the year in which a fiscal year ends."""
    if isinstance(value, datetime.date):
        # Fiscal years begin in April and have the name of the year in which they end.
        return float(value.year + (value.month >= 4))
    if not isinstance(value, str):
        return None
    text = value.strip()
    if found := YEAR.fullmatch(plain_name(text)):
        return float(year_named(found))
    if found := re.fullmatch(r"\d{1,2}[-/.](\d{1,2})[-/.](\d{4})", text):
        return float(int(found[2]) + (int(found[1]) >= 4))
    return None


def year_named(found: re.Match[str]) -> int:
    """Fiscal year of a match of the pattern: ``2029-30`` is 2030."""
    first, end = int(found[1]), found[2]
    return first + 1 if end and int(end) % 100 == (first + 1) % 100 else first


def _name_and_unit(header: str, units: Mapping[str, str], by_year: str) -> tuple[str, str, int]:
    """Name that a header means, its unit, and how far from the name itself it is; no name where it means none."""
    plain, bracket = without_unit(header), ""
    if plain != header:
        bracket = header[len(plain) :].strip(" []()")
    year = YEAR.fullmatch(plain_name(plain))
    if year and by_year:
        return str(year_named(year)), bracket, 0 if plain == str(year_named(year)) else 1
    ended = re.fullmatch(r"(.+?)[\s_]+((?:19|20|21)\d\d)", plain.strip())
    if ended:
        name, unit, rank = _name_and_unit(ended[1], units, "")
        return (f"{name} {ended[2]}", unit or bracket, rank) if name else ("", "", 99)
    tokens = [token for token in re.split(r"[\s_,]+", plain) if token]
    for count in range(len(tokens), -1, -1):
        tail = " ".join(tokens[count:])
        name, rank = _known(_letters(" ".join(tokens[:count])), units)
        if not name and count == 0:
            break
        if name and (not tail or unit_of(tail, _wanted(name, units, "")) is not None):
            return name, tail or bracket, rank
    # The whole header may be a unit: kg CO2/MWh, MW.
    for name in ("co2_emissions", "tonnes/MWh"):
        if name in units and unit_of(plain, units[name]) is not None:
            return name, plain, 50
    return "", "", 99


def meaning_of(header: str, units: Mapping[str, str], by_year: str = "") -> tuple[str, str]:
    """Name that a header means, among those with a unit, and the unit beside it; empty where it means none."""
    name, unit, _ = _name_and_unit(header, units, by_year)
    return name, unit


def _letters(text: str) -> str:
    plain = text.casefold().replace("&", "").replace("ä", "a").replace("ö", "o").replace("ü", "u")
    return re.sub(r"[^a-z0-9/]+", "", plain).replace("energy/power", "energypower")


def _known(word: str, units: Mapping[str, str]) -> tuple[str, int]:
    for name in units:
        if word and word == _letters(name):
            return name, 0
    for name in units:
        words = WORDS.get(_ALIKE.get(name, name), ())
        if word in words:
            return name, 1 + words.index(word)
    return "", 99


_ALIKE = {"tonnes/MWh": "co2_emissions", "FOM": "fixed_cost"}
"""Column of a planning workbook -> the same of a plant list."""
