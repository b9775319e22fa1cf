"""`kernelcert run`: inputs, the trace, the counts, and bad input."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from certificates.laurent import IMAGINARY, UNIT, Number, over, plus, times
from theorems.arrays import BadInput
from theorems.cli import main
from theorems.machines import form, read_input, read_one

HALF = Fraction(1, 2)
U2 = times(UNIT, UNIT)


def command(*words: object) -> Result:
    return CliRunner().invoke(main, ["run", *map(str, words)], catch_exceptions=False)


def test_output_and_counts() -> None:
    done = command("euclid", "--input", "48 18")
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "output 0  6",
        "21 steps",
        "  operations   4 -",
        "  comparisons  5 =, 4 <",
        "  indices      none",
        "  the rest     2 copy, 4 goto, 1 output, 1 halt",
    ]


def test_the_trace_names_each_line_and_what_changed() -> None:
    done = command("newton", "--input", "2, 1, 1", "--trace")
    shown = [" ".join(line.split()) for line in done.output.splitlines()]
    assert shown[0] == "1 line 12 a = [0] a = 2"
    assert shown[4] == "5 line 17 quotient = a / x quotient = 2"
    assert shown[6] == "7 line 19 x = x / 2 x = 3/2"
    assert shown[8] == "9 line 21 goto again"
    assert done.output.count(" line ") == 12
    assert "12 steps" in done.output


def test_the_trace_of_a_cell(tmp_path: Path) -> None:
    path = tmp_path / "store.bss"
    path.write_text("over C\nindex i\n  i = size\n  [i] = u   # the free cell\n  halt\n")
    done = command(path, "--input", "7", "--trace")
    assert "[i] = u                              [1] = u\n" in done.output
    assert "no output\n" in done.output


def test_json() -> None:
    done = command("horner", "--input", '["u", "1", "1/2", "I"]', "--json")
    table = json.loads(done.output)
    assert table["output"] == [{"u": {"0": {"real": "0", "imaginary": "1"}, "1": "1/2", "2": "1"}}]
    assert table["steps"] == 21
    assert (table["counts"]["*"], table["counts"]["="]) == (3, 0)


def test_a_file_of_numbers(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text('[["48"], 18]')
    done = command("euclid", "--input", tmp_path / "in.json")
    assert done.output.startswith("output 0  6\n")


NUMBERS: dict[str, tuple[object, Number]] = {
    "integer": (3, 3),
    "text": ("-3/6", -HALF),
    "decimal": ("0.5", HALF),
    "hexadecimal": ("0x10", 16),
    "imaginary unit": ("I", IMAGINARY),
    "formal unit": ("u", UNIT),
    "power": ("u^2", U2),
    "negative power": ("u^-2", over(1, U2)),
    "power 0": ("u^0", 1),
    "complex": ({"real": "1", "imaginary": "1/2"}, plus(1, times(IMAGINARY, HALF))),
    "only imaginary": ({"imaginary": 2}, times(IMAGINARY, 2)),
    "Laurent": ({"u": {"0": "1/2", "2": {"imaginary": "1"}}}, plus(HALF, times(IMAGINARY, U2))),
}


@pytest.mark.parametrize("title", NUMBERS)
def test_numbers(title: str) -> None:
    """How they are written; what `form` writes is read again."""
    written, value = NUMBERS[title]
    assert read_one(written, "x") == value
    assert read_one(form(value), "x") == value


def test_lists_are_read_row_by_row() -> None:
    assert read_input('[["1", ["2"]], "u"]') == [1, 2, UNIT]
    assert read_input("1, 1/2  I") == [1, HALF, IMAGINARY]
    assert read_input("") == []


BAD = {
    "float": ("[0.5]", "--input[0]: 0.5 is a float, that is exactly 1/2"),
    "word": ("1 two", "--input, number 2: 'two' is not an exact number"),
    "true": ("[true]", "--input[0]: a number is expected, not true"),
    "null": ("[[null]]", "--input[0][0]: NoneType is no exact number"),
    "keys": ('[{"re": "1"}]', "--input[0]: the keys are real and imaginary, or u, such as"),
    "no keys": ("[{}]", "--input[0]: the keys are real and imaginary, or u, such as"),
    "bad power": ('[{"u": {"x": "1"}}]', "--input[0].u.x: a power of u is a whole number"),
    "long power": ("u^12345678", "--input, number 1: a power of u is a whole number of at most 7"),
    "not JSON": ("[1, 2", "--input: not JSON, "),
    "long integer": (f"[{'1' * 5000}]", "--input: not JSON, "),
    "deep": ("[" * 100_000, "--input: not JSON, "),
    "no file": ("nothing.json", "--input: there is no file nothing.json"),
}


@pytest.mark.parametrize("title", BAD)
def test_bad_numbers(title: str) -> None:
    text, phrase = BAD[title]
    with pytest.raises(BadInput) as caught:
        read_input(text)
    assert str(caught.value).startswith(phrase)


REFUSED = {
    "unknown program": (["euklid"], "PROGRAM: there is no program file euklid; shipped are euc"),
    "stuck": (["newton", "--input", "2 0 1"], "program line 17: division by zero"),
    "short input": (["euclid", "--input", "48"], "program line 14: the cell [1] has no value"),
    "fuel": (["euclid", "--input", "1 0", "--fuel", "99"], "line 16: no halt within 99 steps"),
    "no fuel": (["euclid", "--fuel", "0"], "--fuel: a positive number is expected"),
    "field": (["euclid", "--input", "u 1"], "the program is over R and the input is not"),
    "two forms": (["euclid", "--trace", "--json"], "--trace has no JSON form"),
}


@pytest.mark.parametrize("title", REFUSED)
def test_refusals_are_sentences_with_status_2(title: str) -> None:
    words, phrase = REFUSED[title]
    done = command(*words)
    assert done.exit_code == 2
    assert phrase in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_program_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.bss"
    path.write_text("over R\noutput x\nhalt\n")
    done = command(path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "broken.bss: program line 2: 'x' is not declared" in done.stderr
