"""The grammar of numbers and canonical JSON, against Python's own fractions and JSON."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.format import (
    DECIMAL_DIGITS,
    HEX_DIGITS,
    Unreadable,
    as_list,
    as_object,
    as_text,
    choice,
    digest,
    excerpt,
    fields,
    read_json,
    read_natural,
    read_number,
    short,
    write_integer,
    write_json,
    write_number,
)

# written down a second time, from the description: not the kernel's own expression
DECIMAL = r"[0-9]{1,20}"
HEXADECIMAL = r"0x[0-9a-f]{1,20}"
GRAMMAR = re.compile(rf"-?({DECIMAL}|{HEXADECIMAL})(/({DECIMAL}|{HEXADECIMAL}))?", re.ASCII)


# ------------------------------------------------------------------------------- numbers


@given(st.from_regex(GRAMMAR, fullmatch=True))
def test_numbers_of_the_grammar(text: str) -> None:
    """The value of a text, by Python's int with a base that is guessed from the prefix."""
    sign = -1 if text.startswith("-") else 1
    parts = [int(part, 16 if "x" in part else 10) for part in text.removeprefix("-").split("/")]
    if len(parts) == 2 and parts[1] == 0:
        with pytest.raises(Unreadable, match="denominator zero"):
            read_number(text, "here")
    else:
        assert read_number(text, "here") == sign * Fraction(*parts)


@given(st.fractions())
def test_written_numbers_read_back(value: Fraction) -> None:
    """In lowest terms, as Python writes them."""
    assert write_number(value) == str(value)
    assert read_number(write_number(value), "here") == value
    assert len(short(value)) <= 60


@pytest.mark.parametrize("top", [1, -1, 13_999, -14_000, 20_000, 300_000])
@pytest.mark.parametrize("bottom", [0, 13_999, 14_000, 300_000])
def test_long_numbers_read_back(top: int, bottom: int) -> None:
    """Numbers of so many bits; Python itself refuses to write the long ones in decimals."""
    sign = -1 if top < 0 else 1
    value = Fraction(sign * ((1 << abs(top)) + 1), 3**bottom if bottom < 20_000 else 1 << bottom)
    text = write_number(value)
    assert read_number(text, "here") == value
    assert write_number(read_number(text, "here")) == text
    assert len(short(value)) <= 60


@given(st.text(alphabet="0123456789abcdefxX-+/._eE ", max_size=8))
def test_no_other_numbers(text: str) -> None:
    """What does not match the grammar is refused, with the place and the text."""
    if GRAMMAR.fullmatch(text):
        return
    with pytest.raises(Unreadable) as caught:
        read_number(text, "here")
    assert str(caught.value).startswith(f"here: {text!r} is not an exact number")


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "0.5", "1e3", "1_000", " 1", "1 ", "1\n", "+1", "--1", "1/-2", "-1/-2", "1/2/3"),
        *("/2", "0X1f", "0x", "0x1F", "-0x", "1/0x", "0b1", "0o7", "1f", "nan", "inf", "1/2 "),
        *(
            "\N{VULGAR FRACTION ONE HALF}",
            "\N{ARABIC-INDIC DIGIT THREE}",
            "\N{FULLWIDTH DIGIT ONE}",
        ),
    ],
)
def test_what_other_programs_take_for_numbers(text: str) -> None:
    """Python's Fraction and int accept several of these."""
    with pytest.raises(Unreadable, match="is not an exact number"):
        read_number(text, "here")


@pytest.mark.parametrize("value", [0, 1, True, None, 1.5, ["1"], {"1": "2"}, b"1", Fraction(1)])
def test_a_number_is_a_string(value: object) -> None:
    """Nothing but a string, whatever it is worth in Python."""
    with pytest.raises(Unreadable, match="here: a number must be written as a string"):
        read_number(value, "here")


