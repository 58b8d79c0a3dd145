from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import xarray

from workbench.capacity.inputs.network_files import read_network
from workbench.data.comparison.grids import grids_of
from workbench.data.tables.netcdf import check_self_contained
from workbench.errors import LinkRefused, UnreadableFile

PLANTED = ["link", "link in a group", "values", "virtual"]


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file["secret"] = np.arange(4.0)
    return path


def plant(path: Path, other: Path, kind: str) -> None:
    with h5py.File(path, "w") as file:
        file["own"] = np.arange(4.0)
        place: Any = file
        if kind == "link in a group":
            place = file.create_group("a").create_group("b")
            place["above"] = file["a"]
        if kind.startswith("link"):
            place["planted"] = h5py.ExternalLink(str(other), "/secret")
        elif kind == "values":
            file.create_dataset("planted", (32,), dtype="u1", external=[(str(other), 0, 32)])
        else:
            layout = h5py.VirtualLayout((4,), "f8")
            layout[:] = h5py.VirtualSource(str(other), "secret", shape=(4,))
            file.create_virtual_dataset("planted", layout)


@pytest.mark.parametrize("kind", PLANTED)
def test_a_file_that_takes_values_from_another_one_is_refused(tmp_path: Path, other: Path, kind: str) -> None:
    path = tmp_path / "network.nc"
    plant(path, other, kind)
    for read in (check_self_contained, read_network, lambda path: grids_of(path.name, path.read_bytes())):
        with pytest.raises(LinkRefused, match=r"planted takes its values from another file, '.*other\.h5'"):
            read(path)


def test_whole_files_pass(tmp_path: Path) -> None:
    path = tmp_path / "whole.nc"
    xarray.Dataset({"load": ("hour", np.arange(24.0))}).to_netcdf(path, engine="netcdf4")
    check_self_contained(path)
    (tmp_path / "text.nc").write_bytes(b"no network")
    check_self_contained(tmp_path / "text.nc")


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cut.nc"
    xarray.Dataset({"load": ("hour", np.arange(24.0))}).to_netcdf(path, engine="netcdf4")
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(UnreadableFile, match=r"cut\.nc"):
        check_self_contained(path)


def test_a_format_that_can_hold_code_is_refused(tmp_path: Path) -> None:
    (tmp_path / "network.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    with pytest.raises(UnreadableFile, match="can hold code"):
        read_network(tmp_path / "network.h5")
