"""The program that looks through an HDF5 file on its standard input for values that it takes from other files.

It is a process of its own, started by :mod:`workbench.data.tables.netcdf`: h5py brings an HDF5 library of its own,
which must not meet that of netCDF4 in one process. It prints place and other file as JSON, or nothing.
"""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Print the first place that names another file."""
    import h5py

    with open(0, "rb") as file, h5py.File(file, "r") as content:
        seen: set[object] = set()
        waiting = [content["/"]]
        while waiting:
            group = waiting.pop()
            if group.id in seen:
                continue
            seen.add(group.id)
            for name in group:
                link = group.get(name, getlink=True)
                if isinstance(link, h5py.ExternalLink):
                    others = [link.filename]
                elif isinstance(link, h5py.SoftLink):
                    continue
                else:
                    item = group[name]
                    if isinstance(item, h5py.Group):
                        waiting.append(item)
                        continue
                    others = _other_files(item) if isinstance(item, h5py.Dataset) else []
                if others:
                    sys.stdout.write(json.dumps([f"{group.name.rstrip('/')}/{name}", others[0]]))
                    return


def _other_files(item: object) -> list[str]:
    parts = item.virtual_sources() if item.is_virtual else ()  # type: ignore[attr-defined]
    names = [part.file_name for part in parts] + [part[0] for part in item.external or ()]  # type: ignore[attr-defined]
    return [name for name in names if name != "."]


if __name__ == "__main__":
    main()
