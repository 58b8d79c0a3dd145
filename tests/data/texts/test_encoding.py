"""In which encoding a file is written, and text that was garbled by a wrong one."""

from __future__ import annotations

import codecs

import pytest

from workbench.data.texts.encoding import decode
from workbench.errors import UnreadableFile
from workbench.finance.inputs.reading.read import read_content

TEXT = "Date,Région,Revenue\n2024-01-31,Süd,€5.50\n2024-02-29,Île-de-France,€6.50\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-32"), "utf-32"),
        (TEXT.encode("cp1252"), "cp1252"),
    ],
)
def test_a_file_reads_the_same_in_every_encoding(content: bytes, encoding: str) -> None:
    decoded = decode(content, "figures.csv")

    assert decoded.text == TEXT
    assert decoded.encoding == encoding
    reading = read_content("figures.csv", content)
    assert [column.name for column in reading.columns] == ["Date", "Région", "Revenue"]
    assert reading.values("Région").to_list() == ["Süd", "Île-de-France"]
    assert reading.column("Revenue").currency == "EUR"


def test_cyrillic_is_told_from_western_text_by_what_reads_coherently() -> None:
    text = "Дата;Регион;Выручка\n" + "2024-01-31;Центральный федеральный округ;5,50\n" * 12

    assert decode(text.encode("cp1251"), "figures.csv").text == text


def test_the_row_that_is_not_utf_8_is_the_evidence() -> None:
    assert "row 2 is not UTF-8" in decode(b"Date,Name\n2024-01-31,S\xfcd\n", "figures.csv").evidence


def test_garbled_text_is_repaired_and_every_repair_is_listed() -> None:
    garbled = (
        "Date,RÃ©gion,Revenue\n2024-01-31,SÃ¼d,5\n2024-02-29,North,6\n2024-03-31,\u00e2\u201a\u00ac zone,7\n"
    )

    reading = read_content("figures.csv", garbled.encode())

    assert reading.columns[1].name == "Région"
    assert reading.values("Région").to_list() == ["Süd", "North", "€ zone"]
    repairs = reading.changes.table().query("kind == 'repaired'")
    assert repairs[["row", "before", "after"]].values.tolist() == [
        [0, "RÃ©gion", "Région"],
        [2, "SÃ¼d", "Süd"],
        [4, "\u00e2\u201a\u00ac zone", "€ zone"],
    ]


def test_right_text_with_the_same_letters_is_left_alone() -> None:
    reading = read_content(
        "figures.csv", "Date,Name,Revenue\n2024-01-31,Âge d'or,5\n2024-02-29,São,6\n".encode()
    )

    assert reading.values("Name").to_list() == ["Âge d'or", "São"]
    assert len(reading.changes) == 0


@pytest.mark.parametrize("content", [b"", b"\n\n  \r\n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file_is_refused_in_one_sentence(content: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"figures.csv is empty \(\d+ bytes, no text\); export it again"):
        read_content("figures.csv", content)


def test_a_file_of_bytes_that_are_no_text_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="not a text file"):
        read_content("picture.csv", bytes(range(256)) * 40)


def test_a_file_that_was_cut_off_inside_a_letter_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="cut off or damaged"):
        read_content("figures.csv", TEXT.encode("utf-16")[:-1])
