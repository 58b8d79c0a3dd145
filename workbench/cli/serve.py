"""``workbench serve``: the published notebooks, for readers."""

from __future__ import annotations

import argparse
import logging
import os

from rich.markup import escape

from workbench.cli.exit_codes import ExitCode
from workbench.cli.notebooks import notebooks_folder
from workbench.cli.parser import TOKEN_VARIABLE
from workbench.cli.terminal import console
from workbench.data.projects.project import folder_of
from workbench.publishing.access import Access
from workbench.publishing.budgets import Limits, LineBudget
from workbench.publishing.hub import service_address
from workbench.publishing.publication import ServerOptions
from workbench.publishing.server import PublishingServer

__all__ = ["serve"]

OWN_ADDRESSES = ("127.0.0.1", "::1")
"""Where the proxy is when it, or a JupyterHub, signs readers in and none is named."""


def serve(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    if options.jupyterhub:
        options.address, options.port, options.base_url = service_address(os.environ)
    token = None if options.jupyterhub else options.token or os.environ.get(TOKEN_VARIABLE) or None
    is_behind = options.proxy_header or options.jupyterhub
    access = Access(
        token=token,
        hosts=frozenset(name.lower() for name in options.host),
        is_public=options.address not in ("127.0.0.1", "::1", "localhost"),
        proxy_header=options.proxy_header,
        proxies=frozenset(options.proxy or (OWN_ADDRESSES if is_behind else ())),
        by_hub=options.jupyterhub,
    )
    project, folder = folder_of(options.project), notebooks_folder(options.folder)
    chosen = ServerOptions(
        project,
        folder,
        options.address,
        options.port,
        access,
        Limits.of(options.max_pages),
        options.base_url,
    )
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("workbench").setLevel(logging.INFO)
    budget = LineBudget()
    for handler in logging.getLogger().handlers:
        handler.addFilter(budget)
    server = PublishingServer(chosen)
    server.initialize()
    target = console()

    def say_where() -> None:
        publication = server.publication
        name = f"[{options.address}]" if ":" in options.address else options.address
        target.print(
            f"Publishing {escape(publication.title)} at http://{name}:{publication.port}{publication.base}"
        )
        for board in publication.library.boards():
            target.print(f"  {escape(board.title)}: board/{escape(board.slug)}")
        if not publication.library.boards():
            target.print("  nothing yet: no notebook in the folder has the mark")

    server.on_ready = say_where
    server.start()
    return ExitCode.SUCCEEDED
