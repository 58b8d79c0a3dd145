"""A place on a page where files are dropped that a folder of a project is to have."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import IO, Any

import traitlets

from workbench.data.atomic import reason_of, replacing
from workbench.data.names import checked_name
from workbench.errors import WorkbenchError
from workbench.files import facts, is_file, open_file
from workbench.runs.model.read_only import refuse_viewer
from workbench.ui.messages import InvalidMessage, MessageWidget, fields_of, unknown_kind, whole_number
from workbench.ui.transfer.downloads import SAVE_PARTS, TRANSFER_STYLE

__all__ = ["MAX_MEGABYTES", "PART_BYTES", "Uploads"]

MAX_MEGABYTES = 500
"""Size of the largest file that is taken; a larger one is copied into the folder by other means."""
PART_BYTES = 1_000_000
MAX_AT_ONCE = 4
"""Files that are received at a time; when more begin, the oldest was left behind by a page that is gone."""
WAYS = ("replace", "second", "leave")
_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Begin:
    """A page has a file of a name and a size [bytes]."""

    id: int
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of a file that begins at an offset [bytes]."""

    id: int
    number: int
    offset: int
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done with a file whose name is taken: one of :data:`WAYS`."""

    id: int
    number: int
    way: str


@dataclass(slots=True)
class _Received:
    """A file on its way; it has no name on disk until it is whole, so that nothing stays of one that was left."""

    name: str
    size: int
    file: IO[bytes]
    done: int = 0


class Uploads(MessageWidget):
    """Takes files that are dropped or chosen into a folder; nothing there is replaced unless that is chosen.

    Parameters
    ----------
    folder
        Where the files go. Below a project no link is followed to it.
    suffixes
        Kinds of files that are taken.
    taken
        Called with the name of each file when it is there.
    text
        What is dropped here, in a few words.
    """

    _esm = SAVE_PARTS + (_FOLDER / "uploads.js").read_text(encoding="utf-8")
    _css = TRANSFER_STYLE

    kinds: traitlets.List[Any] = traitlets.List().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
    part_bytes = traitlets.Int(PART_BYTES).tag(sync=True)

    def __init__(
        self,
        folder: Path,
        suffixes: Sequence[str],
        taken: Callable[[str], object],
        *,
        text: str = "Drop input files here",
    ) -> None:
        self._folder, self._suffixes, self._taken = folder, tuple(suffixes), taken
        self._received: dict[int, _Received] = {}
        self._count = 0
        super().__init__(kinds=list(suffixes), text=text)

    def __repr__(self) -> str:
        return f"<Uploads to {self._folder.name}>"

    def read_with(self, content: object, buffers: Sequence[Any]) -> Begin | Piece | Decision:
        """Read a message of a page."""
        fields = fields_of(content)
        identity = whole_number(fields, "id")
        match fields.get("kind"):
            case "begin":
                name = fields.get("name")
                if not isinstance(name, str):
                    raise InvalidMessage("the name of a file is no text")
                return Begin(identity, name, whole_number(fields, "size"))
            case "piece":
                if len(buffers) != 1 or not 0 < len(part := bytes(buffers[0])) <= PART_BYTES:
                    raise InvalidMessage("a piece is not one part of a file")
                number, offset = whole_number(fields, "number"), whole_number(fields, "offset")
                return Piece(identity, number, offset, part)
            case "decision":
                if fields.get("way") not in WAYS:
                    raise InvalidMessage(f"there is no way {str(fields.get('way'))[:40]!r}")
                return Decision(identity, whole_number(fields, "number"), str(fields["way"]))
        raise unknown_kind(fields)

    def take(self, message: Begin | Piece | Decision) -> None:
        """Take a part of a file, or say why it is not taken."""
        try:
            refuse_viewer("Writing a file")
            match message:
                case Begin():
                    answer = self._begin(message)
                case Piece():
                    answer = self._add(message)
                case Decision():
                    answer = self._decide(message)
        except WorkbenchError as error:
            answer = {"problem": str(error)}
        except OSError as error:
            answer = {"problem": f"The file cannot be kept: {reason_of(error)}"}
        if "problem" in answer and not isinstance(message, Begin):
            self._drop(message.number)
        self.send({**answer, "id": message.id})

    def _begin(self, message: Begin) -> dict[str, Any]:
        name = checked_name(PurePath(message.name).name, "file")
        if not name.lower().endswith(self._suffixes):
            return {"problem": f"{name} is of no kind that is read here: {', '.join(self._suffixes)}."}
        if message.size > MAX_MEGABYTES * 1e6:
            return {
                "problem": f"{name} has {message.size / 1e6:,.0f} MB, more than the {MAX_MEGABYTES} MB that a page "
                f"takes; copy it into {self._folder}."
            }
        if not message.size:
            return {"problem": f"{name} is empty; nothing was written."}
        facts(self._folder)  # a link is refused before anything is sent
        while len(self._received) >= MAX_AT_ONCE:
            self._drop(next(iter(self._received)))
        self._count += 1
        # Open until the file is whole, or is left.
        self._received[self._count] = _Received(name, message.size, tempfile.TemporaryFile())  # noqa: SIM115
        return {"number": self._count, "done": 0}

    def _add(self, message: Piece) -> dict[str, Any]:
        received = self._received.get(message.number)
        if received is None:
            return {"problem": "The file was left meanwhile; drop it again."}
        if message.offset > received.done or message.offset + len(message.content) > received.size:
            return {"problem": f"{received.name} was changed meanwhile; drop it again."}
        # A part that is sent again, as its answer was lost, is written to the same place.
        received.file.seek(message.offset)
        received.file.write(message.content)
        received.done = max(received.done, message.offset + len(message.content))
        if received.done < received.size:
            return {"done": received.done}
        return self._finish(message.number, received)

    def _finish(self, number: int, received: _Received) -> dict[str, Any]:
        path = self._folder / received.name
        if facts(path) is None:
            return self._write(number, received, received.name)
        if is_file(path) and _is_same(path, received):
            return self._end(number, received.name, "was there already, the same")
        return {"done": received.done, "is_taken": True, "second": self._second_name(received.name)}

    def _decide(self, message: Decision) -> dict[str, Any]:
        received = self._received.get(message.number)
        if received is None or received.done < received.size:
            return {"problem": "The file was left meanwhile; drop it again."}
        if message.way == "leave":
            self._drop(message.number)
            return {"said": f"{received.name} was left as it was."}
        name = received.name if message.way == "replace" else self._second_name(received.name)
        return self._write(message.number, received, name)

    def _write(self, number: int, received: _Received, name: str) -> dict[str, Any]:
        received.file.seek(0)
        with replacing(self._folder / name) as temporary, temporary.open("wb") as file:
            shutil.copyfileobj(received.file, file)
            file.flush()
            os.fsync(file.fileno())
        return self._end(number, name, "is in the project's inputs")

    def _end(self, number: int, name: str, words: str) -> dict[str, Any]:
        self._drop(number)
        self._taken(name)
        return {"said": f"{name} {words}."}

    def _drop(self, number: int) -> None:
        if (received := self._received.pop(number, None)) is not None:
            received.file.close()

    def _second_name(self, name: str) -> str:
        stem, dot, rest = name.partition(".")
        count = 2
        while facts(self._folder / f"{stem}-{count}{dot}{rest}") is not None:
            count += 1
        return f"{stem}-{count}{dot}{rest}"


def _is_same(path: Path, received: _Received) -> bool:
    received.file.seek(0)
    with open_file(path) as present:
        while True:
            here, there = present.read(PART_BYTES), received.file.read(PART_BYTES)
            if here != there:
                return False
            if not here:
                return True
