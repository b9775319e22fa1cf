"""The machine of Theorem 4.3: every instruction, every error, and long runs."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import pytest

from certificates import formal, machine
from certificates.formal import Formal
from certificates.format import Unreadable
from certificates.laurent import IMAGINARY as I
from certificates.laurent import (
    UNIT,
    Laurent,
    Number,
    Unfit,
    below,
    collect,
    minus,
    over,
    plus,
    rational,
    shown,
    times,
)
from certificates.machine import KINDS, Memory, Node, Program, Run, Stuck, read_program, run
from theorems.machines import PROGRAMS, find_program

HALF = Fraction(1, 2)


def program(body: str, field: str = "C") -> Program:
    """A program with three registers of each sort; `body` has its instructions, with ; for \\n."""
    head = f"over {field}\nindex i, j, k\nnumber r, s, t\n"
    return read_program((head + body.replace("; ", "\n") + "\n").encode())


def output(body: str, *tape: Number, field: str = "C", fuel: int = 1000) -> list[Number]:
    return list(run(program(body, field), tape, fuel).output)


# ----------------------------------------------------------------------------- instructions

DONE: dict[str, tuple[str, list[Number], list[Number]]] = {
    "constant": ("r = -3/2; output r; halt", [], [Fraction(-3, 2)]),
    "constant in hexadecimal": ("r = 0x1f/0x3e; output r; halt", [], [HALF]),
    "constant I": ("r = I; output r; halt", [], [I]),
    "constant u": ("output u; halt", [], [UNIT]),
    "whole constants are whole": ("r = 4/2; output r; halt", [], [2]),
    "copy": ("r = 5; s = r; output s; halt", [], [5]),
    "copy from a cell": ("r = [1]; output r; halt", [7, 8], [8]),
    "copy into a cell": ("[9] = 3; output [9]; halt", [], [3]),
    "copy from cell to cell": ("[0] = [1]; output [0]; halt", [7, 8], [8]),
    "indirect copy": ("i = 1; r = [i]; output r; halt", [7, 8], [8]),
    "indirect store": ("i = 5; [i] = 2; output [5]; halt", [], [2]),
    "both sides indirect": ("i = 0; j = 1; [i] = [j]; output [0]; halt", [7, 8], [8]),
    "arithmetic between cells": ("[2] = [0] * [1]; output [2]; halt", [7, 8], [56]),
    "plus": ("r = [0] + [1]; output r; halt", [HALF, HALF], [1]),
    "minus": ("r = [0] - 1/3; output r; halt", [HALF], [Fraction(1, 6)]),
    "times": ("r = I * I; output r; halt", [], [-1]),
    "over": ("r = [0] / 4; output r; halt", [2], [HALF]),
    "over, complex": ("r = 1 / I; s = r * I; output s; halt", [], [1]),
    "over a monomial": ("r = u * u; r = 2 / r; r = r * u; r = r * u; output r; halt", [], [2]),
    "a target may be an operand": ("r = 3; r = r * r; output r; halt", [], [9]),
    "index constant": ("i = 3; output i; halt", [], [3]),
    "index copy": ("i = 3; j = i; output j; halt", [], [3]),
    "index plus": ("i = 3; i = i + 2; output i; halt", [], [5]),
    "index minus": ("i = 3; j = 3; i = i - j; output i; halt", [], [0]),
    "index times": ("i = 3; j = 2 * i; output j; halt", [], [6]),
    "number into index": ("i = [0]; output [i]; halt", [1, 9], [9]),
    "index into number": ("i = 4; r = i; r = r / 8; output r; halt", [], [HALF]),
    "size": ("output size; halt", [7, 7, 7], [3]),
    "size as an index": ("i = size - 1; output [i]; halt", [7, 8, 9], [9]),
    "goto": ("goto two; output 1; two: output 2; halt", [], [2]),
    "test = taken": ("if [0] = 1 goto a; output 0; a: output 1; halt", [1], [1]),
    "test = not taken": ("if [0] = 1 goto a; output 0; a: output 1; halt", [2], [0, 1]),
    "test != taken": ("if [0] != 1 goto a; output 0; a: output 1; halt", [2], [1]),
    "test != not taken": ("if [0] != 1 goto a; output 0; a: output 1; halt", [1], [0, 1]),
    "test = of formal numbers": ("r = u / u; if r = 1 goto a; output 0; a: halt", [], []),
    "u is not 1": ("if u = 1 goto a; output 0; a: halt", [], [0]),
    "u is not I": ("if u = I goto a; output 0; a: halt", [], [0]),
    "index test =": ("i = 2; if i = 2 goto a; output 0; a: halt", [], []),
    "index test !=": ("i = 2; if 2 != i goto a; output 0; a: halt", [], [0]),
    "index test <": ("i = 2; if i < 3 goto a; output 0; a: halt", [], []),
    "index test < of equals": ("i = 2; if i < 2 goto a; output 0; a: halt", [], [0]),
    "label on its own line": ("goto a; a:; output 1; halt", [], [1]),
    "two labels": ("goto b; a:; b: output 1; halt", [], [1]),
    "output in order": ("output 3; output [0]; output I; halt", [5], [3, 5, I]),
    "halt in the middle": ("output 1; halt; output 2; halt", [], [1]),
    "comments, blanks and tabs": ("\tr = 1   # one; ; # nothing; output r; halt", [], [1]),
}


@pytest.mark.parametrize("title", DONE)
def test_instructions(title: str) -> None:
    body, tape, expected = DONE[title]
    assert output(body, *tape) == expected


@pytest.mark.parametrize(("a", "b", "expected"), [(1, 2, [1]), (2, 2, [0, 1]), (3, 2, [0, 1])])
def test_order_over_r(a: int, b: int, expected: list[Number]) -> None:
    body = "if [0] < [1] goto a; output 0; a: output 1; halt"
    assert output(body, a, b, field="R") == expected
    assert output(body, Fraction(a, 7), Fraction(b, 7), field="R") == expected


KIND_OF = {
    "r = [0] + 1": "+", "r = [0] - 1": "-", "r = [0] * 1": "*", "r = [0] / 1": "/",
    "if [0] = 1 goto a": "=", "if [0] != 1 goto a": "=", "if [0] < 1 goto a": "<",
    "r = [0]": "copy", "[0] = 2": "copy", "i = 1": "index", "i = size": "index",
    "i = size + 1": "index", "if size < 9 goto a": "index test", "i = [0]": "conversion",
    "r = size": "conversion", "goto a": "goto", "output 1": "output",
}  # fmt: skip


@pytest.mark.parametrize("line", KIND_OF)
def test_what_counts_as_what(line: str) -> None:
    """One node of its kind, and the halt."""
    done = run(program(f"{line}; a: halt", "R"), [5], 10)
    assert {kind: n for kind, n in done.counts.items() if n} == {KIND_OF[line]: 1, "halt": 1}
    assert done.steps == 2


def test_counts_are_of_visits() -> None:
    """A loop of 10 rounds."""
    body = "r = 0; i = 0; a: r = r + 2; i = i + 1; if i != 10 goto a; output r; halt"
    done = run(program(body), [], 100)
    assert done.output == (20,)
    expected = {"copy": 1, "index": 11, "+": 10, "index test": 10, "output": 1, "halt": 1}
    assert done == Run((20,), 34, dict.fromkeys(KINDS, 0) | expected)


# ------------------------------------------------------------------------------------ errors

MALFORMED = {
    "no field": ("halt", "program line 1: a program begins with 'over R' or 'over C'"),
    "other field": ("over Q\nhalt", "line 1: a program begins with"),
    "two fields": ("over R\nover C\nhalt", "line 2: 'over C' is no instruction"),
    "no instruction": ("over R\nmove r s\nhalt", "line 2: 'move r s' is no instruction"),
    "operator without blanks": ("over R\nnumber r\nr=1\nhalt", "line 3: 'r=1' is no instruction"),
    "half a test": ("over R\nif 1 = 1\nhalt", "line 2: 'if 1 = 1' is no instruction"),
    "undeclared": ("over R\nr = 1\nhalt", "line 2: 'r' is not declared"),
    "undeclared operand": ("over R\noutput r\nhalt", "line 2: 'r' is not declared"),
    "declared later": ("over R\noutput r\nnumber r\nhalt", "line 2: 'r' is not declared"),
    "declared twice": ("over R\nnumber r\nindex r\nhalt", "line 3: 'r' is no new name"),
    "reserved": ("over R\nnumber u\nhalt", "line 2: 'u' is no new name"),
    "reserved size": ("over R\nindex size\nhalt", "line 2: 'size' is no new name"),
    "no name": ("over R\nnumber 2x\nhalt", "line 2: '2x' is no new name"),
    "empty name": ("over R\nnumber r,\nhalt", "line 2: '' is no new name"),
    "two names without comma": ("over R\nnumber r s\nhalt", "line 2: 'r s' is no new name"),
    "label twice": ("over R\na: halt\na: halt", "line 3: 'a' is no new name"),
    "label is a register": ("over R\nnumber a\na: halt", "line 3: 'a' is no new name"),
    "unknown label": ("over R\ngoto a\nhalt", "line 2: no instruction has the label 'a'"),
    "label at the end": ("over R\ngoto a\nhalt\na:", "line 2: no instruction has the label 'a'"),
    "declared before the field": ("index i\nover R\nhalt", "line 1: a program begins with"),
    "no end": ("over R\noutput 1\n", "line 3: the last instruction must be halt or goto"),
    "nothing": ("over R", "line 1: the last instruction must be halt or goto"),
    "no number": ("over R\noutput 1.5\nhalt", "line 2: '1.5' is not an exact number"),
    "denominator 0": ("over R\noutput 1/0\nhalt", "line 2: '1/0' has denominator zero"),
    "long number": (f"over R\noutput 0x{'f' * 5000}\nhalt", "line 2: a number in a term has"),
    "I over R": ("over R\noutput I\nhalt", "line 2: I is not real; the program is over R"),
    "u over R": ("over R\noutput u\nhalt", "line 2: u is not real; the program is over R"),
    "order over C": ("over C\nif 1 < 2 goto a\na: halt", "line 2: over C numbers have no order"),
    "no test": ("over R\nif 1 > 2 goto a\na: halt", "line 2: '>' is no test; known are =, !=, <"),
    "no operation": (
        "over R\nnumber r\nr = 1 % 2\nhalt",
        "'%' is no operation here; known are + -",
    ),
    "index over": ("over R\nindex i\ni = 4 / 2\nhalt", "'/' is no operation here; known are + - *"),
    "assigned constant": ("over R\n2 = 3\nhalt", "line 2: 2 cannot be assigned to"),
    "assigned size": ("over R\nsize = 3\nhalt", "line 2: size cannot be assigned to"),
    "negative index": ("over R\nindex i\ni = -1\nhalt", "line 3: -1 is no index"),
    "broken index": ("over R\nindex i\ni = 1/2\nhalt", "line 3: 1/2 is no index"),
    "sorts mixed": ("over R\nindex i\nnumber r\nr = i + 1\nhalt", "line 4: r is no index; copy"),
    "sorts compared": (
        "over R\nindex i\nnumber r\nif i = r goto a\na: halt",
        "r is no index; copy",
    ),
    "number as address": ("over R\nnumber r\noutput [r]\nhalt", "'r' is neither an index register"),
    "nested address": ("over R\noutput [[0]]\nhalt", "line 2: '[0]' is neither an index register"),
    "sum as address": ("over R\nindex i\noutput [i+1]\nhalt", "'i+1' is neither an index register"),
    "large address": ("over R\noutput [1099511627776]\nhalt", "is neither an index register nor"),
    "long address": (f"over R\noutput [{'1' * 5000}]\nhalt", "is neither an index register nor"),
    "not ASCII": ("over R\nhalt # \xe9", "not a text of printable ASCII"),
    "control character": ("over R\x0bhalt", "not a text of printable ASCII"),
}


@pytest.mark.parametrize("title", MALFORMED)
def test_malformed_programs(title: str) -> None:
    text, phrase = MALFORMED[title]
    with pytest.raises(Unreadable) as caught:
        read_program(text.encode("latin-1"))
    assert phrase in str(caught.value)


STUCK: dict[str, tuple[str, list[Number], str]] = {
    "division by 0": ("r = 1 / [0]; halt", [0], "program line 4: division by zero"),
    "division by a sum": (
        "r = u + 1; r = 1 / r; halt",
        [],
        "program line 5: division by 1 + u: only c u^k has an inverse among Laurent polynomials",
    ),
    "empty register": ("output r; halt", [], "program line 4: r has no value"),
    "empty index": ("output [i]; halt", [], "program line 4: i has no value"),
    "empty index as a target": ("[i] = 1; halt", [], "program line 4: i has no value"),
    "empty cell": ("output [2]; halt", [1, 2], "program line 4: the cell [2] has no value"),
    "behind the input": ("i = size; output [i]; halt", [1], "line 5: the cell [1] has no value"),
    "index below 0": ("i = 2 - 3; halt", [], "program line 4: i would be -1, no address"),
    "index too large": (
        "i = 1099511627775; i = i + 1; halt",
        [],
        "program line 5: i would be 1099511627776, no address",
    ),
    "index from a fraction": ("i = [0]; halt", [HALF], "line 4: i would be 1/2, no address"),
    "index from u": ("i = [0]; halt", [UNIT], "program line 4: i would be u, no address"),
    "index from -1": ("i = [0]; halt", [-1], "program line 4: i would be -1, no address"),
    "fuel": ("a: goto a", [], "program line 4: no halt within 1000 steps"),
    "long number": (
        "r = 3; a: r = r * r; goto a",
        [],
        "program line 5: a number of more than 65536 bits",
    ),
    "long sum of powers": (
        "r = 1 + u; a: r = r * r; goto a",
        [],
        "line 5: a number of more than 65536 bits or 256 powers of u",
    ),
    "many powers": (
        "r = 1; a: r = r * u; r = r + 1; goto a",
        [],
        "line 6: a number of more than 65536 bits or 256 powers of u",
    ),
    "high power": ("r = u; a: r = r * r; goto a", [], "line 5: a power of u beyond 1099511627776"),
}


@pytest.mark.parametrize("title", STUCK)
def test_errors_of_a_run(title: str) -> None:
    body, tape, phrase = STUCK[title]
    with pytest.raises(Stuck) as caught:
        run(program(body), tape, 1000)
    assert phrase in str(caught.value)


def test_input_over_r() -> None:
    """A machine over R takes real numbers only."""
    with pytest.raises(Stuck, match="the program is over R and the input is not"):
        run(program("halt", "R"), [I], 10)


def test_fuel_is_exact() -> None:
    """As many steps as nodes are visited, the halt included."""
    assert run(program("output 1; halt"), [], 2).steps == 2
    with pytest.raises(Stuck, match="line 4: no halt within 1 steps"):
        run(program("output 1; halt"), [], 1)


def test_unknown_input() -> None:
    """A cell of the input without a value counts for the size, and cannot be read."""
    assert run(program("output size; output [1]; halt"), [None, 5], 10).output == (2, 5)
    with pytest.raises(Stuck, match=r"the cell \[0\] has no value"):
        run(program("output [0]; halt"), [None, 5], 10)
    assert run(program("[0] = 1; output [0]; halt"), [None], 10).output == (1,)


# ----------------------------------------------------------------------------------- numbers


def test_one_form_for_each_number() -> None:
    """Equal numbers are equal objects, of the simplest kind."""
    assert times(I, I) == -1
    assert type(times(I, I)) is int
    assert type(plus(HALF, HALF)) is int
    assert minus(plus(UNIT, 3), UNIT) == 3
    assert minus(UNIT, UNIT) == 0
    assert type(minus(UNIT, UNIT)) is int
    assert over(UNIT, UNIT) == 1
    assert plus(UNIT, I) == plus(I, UNIT)
    assert plus(UNIT, I) != plus(I, 1)
    assert hash(plus(UNIT, I)) == hash(plus(I, UNIT))


def test_the_unit_has_modulus_one() -> None:
    """(3 + 4 I) u / 5 times its conjugate is 1; there is no conjugation on the machine."""
    a = times(UNIT, plus(Fraction(3, 5), times(I, Fraction(4, 5))))
    b = over(plus(Fraction(3, 5), times(I, Fraction(-4, 5))), UNIT)
    assert times(a, b) == 1
    assert over(1, a) == b


def test_the_highest_powers() -> None:
    """2^40 up and down, and no further."""
    highest = UNIT
    for _ in range(40):
        highest = times(highest, highest)
    assert over(1, over(1, highest)) == highest
    for power, factor in ((highest, UNIT), (over(1, highest), over(1, UNIT))):
        with pytest.raises(Unfit, match="a power of u beyond 1099511627776"):
            times(power, factor)


def test_a_vector_has_at_most_256_powers() -> None:
    """A million entries with a power each would need a million vectors."""
    powers = [collect([(k, Fraction(1), Fraction(0))]) for k in range(1, 258)]
    assert Formal.of(powers[:256]).entries() == powers[:256]
    with pytest.raises(Unfit, match="more than 256 powers of u in one vector"):
        Formal.of(powers)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("r = u", True),
        ("r = u - [0]", True),
        ("r = [0] - u", True),
        ("if r = u goto a", True),
        ("output u", True),
        ("r = I  # not u", False),
        ("r = 1", False),
    ],
)
def test_whether_a_program_names_the_unit(line: str, named: bool) -> None:
    assert program(f"{line}; a: halt").names_unit() == named


@pytest.mark.parametrize(
    ("body", "counted"),
    [
        ("i = 0; a: [i] = i; i = i + 1; goto a", 1 << 11),
        ("a: output u; goto a", (1 << 11) + 3),
        ("r = u + 1; a: output r; goto a", (1 << 12) + 6),
        ("r = 1/2; a: output r; goto a", (1 << 11) + 3),
    ],
)
def test_a_full_memory(body: str, counted: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long before the fuel is spent: each number counts, and most for its powers of u."""
    monkeypatch.setattr(machine, "MEMORY", 100 * counted)
    visited: list[Node] = []
    with pytest.raises(Stuck, match=f"the memory is full: {100 * counted} bits"):
        run(program(body), [], 10000, lambda node, memory: visited.append(node))
    kind = "conversion" if "[i]" in body else "output"
    # the bits of the addresses, or the register beside the output, make up for one number or two
    assert 98 <= sum(node.kind == kind for node in visited) <= 100


