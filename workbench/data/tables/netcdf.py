"""NetCDF files of strangers: one that takes values from other files is refused.

NetCDF 4 is HDF5, in which a link, a data set and a virtual data set may name any file of the machine, and the
library would read it.
"""

from __future__ import annotations

from pathlib import Path

from workbench.errors import LinkRefused
from workbench.files import open_file
from workbench.structured import own_errors

_HDF5 = b"\x89HDF\r\n\x1a\n"


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
        import h5py

        with own_errors(path, "a NetCDF file"), h5py.File(file, "r") as content:
            seen: set[object] = set()
            waiting = [content["/"]]
            while waiting:
                group = waiting.pop()
                if group.id in seen:
                    continue
                seen.add(group.id)
                for name in group:
                    place = f"{group.name.rstrip('/')}/{name}"
                    link = group.get(name, getlink=True)
                    if isinstance(link, h5py.ExternalLink):
                        raise _refused(path, place, link.filename)
                    if isinstance(link, h5py.SoftLink):
                        continue
                    item = group[name]
                    if isinstance(item, h5py.Group):
                        waiting.append(item)
                    elif isinstance(item, h5py.Dataset):
                        parts = item.virtual_sources() if item.is_virtual else ()
                        names = [part.file_name for part in parts] + [part[0] for part in item.external or ()]
                        others = [name for name in names if name != "."]
                        if others:
                            raise _refused(path, place, others[0])


def _refused(path: Path, place: str, other: str) -> LinkRefused:
    return LinkRefused(
        f"{path}: {place} takes its values from another file, {other!r}; export it as one file.", path
    )
