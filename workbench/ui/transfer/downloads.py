"""A list of files that a click downloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import traitlets

from workbench.errors import WorkbenchError
from workbench.files import size_of, walked
from workbench.ui.base import sentence_of
from workbench.ui.messages import InvalidMessage, MessageWidget, fields_of, unknown_kind, whole_number
from workbench.ui.transfer.offers import FileOffer, Offer

__all__ = ["SAVE_PARTS", "TRANSFER_STYLE", "Downloads", "Wanted", "answered"]

_FOLDER = Path(__file__).parent
SAVE_PARTS = (_FOLDER / "save_parts.js").read_text(encoding="utf-8")
"""The script by which a page saves what comes in parts."""
TRANSFER_STYLE = (_FOLDER / "transfer.css").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page wants the part of a file that begins at an offset [bytes]."""

    id: int
    number: int
    offset: int


def answered(offer: Offer, offset: int) -> tuple[dict[str, Any], list[bytes]]:
    """Give a part of what is offered as the content and the buffers of a message; a problem is said in it."""
    try:
        part = offer.part(offset)
    except WorkbenchError as error:
        return {"kind": "part", "problem": sentence_of(error)}, []
    except OSError as error:
        return {"kind": "part", "problem": f"{offer.name} cannot be read: {error.strerror}."}, []
    return {"kind": "part", "total": part.total, "state": part.state}, [part.content]


class Downloads(MessageWidget):
    """Lists files; a page may ask for those by their numbers and for nothing else.

    Parameters
    ----------
    offers
        What is offered, by the name that is shown.
    """

    _esm = SAVE_PARTS + (_FOLDER / "downloads.js").read_text(encoding="utf-8")
    _css = TRANSFER_STYLE

    files: traitlets.List[Any] = traitlets.List().tag(sync=True)
    """Name and size [bytes], None where it is not known before, of each file."""

    def __init__(self, offers: Mapping[str, Offer]) -> None:
        self._offers = list(offers.values())
        super().__init__(files=[[name, _size(offer)] for name, offer in offers.items()])

    def __repr__(self) -> str:
        return f"<Downloads of {len(self._offers)} files>"

    @classmethod
    def of_folder(cls, folder: Path) -> Downloads:
        """List all files in a folder and the folders inside it."""
        paths = sorted(walked(folder))
        return cls({path.relative_to(folder).as_posix(): FileOffer(path) for path in paths})

    def read(self, content: object) -> Wanted:
        """Read a question of a page."""
        fields = fields_of(content)
        if fields.get("kind") != "part":
            raise unknown_kind(fields)
        number = whole_number(fields, "number")
        if number >= len(self._offers):
            raise InvalidMessage(f"there is no file {number}")
        return Wanted(whole_number(fields, "id"), number, whole_number(fields, "offset"))

    def take(self, message: Wanted) -> None:
        """Answer with a part."""
        content, buffers = answered(self._offers[message.number], message.offset)
        self.send({**content, "id": message.id}, buffers)


def _size(offer: Offer) -> int | None:
    return size_of(offer.path) if isinstance(offer, FileOffer) else None