def test_a_cell_that_is_written_again_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "MEMORY", 3 << 11)
    body = "r = 1; i = 0; a: [0] = r; r = u * r; [1] = [0]; i = i + 1; if i != 99 goto a; halt"
    assert run(program(body), [1, 1], 1000).steps == 2 + 5 * 99 + 1


def test_a_vector_s_entries_have_a_short_common_denominator() -> None:
    """Each is stored over it: a thousand long denominators would be a thousand times longer."""
    odd = [Fraction(1, 2**30000 + k) for k in (1, 3, 5)]
    assert Formal.of(odd[:2]).entries() == odd[:2]
    with pytest.raises(Unfit, match="no short common multiple"):
        Formal.of(odd)


def test_a_vector_has_at_most_2_24_entries_of_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formal, "ENTRIES", 4)
    assert Formal.of([1, 2, 3, 4, 5]).dimension == 5
    with pytest.raises(Unfit, match="in one vector, or 4 entries"):
        Formal.of([1, UNIT, 3, 4, 5])


def test_no_order_beyond_the_rationals() -> None:
    assert below(1, Fraction(3, 2))
    assert not below(1, 1)
    with pytest.raises(Unfit, match="no order"):
        below(I, 1)


def test_how_numbers_are_shown() -> None:
    a = plus(over(HALF, UNIT), plus(times(I, 2), times(UNIT, plus(1, times(I, -3)))))
    assert str(a) == "1/2 u^-1 + 2 I + (1 + -3 I) u"
    assert shown(I) == "I"
    assert shown(rational(Fraction(-1, 3))) == "-1/3"
    long = Laurent(tuple((k, Fraction(k), Fraction(0)) for k in range(1, 50)))
    assert shown(long).endswith("characters)")
    assert shown(10**5000).endswith("characters)")


