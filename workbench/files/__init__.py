"""The one door to files: below the folder of a project, no path is followed through a link.

A project may come from a stranger. Every path below its folder is opened component by component, each relative to
the handle of the one before and without following links, so that nothing that lies in a project can have another
file read, written, listed or deleted. Links are refused wherever they lead.
What replaces a file is renamed over it, so that a second name (a hard link) of the earlier one keeps its content.

A path that lies in no project is a person's own choice and behaves as usual, links included. Pipes, sockets and
devices are refused there too: reading one may never end. A folder is a
project's where it, or a folder above it, holds ``project.toml``; :func:`confine` declares another one, such as a
market dataset.

SQLite and libraries in C open files by name. :func:`as_name` gives them a name of the checked handle; SQLite, which
looks for the name behind it, gets a name that was checked together with the others it may open
(:func:`check_all`).
"""

from workbench.files.changing import (
    make_folder,
    move,
    remove,
    remove_tree,
    second_name,
    set_aside,
    take_place,
    touch,
)
from workbench.files.confinement import confine, inside, is_inside
from workbench.files.given_names import with_known_paths
from workbench.files.reading import (
    as_name,
    changed_at,
    check_all,
    database_files,
    facts,
    is_file,
    is_folder,
    is_on_read_only_disk,
    listed,
    missing,
    open_descriptor,
    open_file,
    read_bytes,
    size_of,
    subfolders,
    walked,
)

__all__ = [
    "as_name",
    "changed_at",
    "check_all",
    "confine",
    "database_files",
    "facts",
    "inside",
    "is_file",
    "is_folder",
    "is_inside",
    "is_on_read_only_disk",
    "listed",
    "make_folder",
    "missing",
    "move",
    "open_descriptor",
    "open_file",
    "read_bytes",
    "remove",
    "remove_tree",
    "second_name",
    "set_aside",
    "size_of",
    "subfolders",
    "take_place",
    "touch",
    "walked",
    "with_known_paths",
]
