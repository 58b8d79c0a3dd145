"""The pages: gallery, boards, sign-in, health, and what they load."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import secrets
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
import tornado.iostream
import tornado.web
from markupsafe import Markup

from workbench.publishing.access import Refusal
from workbench.publishing.boards import PublishedBoard
from workbench.publishing.publication import Publication
from workbench.publishing.sessions import Session, TooManySessions
from workbench.publishing.thumbnails import thumbnail

__all__ = [
    "AssetPage",
    "BoardPage",
    "Gallery",
    "Health",
    "HubCallback",
    "NotFound",
    "Page",
    "Refused",
    "SignIn",
]

FOR_EVER = "public, max-age=31536000, immutable"
THEMES = ("auto", "light", "dark")
COOKIE_DAYS = 30
AGAIN_SECONDS = 20
"""After how long a board that could not be opened is tried again by its page."""

_log = logging.getLogger("workbench.publishing")
PIECE_BYTES = 128_000
_OWN_PAGE = re.compile(r"/board/[A-Za-z0-9][A-Za-z0-9._-]{0,100}(\?[!-~]{0,4000})?")


class Page(tornado.web.RequestHandler):
    """What every page has in common."""

    publication: Publication

    def initialize(self, publication: Publication) -> None:
        """Take what is published."""
        self.publication = publication

    def set_default_headers(self) -> None:
        """Allow nothing that a page does not need."""
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")
        self.clear_header("Server")

    def render_page(self, name: str, **facts: Any) -> None:
        """Send a page."""
        publication = self.publication
        self.set_header("Content-Security-Policy", _POLICY)
        # Sets the cookie that the browser has to show with every request that changes anything.
        xsrf = self.xsrf_token.decode()
        shared = {"base": publication.base, "assets": publication.assets_address, "xsrf": xsrf}
        self.finish(_environment.get_template(name).render({**shared, **facts}))

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say that something went wrong, and nothing about what."""
        sentences = {404: "There is no such page here.", 403: "This is not possible here."}
        sentence = sentences.get(status_code, "Something went wrong; it is in the server's log.")
        if self.request.method in ("GET", "HEAD") and not self._finished:
            self.render_page("message.html.jinja", title="Not found", sentence=sentence, again=0)
        else:
            self.finish({"error": sentence})

    @property
    def visitor(self) -> str:
        """The secret by which a browser is known again; empty when it has none."""
        value = self.get_signed_cookie(self.publication.cookie("visitor"), max_age_days=COOKIE_DAYS)
        return "" if value is None else value.decode()

    def set_cookie(self, name: str, value: str | bytes, *arguments: Any, **options: Any) -> None:
        """Set a cookie; one of an encrypted page is sent with nothing else."""
        if self.publication.is_secure(self.request):
            options["secure"] = True
        super().set_cookie(name, value, *arguments, **options)

    def set_secret_cookie(self, name: str, value: str) -> None:
        """Set a cookie that no script can read."""
        self.set_signed_cookie(
            self.publication.cookie(name),
            value,
            expires_days=None,
            httponly=True,
            samesite="Lax",
            path=self.publication.base,
        )


class Gallery(Page):
    """What is published."""

    def get(self) -> None:
        """List the boards."""
        publication = self.publication
        boards = [(board, Markup(thumbnail(board))) for board in publication.library.boards()]
        self.render_page(
            "gallery.html.jinja", title=publication.title, subtitle=publication.subtitle, boards=boards
        )


class BoardPage(Page):
    """One board; each time it is requested, it is run in a kernel of its own."""

    def get(self, slug: str) -> None:
        """Send the page at once; its kernel starts meanwhile."""
        publication = self.publication
        board = publication.library.find(slug)
        if board is None:
            raise tornado.web.HTTPError(404)
        if self.request.method == "HEAD":
            return
        problem = publication.problem()
        if problem:
            self.set_status(503)
            self.render_page(
                "message.html.jinja", title="Not available now", sentence=problem, again=AGAIN_SECONDS
            )
            return
        visitor = self.visitor or secrets.token_hex(16)
        try:
            session = publication.sessions.begin(
                board, visitor, self.request.remote_ip or "", self.request.query
            )
        except TooManySessions as error:
            publication.log_refusal(self.request, Refusal(503, "too many pages"))
            self.set_status(503)
            self.set_header("Retry-After", str(AGAIN_SECONDS))
            self.render_page(
                "message.html.jinja", title="Too many pages", sentence=str(error), again=AGAIN_SECONDS
            )
            return
        _log.info("Opened %s for %s", board.slug, publication.who(self.request))
        self.set_secret_cookie("visitor", visitor)
        self._render(board, session)

    head = get

    def _render(self, board: PublishedBoard, session: Session) -> None:
        theme = self.get_query_argument("theme", "auto")
        number = 0
        cells = []
        for cell in board.cells:
            number += cell.is_code
            # The notebook's own text, written by the analyst; raw HTML in it is shown as text.
            text = "" if cell.is_code else Markup(_markdown(cell.source))
            cells.append({"is_code": cell.is_code, "number": number, "html": text})
        config = self.publication.page_config(session)
        self.render_page(
            "board.html.jinja",
            title=board.title,
            theme=theme if theme in THEMES else "auto",
            cells=cells,
            bundle=self.publication.bundle.name,
            has_figures=self.publication.has_figures,
            page_config=Markup(_script_json(config)),
        )


