from __future__ import annotations

import io
import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench import files
from workbench.data.atomic import write_text
from workbench.data.texts.content import read_whole
from workbench.errors import LinkRefused, UnreadableFile
from workbench.files import reading

Use = Callable[[Path], object]

USES: dict[str, Use] = {
    "facts": files.facts,
    "is_file": files.is_file,
    "is_folder": files.is_folder,
    "read": files.read_bytes,
    "size": files.size_of,
    "changed": files.changed_at,
    "name": lambda path: files.as_name(path).__enter__(),
    "write": lambda path: write_text(path, "x"),
    "touch": files.touch,
    "make": files.make_folder,
    "make below": lambda path: files.make_folder(path / "a" / "b"),
    "list": files.listed,
    "walk": lambda path: list(files.walked(path)),
    "check": files.check_all,
    "write below": lambda path: write_text(path / "a" / "b", "x"),
    "remove below": lambda path: files.remove(path / "a"),
    "remove all below": lambda path: files.remove_tree(path / "a"),
    "set aside below": lambda path: files.set_aside(path / "a", "aside"),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "inputs").mkdir(parents=True)
    (folder / "project.toml").touch()
    return folder


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "file").write_bytes(b"canary")
    return folder


def tree(folder: Path) -> list[tuple[str, bytes]]:
    return [(str(path), path.read_bytes() if path.is_file() else b"") for path in sorted(folder.rglob("*"))]


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("target", ["a", "a/file", "nothing", "."])
def test_a_link_in_a_project_is_refused_by_name(project: Path, outside: Path, use: str, target: str) -> None:
    before = tree(outside)
    link = project / "inputs" / "x"
    link.symlink_to(outside / target)
    with pytest.raises(LinkRefused, match="inputs/x is a link"):
        USES[use](link)
    assert tree(outside) == before


@pytest.mark.parametrize("use", USES)
def test_a_folder_on_the_way_that_is_a_link_is_refused_by_name(
    project: Path, outside: Path, use: str
) -> None:
    before = tree(outside)
    (project / "results").symlink_to(outside)
    with pytest.raises(LinkRefused, match="project/results is a link"):
        USES[use](project / "results" / "a" / "file")
    assert tree(outside) == before


def test_a_link_that_stays_in_the_project_is_refused_too(project: Path) -> None:
    (project / "inputs" / "x").symlink_to(project / "project.toml")
    with pytest.raises(LinkRefused):
        files.read_bytes(project / "inputs" / "x")


def test_removing_a_link_removes_the_link(project: Path, outside: Path) -> None:
    for remove in (files.remove, files.remove_tree):
        link = project / "inputs" / "x"
        link.symlink_to(outside)
        remove(link)
        assert not link.is_symlink()
    (project / "inputs" / "x").symlink_to(outside)
    files.remove_tree(project / "inputs")
    assert not (project / "inputs").exists()
    assert (outside / "a" / "file").read_bytes() == b"canary"


