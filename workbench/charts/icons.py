"""One small drawing a carrier, so that colour is never the only way to tell them apart."""

from __future__ import annotations

from workbench.charts.palette import CARRIERS

__all__ = ["carrier_icon"]

_DROP = "M8 1C6 5 3.5 7 3.5 10.2a4.5 4.5 0 0 0 9 0C12.5 7 10 5 8 1z"
_SUN = (
    "M8 5a3 3 0 1 1 0 6a3 3 0 0 1 0-6zM8 0v3M8 13v3M0 8h3M13 8h3M2.3 2.3l2.1 2.1M11.6 11.6l2.1 2.1"
    "M2.3 13.7l2.1-2.1M11.6 4.4l2.1-2.1"
)
_WIND = "M1 6h9a2.5 2.5 0 1 0-2.3-3.5M1 9.5h12a2 2 0 1 1-1.8 3M1 13h5"
_FLAME = "M8 1c.5 3 4.5 5 4.5 9a4.5 4.5 0 0 1-9 0c0-2 1-3 2-4 .2 1.5 1 2 1.5 2C7.5 6 6.5 4 8 1z"
_LUMPS = "M2 12l2-4 4-1 2 3-2 4H4zM9 6l3-2 3 3-1 4-4 1-1-3z"
_BATTERY = "M1.5 5h11v6h-11zM12.5 7h2v2h-2zM4 7v2M6.5 7v2M9 7v2"
_BARREL = "M3.5 2h9v12h-9zM3.5 6h9M3.5 10h9"
_ARROWS = "M1 5h11M9 2l3 3-3 3M15 11H4M7 8l-3 3 3 3"
_ATOM = "M8 7a1 1 0 1 1 0 2a1 1 0 0 1 0-2M1 8a7 3 0 1 0 14 0a7 3 0 1 0-14 0M8 1a3 7 0 1 0 0 14a3 7 0 1 0 0-14"
_DRAWINGS = {
    "coal": _LUMPS,
    "lignite": _LUMPS,
    "peat": _LUMPS,
    "oil shale": _LUMPS,
    "gas": _FLAME,
    "diesel": _BARREL,
    "oil": _BARREL,
    "nuclear": _ATOM,
    "hydro": _DROP,
    "run of river": "M1 6q2-2 3.5 0t3.5 0t3.5 0t3.5 0M1 11q2-2 3.5 0t3.5 0t3.5 0t3.5 0",
    "pumped hydro": f"{_DROP}M8 13V7M6 9l2-2 2 2",
    "wind": _WIND,
    "onwind": _WIND,
    "offwind": f"{_WIND}M9 15h6",
    "solar": _SUN,
    "rooftop solar": "M1 9l7-6 7 6M3 8v7h10V8M5 8.5l3-2.5 3 2.5",
    "biomass": "M2 14C2 6 7 2 14 2c0 7-4 11-10 10M2 14l7-7",
    "waste": "M3 5h10l-1 10H4zM2 5h12M6 5V2h4v3",
    "battery": _BATTERY,
    "hydrogen": "M4 2v12M12 2v12M4 8h8",
    "import": _ARROWS,
    "market": _ARROWS,
    "dc": _ARROWS,
    "ac": "M1 8q3.5-9 7 0t7 0",
    "geothermal": "M3 14h10M5 11V5M8 11V2M11 11V5",
    "demand response": "M8 1v7M4 3.5a6 6 0 1 0 8 0",
    "load": "M9 1L3 9h4l-1 6 6-8H8z",
    "unserved": "M3 3l10 10M13 3L3 13",
}


def carrier_icon(carrier: str, colour: str) -> str:
    """Draw the icon of a carrier as SVG, 16 by 16 pixels, in its colour; a plain square where there is none.

    Parameters
    ----------
    carrier
        Its name, or one that holds it.
    colour
        Of its lines.
    """
    name = carrier.lower().replace("_", " ").replace("-", " ")
    held = [
        known
        for known in CARRIERS
        if known in _DRAWINGS and known in (name if len(known) > 2 else name.split())
    ]
    path = _DRAWINGS[max(held, key=len)] if held else "M3 3h10v10H3z"
    return (
        f'<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="{path}" fill="none" '
        f'stroke="{colour}" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )
