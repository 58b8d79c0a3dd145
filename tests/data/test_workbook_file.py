from __future__ import annotations

import errno
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.data.texts import content
from workbench.data.workbooks.reading import read_workbook
from workbench.errors import UnreadableFile

Save = Callable[..., Path]
MEGABYTE = 1_000_000


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"There is no file .*gone\.xlsx; check the name") as caught:
        read_workbook(tmp_path / "gone.xlsx")
    assert caught.value.file == tmp_path / "gone.xlsx"
    assert isinstance(caught.value, OSError)


def test_a_folder_is_not_a_workbook(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="is a folder"):
        read_workbook(tmp_path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.xlsx").touch()

    with pytest.raises(UnreadableFile, match=r"is empty \(0 bytes\)"):
        read_workbook(tmp_path / "empty.xlsx")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"Year,Electricity\n2020,1\n", r"plain text \(perhaps CSV\)"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "a web page or XML text"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (bytes(range(256)) * 4, "of an unknown kind"),
    ],
)
def test_what_only_has_the_name_of_a_workbook_is_told_by_its_content(
    tmp_path: Path, content: bytes, kind: str
) -> None:
    (tmp_path / "book.xlsx").write_bytes(content)

    with pytest.raises(UnreadableFile, match=f"book.xlsx is {kind}, not a workbook"):
        read_workbook(tmp_path / "book.xlsx")


def test_a_workbook_is_read_whatever_its_name(save_sheet: Save) -> None:
    path = save_sheet({"A1": 5})
    renamed = path.rename(path.with_name("book.dat"))

    assert read_workbook(renamed).sheet("main").rows == ((5.0,),)


def test_a_zip_archive_without_a_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "photos.xlsx", "w") as archive:
        archive.writestr("photo.txt", "x")

    with pytest.raises(UnreadableFile, match="zip archive without a workbook"):
        read_workbook(tmp_path / "photos.xlsx")


def test_half_a_workbook_is_said_to_be_damaged(save_sheet: Save) -> None:
    path = save_sheet({f"A{row}": row for row in range(1, 200)})
    path.write_bytes(path.read_bytes()[:-300])

    with pytest.raises(UnreadableFile, match="damaged or only half copied"):
        read_workbook(path)


def test_a_workbook_with_a_flipped_byte_in_its_sheet_is_refused(save_sheet: Save) -> None:
    path = save_sheet({f"A{row}": row * 1.37 for row in range(1, 500)})
    with zipfile.ZipFile(path) as archive:
        sheet = next(item for item in archive.infolist() if "sheet1" in item.filename)
    content = bytearray(path.read_bytes())
    content[sheet.header_offset + 200] ^= 0xFF
    path.write_bytes(content)

    with pytest.raises(UnreadableFile, match=r"book\.xlsx"):
        read_workbook(path)


def test_an_encrypted_workbook_is_said_to_be_encrypted(tmp_path: Path) -> None:
    # The start of a compound file and the name of its encrypted stream (MS-OFFCRYPTO 2.3.4.4).
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + "EncryptedPackage".encode("utf-16-le")
    (tmp_path / "secret.xlsx").write_bytes(content + bytes(512))

    with pytest.raises(UnreadableFile, match="is protected by a password; save a copy without it"):
        read_workbook(tmp_path / "secret.xlsx")


def test_a_broken_compound_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048))

    with pytest.raises(UnreadableFile, match=r"old\.xls is (damaged|not a workbook that can be read)"):
        read_workbook(tmp_path / "old.xls")


def test_a_file_of_100_megabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.xlsx"
    with path.open("wb") as file:
        file.truncate(100 * MEGABYTE)
    with pytest.raises(UnreadableFile, match=r"huge\.xlsx has 100 MB, the most that is read is 64 MB"):
        read_workbook(path)


def test_the_largest_size_can_be_set(save_sheet: Save) -> None:
    path = save_sheet({"A1": 1})

    with pytest.raises(UnreadableFile, match=r"the most that is read is 0\.001 MB"):
        read_workbook(path, max_megabytes=0.001)


def test_a_zip_bomb_is_refused_without_unpacking_it(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(30 * MEGABYTE))
    assert path.stat().st_size < 0.1 * MEGABYTE

    with pytest.raises(UnreadableFile, match="would grow to 30 MB when unpacked"):
        read_workbook(path, max_megabytes=1)


def test_a_sheet_that_lies_about_its_size_is_refused_without_unpacking_it(save_sheet: Save) -> None:
    path = save_sheet({f"A{row}": row for row in range(1, 2000)})
    with zipfile.ZipFile(path) as archive:
        sheet = next(item for item in archive.infolist() if "sheet1" in item.filename)
    true_size = sheet.file_size.to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(true_size, (1000).to_bytes(4, "little")))

    with pytest.raises(UnreadableFile, match="is damaged"):
        read_workbook(path)


def test_a_workbook_that_another_program_locks_says_close_it_in_excel(
    save_sheet: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only Windows locks files for reading; its error is raised where it would be.
    path = save_sheet({"A1": 1})

    def locked(path: Path, max_bytes: int) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(content, "read_bytes", locked)
    with pytest.raises(UnreadableFile, match="close it in Excel and try again"):
        read_workbook(path)


def test_a_path_through_a_file_is_explained(save_sheet: Save) -> None:
    path = save_sheet({"A1": 1})

    with pytest.raises(UnreadableFile, match="a part of its path is a file"):
        read_workbook(path / "inner.xlsx")
