"""The public names of the domains: exact, and light until one is used."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
from typing import Any

import pytest

from workbench.capacity.results.opened import CapacityPlan
from workbench.charts.opened import Opened
from workbench.demand.results.opened import Demand
from workbench.finance.results.opened import FinanceReport
from workbench.load_profiles.results.opened import LoadProfiles

DOMAINS = ("capacity", "demand", "evapotranspiration", "finance", "load_profiles", "market", "planning")
HEAVY = ("numpy", "pandas", "plotly", "pypsa")


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_public_name_of_a_domain_is_there(domain: str) -> None:
    package = importlib.import_module(f"workbench.{domain}")
    assert list(package.__all__) == sorted(package.__all__)
    assert dir(package) == package.__all__
    assert all(callable(getattr(package, name)) for name in package.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = package.nothing


@pytest.mark.parametrize("domain", DOMAINS)
def test_importing_a_domain_loads_nothing_heavy(domain: str) -> None:
    code = f"import sys, workbench.{domain}; print([name for name in {HEAVY} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.parametrize("facade", [CapacityPlan, Demand, FinanceReport, LoadProfiles])
def test_a_facade_declares_the_tables_that_are_saved(facade: type[Opened[Any]]) -> None:
    nodes = ast.walk(ast.parse(inspect.getsource(facade)))
    declared = [ast.unparse(node.target) for node in nodes if isinstance(node, ast.AnnAssign)]
    assert tuple(declared) == facade.store.tables