# --------------------------------------------------------------------------------- long runs

LONG = "r = 0; i = 0; a: r = r + [0]; i = i + 1; if i != 333332 goto a; output r; halt"


def test_a_million_steps_in_a_constant_stack() -> None:
    """With room for 40 more frames than at the start; and no deeper at the end than at first."""
    depths = set()

    def watch(node: Node, memory: Memory) -> None:
        if node.shape in ("output", "halt") or memory.get("i") == 1:
            frame, depth = sys._getframe(), 0
            while frame.f_back is not None:
                frame, depth = frame.f_back, depth + 1
            depths.add(depth)

    compiled = program(LONG)
    frame, deep = sys._getframe(), 40
    while frame.f_back is not None:
        frame, deep = frame.f_back, deep + 1
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(deep)
    try:
        done = run(compiled, [3], 10**6, watch)
    finally:
        sys.setrecursionlimit(before)
    assert done.steps == 10**6
    assert done.output == (3 * 333332,)
    assert len(depths) == 1


# ------------------------------------------------------------------------- shipped programs


def shipped(name: str, *tape: Number, fuel: int = 100_000) -> Run:
    return run(find_program(name), tape, fuel)


def test_every_shipped_program_says_what_it_reads_and_gives() -> None:
    for path in PROGRAMS.glob("*.bss"):
        text = path.read_text("ascii")
        assert "# input " in text, path.name
        assert "# output " in text, path.name
        assert max(map(len, text.split("\n"))) <= 100, path.name
        read_program(path.read_bytes())


