"""Programs of the machine for people: reading inputs, tracing, counting (`kernelcert run`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from certificates.format import Unreadable, write_number
from certificates.laurent import (
    IMAGINARY,
    UNIT,
    Laurent,
    Number,
    Unfit,
    over,
    plus,
    rational,
    shown,
    times,
)  # fmt: skip
from certificates.machine import Memory, Node, Program, Run, Stuck, read_program, run

from .arrays import BadInput, number

PROGRAMS = Path(__file__).parent / "programs"
Show = Callable[[str], None]


def program_text(given: str | bytes, where: str, folder: Path | None = None) -> bytes:
    """The text of a program: as given, of a file in the folder, or of a shipped program.

    Raises BadInput if there is none, or if the machine cannot read it.
    """
    name = "the program"
    if not isinstance(given, str | bytes):
        raise BadInput(f"{where}: the name of a program file, or of a shipped program, is expected")
    if isinstance(given, str):
        path, name = (folder or Path()) / given, Path(given).name
        if not path.is_file() and name == given:
            path = PROGRAMS / f"{name}.bss"
        if not path.is_file():
            known = ", ".join(sorted(p.stem for p in PROGRAMS.glob("*.bss")))
            raise BadInput(f"{where}: there is no program file {given}; shipped are {known}")
        given = path.read_bytes()
    try:
        read_program(given)
    except Unreadable as error:
        raise BadInput(f"{where}: {name}: {error}") from None
    return given


def find_program(name: str) -> Program:
    """The program in the file `name`, or the shipped one.  Raises BadInput."""
    return read_program(program_text(name, "PROGRAM"))


# ------------------------------------------------------------------------------- numbers


def read_input(text: str) -> list[Number]:
    """The input that a person gives: a JSON file, a JSON list, or numbers with blanks or commas.

    Lists may be nested, and are read row by row.  Raises BadInput.
    """
    if text.strip().startswith("[") or text.endswith(".json"):
        where = text if text.endswith(".json") else "--input"
        if text.endswith(".json") and not Path(text).is_file():
            raise BadInput(f"--input: there is no file {text}")
        try:
            data = Path(text).read_text("ascii") if text.endswith(".json") else text
            return list(_numbers(json.loads(data), where))
        except (ValueError, RecursionError) as error:
            raise BadInput(f"{where}: not JSON, {error}") from None
    words = text.replace(",", " ").split()
    return [read_one(word, f"--input, number {k}") for k, word in enumerate(words, 1)]


def _numbers(value: Any, where: str) -> Iterator[Number]:
    if isinstance(value, list):
        for place, entry in enumerate(value):
            yield from _numbers(entry, f"{where}[{place}]")
    else:
        yield read_one(value, where)


def read_one(value: Any, where: str) -> Number:
    """A number of the machine: exact and rational, "I" or "u" or a power such as "u^-2", or
    {"real": ..., "imaginary": ...}, or {"u": {"-1": NUMBER, "2": NUMBER}}, the sum of NUMBER u^k.

    Raises BadInput for anything else.
    """
    try:
        if isinstance(value, dict):
            return _table(value, where)
        if isinstance(value, str) and value == "I":
            return IMAGINARY
        if isinstance(value, str) and value.partition("^")[0] == "u":
            return _power(value.partition("^")[2] or "1", where)
        return rational(number(value, where))
    except Unfit as reason:
        raise BadInput(f"{where}: {reason}") from None


def _table(value: dict[str, Any], where: str) -> Number:
    if value.keys() <= {"real", "imaginary"} and value:
        parts = (rational(number(value.get(k, 0), f"{where}.{k}")) for k in ("real", "imaginary"))
        real, imaginary = parts
        return plus(real, times(imaginary, IMAGINARY))
    if value.keys() != {"u"} or not isinstance(value["u"], dict):
        raise BadInput(
            f'{where}: the keys are real and imaginary, or u, such as {{"u": {{"1": "1/2"}}}}'
        )
    total: Number = 0
    for power, factor in value["u"].items():
        inside = f"{where}.u.{power}"
        total = plus(total, times(read_one(factor, inside), _power(power, inside)))
    return total


def _power(text: str, where: str) -> Number:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 7:
        raise BadInput(f"{where}: a power of u is a whole number of at most 7 digits, not {text!r}")
    result: Number = 1
    for bit in f"{int(digits):b}":
        result = times(times(result, result), UNIT if bit == "1" else 1)
    return over(1, result) if text.startswith("-") else result


def form(value: Number) -> object:
    """A number as JSON: what `read_one` reads."""
    if not isinstance(value, Laurent):
        return write_number(value)
    parts = {}
    for power, real, imaginary in value.terms:
        pair: object = write_number(real)
        if imaginary:
            pair = {"real": write_number(real), "imaginary": write_number(imaginary)}
        parts[str(power)] = pair
    return parts["0"] if parts.keys() == {"0"} else {"u": parts}


# ---------------------------------------------------------------------------------- runs


def trace(program: Program, show: Show) -> Callable[[Node, Memory], None]:
    """A watch that shows each node as it is visited, with what it changed."""
    steps = 0

    def watch(node: Node, memory: Memory) -> None:
        nonlocal steps
        steps += 1
        text = program.lines[node.line - 1].partition("#")[0].strip()
        after = ""
        if node.shape == "assign":
            place = node.target.place(memory)
            name = place if isinstance(place, str) else f"[{place}]"
            after = f"{name} = {shown(memory[place])}"
        show(f"{steps:>6}  line {node.line:<4} {text:<36} {after}".rstrip())

    return watch


def execute(program: Program, tape: list[Number], fuel: int, show: Show | None) -> Run:
    """A run, traced if `show` is given.  Raises BadInput where the machine is stuck."""
    try:
        return run(program, tape, fuel, None if show is None else trace(program, show))
    except Stuck as reason:
        raise BadInput(str(reason)) from None


def lines(done: Run) -> Iterator[str]:
    """The output and the counts, for people."""
    if not done.output:
        yield "no output"
    for place, value in enumerate(done.output):
        yield f"output {place}  {value if isinstance(value, Laurent) else write_number(value)}"
    kinds = {
        "operations": ("+", "-", "*", "/"),
        "comparisons": ("=", "<"),
        "indices": ("index", "index test", "conversion"),
        "the rest": ("copy", "goto", "output", "halt"),
    }
    yield f"{done.steps} steps"
    for word, names in kinds.items():
        found = [f"{done.counts[name]} {name}" for name in names if done.counts[name]]
        yield f"  {word:<12} {', '.join(found) or 'none'}"


def as_json(done: Run) -> str:
    """The output, the steps and the counts as a JSON text."""
    table = {
        "output": [form(value) for value in done.output],
        "steps": done.steps,
        "counts": done.counts,
    }
    return json.dumps(table)
