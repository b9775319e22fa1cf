"""Files that people write, TOML or JSON: tables with known keys, and texts."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from certificates.format import excerpt

from .arrays import BadInput


def read_table(path: Path) -> dict[str, Any]:
    """The keys and values of a TOML file, or of a JSON file if it is named so.

    Raises BadInput for a file that is no text, no TOML or JSON, or no table.
    """
    try:
        text = path.read_text("utf-8-sig")
        if path.suffix == ".json":
            table = json.loads(text, object_pairs_hook=_no_duplicates)
        else:
            table = tomllib.loads(text)
    except UnicodeDecodeError:
        raise BadInput(f"{path.name}: is not a text file in UTF-8; save it as UTF-8") from None
    except BadInput as error:
        raise BadInput(f"{path.name}: {error}") from None
    except RecursionError:
        raise BadInput(f"{path.name}: the file is nested too deeply") from None
    except ValueError as error:  # JSON, TOML and Unicode errors, and integers over 4,300 digits
        raise BadInput(f"{path.name}: {error}") from None
    if not isinstance(table, dict):
        raise BadInput(f"{path.name}: the file must hold keys and values")
    return table


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"the key {name!r} occurs twice in one object; keep one")
    return dict(pairs)


def words(value: Any, where: str) -> str:
    """A text of printable ASCII characters.  Raises BadInput."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise BadInput(f"{where}: a text of printable ASCII characters is expected")
    return value


def keys(table: Any, where: str, required: set[str], optional: set[str]) -> dict[str, Any]:
    """The table itself, if it has the required keys and no unknown ones.  Raises BadInput."""
    if not isinstance(table, dict):
        expected = ", ".join(sorted(required or optional))
        raise BadInput(f"{where}: a table with the keys {expected} is expected")
    for name in sorted(set(table) - required - optional):
        known = ", ".join(sorted(required | optional))
        raise BadInput(f"{where}: unknown key {excerpt(name)}; known are {known}")
    for name in sorted(required - set(table)):
        raise BadInput(f"{where}: the key {name!r} is missing")
    return table
