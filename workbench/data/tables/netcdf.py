"""NetCDF files of strangers: one that takes values from other files is refused.

NetCDF 4 is HDF5, in which a link, a data set and a virtual data set may name any file of the machine, and the
library would read it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from workbench.data.tables import netcdf_links
from workbench.errors import LinkRefused, UnreadableFile
from workbench.files import open_file

_HDF5 = b"\x89HDF\r\n\x1a\n"
SECONDS = 60.0


def check_self_contained(path: Path) -> None:
    """Refuse a NetCDF file that names another file; others, and what is no such file, pass.

    Raises
    ------
    LinkRefused
        With the place in the file.
    UnreadableFile
        When it is damaged.
    """
    with open_file(path) as file:
        if file.read(len(_HDF5)) != _HDF5:
            return
        file.seek(0)
        try:
            found = subprocess.run(
                [sys.executable, "-P", netcdf_links.__file__],
                stdin=file,
                capture_output=True,
                timeout=SECONDS,
                check=True,
                text=True,
            ).stdout
        except subprocess.TimeoutExpired as error:
            raise UnreadableFile(
                f"{path} could not be looked through within {SECONDS:g} s; export it again with fewer variables.",
                path,
            ) from error
        except subprocess.CalledProcessError as error:
            raise UnreadableFile(
                f"{path} cannot be read as a NetCDF file; it may be cut off or damaged. Export it again.",
                path,
            ) from error
    if found:
        place, other = json.loads(found)
        raise LinkRefused(
            f"{path}: {place} takes its values from another file, {other!r}; export it as one file.", path
        )
