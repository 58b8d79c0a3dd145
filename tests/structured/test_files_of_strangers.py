"""Files that came to grief in a reader once; they lie outside the project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.data.results.tables import read_table
from workbench.errors import InvalidData, UnreadableFile
from workbench.evapotranspiration.inputs.services import nws_stations, openmeteo
from workbench.market.inputs.archives import csv_members
from workbench.market.inputs.drops import read_mapping
from workbench.market.inputs.units_register import read_register
from workbench.market.model.nem import NEM
from workbench.market.store.dataset import read_description
from workbench.publishing.frames import FrameFilter


@pytest.fixture
def cases(shared_data: Path) -> Path:
    folder = shared_data.parent / "cases" / "reading"
    if not folder.is_dir():
        pytest.skip(f"there is no folder {folder}")
    return folder


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("drops-wrong-type-1", "drops[1].values is '', expected a table whose values are text"),
        ("drops-wrong-type-1", "drops[2].table is ['a'], expected text"),
        ("drops-wrong-type-2", "drops[2].pattern is inf, expected a finite number"),
    ],
)
def test_a_mapping_with_a_wrong_type_names_the_key(cases: Path, name: str, said: str) -> None:
    with pytest.raises(InvalidData) as caught:
        read_mapping(cases / f"{name}.toml", NEM)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("market-wrong-type-1", "feeds[2].tables is 0.5, expected a list of text"),
        ("market-wrong-type-2", "holds a number of more than 1000 digits"),
    ],
)
def test_a_description_with_a_wrong_type_names_the_key(cases: Path, name: str, said: str) -> None:
    with pytest.raises(InvalidData) as caught:
        read_description(cases / f"{name}.toml")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "read", "said"),
    [
        (
            "weather-wrong-type",
            nws_stations.read_observations,
            "answer: features[12].properties.dewpoint is a whole number of more than 18 digits",
        ),
        ("weather-deeply-nested", openmeteo.read_answer, "answer: it is nested more than 32 deep"),
    ],
)
def test_an_answer_of_a_service_names_the_place(
    cases: Path, name: str, read: Callable[[bytes], object], said: str
) -> None:
    _, _, body = (cases / f"{name}.json").read_bytes().partition(b"\n")
    with pytest.raises(InvalidData) as caught:
        read(body)
    assert said in str(caught.value)


def test_a_damaged_zip_names_the_member(cases: Path) -> None:
    with pytest.raises(InvalidData, match=r"nemweb-damaged\.zip > A\.CSV: it is damaged"):
        [content.read() for _, content in csv_members(cases / "nemweb-damaged.zip")]


def test_times_of_an_odd_zone_do_not_end_the_program(cases: Path) -> None:
    # An offset is a zone that Parquet allows, and that Polars ends the program at.
    units, _ = read_register(cases / "register-odd-time-zone.parquet", NEM)
    assert len(units) == 39


def test_a_saved_table_of_a_wrong_kind_is_named(cases: Path, tmp_path: Path) -> None:
    _, _, content = (cases / "saved-result-wrong-type.bin").read_bytes().partition(b"\n")
    path = tmp_path / "solar_split.parquet"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=r"solar_split\.parquet"):
        read_table(path)


def test_a_frame_with_a_list_for_a_widget_is_refused(cases: Path) -> None:
    frame = (cases / "frame-comm-close-list.bin").read_bytes()
    assert FrameFilter().refusal(frame) == "a name of a comm that no page gives"
