"""The machine of Theorem 4.3: exact programs over R or C, after Blum, Shub and Smale.

    over C                      # or over R, where numbers can be compared by <
    index  i, n                 # registers for addresses: natural numbers
    number sum, x               # registers for numbers (`laurent`)
    again:                      # a label
        x = [i]                 # the cell with the address in i; the input lies in 0, 1, ...
        sum = sum + x           # + - * /
        i = i + 1
        if i != size goto again # size is the length of the input
        output sum
        halt

A program is a list of nodes, each with one meaning and one next node, or two for a test.  The loop
below visits at most `fuel` of them.  `docs/machine.md` describes the language in full.

Blum, Shub and Smale, On a theory of computation and complexity over the real numbers, Bull. Amer.
Math. Soc. 21 (1989); Blum, Cucker, Shub and Smale, Complexity and Real Computation, 1998.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import add, eq, mul, ne, sub
from typing import Literal

from .format import Unreadable, excerpt, read_small
from .laurent import (
    IMAGINARY,
    UNIT,
    Laurent,
    Number,
    Unfit,
    below,
    minus,
    over,
    plus,
    rational,
    shown,
    size,
    times,
)  # fmt: skip

PROGRAM_BYTES = 1 << 20
TEXT = set(range(32, 127)) | set(b"\t\r\n")
ADDRESS = 1 << 40  # index registers hold less
MEMORY = 1 << 34  # bits that numbers may take beyond the input,
POWER = 1 << 11  # each with so many for each of its powers of u, beside its own

Sort = Literal["index", "number"]
Shape = Literal["assign", "test", "goto", "output", "halt"]
Operation = Callable[[Number, Number], Number]
Memory = dict[str | Number, Number]  # registers by name, cells by address

SIZE = "size"
CONSTANTS = {"I": IMAGINARY, "u": UNIT}
WORDS = {"over", "index", "number", "if", "goto", "output", "halt", SIZE, *CONSTANTS}
NUMBERS: dict[str, Operation] = {"+": plus, "-": minus, "*": times, "/": over}
INDICES: dict[str, Operation] = {"+": add, "-": sub, "*": mul}
TESTS: dict[str, Callable[[Number, Number], bool]] = {"=": eq, "!=": ne, "<": below}
KINDS = (
    *("+", "-", "*", "/", "=", "<"),  # of numbers
    *("copy", "index", "index test", "conversion", "goto", "output", "halt"),
)


class Stuck(Exception):
    """The machine cannot go on; the message names the program's line and the reason."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A constant `value`, else the register or cell `key`, else the cell whose address is in it."""

    sort: Sort
    text: str
    value: Number | None = None
    key: str | Number = ""
    indirect: bool = False

    def place(self, memory: Memory) -> str | Number:
        """Where it stands in memory."""
        return memory[self.key] if self.indirect else self.key


NOTHING = Operand("number", "", 0)


@dataclass(frozen=True, slots=True)
class Node:
    """A line that does something; `kind` is what it counts as.

    assign   the target becomes  first  or  first operation second
    test     goes to the node `jump` if  relation(first, second);  goto does so always
    """

    line: int
    shape: Shape
    kind: str
    first: Operand = NOTHING
    second: Operand = NOTHING
    target: Operand = NOTHING
    operation: Operation | None = None
    relation: Callable[[Number, Number], bool] = eq
    jump: int = -1


