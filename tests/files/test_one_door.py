"""No module of the package opens, lists, makes, replaces or deletes a file by itself without a reason."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import workbench

PACKAGE = Path(workbench.__file__).parent

METHODS = {
    "read_text", "read_bytes", "write_text", "write_bytes", "unlink", "mkdir", "rmdir", "touch", "iterdir", "glob",
    "rglob", "exists", "is_file", "is_dir", "is_symlink", "stat", "lstat", "symlink_to", "hardlink_to", "chmod",
    "resolve", "rmtree", "memory_map", "ParquetFile", "read_schema", "read_parquet", "scan_parquet", "scan_csv",
    "scan_ipc", "read_ipc", "open_dataset", "open_zarr", "read_excel", "read_hdf", "read_pickle", "load_workbook",
    "to_parquet", "to_netcdf", "to_excel", "to_pickle", "export_to_netcdf", "Network", "copytree", "copy2",
    "copyfile",
    "move", "OSFile", "input_stream", "output_stream", "NamedTemporaryFile", "mkstemp", "mkdtemp",
    "TemporaryDirectory", "fromfile", "memmap",
    "CompressedOutputStream", "TemporaryFile",
}  # fmt: skip
OF_MODULES = {
    "os": {"open", "remove", "unlink", "rename", "replace", "mkdir", "makedirs", "rmdir", "listdir", "scandir",
           "walk",
           "stat", "lstat", "link", "symlink", "utime", "truncate", "chmod"},
    "sqlite3": {"connect"},
    "h5py": {"File"},
    "netCDF4": {"Dataset"},
    "pd": {"read_csv"},
    "pl": {"read_csv"},
    "zipfile": {"ZipFile"},
    "shutil": {"copy", "rmtree"},
    "io": {"open"},
}  # fmt: skip
"""What is looked for only as a function of its module, as other things have such methods too."""

ALLOWED = {
    "files": "the layer itself",
    # what belongs to the package or the user and never lies in a project
    "evapotranspiration/fusion/statistics.py": "a table of the package",
    "evapotranspiration/inputs/places": "tables of the package",
    "evapotranspiration/views/place_map.py": "scripts of the package",
    "ui/panel/run_panel.py": "scripts of the package",
    "publishing/kernels/runtime_folder.py": "a folder of the server beside those of others for temporary files",
    "ui/figures/legend.py": "scripts and styles of the package",
    "ui/figures/page_theme.py": "scripts and styles of the package",
    "ui/restored_views.py": "scripts and styles of the package",
    "market/views/answer_tools.py": "scripts and styles of the package",
    "ui/transfer/offers.py": "an export in the folder for temporary files",
    "ui/transfer/downloads.py": "scripts and styles of the package",
    "ui/transfer/uploads.py": "a script of the package, name from replacing, and files without a name",
    "ui/figures/origins.py": "a script of the package",
    "ui/figures/shared.py": "the server's own folder of figures, beside its sockets",
    "runs/report/page.py": "scripts of the package",
    "publishing/bundle.py": "a list in the user's own cache",
    "publishing/assets.py": "scripts and styles of installed packages",
    "publishing/server.py": "the folder of notebooks that was named, and a folder of its own for sockets",
    "publishing/kernels/prefork.py": "facts about the own process",
    "home": "the notebooks that are installed, beside the working folder",
    "cli": "folders that a person names on the command line, where notebooks are copied to",
    "online": "the user's own cache of downloads; a target goes through `replacing`",
    "runs/journal/signing.py": "the user's own key",
    "runs/process": "facts about processes, and the null device",
    "runs/cluster/worker.py": "folders of modules on the search path",
    "runs/cluster/local_modules.py": "modules on the search path",
    "runs/cluster/copied_folder.py": "a worker's own folder for temporary files",
    "runs/engine/detached.py": "a file without a name",
    "runs/overview/run_report.py": "a page at a place that a person names",
    "capacity/solving/child.py": "numbers between processes, in the folder for temporary files",
    "capacity/solving/incumbent.py": "a solution of the solver in the folder for temporary files",
    "capacity/solving/solve.py": "a request to the solver in the folder for temporary files",
    # a name or a handle from the layer
    "data/atomic.py": "names in the handle of a folder",
    "data/results/tables.py": "name from as_name",
    "data/results/cache.py": "name from as_name and from replacing",
    "data/results/kept_inputs.py": "name from replacing",
    "data/results/repair.py": "an open file",
    "data/tables/parquet.py": "name from as_name",
    "data/tables/netcdf_links.py": "an open file",
    "data/comparison/grids.py": "bytes, in a folder for temporary files",
    "data/workbooks": "bytes",
    "data/texts/cells.py": "bytes",
    "data/texts/content.py": "bytes, and an open file",
    "market/store/months.py": "names from as_name and replacing",
    "market/store/export.py": "name from replacing",
    "market/store/rollups/files.py": "names from as_name and replacing",
    "market/store/ledger.py": "checked with check_all",
    "market/inputs/ingest.py": "name from as_name",
    "market/inputs/archives.py": "an open file",
    "market/inputs/drop_rows.py": "an open file",
    "market/inputs/nemweb_lines.py": "bytes",
    "market/sample/files.py": "bytes in memory",
    "runs/journal/opening.py": "checked with check_all",
    "runs/journal/recovery.py": "a new file in the folder for temporary files",
    "runs/journal/repair.py": "a new file in the folder for temporary files",
    "runs/journal/paths.py": "the folder of a project, which a person names, and paths for display",
    "capacity/results/saved.py": "name from replacing",
    "capacity/inputs/network_files.py": "checked before; PyPSA tells the kind of file from its name",
    "capacity/network/build.py": "an empty network",
    "evapotranspiration/results/export.py": "name from replacing",
    "evapotranspiration/inputs/netcdf_files.py": "name from as_name",
    "data/projects/project.py": "the folder of a project that a person names",
    "data/projects/recent.py": "folders that a person opened",
}


def uses(source: str) -> list[tuple[int, str]]:
    """Lines and names of calls that touch files directly."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id="open"):
                found.append((node.lineno, "open"))
            case ast.Attribute(value=ast.Name(id=module), attr=name) if (
                module in OF_MODULES or module == "files"
            ):
                if module != "files" and name in OF_MODULES[module] | METHODS:
                    found.append((node.lineno, f"{module}.{name}"))
            case ast.Attribute(attr=name) if name in METHODS:
                found.append((node.lineno, name))
            case ast.Attribute(attr="open") if node.args and isinstance(node.args[0], ast.Constant):
                found.append((node.lineno, "open"))
    return found