def test_lengths() -> None:
    """The longest decimal and hexadecimal number, and one digit more of either."""
    longest = "9" * DECIMAL_DIGITS
    assert read_number(f"{longest}/{longest}", "here") == 1
    assert read_number("0x" + "f" * HEX_DIGITS, "here") == (1 << (4 * HEX_DIGITS)) - 1
    with pytest.raises(Unreadable, match="at most 4300 digits, write longer ones as 0x"):
        read_number(longest + "9", "here")
    with pytest.raises(Unreadable, match="is not an exact number"):
        read_number("0x" + "f" * (HEX_DIGITS + 1), "here")
    assert write_integer(1 << 14_000).startswith("0x1000")
    assert write_integer(-(1 << 14_000)).startswith("-0x1000")
    assert write_integer((1 << 14_000) - 1).isdigit()


@pytest.mark.parametrize("text", ["-1", "1/2", "0x100000000000000", "1099511627776"])
def test_naturals_refused(text: str) -> None:
    """Negative, broken or too large."""
    with pytest.raises(Unreadable, match="is not a natural number below"):
        read_natural(text, "here")


def test_naturals() -> None:
    """The limit itself is excluded; a fraction may turn out to be natural."""
    assert [read_natural(t, "here", 10) for t in ("0", "9", "0x9", "18/2", "-0")] == [0, 9, 9, 9, 0]
    with pytest.raises(Unreadable, match="here: '10' is not a natural number below 10"):
        read_natural("10", "here", 10)


# ---------------------------------------------------------------------------------- JSON

plain = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=6)
values = st.recursive(
    st.one_of(plain, st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(plain, inner, max_size=4)),
    max_leaves=12,
)


@given(values)
def test_json_reads_back(value: object) -> None:
    """What is written is read; Python's reader agrees; writing again gives the same bytes."""
    data = write_json(value)
    assert read_json(data, "file") == value == json.loads(data)
    assert write_json(json.loads(data)) == data
    assert data.isascii()
    assert data.endswith(b"\n")
    assert data.count(b"\n") == 1
    assert digest(data) == "sha256:" + sha256(data).hexdigest()


@given(values, st.integers(0, 10**6), st.integers(0, 255))
def test_changed_bytes(value: object, place: int, byte: int) -> None:
    """A file with one other byte is another canonical value, or refused; nothing else."""
    data = bytearray(write_json(value))
    data[place % len(data)] = byte
    message = ""
    try:
        assert write_json(read_json(bytes(data), "file")) == bytes(data)
    except Unreadable as error:
        message = str(error)
    assert message == "" or message.startswith("file: ")
    assert message.isascii()


