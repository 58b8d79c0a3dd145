from __future__ import annotations

import math
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.capacity.inputs.reading import plant_workbooks
from workbench.cli import main
from workbench.data.projects.project import Project
from workbench.data.workbooks.reading import read_workbook
from workbench.errors import UnreadableFile
from workbench.planning.chain import Agreement, PlanningChain, load_chain
from workbench.planning.report import compose_report, summary
from workbench.sample.plants import SAMPLE_PEAK, scaled_plants, write_plants


@pytest.fixture(scope="module")
def project(planned: Path) -> Project:
    return Project.open(planned)


@pytest.fixture(scope="module")
def chain(project: Project) -> PlanningChain:
    return load_chain(project)


def test_every_year_carries_its_energy_and_peak_through_all_steps(chain):
    assert [item.year for item in chain.agreements] == list(range(2026, 2038))
    for item in chain.agreements:
        assert item.profile_energy == pytest.approx(item.requirement, rel=1e-9)
        assert item.profile_peak == pytest.approx(item.forecast_peak, rel=1e-9)
        assert item.agrees


def test_the_planned_year_has_the_peak_of_its_profile_and_its_energy_to_half_a_percent(chain):
    planned = {item.year: item for item in chain.agreements if math.isfinite(item.plan_energy)}
    assert tuple(planned) == chain.plan.years
    for item in planned.values():
        assert item.plan_energy == pytest.approx(item.profile_energy, rel=0.005)
        assert item.plan_peak == pytest.approx(item.profile_peak, rel=1e-6)


def test_a_year_that_differs_between_two_steps_is_seen():
    same = Agreement(2030, 100.0, 100.0, 100.2, 20.0, 20.0, 20.0)
    assert same.agrees
    assert same.worst == pytest.approx(0.2)
    assert not replace(same, plan_peak=19.8).agrees
    assert not replace(same, profile_energy=101.0, plan_energy=math.nan).agrees


def test_the_report_tells_what_the_tables_hold(chain, project):
    sentences = summary(chain, project.style)
    new = chain.plan.table("capacity")
    largest = new.sort_values("new", ascending=False).iloc[0]
    assert f"MW {largest.carrier}" in " ".join(sentences)
    page = compose_report(chain, project.name, project.style).render()
    for sentence in sentences:
        assert sentence.replace("'", "&#39;") in page
    assert "Every year carries its energy and peak through all steps" in page
    assert page.count("plotly.js v") == 1


def test_the_report_warns_where_the_steps_no_longer_agree(chain, project):
    table = chain.demand.table("requirement").copy()
    table.loc[table.year == 2031, "requirement"] *= 1.1
    changed = replace(
        chain, demand=replace(chain.demand, tables={**chain.demand.tables, "requirement": table})
    )
    page = compose_report(changed, project.name, project.style).render()
    assert "The steps differ by more than 0.5 % in FY 2030-31" in page


def test_the_demo_writes_one_story_beside_the_results(project):
    assert (project.results / "planning" / "base" / "report.html").is_file()


def test_without_a_plan_the_error_says_how_to_make_one(tmp_path):
    with pytest.raises(UnreadableFile, match="There is no capacity plan yet: run `workbench demo"):
        load_chain(Project.create(tmp_path / "empty", "Empty"))


def test_a_plan_that_has_its_load_from_elsewhere_is_no_chain(planned, tmp_path):
    import json

    shutil.copytree(planned, tmp_path / "copy")
    project = Project.open(tmp_path / "copy")
    path = project.results / "capacity" / "base" / "result.json"
    written = json.loads(path.read_text(encoding="utf-8"))
    written["facts"] |= {"load_profile": "", "load": "sheet 'Demand' of plants.xlsx"}
    path.write_text(json.dumps(written), encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"has its load from sheet 'Demand' of plants\.xlsx"):
        load_chain(project)


def test_plants_are_written_to_scale(tmp_path):
    path = write_plants(tmp_path / "plants.xlsx", *scaled_plants(2.0))
    plants = read_workbook(path).sheet("plants").table()
    sizes = dict(zip(plants.column("name"), plants.column("p_nom"), strict=True))
    assert sizes["Periya Dam"] == 1560


@pytest.mark.slow
def test_the_chain_runs_in_one_go_on_the_workbooks_of_a_real_state(tmp_path, shared_data: Path, capsys):
    project = Project.create(tmp_path / "kerala", "Kerala")
    for name in ("kerala_demand.xlsx", "kerala_hourly_load.xlsx"):
        shutil.copyfile(shared_data / "planning" / name, project.inputs / name)
    # Without plants nothing made-up is written among real inputs: the template is, and what to do is said.
    assert main(["demo", "--project", str(project.folder)]) == 5
    assert "The project has no plants yet" in capsys.readouterr().out
    assert not plant_workbooks(project)
    write_plants(project.inputs / "plants.xlsx", *scaled_plants(5774 / SAMPLE_PEAK))
    assert main(["demo", "--project", str(project.folder)]) == 0
    chain = load_chain(project)
    # The targets of the hourly workbook are of another, larger forecast, and their peaks go with them.
    assert all(item.agrees for item in chain.agreements)
    assert any("are of another forecast" in note.message for note in chain.profile.notes)
    measured = chain.demand.table("requirement").set_index("year").peak_mw[2025]
    assert measured == pytest.approx(5774.2, rel=0.005)
    hours = chain.profile.hours(2037)
    by_hour = hours.groupby(hours.index.hour)[["load", "base_shape"]].mean()
    assert by_hour.load[12] < 0.85 * by_hour.base_shape[12]
    assert hours.load.min() < 0.8 * hours.base_shape.min()
    assert chain.plan.table("adequacy").unserved_share.max() < 0.1
