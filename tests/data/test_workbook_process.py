from __future__ import annotations

import concurrent.futures
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.data.problems import Problems
from workbench.data.tables.table import cell_name
from workbench.data.workbooks import process
from workbench.data.workbooks.reading import read_workbook
from workbench.errors import UnreadableFile

Save = Callable[..., Path]


def readers() -> list[int]:
    return [reader._process.pid for reader in process._all]


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_for_end(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_running(pid)


@pytest.mark.parametrize("far", ["XFD1048576", "AL1048576", "XFD2", "C1048576"])
def test_a_far_cell_is_named_and_everything_else_is_read(save_sheet: Save, far: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sheet = read_workbook(save_sheet({"A1": "Year", "A2": 2020, far: "x"})).sheet("main")
    problems = Problems()

    table = sheet.table(problems)

    assert table.rows == ((2020.0,),)
    assert [(p.cell, "not read" in p.message) for p in problems] == [(far, True)]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_a_far_cell_is_found_whatever_range_the_sheet_declares(save_sheet: Save) -> None:
    path = save_sheet({"A1": 1, "AZ1": 2, "B1048576": 3})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(b'ref="A1:AZ1048576"', b'ref="A1:B2"'))

    assert len(read_workbook(path).sheet("main").rows) == 1


def test_a_far_cell_of_a_row_without_a_number_is_named_too(shared_data: Path) -> None:
    path = shared_data.parent / "cases" / "reading" / "stray-cell-no-row-number.xlsx"
    if not path.is_file():
        pytest.skip(f"there is no {path}")
    sheet = read_workbook(path).sheets[0]

    assert sheet.rows == (("a",),)
    assert [(problem.cell, "not read" in problem.message) for problem in sheet.problems] == [
        ("XFD1048576", True)
    ]


def test_a_dense_sheet_may_be_long(save_sheet: Save) -> None:
    rows = read_workbook(save_sheet({f"B{row}": row for row in range(1, 3000, 900)})).sheet("main").rows

    assert (len(rows), rows[-1]) == (2701, (None, 2701.0))


def test_the_process_is_kept_for_the_next_workbook(save_sheet: Save) -> None:
    path = save_sheet({"A1": 1})
    read_workbook(path)
    before = readers()
    read_workbook(path)

    assert before
    assert readers() == before


def test_threads_read_at_the_same_time_and_few_processes_stay(save_sheet: Save) -> None:
    paths = [save_sheet({"A1": number}, name=f"{number}.xlsx") for number in range(12)]
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        books = list(pool.map(read_workbook, paths))

    assert [book.sheet("main").rows for book in books] == [((float(number),),) for number in range(12)]
    assert len(readers()) <= process.KEPT


def test_a_process_that_is_killed_is_replaced(save_sheet: Save) -> None:
    path = save_sheet({"A1": 1})
    read_workbook(path)
    for pid in readers():
        os.kill(pid, signal.SIGKILL)

    assert read_workbook(path).sheet("main").rows == ((1.0,),)


def test_a_reader_that_crashes_or_never_answers_is_a_sentence(
    save_sheet: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save_sheet({"A1": 1})
    read_workbook(path)
    monkeypatch.setattr(process, "WAIT_FACTOR", 0.01)
    for pid in readers():
        os.kill(pid, signal.SIGSTOP)
    with pytest.raises(UnreadableFile, match=r"book\.xlsx could not be read in .* save it again in Excel"):
        read_workbook(path)
    monkeypatch.undo()

    assert read_workbook(path).sheet("main").rows == ((1.0,),)


def test_a_range_too_large_to_be_held_is_a_sentence(save_sheet: Save) -> None:
    # No gap is large, the rectangle is.
    path = save_sheet({cell_name(900 * step, 90 * step): 1 for step in range(180)})

    with pytest.raises(UnreadableFile, match=r"book\.xlsx needs more than 1,00\d MB of memory to be read"):
        read_workbook(path)
    assert read_workbook(save_sheet({"A1": 1})).sheet("main").rows == ((1.0,),)


def _read_in_fork(path: Path) -> tuple[tuple[tuple[object, ...], ...], list[int]]:
    return read_workbook(path).sheet("main").rows, readers()


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_fork_reads_in_a_process_of_its_own(save_sheet: Save) -> None:
    path = save_sheet({"A1": 1})
    read_workbook(path)
    ours = readers()
    with multiprocessing.get_context("fork").Pool(1) as pool:
        rows, theirs = pool.apply(_read_in_fork, (path,))

    assert rows == ((1.0,),)
    assert not set(ours) & set(theirs)
    assert read_workbook(path).sheet("main").rows == ((1.0,),)
    assert readers() == ours


def test_no_process_outlives_the_one_that_reads_even_when_that_is_killed(save_sheet: Save) -> None:
    path = save_sheet({"A1": 1})
    code = (
        "import sys, time; from workbench.data.workbooks import process, reading;"
        f"reading.read_workbook({str(path)!r}); print(process._idle[0]._process.pid, flush=True);"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.kill()

    assert wait_for_end(pid)


def test_the_process_ends_with_its_session(save_sheet: Save) -> None:
    path = save_sheet({"A1": 1})
    code = (
        "from workbench.data.workbooks import process, reading;"
        f"reading.read_workbook({str(path)!r}); print(process._idle[0]._process.pid)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not is_running(int(done.stdout))
    assert done.stderr == ""


def test_a_module_in_the_folder_of_a_workbook_is_never_run(save_sheet: Save) -> None:
    path = save_sheet({"A1": 1})
    for name in ("pickle", "zipfile", "python_calamine", "sitecustomize"):
        (path.parent / f"{name}.py").write_text(f"open('{path.parent}/ran', 'w').close()")
    code = (
        "from workbench.data.workbooks import reading; import sys;"
        f"sys.path.append({str(path.parent)!r}); reading.read_workbook({str(path)!r})"
    )
    subprocess.run([sys.executable, "-P", "-c", code], cwd=path.parent, check=True)

    assert not (path.parent / "ran").exists()
