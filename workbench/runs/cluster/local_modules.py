"""The modules beside a notebook that units need: found here, so that workers compute with the same code.

Installed packages are compared by version before a worker is admitted. What lies beside a notebook has no version
and may differ on a worker, or have been imported there before it was changed here; so its source travels.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.machinery
import pickletools
import sys
import sysconfig
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from workbench.runs.process.sent_modules import ModuleSource

__all__ = ["changed_since_import", "local_modules"]

_PACKAGE = Path(__file__).parents[2]
_INSTALLED = tuple(
    Path(path).resolve()
    for path in {*sysconfig.get_paths().values(), *(path for path in sys.path if "site-packages" in path)}
)
_BY_NAME = ("GLOBAL", "INST")


def local_modules(pickles: Iterable[bytes]) -> Mapping[str, ModuleSource]:
    """Give the modules that pickled functions and arguments name, and those that these import in turn.

    Parameters
    ----------
    pickles
        What is sent.

    Returns
    -------
    Mapping of str to ModuleSource
        By name; without installed packages, Python's library, this package and the notebook itself.
    """
    found: dict[str, ModuleSource] = {}
    # Also of what a function only imports while it runs.
    named = {name for pickled in pickles for name in _names_in(pickled)}
    waiting = [name for name in named if name in sys.modules or name.isidentifier()]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if parent := name.rpartition(".")[0]:
            waiting.append(parent)
        path = _path_of(name)
        if path is None or not _is_local(path):
            continue
        try:
            with tokenize.open(path) as file:
                text = file.read()
            imported = list(_imports(ast.parse(text), name, path.name == "__init__.py"))
        except (OSError, SyntaxError, ValueError):
            # What cannot be read here fails there too, with its own sentence.
            continue
        found[name] = ModuleSource(
            text, hashlib.sha256(text.encode()).hexdigest(), str(path), path.name == "__init__.py"
        )
        waiting += imported
    return found


def changed_since_import(sources: Mapping[str, ModuleSource]) -> list[str]:
    """Name the modules whose functions are not those of their files any more: edited, and not imported again."""
    return [name for name, source in sources.items() if _differs(name, source)]


def _differs(name: str, source: ModuleSource) -> bool:
    module = sys.modules.get(name)
    if module is None or not isinstance(module.__loader__, importlib.machinery.SourceFileLoader):
        return False
    written = {
        code.co_name: code
        for code in compile(source.text, source.path, "exec", dont_inherit=True).co_consts
        if hasattr(code, "co_code")
    }
    for function in vars(module).values():
        code = getattr(function, "__code__", None)
        if code is None or getattr(function, "__module__", "") != name or code.co_name not in written:
            continue
        other = written[code.co_name]
        if (code.co_code, code.co_names, _plain(code.co_consts)) != (
            other.co_code,
            other.co_names,
            _plain(other.co_consts),
        ):
            return True
    return False


def _plain(constants: tuple[object, ...]) -> list[object]:
    return [one for one in constants if not hasattr(one, "co_code")]


def _names_in(pickled: bytes) -> Iterator[str]:
    """Every text of a pickle that could be the name of a module."""
    for code, argument, _ in pickletools.genops(pickled):
        if isinstance(argument, str) and len(argument) < 200:
            yield argument.split(" ")[0] if code.name in _BY_NAME else argument


def _path_of(name: str) -> Path | None:
    if name == "__main__":
        return None
    module = sys.modules.get(name)
    if module is not None:
        path = getattr(module, "__file__", None)
        return Path(path) if isinstance(path, str) and path.endswith(".py") else None
    parent, _, leaf = name.rpartition(".")
    if not parent:
        spec = importlib.machinery.PathFinder.find_spec(name)
        origin = None if spec is None else spec.origin
        return Path(origin) if origin and origin.endswith(".py") else None
    package = _path_of(parent)
    if package is None or package.name != "__init__.py":
        return None
    for path in (package.parent / f"{leaf}.py", package.parent / leaf / "__init__.py"):
        if path.is_file():
            return path
    return None


def _is_local(path: Path) -> bool:
    path = path.resolve()
    return not any(path.is_relative_to(folder) for folder in (_PACKAGE, *_INSTALLED))


def _imports(tree: ast.AST, name: str, is_package: bool) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = name.split(".") if is_package else name.split(".")[:-1]
            beginning = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*beginning, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