NOT_CANONICAL = {
    "nothing": (b"", "not JSON at line 1, column 1"),
    "no newline": (b'"a"', "not in canonical form from byte 3 on"),
    "two newlines": (b'"a"\n\n', "not in canonical form from byte 4 on"),
    "a blank": (b'{"a": "b"}\n', "not in canonical form from byte 5 on"),
    "keys in another order": (b'{"b":"1","a":"2"}\n', "not in canonical form from byte 2 on"),
    "a needless escape": (b'"\\u0041"\n', "not in canonical form from byte 1 on"),
    "an escaped slash": (b'"\\/"\n', "not in canonical form from byte 1 on"),
    "a carriage return": (b'"a"\r\n', "not in canonical form from byte 3 on"),
    "an integer": (b'{"a":1}\n', "a bare number stands in the file"),
    "a float": (b'{"a":1.5}\n', "a bare number stands in the file"),
    "an exponent": (b"[1e999]\n", "a bare number stands in the file"),
    "a long integer": (b"[" + b"9" * 5000 + b"]\n", "a bare number stands in the file"),
    "not a number": (b"[NaN]\n", "a bare number stands in the file"),
    "infinity": (b"[-Infinity]\n", "a bare number stands in the file"),
    "null": (b"[null]\n", "null stands in the file: leave the key out instead"),
    "a key twice": (b'{"a":"1","a":"1"}\n', "the key 'a' occurs twice in one object"),
    "a key twice, below": (b'[{"a":{"b":"1","b":"2"}}]\n', "the key 'b' occurs twice"),
    "a key twice, with accent": (b'{"\\u00e9":"","\\u00e9":""}\n', "the key '\\xe9' occurs twice"),
    "an accent": ('"\N{LATIN SMALL LETTER E WITH ACUTE}"\n'.encode(), "byte 1 is not ASCII"),
    "an escaped accent": (b'"\\u00e9"\n', "has characters beyond printable ASCII"),
    "half a surrogate pair": (b'"\\ud800"\n', "has characters beyond printable ASCII"),
    "a newline inside": (b'"\\n"\n', "has characters beyond printable ASCII"),
    "an escape code in a key": (b'{"\\u001b[2J":"a"}\n', "has characters beyond printable ASCII"),
    "delete": (b'"\x7f"\n', "has characters beyond printable ASCII"),
    "a byte order mark": (b'\xef\xbb\xbf"a"\n', "byte 0 is not ASCII"),
    "sixteen bits": ('"a"\n'.encode("utf-16"), "is not ASCII"),
    "a comment": (b'"a" // b\n', "not JSON at line 1, column 5: Extra data"),
    "a trailing comma": (b'["a",]\n', "not JSON at line 1"),
    "single quotes": (b"['a']\n", "not JSON at line 1, column 2"),
    "an open list": (b'["a"\n', "not JSON at line 2, column 1"),
    "a control character": (b'"\x01"\n', "not JSON at line 1"),
    "nested too deeply": (b"[" * 100_000 + b"]" * 100_000 + b"\n", "nested too deeply"),
}


@pytest.mark.parametrize("title", NOT_CANONICAL)
def test_not_canonical(title: str) -> None:
    """A file in any other form is refused for its own reason."""
    data, phrase = NOT_CANONICAL[title]
    with pytest.raises(Unreadable) as caught:
        read_json(data, "file")
    assert str(caught.value).startswith("file: ")
    assert phrase in str(caught.value)
    assert str(caught.value).isascii()


# --------------------------------------------------------------------------- typed access

KINDS = {"an object": {}, "a list": [], "a string": "", "true or false": True}


@pytest.mark.parametrize("name", KINDS)
def test_kinds(name: str) -> None:
    """Each reader takes its own kind, and says what it found instead."""
    value = KINDS[name]
    for reader, own in ((as_object, "an object"), (as_list, "a list"), (as_text, "a string")):
        if name == own:
            assert reader(value, "here") is value
        else:
            with pytest.raises(Unreadable, match=f"here: {own} is expected, not {name}"):
                reader(value, "here")


def test_fields() -> None:
    """Required keys must be there, others must be known."""
    assert fields({"a": "1"}, "here", ("a",), ("b",)) == {"a": "1"}
    assert fields({"a": "1", "b": "2"}, "here", ("a",), ("b",)) == {"a": "1", "b": "2"}
    with pytest.raises(Unreadable, match="here: the key 'a' is missing"):
        fields({"b": "1"}, "here", ("a",), ("b",))
    with pytest.raises(Unreadable, match="here: unknown key 'c'; known are a, b"):
        fields({"a": "1", "c": "2"}, "here", ("a",), ("b",))


def test_choice() -> None:
    """The alternatives are listed."""
    assert choice("b", "here", {"a": 1, "b": 2}) == 2
    with pytest.raises(Unreadable, match="here: unknown 'c'; known are a, b"):
        choice("c", "here", {"a": 1, "b": 2})
    with pytest.raises(Unreadable, match="here: a string is expected, not a list"):
        choice(["a"], "here", {"a": 1})


@given(st.text(max_size=100))
def test_excerpts_can_be_printed_anywhere(text: str) -> None:
    """A message is ASCII on one line, whatever it quotes, and not much longer than 40."""
    found = excerpt(text)
    assert found.isascii()
    assert found.isprintable()
    assert len(text) > 40 or found == ascii(text)
