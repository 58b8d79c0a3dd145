"""What the tests of panels and views can ask for."""

from __future__ import annotations

from lab_fixtures import lab, new_page, open_notebook

__all__ = ["lab", "new_page", "open_notebook"]