def reason(path: Path) -> str:
    name = path.relative_to(PACKAGE).as_posix()
    return next((why for place, why in ALLOWED.items() if name == place or name.startswith(f"{place}/")), "")


def test_every_file_is_opened_through_the_one_layer() -> None:
    found = {
        f"{path.relative_to(PACKAGE)}:{line}": name
        for path in sorted(PACKAGE.rglob("*.py"))
        if not reason(path)
        for line, name in uses(path.read_text(encoding="utf-8"))
    }
    assert found == {}, "open it through workbench.files, or give a reason in ALLOWED"


def test_nothing_is_allowed_that_is_not_there_or_needs_no_leave() -> None:
    for place in ALLOWED:
        path = PACKAGE / place
        modules = [path] if path.is_file() else sorted(path.rglob("*.py"))
        assert any(uses(module.read_text(encoding="utf-8")) for module in modules), place


@pytest.mark.parametrize(
    "line",
    [
        "open(path)",
        "path.open('rb')",
        "path.read_bytes()",
        "folder.rglob('*')",
        "os.replace(a, b)",
        "sqlite3.connect(path)",
        "pl.scan_parquet(path)",
        "shutil.rmtree(folder)",
        "xarray.open_dataset(path)",
        "frame.to_parquet(path)",
    ],
)
def test_a_direct_use_is_found(line: str) -> None:
    assert uses(line)
    assert not uses("files.read_bytes(path); text.replace('a', 'b'); Project.open(folder)")
