"""The ``workbench`` command: the same jobs without a notebook."""

from workbench.cli.main import main

__all__ = ["main"]
