"""Colours: eight that colour-blind readers can tell apart, a few that carry a meaning, one per carrier."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

__all__ = [
    "CARRIERS",
    "CATEGORIES",
    "DASHES",
    "HISTORY",
    "INK",
    "carrier_colour",
    "category_colours",
    "nth_colour",
    "nth_dash",
]

CATEGORIES = (
    "#0072B2",  # blue
    "#E69F00",  # orange
    "#009E73",  # bluish green
    "#CC79A7",  # reddish purple
    "#56B4E9",  # sky blue
    "#D55E00",  # vermilion
    "#F0E442",  # yellow
    "#7F7F7F",  # grey, in place of a black that a dark page swallows
)
"""Okabe and Ito (2008), https://jfly.uni-koeln.de/color/ ; the order keeps neighbours apart."""

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
"""Second code beside the colour, for print and for readers who see no colours."""

HISTORY = "#5B6770"
"""What has been observed, beside coloured forecasts."""

INK = {"light": "#1F2933", "dark": "#E4E7EB"}
"""Text on the two backgrounds."""

CARRIERS = {
    "coal": "#4D4D4D",
    "lignite": "#6B4F3A",
    "gas": "#D55E00",
    "diesel": "#8C564B",
    "oil": "#8C564B",
    "nuclear": "#CC79A7",
    "hydro": "#0072B2",
    "pumped hydro": "#56B4E9",
    "wind": "#009E73",
    "onwind": "#57B894",
    "offwind": "#00695C",
    "solar": "#F0B400",
    "rooftop solar": "#F6D55C",
    "biomass": "#7A9A01",
    "battery": "#9467BD",
    "hydrogen": "#17A2B8",
    "import": "#A0A7AD",
    "market": "#8D99AE",
    "dc": "#3D5A80",
    "ac": "#7B8FA8",
    "geothermal": "#B5651D",
    "waste": "#A68A64",
    "peat": "#5E4B3C",
    "oil shale": "#75534A",
    "run of river": "#3A86B8",
    "demand response": "#D4A5C9",
    "load": "#1F2933",
    "unserved": "#C00000",
}
"""One colour per carrier, everywhere; written to PyPSA's ``carriers.color`` too."""

UNNAMED = ("", "unknown", "other", "others", "none")
"""Names that say nothing: grey."""

UNKNOWN = ("#B07AA1", "#9C755F", "#86BCB6", "#D37295", "#499894", "#8CD17D", "#BAB0AC", "#79706E")
"""Colours of carriers that nobody knows, taken by their name so that each has the same one on every page."""


def carrier_colour(carrier: str) -> str:
    """Colour of a carrier: its own, that of the word it holds, or one that follows from its name alone."""
    name = carrier.lower().replace("_", " ").replace("-", " ").strip()
    if name in CARRIERS:
        return CARRIERS[name]
    # Two letters are a word of their own or none: "dc", but not in "broadcast".
    held = [known for known in CARRIERS if known in (name if len(known) > 2 else name.split())]
    if held:
        return CARRIERS[max(held, key=len)]
    return UNKNOWN[zlib.crc32(name.encode()) % len(UNKNOWN)] if name not in UNNAMED else CATEGORIES[-1]


def category_colours(names: Iterable[str]) -> dict[str, str]:
    """Give each name a colour; from the ninth on they come round again, told apart by :data:`DASHES`."""
    return {name: nth_colour(index) for index, name in enumerate(names)}


def nth_colour(index: int) -> str:
    """Colour of the n-th line, bar or place, counted from 0."""
    return CATEGORIES[index % len(CATEGORIES)]


def nth_dash(index: int) -> str:
    """Dash of the n-th line, counted from 0: the second code beside its colour."""
    return DASHES[index % len(DASHES)]
