"""Reading the rows."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import certificates

from ..arrays import BadInput

ASKS = ("statement", "inequality", "definition", "constant", "sentence", "remark")
VERDICTS = {
    "certified": "the printed form is true, and a certificate says so",
    "amended": "false, empty or imprecise as printed; the amended form is certified",
    "refuted": "the printed form is false: an exact instance is shipped",
    "argued": "settled by an argument in words, without a certificate",
    "undecided": "not settled",
}
CHECKED = ("certified", "amended", "refuted")  # verdicts that need a check
ORDER = ("2", "3", "4.1", "4.3", "4.5", "4.6", "4.7", "4.8", "4.10", "B")
KERNEL = re.compile(r"python -m certificates(\.\w+)? ")
IDENTIFIER = re.compile(r"(\d|B)[\w.-]*")


@dataclass(frozen=True)
class Check:
    """Commands, and what the last of them says and exits with."""

    run: str
    says: str
    status: int = 0
    slow: bool = False

    @property
    def commands(self) -> list[list[str]]:
        """The words of each command."""
        lexer = shlex.shlex(self.run, posix=True, punctuation_chars=";")
        lexer.whitespace_split = True
        found: list[list[str]] = [[]]
        for word in lexer:
            if word == ";":
                found.append([])
            else:
                found[-1].append(word)
        return [command for command in found if command]

    @property
    def by_kernel(self) -> bool:
        """Whether the kernel alone runs it."""
        return all(KERNEL.match(part.strip() + " ") for part in self.run.split(";"))


@dataclass(frozen=True)
class Row:
    """A row of the report."""

    identifier: str
    place: str
    asks: str
    printed: str
    verdict: str
    holds: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Part:
    """A file of rows, about one part of the paper."""

    name: str
    title: str
    intro: str
    rows: tuple[Row, ...]


def statement(identifier: str) -> Path | None:
    """The claim file of a finding, such as an amended theorem; None if it has none."""
    folder = Path(certificates.__file__).parent / "library" / "findings"
    path = folder / identifier / "statement.claim"
    return path if IDENTIFIER.fullmatch(identifier) and path.is_file() else None


def load(folder: Traversable | None = None) -> list[Part]:
    """All parts, in the order of the paper.  Raises BadInput for a row that is not in form."""
    place = files(__name__.rpartition(".")[0]) if folder is None else folder
    paths = [path for path in place.iterdir() if path.name.endswith(".toml")]
    found = [_part(path) for path in sorted(paths, key=lambda path: path.name)]
    count = Counter(row.identifier for part in found for row in part.rows)
    twice = [name for name, times in count.items() if times > 1]
    if twice:
        raise BadInput(f"findings: two rows have the id {twice[0]!r}; give each its own")
    return sorted(found, key=lambda part: (_number(part), part.name))


def _number(part: Part) -> int:
    """Where the part comes in the paper: by its first row."""
    name = part.rows[0].identifier
    return max(
        (k for k, start in enumerate(ORDER) if re.match(rf"{re.escape(start)}(\D|$)", name)),
        default=len(ORDER),
    )


def _part(path: Traversable) -> Part:
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path.name}: {error}") from None
    rows = table.get("row")
    if not isinstance(rows, list) or not rows or set(table) - {"title", "intro", "row"}:
        raise BadInput(f"{path.name}: expected are title, intro and [[row]]")
    name = path.name.removesuffix(".toml")
    found = tuple(_row(row, f"{path.name}, row {k + 1}") for k, row in enumerate(rows))
    return Part(name, _text(table, "title", path.name), str(table.get("intro", "")), found)


def _row(table: Any, where: str) -> Row:
    keys = ("id", "place", "asks", "printed", "verdict", "holds")
    _keys(table, where, keys, ("check",))
    identifier = _text(table, "id", where)
    where = f"{where}, {identifier}"
    if not IDENTIFIER.fullmatch(identifier):
        raise BadInput(f"{where}: the id begins with the number of a section and has no spaces")
    for key, known in (("asks", ASKS), ("verdict", VERDICTS)):
        if table[key] not in known:
            raise BadInput(f"{where}: {key} is one of {', '.join(known)}, not {table[key]!r}")
    checks = tuple(_check(entry, where) for entry in table.get("check", []))
    if table["verdict"] in CHECKED and not checks:
        raise BadInput(f"{where}: {table['verdict']} needs a check")
    place, printed, holds = (_text(table, key, where) for key in ("place", "printed", "holds"))
    return Row(identifier, place, table["asks"], printed, table["verdict"], holds, checks)


def _check(table: Any, where: str) -> Check:
    where += ", check"
    _keys(table, where, ("run", "says"), ("status", "slow"))
    status, slow = table.get("status", 0), table.get("slow", False)
    if type(status) is not int or type(slow) is not bool:
        raise BadInput(f"{where}: status is a number, slow true or false")
    return Check(_text(table, "run", where), _text(table, "says", where), status, slow)


def _keys(table: Any, where: str, required: Iterable[str], optional: Iterable[str]) -> None:
    if not isinstance(table, dict):
        raise BadInput(f"{where}: expected is a table")
    missing = [key for key in required if key not in table]
    unknown = sorted(set(table) - {*required, *optional})
    if missing or unknown:
        what = f"{missing[0]!r} is missing" if missing else f"unknown key {unknown[0]!r}"
        raise BadInput(f"{where}: {what}")


def _text(table: Any, key: str, where: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or (not value and key != "printed"):
        raise BadInput(f"{where}: {key} must be a text")
    return value
