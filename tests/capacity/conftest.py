from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from capacity_cases import Limits, ListeningSink, make_small_network

from workbench.capacity.inputs.template import write_template
from workbench.data.projects.project import Project
from workbench.runs import Job


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """PyPSA 1.4 itself still calls what pandas 3.1 deprecates; what our own code calls stays an error."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore::DeprecationWarning:pypsa"))


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture
def sink() -> ListeningSink:
    return ListeningSink()


@pytest.fixture
def job(sink: ListeningSink) -> Iterator[Job]:
    made = Job(sink)
    with made.active(""):
        yield made
    made.close()


@pytest.fixture(scope="session")
def sample_project(
    tmp_path_factory: pytest.TempPathFactory, copy_sample: Callable[[Path], Project]
) -> Project:
    return copy_sample(tmp_path_factory.mktemp("capacity") / "sample")


MakeProject = Callable[..., Project]


@pytest.fixture
def make_project(tmp_path: Path) -> MakeProject:
    """Make a project with the example workbook, some of its sheets replaced, or left out where given as None."""

    def make(**changes: Any) -> Project:
        project = Project.create(tmp_path / "plan", "Small state")
        write_template(
            project.inputs / "plan.xlsx",
            {key.replace("_days", " days"): rows for key, rows in changes.items()},
        )
        return project

    return make


@pytest.fixture
def small_network() -> Any:
    return make_small_network