@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
def test_what_is_neither_a_file_nor_a_folder_is_refused_and_not_waited_for(
    project: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project / "inputs" / "x"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        monkeypatch.chdir(path.parent)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("x")
    else:
        try:
            os.mknod(path, 0o020644, os.makedev(1, 3))
        except PermissionError:
            pytest.skip("only root makes devices")
    for use in ("facts", "read", "write", "is_file", "name"):
        with pytest.raises(LinkRefused, match="inputs/x is a pipe, a socket or a device"):
            USES[use](path)


def test_links_and_pipes_are_left_out_of_lists(project: Path, outside: Path) -> None:
    inputs = project / "inputs"
    (inputs / "real.csv").touch()
    (inputs / "link.csv").symlink_to(outside / "a" / "file")
    (inputs / "folder").symlink_to(outside)
    os.mkfifo(inputs / "pipe.csv")
    assert files.listed(inputs) == [inputs / "real.csv"]
    assert list(files.walked(project)) == [inputs / "real.csv", project / "project.toml"]
    seen = ["folder", "link.csv", "real.csv"]
    assert [path.name for path in files.walked(inputs, links=True)] == seen
    with pytest.raises(LinkRefused, match="is a link"):
        files.check_all(inputs)


def test_a_second_name_of_a_file_keeps_its_content_when_the_first_is_written(
    project: Path, outside: Path
) -> None:
    os.link(outside / "a" / "file", project / "inputs" / "x")
    write_text(project / "inputs" / "x", "new")
    assert (outside / "a" / "file").read_bytes() == b"canary"


def test_a_project_inside_a_project_does_not_widen_what_is_confined(project: Path, outside: Path) -> None:
    (outside / "project.toml").touch()
    (project / "results").symlink_to(outside)
    with pytest.raises(LinkRefused, match="results is a link"):
        files.read_bytes(project / "results" / "a" / "file")


def test_a_folder_swapped_for_a_link_while_a_file_is_written_leads_nowhere(
    project: Path, outside: Path
) -> None:
    from workbench.data.atomic import replacing

    before = tree(outside)
    with replacing(project / "inputs" / "x") as temporary:
        (project / "inputs").rename(project / "moved")
        (project / "inputs").symlink_to(outside)
        temporary.write_bytes(b"written")
    assert tree(outside) == before
    assert (project / "moved" / "x").read_bytes() == b"written"


def test_outside_of_projects_links_are_a_persons_own_choice(outside: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(outside / "a" / "file")
    assert files.read_bytes(link) == b"canary"
    write_text(link, "new")
    assert link.is_symlink()
    assert (outside / "a" / "file").read_bytes() == b"new"


def test_the_folder_of_a_project_may_be_reached_through_a_link(project: Path, tmp_path: Path) -> None:
    (tmp_path / "shortcut").symlink_to(project)
    write_text(tmp_path / "shortcut" / "inputs" / "x", "text")
    assert files.read_bytes(project / "inputs" / "x") == b"text"
    assert files.confine(tmp_path / "other" / ".." / "shortcut") in (project, tmp_path / "shortcut")


def test_a_link_from_elsewhere_into_a_project_keeps_its_rules(
    project: Path, outside: Path, tmp_path: Path
) -> None:
    (project / "inputs" / "x").symlink_to(outside / "a" / "file")
    (tmp_path / "shortcut").symlink_to(project / "inputs")
    with pytest.raises(LinkRefused, match="inputs/x is a link"):
        files.read_bytes(tmp_path / "shortcut" / "x")


@pytest.mark.parametrize("name", ["../project.toml", "/etc/passwd", "a/../../project.toml", "", ".", "a\0b"])
def test_a_name_never_leads_out_of_its_folder(project: Path, name: str) -> None:
    with pytest.raises(LinkRefused, match="lies outside"):
        files.inside(project / "inputs", name)


def test_errors_name_the_whole_path(project: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        files.read_bytes(project / "inputs" / "missing.csv")
    assert caught.value.filename == str(project / "inputs" / "missing.csv")
    with pytest.raises(FileNotFoundError) as caught:
        files.read_bytes(project / "missing" / "x.csv")
    assert caught.value.filename == str(project / "missing")


def test_no_handle_is_left_open(project: Path, outside: Path) -> None:
    (project / "inputs" / "link").symlink_to(outside)
    (project / "inputs" / "file").touch()

    def use_all() -> int:
        for path in (project / "inputs" / "link", project / "inputs" / "file", project / "missing" / "x"):
            for name, use in USES.items():
                if name not in ("name", "make below", "make", "write below"):
                    try:
                        use(path)
                    except OSError:
                        continue
        return len(list(Path("/proc/self/fd").iterdir()))

    use_all()
    assert use_all() == use_all()


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_a_pipe_or_a_device_that_a_person_names_is_refused_and_not_waited_for(
    outside: Path, make: Use
) -> None:
    path = outside / "x"
    make(path)
    for use in ("facts", "read", "is_file", "size", "name", "write"):
        with pytest.raises(LinkRefused, match="is a pipe, a socket or a device, expected a file or a folder"):
            USES[use](path)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(outside: Path) -> None:
    with (outside / "x").open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(UnreadableFile, match="outside/x has 1,000,000 MB, the most that is read is 1,000 MB"):
        files.read_bytes(outside / "x")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "There is no file .*x; check the name"),
        (lambda path: path.symlink_to("gone"), "x is a link to gone, where there is no file"),
        (lambda path: path.symlink_to("x"), "x cannot be read: it is a link that leads back to itself"),
        (lambda path: path.mkdir(), "x is a folder, expected a table"),
        (lambda path: path.touch(), r"x is empty \(0 bytes\)"),
    ],
)
def test_what_is_no_file_to_read_is_told_in_one_sentence(outside: Path, make: Use, said: str) -> None:
    make(outside / "x")
    with pytest.raises(UnreadableFile, match=said):
        read_whole(outside / "x", 64, "a table")


def test_a_link_that_leads_back_to_itself_is_no_file(outside: Path) -> None:
    (outside / "x").symlink_to("x")
    assert not files.is_file(outside / "x")
    assert "x is a link to x, where there is no file" in str(files.missing(outside / "x"))


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="needs users")
def test_a_file_that_may_not_be_read_is_told_from_one_that_is_not_there() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        path = Path(folder, "x")
        path.write_bytes(b"text")
        path.chmod(0)
        Path(folder).chmod(0o755)
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65534)
        try:
            with pytest.raises(UnreadableFile, match="x cannot be opened: it is in use or not permitted"):
                read_whole(path, 64, "a table")
        finally:
            if is_root:
                os.seteuid(0)


def test_a_file_that_is_changed_while_it_is_read_is_refused(
    outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, opened = outside / "a" / "file", reading.open_file

    class Growing(io.BufferedReader):
        def read(self, size: int | None = -1) -> bytes:
            with path.open("ab") as file:
                file.write(b"more")
            return super().read(size)

    monkeypatch.setattr(reading, "open_file", lambda path: Growing(opened(path).detach()))
    with pytest.raises(UnreadableFile, match="a/file was changed while it was read; try again"):
        files.read_bytes(path)
