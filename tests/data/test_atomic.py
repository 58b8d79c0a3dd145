from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.data.atomic import (
    TEMPORARY_PREFIX,
    reason_of,
    replacing,
    sweep,
    write_bytes,
    write_text,
)
from workbench.errors import DataError, UnwritableFile


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def test_a_file_appears_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    with replacing(tmp_path / "new" / "table.parquet") as temporary:
        temporary.write_bytes(b"half")
        assert not (tmp_path / "new" / "table.parquet").exists()
        assert temporary.name.startswith(".")
        assert temporary.suffix == ".parquet"

    assert (tmp_path / "new" / "table.parquet").read_bytes() == b"half"
    assert leftovers(tmp_path / "new") == []


def test_an_error_in_the_block_leaves_the_earlier_file(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("old")

    def write_half() -> None:
        with replacing(path) as temporary:
            temporary.write_text("new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()

    assert path.read_text() == "old"
    assert leftovers(tmp_path) == []


def test_an_error_about_another_file_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught, replacing(tmp_path / "out.txt"):
        (tmp_path / "missing.txt").read_text()

    assert not isinstance(caught.value, DataError)


def test_text_is_written_as_utf8_with_its_line_ends(tmp_path: Path) -> None:
    write_text(tmp_path / "note.txt", "₹ 5\nok\n")

    assert (tmp_path / "note.txt").read_bytes() == "₹ 5\nok\n".encode()


def test_a_symbolic_link_is_followed_and_permissions_are_kept(tmp_path: Path) -> None:
    target = tmp_path / "real.txt"
    target.write_text("old")
    target.chmod(0o640)
    (tmp_path / "link.txt").symlink_to(target)

    write_text(tmp_path / "link.txt", "new")

    assert (tmp_path / "link.txt").is_symlink()
    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_full_disk_leaves_the_earlier_file_and_says_so(tiny_disk: Path) -> None:
    path = tiny_disk / "result.bin"
    write_bytes(path, b"old")

    with pytest.raises(UnwritableFile, match="disk is full; free some space") as caught:
        write_bytes(path, bytes(1_000_000))

    assert caught.value.errno == errno.ENOSPC
    assert caught.value.file == path
    assert path.read_bytes() == b"old"
    assert leftovers(tiny_disk) == []
    write_bytes(path, bytes(100_000))


def test_a_read_only_disk_is_said_to_be_read_only(
    tiny_disk: Path, make_read_only: Callable[[Path], None]
) -> None:
    make_read_only(tiny_disk)

    with pytest.raises(UnwritableFile, match="the disk is read-only; choose another place"):
        write_text(tiny_disk / "note.txt", "x")


def test_a_limit_on_file_sizes_leaves_the_earlier_file(tmp_path: Path) -> None:
    path = tmp_path / "result.bin"
    path.write_bytes(b"old")
    code = """
import resource, signal, sys
from workbench.data.atomic import write_bytes
from workbench.errors import UnwritableFile
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_bytes(sys.argv[1], bytes(5000))
except UnwritableFile as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)

    assert "larger than this system allows" in done.stdout
    assert path.read_bytes() == b"old"
    assert leftovers(tmp_path) == []


def test_a_folder_of_that_name_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()

    with pytest.raises(UnwritableFile, match="a folder of that name is in the way"):
        write_text(tmp_path / "taken", "x")


def test_a_path_through_a_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(
        UnwritableFile, match=r"cannot be written: (a part of its path is a file|File exists)"
    ):
        write_text(tmp_path / "file" / "note.txt", "x")


def test_readers_never_see_half_a_file_while_many_write(tmp_path: Path) -> None:
    path = tmp_path / "shared.bin"
    contents = {bytes([letter]) * 200_000 for letter in b"abcd"}
    write_bytes(path, next(iter(contents)))
    seen: set[bytes] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    writers = [threading.Thread(target=write_bytes, args=(path, c)) for c in contents for _ in range(5)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    stop.set()
    reader.join()

    assert seen <= contents
    assert leftovers(tmp_path) == []


def test_what_a_killed_process_left_is_swept_but_not_what_may_be_in_use(tmp_path: Path) -> None:
    code = f"""
import os
from workbench.data.atomic import replacing
with replacing({str(tmp_path / "x.bin")!r}) as temporary:
    temporary.write_bytes(b"half")
    os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    (left,) = leftovers(tmp_path)
    (tmp_path / ".mine").touch()

    assert left.startswith(TEMPORARY_PREFIX)
    assert sweep(tmp_path) == 0
    os.utime(tmp_path / left, (0, 0))
    assert sweep(tmp_path) == 1
    assert leftovers(tmp_path) == [".mine"]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "close it in Excel"),
        (errno.EIO, "error"),
    ],
)
def test_reasons_of_the_operating_system_are_put_in_words(number: int, words: str) -> None:
    assert words in reason_of(OSError(number, os.strerror(number)))
