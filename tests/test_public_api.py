"""What `import workbench` offers, exactly, and what a person sees of it."""

from __future__ import annotations

import ast
import inspect
import pickle
from pathlib import Path

import pytest

import workbench
import workbench.testing
from workbench import errors
from workbench.runs import Run

PACKAGE = Path(workbench.__file__).parent

# Not raised to a caller: each is caught where it is used, or is no error.
INTERNAL = {
    "CancelSignal": "ends the work of a cancelled run; a BaseException, which a job lets pass",
    "CellFailed": "the server turns it into a page",
    "InvalidMessage": "a browser's message, refused and logged",
    "NotShared": "the figure is drawn for this reader alone",
    "ProtectedError": "of the readers of binary workbooks, told as an unreadable file",
    "PreforkServerGone": "the server starts another one",
    "TooManySessions": "the server answers with 503",
    "SolverEnded": "a solver that did not finish by itself; what it has found is read and told",
    "_Refused": "a file's rows, listed with the file",
    "_Crashed": "of the process that reads workbooks, told as an unreadable file",
}


@pytest.mark.parametrize("package", [workbench, workbench.runs, workbench.testing, errors])
def test_the_names_are_sorted_exact_and_all_there(package: object) -> None:
    names = package.__all__  # type: ignore[attr-defined]
    assert names == sorted(names)
    assert all(hasattr(package, name) for name in names)


def test_the_top_offers_what_a_notebook_needs() -> None:
    assert workbench.__all__ == [
        *("Job", "Project", "Run", "Unit", "attach", "board", "errors", "find_job", "job", "known_jobs"),
        *("open_project", "resume", "runs", "setting", "start", "view"),
    ]
    assert dir(workbench) == workbench.__all__
    with pytest.raises(AttributeError, match="no attribute 'begin'"):
        _ = workbench.begin  # type: ignore[attr-defined]


def test_type_checkers_see_the_same_names_as_python() -> None:
    for package in (PACKAGE, PACKAGE / "runs"):
        tree = ast.parse((package / "__init__.py").read_text(encoding="utf-8"))
        block = next(node for node in tree.body if isinstance(node, ast.If))
        seen = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
        offered = set(workbench.__all__ if package == PACKAGE else workbench.runs.__all__)
        assert offered <= seen
    assert (PACKAGE / "py.typed").is_file()


def test_runs_is_both_the_package_and_the_list_of_a_projects_runs(tmp_path: Path) -> None:
    assert workbench.runs(tmp_path) == []
    assert workbench.runs.Run is Run is workbench.Run


def test_every_error_is_in_the_tree() -> None:
    outside = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any(
                ast.unparse(base).endswith(("Error", "Exception", "Warning")) for base in node.bases
            ):
                outside.add(node.name)
    assert outside - set(errors.__all__) <= set(INTERNAL)


def test_a_job_shows_its_own_signature_and_docstring() -> None:
    made = workbench.find_job("demand")
    assert made.__doc__ is not None
    assert made.__doc__.startswith("Forecast the demand of every sector")
    assert made.__name__ == "forecast_demand"
    assert inspect.unwrap(made) is made.function
    signature = inspect.signature(made)
    assert [str(parameter) for parameter in signature.parameters.values()] == [
        "project: 'Project | None' = None",
        "config: 'DemandConfig | None' = None",
        "**changes: 'object'",
    ]
    assert signature.return_annotation == "DemandResult"


def test_the_problems_of_a_setting_error_survive_a_pickle() -> None:
    several = errors.SettingError.of(
        [errors.SettingError("One.", "a", 1), errors.SettingError("Two.", "b", 2)]
    )
    assert str(several) == "2 problems with the settings: (1) One. (2) Two."
    again = pickle.loads(pickle.dumps(several))
    assert [problem.setting for problem in again.problems] == ["a", "b"]
    alone = errors.SettingError("One.", "a", 1)
    assert alone.problems == (alone,)
    assert errors.SettingError.of([alone]) is alone
    many = errors.SettingError.of([errors.SettingError(f"Problem {n}.", "years") for n in (*range(25), 3)])
    assert str(many).startswith("26 problems with the settings: (1) Problem 0. (2) Problem 1.")
    assert str(many).endswith("(20) Problem 19. … and 5 more.")
    assert len(many.problems) == 26
