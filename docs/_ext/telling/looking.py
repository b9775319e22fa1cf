"""A look at the built pages: nothing from elsewhere, no link that leads nowhere, a text for images.

Sphinx checks the links that it makes; those in raw HTML, of proofs and of produced pages, it does
not see.
"""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sphinx.application import Sphinx
from sphinx.errors import SphinxError

LOADED = {"img": "src", "script": "src", "iframe": "src", "source": "src", "link": "href"}


class Page(HTMLParser):
    """What a page loads, where it leads to, and what it lacks."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.leads: list[str] = []
        self.titles = 0
        self.unnamed = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count it."""
        found = dict(attrs)
        self.titles += tag == "h1"
        self.unnamed += tag == "img" and not found.get("alt")
        address = found.get(LOADED.get(tag, ""))
        if address and not (tag == "link" and found.get("rel") == "canonical"):
            self.loads.append(address)
        if tag == "a" and found.get("href"):
            self.leads.append(str(found["href"]))


def faults(folder: Path) -> Iterator[str]:
    """A sentence for each."""
    pages = [
        p for p in sorted(folder.rglob("*.html")) if not {"produced", "_static"} & set(p.parts)
    ]
    for path in pages:
        name, page = path.relative_to(folder), Page(path.read_text("utf-8"))
        if page.titles != 1 and path.stem not in ("search", "genindex", "py-modindex"):
            yield f"{name}: has {page.titles} headings of the first level"
        if page.unnamed:
            yield f"{name}: {page.unnamed} images have no text"
        for address in page.loads:
            if urlsplit(address).netloc:
                yield f"{name}: loads {address} from elsewhere"
        for address in [*page.loads, *page.leads]:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc or not parts.path:
                continue
            if not (path.parent / unquote(parts.path)).exists():
                yield f"{name}: {address} leads nowhere"
    for path in sorted(folder.rglob("*.css")):
        text = path.read_text("utf-8")
        if "url(http" in text.replace('"', "").replace("'", "") or "@import url" in text:
            yield f"{path.relative_to(folder)}: loads a style or a font from elsewhere"


def look(app: Sphinx, error: Exception | None) -> None:
    """After a build of pages that went well."""
    if error is None and app.builder.name == "html":
        found = list(faults(Path(app.outdir)))
        if found:
            raise SphinxError("the built pages have faults:\n  " + "\n  ".join(found))


def setup(app: Sphinx) -> None:
    """Last of all."""
    app.connect("build-finished", look, priority=900)