class AssetPage(Page):
    """A style, a script, a font."""

    async def get(self, version: str, path: str) -> None:
        """Send a file that may be kept for ever."""
        publication = self.publication
        is_bundle = path.startswith("bundle/")
        asset = publication.bundle.find(path[7:]) if is_bundle else publication.assets.find(path)
        if asset is None or version != publication.assets.version:
            raise tornado.web.HTTPError(404)
        publication.bundle.note(path)
        publication.has_figures |= path.endswith("/plotly.js")
        self.set_header("Content-Type", asset.type)
        self.set_header("Cache-Control", FOR_EVER)
        self.set_header("Vary", "Accept-Encoding")
        content = asset.content
        if asset.compressed is not None and "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            content = asset.compressed
        self.set_header("Content-Length", str(len(content)))
        # In pieces, each when the one before was taken: a reader who does not read costs one piece.
        if self.request.method == "GET":
            with contextlib.suppress(tornado.iostream.StreamClosedError):
                for start in range(0, len(content), PIECE_BYTES):
                    self.write(content[start : start + PIECE_BYTES])
                    await self.flush()

    head = get

    def compute_etag(self) -> str | None:
        """Do without: the address says which content it is."""
        return None


class Health(Page):
    """Whether the server is well; the numbers only for who is let in."""

    def get(self) -> None:
        """Answer in JSON, with status 503 when the boards cannot be shown, or not yet."""
        publication = self.publication
        problem = publication.problem()
        # A board that is requested while the libraries load waits for them; a proxy need not send readers yet.
        status = "not well" if problem else "ok" if publication.is_ready else "starting"
        self.set_status(200 if status == "ok" else 503)
        facts: dict[str, Any] = {"status": status}
        if publication.lets_in(self.request, "/"):
            facts |= {
                "problem": problem,
                "boards": len(publication.library.boards()),
                "sessions": len(publication.sessions),
                "sessions_started": publication.sessions.started,
                "max_sessions": publication.limits.pages,
                "seconds_up": round(time.monotonic() - publication.started),
            }
        self.finish(facts)


class SignIn(Page):
    """Exchanges the token for a cookie."""

    def get(self) -> None:
        """Show the form."""
        if self.publication.access.token is None:
            self.redirect(self.publication.base)
            return
        self.render_page("sign_in.html.jinja", wrong=False, wanted=self.get_query_argument("next", "/"))

    async def post(self) -> None:
        """Take the token."""
        publication, wanted = self.publication, self.get_body_argument("next", "/")
        if not publication.may_try(self.request.remote_ip or ""):
            publication.log_refusal(self.request, Refusal(429, "too many wrong tokens"))
            self.set_status(429)
            self.render_page("sign_in.html.jinja", wrong=True, wanted=wanted)
            return
        if not publication.access.is_token(self.get_body_argument("token", "")):
            publication.note_wrong_token(self.request.remote_ip or "")
            publication.log_refusal(self.request, Refusal(403, "a wrong token"))
            self.set_status(403)
            self.render_page("sign_in.html.jinja", wrong=True, wanted=wanted)
            return
        self.set_secret_cookie("token", publication.token_digest)
        self.redirect(own_address(publication.base, wanted))


class HubCallback(Page):
    """Where the Hub sends a reader back to."""

    async def get(self) -> None:
        """Exchange the code for our cookie, and show the page that was wanted."""
        publication = self.publication
        assert publication.hub is not None
        try:
            identity, wanted = await publication.hub.sign_in(self)
        except (PermissionError, tornado.web.HTTPError) as error:
            publication.log_refusal(self.request, Refusal(403, f"not signed in by the Hub: {error}"))
            self.set_status(403)
            sentence = (
                "The Hub has not signed you in for these pages. Open them again, or ask who runs the Hub."
            )
            self.render_page("message.html.jinja", title="Not signed in", sentence=sentence, again=0)
            return
        self.set_secret_cookie("hub", identity)
        self.redirect(own_address(publication.base, wanted))


class Refused(Page):
    """What access control rejects."""

    def initialize(self, publication: Publication, refusal: Refusal) -> None:  # type: ignore[override]
        """Take why."""
        self.publication = publication
        self.refusal = refusal

    def check_xsrf_cookie(self) -> None:
        """Is of no use where nothing is done."""

    def prepare(self) -> None:
        """Refuse."""
        refusal = self.refusal
        self.publication.log_refusal(self.request, refusal)
        wants_page = "text/html" in self.request.headers.get("Accept", "")
        if refusal.may_sign_in and self.request.method == "GET" and wants_page:
            wanted = self.request.path + (f"?{self.request.query}" if self.request.query else "")
            if self.publication.hub is not None:
                self.redirect(self.publication.hub.address(self, wanted))
                return
            query = "" if wanted == "/" else f"?{urlencode({'next': wanted})}"
            self.redirect(f"{self.publication.base}sign-in{query}")
            return
        self.set_status(refusal.status)
        self.finish({"error": refusal.reason})


class NotFound(Page):
    """Every address that is nothing."""

    def prepare(self) -> None:
        """Say so."""
        self.publication.log_refusal(self.request, Refusal(404, "there is no such page"))
        raise tornado.web.HTTPError(404)

    def check_xsrf_cookie(self) -> None:
        """Is of no use where nothing is done."""


def own_address(base: str, wanted: str) -> str:
    """Give the address of one of our pages below ``base``; that of the gallery for whatever is none."""
    return f"{base}{wanted[1:]}" if _OWN_PAGE.fullmatch(wanted) else base


def _markdown(source: str) -> str:
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    renderer = IPythonRenderer(escape=True, exclude_anchor_links=True)
    return str(MarkdownWithMath(renderer=renderer).render(source))


def _script_json(facts: Any) -> str:
    # Inside of a script element nothing may look like its end.
    return json.dumps(facts).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


_POLICY = "; ".join(
    [
        # Only this host, whatever a page holds; widgets bring their scripts as blobs and their styles inline.
        "default-src 'self'",
        "script-src 'self' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    ]
)

_environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
)
