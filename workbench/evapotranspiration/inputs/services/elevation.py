"""Heights of places, from OpenTopoData: SRTM at 30 m, and ASTER where SRTM has nothing.

https://www.opentopodata.org/api/ ; a hundred places in one request, one request a second.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.errors import InvalidData, SourceFailed
from workbench.evapotranspiration.inputs.places.place import Place
from workbench.evapotranspiration.inputs.services.answers import Elevations, answer_as
from workbench.evapotranspiration.model.catalogue import ELEVATION
from workbench.online.client import OnlineClient
from workbench.online.service import HttpRequest, Watch

MAX_PLACES = 100
GOOD_FOR = 365 * 86400.0
_PATH = "/v1/srtm30m,aster30m"


def fetch_elevations(client: OnlineClient, places: Sequence[Place], watch: Watch) -> list[float | None]:
    """Ask for the heights of places [m], in their order; None where the service knows none.

    Raises
    ------
    SourceFailed
        When there is no usable answer.
    """
    found: list[float | None] = []
    for start in range(0, len(places), MAX_PLACES):
        batch = places[start : start + MAX_PLACES]
        locations = "|".join(f"{place.latitude:.5f},{place.longitude:.5f}" for place in batch)
        request = HttpRequest(ELEVATION, _PATH, {"locations": locations}, GOOD_FOR)
        heights = client.get(request, read_heights, watch)
        if len(heights) != len(batch):
            raise SourceFailed(
                f"{ELEVATION.title} gave {len(heights)} heights for {len(batch)} places.", ELEVATION.id
            )
        found.extend(heights)
    return found


def read_heights(body: bytes) -> list[float | None]:
    """Read an answer as heights [m].

    Raises
    ------
    InvalidData
        When it is not an answer of this service.
    """
    answer = answer_as(body, Elevations)
    if answer.status != "OK":
        raise InvalidData(f"its status is {answer.status!r}")
    return [item.elevation for item in answer.results]
