"""Random programs on the machine, against two evaluations of another design.

A random program is a list of tuples.  The machine gets its text; `follow` below walks through the
tuples, with numbers of other kinds: 2 x 2 matrices of fractions for Q(i), and for the formal unit
the rational functions of sympy, where also "has no inverse among Laurent polynomials" is known.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy
from sympy.polys.domains import QQ_I
from sympy.polys.fields import field

from certificates.format import Unreadable
from certificates.laurent import Number, terms_of
from certificates.machine import Stuck, read_program, run
from theorems.machines import PROGRAMS

Line = tuple[Any, ...]
LITERALS = ("0", "1", "-1", "2", "1/2", "-2/3", "I")
REGISTERS = ("r0", "r1", "r2")
INDICES = ("p0", "p1")


REASONS = ("has no value", "would be", "by zero", "has an inverse")


class Wrong(Exception):
    """The program has no result; the words are those of the machine's message."""


# --------------------------------------------------------------------------- making programs


def place(rng: random.Random) -> str:
    """A register or a cell."""
    return rng.choice([*REGISTERS, *REGISTERS, "[0]", "[1]", "[2]", "[p0]", "[p1]"])


def operand(rng: random.Random, literals: tuple[str, ...]) -> str:
    return rng.choice(literals) if rng.random() < 0.35 else place(rng)


def make(rng: random.Random, literals: tuple[str, ...]) -> list[Line]:
    """3 to 14 lines after a start that gives everything a value, most of the time."""
    lines: list[Line] = [("set", name, rng.choice(literals)) for name in REGISTERS]
    lines += [("index", name, rng.choice(["0", "1", "2"])) for name in INDICES]
    lines = [line for line in lines if rng.random() < 0.99]
    for _ in range(rng.randint(3, 14)):
        kind = rng.choices(
            ["set", "op", "index", "shift", "if", "out", "turn"], [1, 7, 1, 1, 2, 1, 1]
        )
        a, b = operand(rng, literals), operand(rng, literals)
        p, q = rng.choice(INDICES), rng.choice(INDICES)
        table: dict[str, Line] = {
            "set": ("set", place(rng), a),
            "op": ("op", place(rng), a, rng.choice("+-**//"), b),
            "index": ("index", p, rng.choice([q, "0", "1", "2"])),
            "shift": ("shift", p, q, rng.choice("+-*"), rng.choice(["0", "1", "2"])),
            "if": ("if", a, rng.choice(["=", "!="]), b, rng.randint(1, 3)),
            "out": ("out", a),
            "turn": ("turn", *rng.choice([(p, place(rng)), *[(place(rng), p)] * 4])),
        }
        lines.append(table[kind[0]])
    return [*lines, *(("out", name) for name in REGISTERS)]


def text(lines: list[Line]) -> bytes:
    """The program as the machine reads it; line k has the label Lk."""
    written = ["over C", f"number {', '.join(REGISTERS)}", f"index {', '.join(INDICES)}"]
    for k, line in enumerate(lines):
        match line:
            case ("set" | "index" | "turn", target, source):
                words = f"{target} = {source}"
            case ("op" | "shift", target, a, symbol, b):
                words = f"{target} = {a} {symbol} {b}"
            case ("if", a, relation, b, jump):
                words = f"if {a} {relation} {b} goto L{min(k + jump, len(lines))}"
            case ("out", a):
                words = f"output {a}"
        written.append(f"L{k}: {words}")
    return "\n".join([*written, f"L{len(lines)}: halt", ""]).encode()


# ------------------------------------------------------------------------- following programs