def test_euclid() -> None:
    from math import gcd

    for a in range(1, 25):
        for b in range(1, 25):
            assert shipped("euclid", a, b).output == (gcd(a, b),)
    assert shipped("euclid", HALF, Fraction(1, 3)).output == (Fraction(1, 6),)


def test_newton() -> None:
    for a in (2, 3, Fraction(1, 7)):
        x = Fraction(1)
        for steps in range(7):
            done = shipped("newton", a, 1, steps)
            assert done.output == (x,)
            assert done.counts["/"] == 2 * steps
            x = (x + a / x) / 2
        assert abs(x * x - a) < Fraction(1, 10**20)


def test_region() -> None:
    points = [Fraction(k, 6) for k in range(-9, 10)]
    inside = 0
    for x in points:
        for y in points:
            expected = x * x + y * y <= 1 and (y > x * x or y == 0)
            inside += expected
            done = shipped("region", rational(x), rational(y))
            assert done.output == (int(expected),), (x, y)
    assert 20 < inside < 300


def test_horner() -> None:
    coefficients = [3, HALF, 0, -2]
    for z in (Fraction(0), Fraction(2), Fraction(-1, 3)):
        value = sum(c * z ** (3 - k) for k, c in enumerate(coefficients))
        assert shipped("horner", rational(z), *coefficients).output == (value,)
    assert str(shipped("horner", UNIT, *coefficients).output[0]) == "-2 + 1/2 u^2 + 3 u^3"
    assert shipped("horner", I, 1, 0, 1).output == (0,)
    assert shipped("horner", UNIT, 1, 0, 1).output != (0,)
    assert shipped("horner", 5).output == (0,)


def test_find_program_knows_files_and_names(tmp_path: Path) -> None:
    path = tmp_path / "mine.bss"
    path.write_text("over R\noutput 7\nhalt\n")
    assert run(find_program(str(path)), [], 5).output == (7,)
    assert find_program("euclid").field == "R"
