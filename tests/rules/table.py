"""What an entry of a table is, and the small worlds in which the entries live.

An entry that is refused names a phrase of the reason: a step that is refused for another reason
than the intended one tests nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from certificates.format import Rejected, Unreadable, write_json, write_number
from certificates.kernel import Step, apply, prepare
from certificates.language import read_judgment
from certificates.problem import FORMAT, read_problem
from certificates.statements import read_statement
from certificates.values import Context

Array = list[str] | list[list[str]]


@dataclass(frozen=True)
class World:
    """A statement, and the data if there are any; `read` gives what the rules see of them.

    `files` lie beside the problem.
    """

    statement: str
    problem: bytes | None = None
    verdict: str = "certified"
    choices: tuple[tuple[str, str], ...] = ()
    arbitrary: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, bytes], ...] = ()

    @cache  # noqa: B019 - worlds are few and live as long as the tests
    def read(self) -> Context:
        """The context in which a step is applied."""
        text = self.statement.encode("ascii")
        data = None
        if self.problem is not None:
            read = dict(self.files).__getitem__
            data = read_problem(self.problem, read, read_statement(text))
        return prepare(text, data, self.verdict, dict(self.choices), {}, dict(self.arbitrary))


@dataclass(frozen=True)
class Case:
    """An entry: exactly one of `gives` and `because` is not empty."""

    title: str
    world: World
    premises: tuple[str, ...]
    arguments: dict[str, object]
    gives: str = ""
    because: str = ""
    error: type[Exception] = Rejected

    def step(self, rule: str) -> Step:
        """Apply the rule to the premises; the k-th premise depends on the mark `p<k>`."""
        context = self.world.read()
        earlier = [
            Step("linear", (), read_judgment(text, context.names, "premise"), frozenset({f"p{k}"}))
            for k, text in enumerate(self.premises)
        ]
        return apply(context, earlier, self.raw(rule), "here")

    def raw(self, rule: str) -> dict[str, object]:
        """The step as it stands in a certificate."""
        places = [str(k) for k in range(len(self.premises))]
        return {"rule": rule, "premises": places, "arguments": self.arguments}


def accept(title: str, world: World, *premises: str, gives: str, **arguments: object) -> Case:
    """A step that follows, with the text of its conclusion."""
    return Case(title, world, premises, arguments, gives=gives)


def refuse(title: str, world: World, *premises: str, because: str, **arguments: object) -> Case:
    """A step that can be read but does not follow, with a phrase of the reason."""
    return Case(title, world, premises, arguments, because=because)


def garbled(title: str, world: World, *premises: str, because: str, **arguments: object) -> Case:
    """A step that cannot be read, with a phrase of the reason."""
    return Case(title, world, premises, arguments, because=because, error=Unreadable)


# ------------------------------------------------------------------------------ all spaces

GENERAL = World(
    """\
statement g "a proof for all spaces"
spaces X, Y
linear A : X -> Y
map Psi : Y -> X
vectors x, z in X
vectors y in Y
constants delta > 0, L >= 0, c
given
  lip: Lipschitz(Psi) <= L
  |A x| <= delta
for all e in Y with |e| <= delta and |e - y| < 1
for all f in X
define Still(v in Y) = x + z
define Tilt(v in Y) = 2 Psi(v) + x
define Shift(v in Y) = Psi(y) + Psi(e)
conclude
  |Psi(A x + e)| <= c
"""
)


# -------------------------------------------------------------------------------- on data

PLANE = """\
statement d "a proof on data"
spaces X, Y
linear A : X -> Y
map Psi : Y -> X
vectors x, z in X
vectors y in Y
constants delta > 0, L
given
  |x| <= delta
for all e in Y with |e| <= delta
define Still(v in Y) = x
conclude
  |Psi(A x + e)| <= L
"""


def array(real: Array, imaginary: Array | None = None) -> dict[str, object]:
    """Inline entries, with an imaginary part if one is given."""
    if imaginary is None:
        return {"entries": real}
    return {"real": {"entries": real}, "imaginary": {"entries": imaginary}}


def normed(dimension: int, kind: str, weight: Fraction | int = 1) -> dict[str, object]:
    """A space of a problem."""
    return {"dimension": str(dimension), "norm": kind, "weight": write_number(weight)}


def affine(matrix: dict[str, object], dimension: int = 2) -> dict[str, object]:
    """The map y -> W y + (1, ..., 1)."""
    return {"kind": "affine", "matrix": matrix, "offset": array(["1"] * dimension)}


EYE = array([["1", "0"], ["0", "1"]])


def plane(
    psi: dict[str, object],
    domain: dict[str, object] | None = None,
    target: dict[str, object] | None = None,
    field: str = "R",
    matrix: dict[str, object] = EYE,
    files: tuple[tuple[str, bytes], ...] = (),
    **other: object,
) -> World:
    """The data world with X = target and Y = domain of Psi, both planes, A = `matrix`.

    The vectors are x = (3, 4), z = (1, -1) and y = (0, 2); delta = 5 and L = 2/3.
    """
    vectors = {"x": ("X", ["3", "4"]), "z": ("X", ["1", "-1"]), "y": ("Y", ["0", "2"])}
    table = {
        "format": FORMAT,
        "field": field,
        "spaces": {"X": target or normed(2, "l2"), "Y": domain or normed(2, "l2")},
        "linear": {"A": {"kind": "dense", "matrix": matrix}},
        "maps": {"Psi": psi},
        "vectors": {n: {"space": s, "array": array(v)} for n, (s, v) in vectors.items()},
        "constants": {"delta": "5", "L": "2/3"},
    }
    return World(PLANE, write_json(table | other), files=files)