def follow(
    lines: list[Line], tape: list[Any], number: Callable[[str], Any], divide: Any
) -> list[Any]:
    """The output; `number` makes a literal and `divide` raises Wrong."""
    registers: dict[str, Any] = {}
    cells = dict(enumerate(tape))

    def address(name: str) -> int:
        if name.isdigit():
            return int(name)
        if name not in registers:
            raise Wrong(f"{name} has no value")
        return int(registers[name])

    def get(name: str) -> Any:
        if name in LITERALS or name == "u":
            return number(name)
        if name[0] == "[":
            where = address(name[1:-1])
            if where not in cells:
                raise Wrong(f"the cell [{where}] has no value")
            return cells[where]
        if name not in registers:
            raise Wrong(f"{name} has no value")
        return registers[name]

    def put(name: str, value: Any) -> None:
        if name[0] == "[":
            cells[address(name[1:-1])] = value
        else:
            registers[name] = value

    output, k = [], 0
    while k < len(lines):
        line, k = lines[k], k + 1
        if line[0] == "set":
            put(line[1], get(line[2]))
        elif line[0] == "op":
            a, b = get(line[2]), get(line[4])
            calculate = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b}
            put(line[1], calculate.get(line[3], divide)(a, b))
        elif line[0] == "index":
            registers[line[1]] = address(line[2])
        elif line[0] == "shift":
            a, b = address(line[2]), int(line[4])
            registers[line[1]] = natural(line[1], {"+": a + b, "-": a - b, "*": a * b}[line[3]])
        elif line[0] == "turn" and line[1] in INDICES:
            value = get(line[2])
            found = [n for n in range(70) if value == number("1") * n]
            # a larger one does not come up among the seeds below
            registers[line[1]] = natural(line[1], found[0] if found else None)
        elif line[0] == "turn":
            put(line[1], number("1") * address(line[2]))
        elif line[0] == "if":
            if (get(line[1]) == get(line[3])) == (line[2] == "="):
                k += line[4] - 1
        else:
            output.append(get(line[1]))
    return output


def natural(name: str, value: int | None) -> int:
    if value is None or value < 0:
        raise Wrong(f"{name} would be")
    return value


class Gaussian:
    """a + b i as the matrix ((a, -b), (b, a)): products and inverses are those of matrices."""

    def __init__(self, *rows: tuple[Fraction, Fraction]) -> None:
        self.rows = rows

    @staticmethod
    def of(a: Fraction, b: Fraction) -> Gaussian:
        return Gaussian((a, -b), (b, a))

    def __add__(self, other: Gaussian) -> Gaussian:
        pairs = zip(self.rows, other.rows, strict=True)
        return Gaussian(*((a[0] + b[0], a[1] + b[1]) for a, b in pairs))

    def __sub__(self, other: Gaussian) -> Gaussian:
        return self + other * -1

    def __mul__(self, other: Gaussian | int) -> Gaussian:
        if isinstance(other, int):
            return Gaussian(*((a * other, b * other) for a, b in self.rows))
        (p, q), (r, s) = other.rows
        return Gaussian(*((a * p + b * r, a * q + b * s) for a, b in self.rows))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Gaussian) and self.rows == other.rows

    def inverse(self) -> Gaussian:
        (a, b), (c, d) = self.rows
        det = a * d - b * c
        return Gaussian((d / det, -b / det), (-c / det, a / det))


def gaussian(literal: str) -> Gaussian:
    if literal == "I":
        return Gaussian.of(Fraction(0), Fraction(1))
    return Gaussian.of(Fraction(literal), Fraction(0))


def gaussian_quotient(a: Gaussian, b: Gaussian) -> Gaussian:
    if b == gaussian("0"):
        raise Wrong("division by zero")
    return a * b.inverse()


def gaussian_of(value: Number) -> Gaussian:
    ((_, a, b),) = terms_of(value) or ((0, Fraction(0), Fraction(0)),)
    return Gaussian.of(a, b)


FIELD, UNIT = field("u", QQ_I)


def function(literal: str) -> Any:
    """A rational function over Q(i)."""
    if literal in ("u", "I"):
        return UNIT if literal == "u" else FIELD(QQ_I(0, 1))
    top = Fraction(literal)
    return FIELD(QQ_I(sympy.QQ(top.numerator, top.denominator), 0))


