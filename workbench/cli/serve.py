"""``workbench serve``: the published notebooks, for readers."""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from workbench.cli.exit_codes import ExitCode
from workbench.cli.lab import notebooks_folder

__all__ = ["add_serve_command", "serve"]

TOKEN_VARIABLE = "WORKBENCH_TOKEN"


def add_serve_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of ``workbench``."""
    parser = commands.add_parser(
        "serve",
        help="publish the marked notebooks, read-only, on a server of their own",
        description="Publish the notebooks whose metadata say so, read-only. On this machine's own addresses no "
        "token is needed; on any other one there must be a token, or a proxy that signs readers in.",
    )
    parser.add_argument(
        "--project",
        default=os.environ.get("WORKBENCH_PROJECT", "."),
        help="folder of the project (default: $WORKBENCH_PROJECT, or the current folder)",
    )
    parser.add_argument("--folder", type=Path, help="folder of the notebooks")
    parser.add_argument("--address", default="127.0.0.1", help="where to listen (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8866, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--token", help=f"what readers need to sign in (better: in ${TOKEN_VARIABLE})")
    parser.add_argument(
        "--host", action="append", default=[], metavar="NAME", help="name by which readers call this server"
    )
    parser.add_argument("--proxy-header", default="", help="header in which a proxy names who is signed in")
    parser.add_argument(
        "--proxy",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="address of the proxy (default: this machine's own)",
    )
    parser.add_argument("--most", type=int, default=60, help="open pages at once (default: %(default)s)")
    parser.set_defaults(command=serve)


def serve(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    # Here and not above: the server's libraries are for this command only.
    from workbench.publishing.access import Access
    from workbench.publishing.publication import ServerOptions
    from workbench.publishing.server import PublishingServer

    token = options.token or os.environ.get(TOKEN_VARIABLE) or None
    access = Access(
        token=token,
        hosts=frozenset(name.lower() for name in options.host),
        is_public=options.address not in ("127.0.0.1", "::1", "localhost"),
        proxy_header=options.proxy_header,
        **({"proxies": frozenset(options.proxy)} if options.proxy else {}),
    )
    project, folder = Path(options.project).expanduser().resolve(), notebooks_folder(options.folder)
    chosen = ServerOptions(project, folder, options.address, options.port, access, options.most)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("workbench").setLevel(logging.INFO)
    server = PublishingServer(chosen)
    server.initialize()
    console = Console()

    def say_where() -> None:
        publication = server.publication
        name = f"[{options.address}]" if ":" in options.address else options.address
        console.print(f"Publishing {escape(publication.title)} at", end=" ", highlight=False)
        console.print(f"http://{name}:{publication.port}/", highlight=False, soft_wrap=True, markup=False)
        for board in publication.library.boards():
            console.print(f"  {escape(board.title)}: board/{escape(board.slug)}", highlight=False)
        if not publication.library.boards():
            console.print("  nothing yet: no notebook in the folder has the mark", highlight=False)

    server.on_ready = say_where
    server.start()
    return ExitCode.SUCCEEDED
