"""What the pages load, all from this host: our own style and script, Voilà's front end, the widgets' extensions.

Everything lies under one address that changes with the versions of what is installed, so that a browser may keep
it for ever. Files are compressed once.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_path

__all__ = ["Asset", "Assets"]

_HERE = Path(__file__).parent / "static"
_UI = Path(__file__).parents[1] / "ui"
_OF_UI = {"own/look.css": _UI / "look.css", "own/figure_keys.js": _UI / "figures" / "figure_keys.js"}
"""What boards share with notebooks."""
_OURS = re.compile(r"[a-z_]+\.(css|js|svg|woff2)")
_VOILA = re.compile(r"(voila|voila-style|[0-9]+\.voila)\.js|[0-9a-f]{20}\.(woff2?|ttf|eot|svg|png)")
_EXTENSION = re.compile(r"static/[A-Za-z0-9._-]+\.(js|css|woff2?|ttf|svg|png)")
_THEME = re.compile(r"theme-(light|dark)\.css")
EXTENSIONS = ("@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget")
"""What boards need of what may be installed for JupyterLab: the fewer, the sooner a page can be used."""

MIN_COMPRESSED_BYTES = 1_000


@dataclass(frozen=True, slots=True)
class Asset:
    """A file, as it is and compressed."""

    content: bytes
    compressed: bytes | None
    type: str


class Assets:
    """Finds files by their address, among those that a page may ask for.

    Raises
    ------
    FileNotFoundError
        When Voilà's front end is not installed where Jupyter looks.
    """

    def __init__(self) -> None:
        self._voila = _first("voila/templates/base/static", "voila.js")
        self._themes = _first("nbconvert/templates/lab/static", "theme-light.css")
        self._extensions = {name: _extension_folder(name) for name in EXTENSIONS}
        self._plotly = _plotly_script()
        self._kept: dict[str, Asset | None] = {}
        self.version = self._digest()

    def federated(self) -> list[dict[str, Any]]:
        """Describe the extensions the way Voilà's front end wants them."""
        found: list[dict[str, Any]] = [
            {"name": "workbench", "load": "figures.js", "mimeExtension": "./figures"}
        ]
        for name, folder in self._extensions.items():
            build = json.loads((folder / "package.json").read_text(encoding="utf-8"))["jupyterlab"]["_build"]
            found.append({"name": name, **build})
        return found

    def find(self, path: str) -> Asset | None:
        """Give a file by what follows the version in its address; None when there is none to be given."""
        if path not in self._kept:
            file = self._file_of(path)
            if file is None:
                return None
            self._kept[path] = _asset_of(file)
        return self._kept[path]

    def _file_of(self, path: str) -> Path | None:
        kind, _, rest = path.partition("/")
        if path == "extensions/workbench/plotly.js":
            return self._plotly
        if path == "extensions/workbench/figures.js":
            return _HERE / "figures.js"
        if path in _OF_UI:
            return _OF_UI[path]
        folders = {"own": (_HERE, _OURS), "voila": (self._voila, _VOILA), "theme": (self._themes, _THEME)}
        if kind in folders:
            folder, pattern = folders[kind]
        elif kind == "extensions":
            name = next((name for name in self._extensions if rest.startswith(f"{name}/")), None)
            if name is None:
                return None
            folder, pattern, rest = self._extensions[name], _EXTENSION, rest[len(name) + 1 :]
        else:
            return None
        file = folder / rest
        return file if pattern.fullmatch(rest) and file.is_file() else None

    def _digest(self) -> str:
        files = [*sorted(_HERE.iterdir()), *_OF_UI.values()]
        files += [self._voila / "voila.js", self._themes / "theme-light.css"]
        files += [folder / "package.json" for folder in self._extensions.values()]
        content = b"".join(file.read_bytes() for file in files if file.is_file())
        content += str(self._plotly.stat()).encode()
        return hashlib.sha256(content).hexdigest()[:16]


def _asset_of(file: Path) -> Asset:
    content = file.read_bytes()
    type_, _ = mimetypes.guess_type(file.name)
    is_text = file.suffix in (".js", ".css", ".svg")
    compressed = gzip.compress(content, 6) if is_text and len(content) > MIN_COMPRESSED_BYTES else None
    return Asset(content, compressed, type_ or "application/octet-stream")


def _first(folder: str, name: str) -> Path:
    for root in jupyter_path():
        if (Path(root) / folder / name).is_file():
            return Path(root) / folder
    raise FileNotFoundError(
        f"{name} is not in any {folder} of {', '.join(jupyter_path())}; install voila again."
    )


def _plotly_script() -> Path:
    # Of the package that makes the figures, so that both are of one version. Importing it would take a second.
    found = find_spec("plotly")
    if found is None or found.origin is None:
        raise FileNotFoundError("plotly is not installed; install the workbench's dependencies again.")
    return Path(found.origin).parent / "package_data" / "plotly.min.js"


def _extension_folder(name: str) -> Path:
    for kind in ("labextensions", "voila/labextensions"):
        try:
            return _first(f"{kind}/{name}", "package.json")
        except FileNotFoundError:
            continue
    raise FileNotFoundError(
        f"The extension {name} is not installed; install the workbench's dependencies again."
    )