def function_quotient(a: Any, b: Any) -> Any:
    if not b:
        raise Wrong("division by zero")
    if len(b.numer.terms()) > 1:  # its denominator is a power of u
        raise Wrong("only c u^k has an inverse")
    return a / b


def function_of(value: Number) -> Any:
    """sum of (a + b i) u^k."""
    total = function("0")
    for k, a, b in terms_of(value):
        part = function(str(a)) + function("I") * function(str(b))
        total += part * UNIT**k
    return total


# ------------------------------------------------------------------------------------- tests


def compare(
    seeds: range,
    literals: tuple[str, ...],
    number: Callable[[str], Any],
    divide: Any,
    translated: Callable[[Number], Any],
) -> Counter[str]:
    """Both evaluations of every program; how often they gave what."""
    seen: Counter[str] = Counter()
    tape: list[Number] = [3, Fraction(1, 2), 0]
    for seed in seeds:
        rng = random.Random(seed)
        lines = make(rng, literals)
        source = text(lines)
        given = [rng.choice(tape) for _ in range(rng.choice([2, 3, 3, 3, 3, 3]))]
        expected: Any
        found: Any
        try:
            expected = follow(lines, [number(str(x)) for x in given], number, divide)
        except Wrong as error:
            expected = str(error)
        try:
            found = [translated(x) for x in run(read_program(source), given, 100).output]
        except Stuck as error:
            found = str(error)
        wrong = isinstance(expected, str)
        assert expected in found if wrong else found == expected, (seed, source, found)
        seen[next(word for word in REASONS if word in expected) if wrong else "output"] += 1
    return seen


def test_ten_thousand_programs_over_the_gaussian_rationals() -> None:
    seen = compare(range(10_000), LITERALS, gaussian, gaussian_quotient, gaussian_of)
    assert seen["output"] > 5000
    assert min(seen[reason] for reason in REASONS[:3]) > 100, seen


def test_programs_with_the_formal_unit_against_sympy() -> None:
    literals = ("1", "-1", "1/2", "I", "u", "u", "u")
    seen = compare(range(300), literals, function, function_quotient, function_of)
    assert seen["output"] > 120
    assert seen["has an inverse"] > 5, seen


def damaged(text: str, rng: random.Random) -> str:
    """A word, a line or a character changed, doubled, moved or lost."""
    lines = text.split("\n")
    j, k = rng.randrange(len(lines)), rng.randrange(len(lines))
    words = lines[j].split(" ")
    kind = rng.randrange(5)
    if kind == 0:
        lines[j], lines[k] = lines[k], lines[j]
    elif kind == 1:
        del lines[j]
    elif kind == 2:
        words[rng.randrange(len(words))] = rng.choice(text.split())
        lines[j] = " ".join(words)
    elif kind == 3:
        place = rng.randrange(len(text))
        return text[:place] + rng.choice("[]+-*/=<!:#0ui \n") + text[place + 1 :]
    else:
        lines.insert(k, lines[j])
    return "\n".join(lines)


def test_damaged_programs_are_refused_or_run() -> None:
    """Unreadable, stuck, or an output: never another error."""
    seen: Counter[str] = Counter()
    tape: list[Number] = [2, 2, 1, 1, 0, 0, *([1, Fraction(1, 2)] * 12)]
    sources = [path.read_text("ascii") for path in sorted(PROGRAMS.glob("*.bss"))]
    for seed in range(3000):
        rng = random.Random(seed)
        source = rng.choice(sources)
        for _ in range(rng.randint(1, 3)):
            source = damaged(source, rng)
        try:
            program = read_program(source.encode("ascii"))
            run(program, tape[: rng.randint(0, len(tape))], 400)
            kind, words = "ran", ""
        except (Unreadable, Stuck) as error:
            kind, words = type(error).__name__, str(error)
        seen[kind] += 1
        assert not words or words.startswith("program line ") or "over R" in words
    assert min(seen.values()) > 300, seen
    assert len(seen) == 3
