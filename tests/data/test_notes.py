import json

import pytest

from workbench.data.notes import Note, NoteKind, Notes, Weight
from workbench.errors import InvalidData
from workbench.structured import typed


@pytest.fixture
def notes() -> Notes:
    found = Notes("demand.xlsx")
    found.change("a blank row was passed over", sheet="Homes", cell="A7")
    found.assumption(
        "load factor 65 %", setting="load_factor", file="", years=range(2026, 2029), tables=["peak"]
    )
    found.omission("Homes has no forecast", tables=["requirement"], advice="give it a model")
    found.unused("the column is not read", column="Remarks")
    return found


def test_what_is_missing_comes_first_and_what_is_unused_last(notes: Notes) -> None:
    assert [note.kind for note in notes.gravest()] == [
        NoteKind.OMISSION,
        NoteKind.ASSUMPTION,
        NoteKind.CHANGE,
        NoteKind.UNUSED,
    ]
    assert len(notes.gravest(3)) == 3


def test_an_omission_makes_a_result_incomplete(notes: Notes) -> None:
    assert not notes.is_complete
    assert Notes().is_complete


def test_a_note_names_its_place_and_what_to_do(notes: Notes) -> None:
    change, assumption, omission, unused = notes
    assert str(change) == "demand.xlsx, sheet 'Homes', cell A7: a blank row was passed over"
    assert str(assumption) == "setting load_factor: load factor 65 %"
    assert str(omission) == "demand.xlsx: Homes has no forecast (give it a model)"
    assert unused.place == "demand.xlsx, column 'Remarks'"


def test_tables_and_years_find_the_notes_that_touch_them(notes: Notes) -> None:
    assert [note.message for note in notes.touching("peak", 2027) if note.tables] == ["load factor 65 %"]
    assert not [note for note in notes.touching("peak", 2040) if note.tables]
    assert Note(NoteKind.DOUBT, "everywhere").touches("anything", 1999)


def test_the_same_note_is_kept_once(notes: Notes) -> None:
    count = len(notes)
    notes.extend(list(notes))
    notes.unused("the column is not read", column="Remarks")
    assert len(notes) == count


def test_notes_come_back_from_json_as_they_were(notes: Notes) -> None:
    again = typed(json.loads(json.dumps(notes.to_plain())), tuple[Note, ...], "result.json")
    assert list(again) == list(notes)
    with pytest.raises(InvalidData, match=r"\[1\].kind is 'nonsense', expected one of missing, assumed"):
        typed([{"kind": "nonsense", "message": ""}], tuple[Note, ...], "result.json")


def test_the_table_writes_years_as_spans(notes: Notes) -> None:
    notes.doubt("flat hours", weight=Weight.HIGH, years=[2026, 2027, 2030])
    rows = notes.rows()
    assert rows[1][4] == "2026-2027, 2030"
    assert rows[2][4] == "peak; 2026-2028"
