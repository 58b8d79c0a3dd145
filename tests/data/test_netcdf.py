from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray

from workbench.capacity.inputs.network_files import read_network
from workbench.data.comparison.grids import grids_of
from workbench.data.tables.netcdf import check_self_contained
from workbench.errors import LinkRefused, UnreadableFile

PLANTED = ["link", "link in a group", "values", "virtual"]


# In a process of its own: the libraries of h5py and of netCDF4 must not meet in one.
PLANT = """
import sys
import h5py
import numpy as np

path, other, kind = sys.argv[1:]
with h5py.File(other, "w") as file:
    file["secret"] = np.arange(4.0)
with h5py.File(path, "w") as file:
    file["own"] = np.arange(4.0)
    place = file
    if kind == "link in a group":
        place = file.create_group("a").create_group("b")
        place["above"] = file["a"]
    if kind.startswith("link"):
        place["planted"] = h5py.ExternalLink(other, "/secret")
    elif kind == "values":
        file.create_dataset("planted", (32,), dtype="u1", external=[(other, 0, 32)])
    else:
        layout = h5py.VirtualLayout((4,), "f8")
        layout[:] = h5py.VirtualSource(other, "secret", shape=(4,))
        file.create_virtual_dataset("planted", layout)
"""


@pytest.mark.parametrize("kind", PLANTED)
def test_a_file_that_takes_values_from_another_one_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "network.nc"
    subprocess.run([sys.executable, "-c", PLANT, path, tmp_path / "other.h5", kind], check=True)
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


def test_the_library_of_h5py_is_not_loaded_beside_that_of_netcdf4(tmp_path: Path) -> None:
    path = tmp_path / "whole.nc"
    xarray.Dataset({"load": ("hour", np.arange(24.0))}).to_netcdf(path, engine="netcdf4")
    code = (
        "import sys; from pathlib import Path; from workbench.data.tables.netcdf import check_self_contained; "
        "check_self_contained(Path(sys.argv[1])); assert 'h5py' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, path], check=True)
