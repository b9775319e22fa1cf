"""What was asked of the code is asked again when the code has changed, in a second build too."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

ROOT = Path(__file__).resolve().parents[3]
ASKED = ("certificates", "theorems", "docs/_ext", "docs/examples")
ASKS = re.compile(
    r"\{(run|shown|worked-proof|instances|findings|counted-lines|executed-lines|code-cell)\}"
)


@cache
def state() -> str:
    """A digest of all that the pages ask."""
    found = hashlib.sha256()
    for folder in ASKED:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()


def outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """The pages that ask, if what they asked has changed."""
    before = getattr(env, "telling_state", "")
    env.telling_state = state()  # type: ignore[attr-defined]
    if before == state():
        return []
    return [
        page
        for page in env.found_docs - added
        if ASKS.search(Path(env.doc2path(page)).read_text("utf-8"))
    ]


def setup(app: Sphinx) -> None:
    """Before pages are read."""
    app.connect("env-get-outdated", outdated)
