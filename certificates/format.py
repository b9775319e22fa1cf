"""How numbers and files are written: strict canonical JSON, and one grammar for numbers.

A file is ASCII JSON in the one form that `write_json` gives (sorted keys, no blanks, a final
newline), so that equal contents have equal digests.  Numbers are always strings,

    number   =  ["-"] integer ["/" integer]
    integer  =  1 to 4,300 decimal digits   |   "0x" and 1 to 262,144 hexadecimal digits,

because a JSON number is a float to most programs.  `docs/format.md` is the full description.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from fractions import Fraction
from hashlib import sha256
from typing import NoReturn, TypeVar

DECIMAL_DIGITS = 4300  # the limit that CPython itself puts on int <-> str
HEX_DIGITS = 1 << 18  # a million bits
SMALL_BITS = 1 << 14  # of a number in a term; the data's own may be longer
FILE_BYTES = 1 << 28  # a JSON file larger than 256 MiB is refused
INTEGER = rf"(?:0x[0-9a-f]{{1,{HEX_DIGITS}}}|[0-9]{{1,{DECIMAL_DIGITS}}})(?![0-9A-Za-z_])"
NUMBER = re.compile(rf"(-?)({INTEGER})(?:/({INTEGER}))?")

Entry = TypeVar("Entry")

if 0 < sys.get_int_max_str_digits() < DECIMAL_DIGITS:  # lowered by the environment
    sys.set_int_max_str_digits(DECIMAL_DIGITS)

KINDS = {dict: "an object", list: "a list", str: "a string", bool: "true or false"}


class Unreadable(Exception):
    """An input cannot be read; the message names the place and the remedy."""


class Rejected(Exception):
    """A certificate can be read but does not prove what it has to."""


def excerpt(text: str, length: int = 40) -> str:
    """A quoted beginning of `text`, fit for a message."""
    return ascii(text) if len(text) <= length else f"{text[:length]!a}... ({len(text)} characters)"


# ------------------------------------------------------------------------------- numbers


def _integer(text: str) -> int:
    return int(text, 16) if text.startswith("0x") else int(text)


def read_number(text: object, where: str) -> Fraction:
    """The exact rational number that a string of the grammar above denotes.

    Raises Unreadable for anything else, a JSON number included.
    """
    if type(text) is not str:
        raise Unreadable(f'{where}: a number must be written as a string such as "-3/7"')
    match = NUMBER.fullmatch(text)
    if match is None:
        long = sum(c in "0123456789" for c in text) > DECIMAL_DIGITS and "0x" not in text
        remedy = (
            f"; decimal integers have at most {DECIMAL_DIGITS} digits, write longer ones as 0x..."
            if long
            else '; write it like "3", "-3/7" or "0x1f/0x20"'
        )
        raise Unreadable(f"{where}: {excerpt(text)} is not an exact number{remedy}")
    sign, numerator, denominator = match.groups()
    bottom = _integer(denominator) if denominator else 1
    if bottom == 0:
        raise Unreadable(f"{where}: {excerpt(text)} has denominator zero")
    return Fraction(-_integer(numerator) if sign else _integer(numerator), bottom)


def read_small(text: object, where: str) -> Fraction:
    """A number of a term or a bound, which is multiplied into every entry of the data."""
    value = read_number(text, where)
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > SMALL_BITS:
        raise Unreadable(f"{where}: a number in a term has at most {SMALL_BITS} bits")
    return value


def write_integer(value: int) -> str:
    """The shortest form of the grammar: decimal while it is allowed, else hexadecimal."""
    # 14,000 bits are at most 4,215 decimal digits
    return str(value) if value.bit_length() <= 14_000 else hex(value)


def write_number(value: Fraction | int) -> str:
    """The text of a rational number, in lowest terms."""
    top = write_integer(value.numerator)
    return top if value.denominator == 1 else f"{top}/{write_integer(value.denominator)}"


def short(value: Fraction | int) -> str:
    """A rational number fit for a message, however long it is."""
    text = write_number(value)
    return text if len(text) <= 40 else f"{text[:20]}...({len(text)} characters)"


def read_natural(text: object, where: str, limit: int = 1 << 40) -> int:
    """A natural number below `limit`, such as a dimension or the position of a step."""
    value = read_number(text, where)
    if value.denominator != 1 or not 0 <= value < limit:
        raise Unreadable(
            f"{where}: {excerpt(str(text))} is not a natural number below {short(limit)}"
        )
    return value.numerator


# ---------------------------------------------------------------------------------- JSON


def digest(data: bytes) -> str:
    """The name under which a file is referred to: its SHA-256."""
    return "sha256:" + sha256(data).hexdigest()


def write_json(value: object) -> bytes:
    """The one canonical spelling of a JSON value."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return text.encode("ascii") + b"\n"