@dataclass(frozen=True, slots=True)
class Program:
    """A program: its field "R" or "C", its nodes, and its lines as written."""

    field: str
    nodes: tuple[Node, ...]
    lines: tuple[str, ...]

    def names_unit(self) -> bool:
        """Whether the constant u stands in it."""
        return any(UNIT in (node.first.value, node.second.value) for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Run:
    """What a run that halted gave: the output, the steps, and how many nodes of each kind."""

    output: tuple[Number, ...]
    steps: int
    counts: dict[str, int]


# ---------------------------------------------------------------------------------- reading


class _Reader:
    """The state of reading one program."""

    def __init__(self) -> None:
        self.field = ""
        self.sorts: dict[str, Sort] = {SIZE: "index"}
        self.labels: dict[str, int] = {}
        self.nodes: list[Node] = []
        self.jumps: dict[int, str] = {}  # node -> the label that it goes to
        self.line = 0

    def fail(self, reason: str) -> Unreadable:
        return Unreadable(f"program line {self.line}: {reason}")

    def statement(self, words: list[str]) -> None:
        if words[0].endswith(":"):
            self.label(words[0][:-1])
            words = words[1:]
        match words:
            case []:
                pass
            case ["over", "R" | "C" as field] if not self.field:
                self.field = field
            case _ if not self.field:
                raise self.fail("a program begins with 'over R' or 'over C'")
            case ["index" | "number" as sort, _, *_]:
                self.declare("index" if sort == "index" else "number", words[1:])
            case ["halt"]:
                self.nodes.append(Node(self.line, "halt", "halt"))
            case ["output", value]:
                self.nodes.append(Node(self.line, "output", "output", self.operand(value)))
            case ["goto", label]:
                self.jump(Node(self.line, "goto", "goto"), label)
            case ["if", first, relation, second, "goto", label]:
                self.jump(self.test(first, relation, second), label)
            case [target, "=", first]:
                self.copy(self.place(target), self.operand(first))
            case [target, "=", first, symbol, second]:
                self.arithmetic(target, first, symbol, second)
            case _:
                raise self.fail(f"{excerpt(' '.join(words))} is no instruction")

    def new(self, name: str) -> str:
        plain = name.isascii() and name[:1].isalpha() and name.replace("_", "").isalnum()
        if not plain or name in WORDS or name in self.sorts or name in self.labels:
            raise self.fail(f"{excerpt(name)} is no new name")
        return name

    def label(self, name: str) -> None:
        self.labels[self.new(name)] = len(self.nodes)

    def declare(self, sort: Sort, names: list[str]) -> None:
        for name in " ".join(names).split(","):
            self.sorts[self.new(name.strip())] = sort

    def operand(self, text: str) -> Operand:
        if text in CONSTANTS:
            if self.field == "R":
                raise self.fail(f"{text} is not real; the program is over R")
            return Operand("number", text, CONSTANTS[text])
        if text in self.sorts:
            return Operand(self.sorts[text], text, key=text)
        if text.startswith("[") and text.endswith("]"):
            inner = text[1:-1]
            if self.sorts.get(inner) == "index":
                return Operand("number", text, key=inner, indirect=True)
            return Operand("number", text, key=self.address(inner))
        if text[:1].isalpha():
            raise self.fail(f"{excerpt(text)} is not declared")
        return Operand("number", text, rational(read_small(text, f"program line {self.line}")))

    def address(self, text: str) -> int:
        if not text.isdigit() or len(text) > 13 or int(text) >= ADDRESS:
            raise self.fail(f"{excerpt(text)} is neither an index register nor an address")
        return int(text)

    def place(self, text: str) -> Operand:
        found = self.operand(text)
        if found.value is not None or text == SIZE:
            raise self.fail(f"{text} cannot be assigned to")
        return found

    def sort_of(self, *operands: Operand) -> Sort:
        """What the operands are: natural constants may be indices beside an index register."""
        if all(o.sort == "number" for o in operands):
            return "number"
        for o in operands:
            if o.sort == "number" and (o.value is None or not _is_address(o.value)):
                raise self.fail(f"{o.text} is no index; copy it into an index register")
        return "index"

    def copy(self, target: Operand, first: Operand) -> None:
        if target.sort == first.sort:
            kind = "copy" if target.sort == "number" else "index"
        else:
            kind = "conversion" if first.value is None else "index"
            if first.value is not None:
                self.sort_of(target, first)
        self.nodes.append(Node(self.line, "assign", kind, first, target=target))

    def arithmetic(self, target: str, first: str, symbol: str, second: str) -> None:
        place, left, right = self.place(target), self.operand(first), self.operand(second)
        index = self.sort_of(place, left, right) == "index"
        table = INDICES if index else NUMBERS
        if symbol not in table:
            raise self.fail(f"{excerpt(symbol)} is no operation here; known are {' '.join(table)}")
        kind = "index" if index else symbol
        node = Node(self.line, "assign", kind, left, right, place, table[symbol])
        self.nodes.append(node)

    def test(self, first: str, relation: str, second: str) -> Node:
        left, right = self.operand(first), self.operand(second)
        if relation not in TESTS:
            raise self.fail(f"{excerpt(relation)} is no test; known are {', '.join(TESTS)}")
        index = self.sort_of(left, right) == "index"
        if relation == "<" and self.field == "C" and not index:
            raise self.fail("over C numbers have no order; only = and != can be tested")
        kind = "index test" if index else "<" if relation == "<" else "="
        return Node(self.line, "test", kind, left, right, relation=TESTS[relation])

    def jump(self, node: Node, label: str) -> None:
        self.jumps[len(self.nodes)] = label
        self.nodes.append(node)

    def program(self, lines: list[str]) -> Program:
        for place, text in enumerate(lines, 1):
            self.line = place
            words = text.split("#")[0].split()
            if words:
                self.statement(words)
        nodes = list(self.nodes)
        for number, label in self.jumps.items():
            node = nodes[number]
            self.line = node.line
            if self.labels.get(label, len(nodes)) == len(nodes):
                raise self.fail(f"no instruction has the label {excerpt(label)}")
            nodes[number] = replace(node, jump=self.labels[label])
        if not nodes or nodes[-1].shape not in ("halt", "goto"):
            raise self.fail("the last instruction must be halt or goto")
        return Program(self.field, tuple(nodes), tuple(lines))


def read_program(data: bytes) -> Program:
    """The program in a file's bytes.  Raises Unreadable, with the line and the reason."""
    if len(data) > PROGRAM_BYTES or not set(data) <= TEXT:
        raise Unreadable(f"program: not a text of printable ASCII of at most {PROGRAM_BYTES} bytes")
    return _Reader().program(data.decode("ascii").split("\n"))


# ---------------------------------------------------------------------------------- running


Watch = Callable[[Node, Memory], None]


def _is_address(value: Number) -> bool:
    return type(value) is int and 0 <= value < ADDRESS


def _taken(number: Number | None) -> int:
    """What a number counts in memory."""
    if type(number) is int:
        return POWER + number.bit_length()
    powers = len(number.terms) if isinstance(number, Laurent) else 1
    return 0 if number is None else powers * POWER + size(number)


def run(
    program: Program, tape: Sequence[Number | None], fuel: int, watch: Watch | None = None
) -> Run:
    """Run a program on an input, None for what is not known; `watch` is called after each node.

    Raises Stuck if the program does not halt within `fuel` steps, divides by what has no inverse,
    reads what has no value, computes no address, makes too long a number or too many, or is over R
    and the input is not.
    """
    if program.field == "R" and any(isinstance(number, Laurent) for number in tape):
        raise Stuck("the program is over R and the input is not")
    memory: Memory = {place: number for place, number in enumerate(tape) if number is not None}
    memory[SIZE] = len(tape)

    def value(o: Operand) -> Number:
        return memory[o.place(memory)] if o.value is None else o.value

    output: list[Number] = []
    taken = 0
    visits = [0] * len(program.nodes)
    place, node = 0, program.nodes[0]
    try:
        for steps in range(1, fuel + 1):
            node = program.nodes[place]
            visits[place] += 1
            place += 1
            if node.shape == "assign":
                changed = node.target
                result = value(node.first)
                if node.operation is not None:
                    result = node.operation(result, value(node.second))
                cell = changed.place(memory)
                if changed.sort == "number":
                    taken += _taken(result) - _taken(memory.get(cell))
                elif not _is_address(result):
                    raise Unfit(f"{changed.text} would be {shown(result)}, no address")
                memory[cell] = result
            elif node.shape == "test":
                if node.relation(value(node.first), value(node.second)):
                    place = node.jump
            elif node.shape == "goto":
                place = node.jump
            elif node.shape == "output":
                output.append(value(node.first))
                taken += _taken(output[-1])
            if taken > MEMORY:
                raise Unfit(f"the memory is full: {MEMORY} bits beyond the input")
            if watch is not None:
                watch(node, memory)
            if node.shape == "halt":
                counts = dict.fromkeys(KINDS, 0)
                for visited, often in zip(program.nodes, visits, strict=True):
                    counts[visited.kind] += often
                return Run(tuple(output), steps, counts)
    except Unfit as reason:
        raise Stuck(f"program line {node.line}: {reason}") from None
    except KeyError as missing:
        key = missing.args[0]
        name = key if isinstance(key, str) else f"the cell [{key}]"
        raise Stuck(f"program line {node.line}: {name} has no value") from None
    raise Stuck(f"program line {node.line}: no halt within {fuel} steps")
