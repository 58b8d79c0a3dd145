"""Small pictures of what a board is about, drawn by code: no file, no font, no other host."""

from __future__ import annotations

from workbench.publishing.boards import PublishedBoard

__all__ = ["thumbnail"]

_LINE = 'fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"'

_DRAWINGS = {
    "demand": (
        f'<path d="M14 62 L34 54 L54 56 L74 42" {_LINE}/>'
        f'<path d="M74 42 L94 30 L110 18" {_LINE} stroke-dasharray="5 6"/>'
        '<path d="M74 42 L110 6 L110 34 Z" fill="currentColor" opacity=".18"/>'
    ),
    "load_profiles": (
        f'<path d="M10 56 C24 56 26 34 38 36 S54 52 62 44 S76 10 88 14 S102 50 114 52" {_LINE}/>'
        '<path d="M10 56 C24 56 26 34 38 36 S54 52 62 44 S76 10 88 14 S102 50 114 52 L114 66 L10 66 Z" '
        'fill="currentColor" opacity=".18"/>'
    ),
    "capacity": "".join(
        f'<rect x="{x}" y="{66 - a - b - c}" width="16" height="{c}" fill="currentColor" opacity=".35"/>'
        f'<rect x="{x}" y="{66 - a - b}" width="16" height="{b}" fill="currentColor" opacity=".6"/>'
        f'<rect x="{x}" y="{66 - a}" width="16" height="{a}" fill="currentColor"/>'
        for x, a, b, c in ((14, 22, 6, 4), (40, 20, 12, 8), (66, 16, 18, 14), (92, 12, 24, 20))
    ),
    "evapotranspiration": (
        f'<path d="M62 8 C76 26 84 36 84 48 a22 22 0 0 1 -44 0 C40 36 48 26 62 8 Z" {_LINE}/>'
        f'<path d="M52 50 a10 10 0 0 0 10 10" {_LINE}/>'
    ),
    "market": (
        f'<path d="M12 60 H36 V44 H60 V30 H84 V16 H112" {_LINE}/>'
        f'<path d="M12 14 H44 V28 H72 V46 H112" {_LINE} opacity=".5"/>'
        '<circle cx="66" cy="30" r="5" fill="currentColor"/>'
    ),
    "finance": (
        f'<path d="M12 40 H112" {_LINE} opacity=".4"/>'
        + "".join(
            f'<rect x="{x}" y="{y}" width="12" height="{height}" fill="currentColor" opacity="{opacity}"/>'
            for x, y, height, opacity in (
                (16, 40, 22, ".5"),
                (36, 40, 10, ".5"),
                (56, 30, 10, "1"),
                (76, 20, 20, "1"),
                (96, 10, 30, "1"),
            )
        )
    ),
    "runs": (
        f'<rect x="12" y="14" width="100" height="10" rx="5" {_LINE}/>'
        '<rect x="12" y="14" width="64" height="10" rx="5" fill="currentColor"/>'
        f'<path d="M14 40 H90 M14 54 H70" {_LINE} opacity=".5"/>'
    ),
}
_OTHER = (
    f'<rect x="22" y="10" width="80" height="54" rx="6" {_LINE}/>'
    f'<path d="M34 50 L52 34 L66 44 L90 22" {_LINE}/>'
)

_WORDS = {
    "load": "load_profiles",
    "profile": "load_profiles",
    "demand": "demand",
    "capacity": "capacity",
    "evapo": "evapotranspiration",
    "market": "market",
    "finan": "finance",
    "run": "runs",
}


def thumbnail(board: PublishedBoard) -> str:
    """Draw the thumbnail of a board as SVG, in the colour of the text around it."""
    name = board.icon if board.icon in _DRAWINGS else _guess(board.slug)
    return (
        '<svg viewBox="0 0 124 72" role="img" aria-hidden="true" focusable="false">'
        f"{_DRAWINGS.get(name, _OTHER)}</svg>"
    )


def _guess(slug: str) -> str:
    return next((name for word, name in _WORDS.items() if word in slug.lower()), "")