def _no_numbers(_text: str) -> NoReturn:
    raise Unreadable('a bare number stands in the file: numbers are written as strings, "1/2"')


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table = dict(pairs)
    if len(table) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise Unreadable(f"the key {excerpt(name)} occurs twice in one object")
            seen.add(name)
    return table


def _only_plain_strings(value: object) -> None:
    """Refuse null and strings that do not print: a message must be able to show any of them."""
    pending = [value]
    while pending:
        item = pending.pop()
        if type(item) is dict:
            pending.extend(item)
            pending.extend(item.values())
        elif type(item) is list:
            pending.extend(item)
        elif type(item) is str:
            if not (item.isascii() and item.isprintable()):
                raise Unreadable(f"the string {item!a} has characters beyond printable ASCII")
        elif type(item) is not bool:
            raise Unreadable("null stands in the file: leave the key out instead")


def read_json(data: bytes, what: str) -> object:
    """The value of a canonical JSON file; `what` names the file in messages.

    Raises Unreadable for bytes that are not ASCII JSON in canonical form, for numbers outside
    strings, duplicate keys, null, unprintable strings and nesting beyond Python's limit.
    """
    if len(data) > FILE_BYTES:
        raise Unreadable(f"{what}: the file has {len(data)} bytes, the limit is {FILE_BYTES}")
    try:
        value = json.loads(
            data.decode("ascii"),
            parse_int=_no_numbers,
            parse_float=_no_numbers,
            parse_constant=_no_numbers,
            object_pairs_hook=_no_duplicates,
        )
        _only_plain_strings(value)
        canonical = write_json(value)
    except Unreadable as error:
        raise Unreadable(f"{what}: {error}") from None
    except UnicodeDecodeError as error:
        raise Unreadable(f"{what}: byte {error.start} is not ASCII") from None
    except json.JSONDecodeError as error:
        raise Unreadable(
            f"{what}: not JSON at line {error.lineno}, column {error.colno}: {error.msg}"
        ) from None
    except RecursionError:
        raise Unreadable(f"{what}: lists and objects are nested too deeply") from None
    if canonical != data:
        pairs = zip(canonical, data, strict=False)
        place = next(
            (k for k, (a, b) in enumerate(pairs) if a != b), min(len(canonical), len(data))
        )
        raise Unreadable(
            f"{what}: not in canonical form from byte {place} on "
            "(sorted keys, no blanks, one newline at the end)"
        )
    return value


# --------------------------------------------------------------------------- typed access


def as_list(value: object, where: str) -> list[object]:
    """`value` if it is a list."""
    if type(value) is not list:
        raise Unreadable(f"{where}: a list is expected, not {kind(value)}")
    return value


def as_text(value: object, where: str) -> str:
    """`value` if it is a string."""
    if type(value) is not str:
        raise Unreadable(f"{where}: a string is expected, not {kind(value)}")
    return value


def as_object(value: object, where: str) -> dict[str, object]:
    """`value` if it is an object; its keys are free."""
    if type(value) is not dict:
        raise Unreadable(f"{where}: an object is expected, not {kind(value)}")
    return value


def kind(value: object) -> str:
    """What a JSON value is, in words."""
    return KINDS.get(type(value), "something else")


def fields(
    value: object, where: str, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> dict[str, object]:
    """`value` if it is an object with exactly these keys."""
    table = as_object(value, where)
    for name in required:
        if name not in table:
            raise Unreadable(f"{where}: the key {name!r} is missing")
    for name in table:
        if name not in required and name not in optional:
            known = ", ".join(required + optional)
            raise Unreadable(f"{where}: unknown key {excerpt(name)}; known are {known}")
    return table


def choice(value: object, where: str, table: Mapping[str, Entry]) -> Entry:
    """The entry of `table` that the string `value` names."""
    text = as_text(value, where)
    if text not in table:
        raise Unreadable(f"{where}: unknown {excerpt(text)}; known are {', '.join(table)}")
    return table[text]
