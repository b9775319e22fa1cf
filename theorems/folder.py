"""Folders of results: their files appear together or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .arrays import BadInput

MANIFEST = "files.txt"  # the names of a result's files, itself included


def refuse_foreign(target: Path, home: Path | None = None) -> None:
    """A folder is replaced only if an earlier run of ours wrote every file in it.

    `home` is a folder that must not be inside.  Raises BadInput.
    """
    if not target.exists():
        return
    if not target.is_dir():
        raise BadInput(f"{target}: is a file; name a folder for the result")
    if home is not None and home.resolve().is_relative_to(target.resolve()):
        raise BadInput(f"{target}: holds the problem itself; name another folder for the result")
    listed = target / MANIFEST
    own = set(listed.read_text().split("\n")) if listed.is_file() else set()
    foreign = sorted(path.name for path in target.iterdir() if path.name not in own)
    if foreign:
        raise BadInput(
            f"{target}: holds {foreign[0]}, which no earlier result wrote; name a new folder"
        )


@contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """A folder to work in that becomes `target` at the end, or vanishes.

    An earlier result is set aside first and comes back if anything fails.
    """
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    aside = work.with_name(work.name + "-before")
    try:
        work.chmod(0o755)
        yield work
        names = sorted(path.name for path in work.iterdir())
        (work / MANIFEST).write_text("\n".join([*names, MANIFEST]))
        if target.exists():
            target.rename(aside)
        work.rename(target)
    finally:
        if aside.exists() and not target.exists():
            aside.rename(target)
        shutil.rmtree(aside, ignore_errors=True)
        shutil.rmtree(work, ignore_errors=True)
