"""Claims for all e in a ball: every verdict, what is certified attacked with points, bad input.

Psi is the network (y_1, y_2) -> (|y_1|, |y_2| - y_1), of four neurons; u = (1, -2) is at the
distance 1 from where a neuron changes its side, in each norm.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from certificates.__main__ import run as run_kernel
from certificates.exact import Roots
from certificates.kernel import prepare
from certificates.maps import LayersMap, NetworkMap
from certificates.matrices import Vector
from certificates.norms import KINDS, plain
from certificates.values import Context
from theorems import Affine, BadInput, Instance, Layers, NetworkFile, Result, Table, check_claim
from theorems.balls.ascent import Landscape, highest
from theorems.balls.branching import Branching, middle
from theorems.balls.growth import Growth
from theorems.balls.limits import limits_of
from theorems.cli import main
from theorems.lipschitz import upper
from theorems.local import affine_piece, piece_at

from .networks import Builder

Q = Fraction
HEAD = """statement t "test"
spaces X, Y
linear A : X -> Y
map Psi : Y -> X
vectors u in Y
constants c, r >= 0
"""
PSI = Layers([[[1, 0], [-1, 0], [0, 1], [0, -1]], [[1, 1, 0, 0], [-1, 1, 1, 1]]], [0, 0])
LONG = 1e9  # seconds: the budgets of tests are divisions
DATA: dict[str, Any] = {
    "spaces": {"X": "linf", "Y": "linf"},
    "linear": {"A": [["1/2", 0], [0, 1]]},
    "maps": {"Psi": PSI},
    "vectors": {"u": [1, -2]},
    "constants": {"c": 2, "r": "1/2"},
}


def settle(
    body: str, folder: Path, data: Mapping[str, Any] = DATA, seconds: float = LONG, head: str = HEAD
) -> Result:
    (folder / "t.claim").write_text(head + body)
    return check_claim(folder / "t.claim", Instance(data), folder / "out", seconds=seconds)


def ball(conclusion: str, radius: str = "1/2", space: str = "Y") -> str:
    return f"for all e in {space} with |e| <= {radius}\nconclude\n  {conclusion}\n"


@dataclass(frozen=True)
class Case:
    """What follows the head, the verdict, its exit status, words of the report."""

    title: str
    body: str
    verdict: str
    status: int
    says: str = ""
    spaces: str = "linf"


MOVED = "|Psi(u + e) - Psi(u)|"
CASES = [
    Case("on one piece", ball(f"{MOVED} <= 1"), "certified", 0, "no neuron changes its side"),
    Case("the radius of the piece", ball(f"{MOVED} <= 1"), "certified", 0, "affine for |e| up to"),
    Case("strict, at its limit", ball(f"{MOVED} < 1"), "refuted", 1, "exceeded by 0"),
    Case("refuted at a corner", ball(f"{MOVED} <= 99/100"), "refuted", 1, "false at e = ("),
    Case("across kinks", ball("|Psi(u + e)| <= 13", "5"), "certified", 0),
    Case("across kinks, divided", ball("|Psi(e)| <= 11/10", "1/2"), "certified", 0),
    Case("across kinks, refuted", ball("|Psi(u + e)| <= 10", "5"), "refuted", 1, "exceeded by"),
    Case("l2", ball(f"{MOVED} <= 3/2"), "certified", 0, "", "l2"),
    Case("l1", ball(f"{MOVED} <= 1"), "certified", 0, "", "l1"),
    Case("l1, refuted", ball(f"{MOVED} <= 9/10"), "refuted", 1, "", "l1"),
    Case("constants", ball("|Psi(u + e)| <= c + 3 c r", "r"), "certified", 0),
    Case(
        "a multiple of the norm",
        "for all e in Y with 2 |e| + r <= 3/2\nconclude\n  |Psi(u + e) - Psi(u)| <= 1\n",
        "certified",
        0,
    ),
    Case(
        "an open ball",
        "for all e in Y with |e| < 1/2\nconclude\n  |Psi(u + e) - Psi(u)| <= 1\n",
        "certified",
        0,
    ),
    Case(
        "a point of an open ball",
        "for all e in Y with |e| < 1/2\nconclude\n  |Psi(u + e) - Psi(u)| <= 9/10\n",
        "refuted",
        1,
    ),
    Case(
        "a sphere",
        "for all e in Y with |e| = 1/2\nconclude\n  |Psi(u + e) - Psi(u)| <= 1\n",
        "certified",
        0,
    ),
    Case(
        "a point of a sphere",
        "for all e in Y with |e| = 1/2\nconclude\n  |Psi(u + e) - Psi(u)| <= 9/10\n",
        "refuted",
        1,
    ),
    Case(
        "a further limit keeps points out",
        "for all e in Y with |e| <= 1/2 and |Psi(u + e) - Psi(u)| <= 1/4\n"
        "conclude\n  |e| <= 1/2\n",
        "certified",
        0,
    ),
    Case(
        "a point within a further limit",
        "for all e in Y with |e| <= 1/2 and |e| <= 1/4\nconclude\n  |e| <= 1/5\n",
        "refuted",
        1,
    ),
    Case(
        "two variables",
        "for all e in Y with |e| <= 1/4\nfor all f in Y with |f| <= 1/4\n"
        "conclude\n  |Psi(u + e) - Psi(u + f)| <= 1\n",
        "certified",
        0,
    ),
    Case(
        "two variables, refuted",
        "for all e in Y with |e| <= 1/4\nfor all f in Y with |f| <= 1/4\n"
        "conclude\n  |Psi(u + e) - Psi(u + f)| <= 99/100\n",
        "refuted",
        1,
        "f = (",
    ),
    Case(
        "variables of two spaces",
        "for all e in Y with |e| <= 1/4\nfor all v in X with |v| <= 1/4\n"
        "conclude\n  |Psi(u + A v + e) - Psi(u)| <= 1\n",
        "certified",
        0,
    ),
    Case("no ball, by a constant", "for all e in Y\nconclude\n  |Psi(u + e) - Psi(u)| <= 2 |e|\n",
         "certified", 0, "by constants of maps"),
    Case("no ball, by a named constant",
         "for all e in Y\nconclude\n  |Psi(u + e) - Psi(u)| <= c |e|\n", "certified", 0),
    Case("no ball, two variables",
         "for all e in Y\nfor all f in Y\nconclude\n  |Psi(e) - Psi(f)| <= 2 |e - f|\n",
         "certified", 0),
    Case("no ball, a constant that is too small",
         "for all e in Y\nconclude\n  |Psi(u + e) - Psi(u)| <= 19/10 |e|\n", "undecided", 4,
         "no general proof is known"),
    Case("an operator's constant",
         "for all v in X\nconclude\n  |Psi(A v) - Psi(0)| <= 2 |v|\n", "certified", 0),
    Case("the right side moves", ball(f"{MOVED} <= 2 |e|"), "certified", 0),
    Case("the right side moves, refuted", ball(f"{MOVED} <= 19/10 |e|"), "refuted", 1),
    Case("or", ball(f"|e| <= 1/4 or {MOVED} <= 1"), "certified", 0),
    Case("or, without a variable", ball(f"c <= 1 or {MOVED} <= 1"), "certified", 0),
    Case("or, refuted", ball(f"{MOVED} <= 9/10 or |e| < 1/2"), "refuted", 1),
    Case("an equation, refuted", ball(f"{MOVED} = 2 |e|"), "refuted", 1),
    Case("two conclusions", ball(f"{MOVED} <= 1\n  |e| <= 1/2"), "certified", 0),
    Case("two conclusions, one false", ball(f"{MOVED} <= 1\n  |e| <= 1/4"), "refuted", 1,
         "conclusion 2: false at"),
    Case("a true hypothesis", "given\n  h: |u| <= c\n" + ball(f"{MOVED} <= 1"), "certified", 0),
    Case("a false hypothesis", "given\n  h: |u| < c\n" + ball(f"{MOVED} <= 1"), "vacuous", 3),
    Case("radius 0", ball(f"{MOVED} <= 0", "0"), "certified", 0),
    Case("a radius below 0", ball(f"{MOVED} <= 0", "r - c"), "vacuous", 3, "nothing is claimed"),
    Case("a product of norms", ball(f"{MOVED} |e| <= 1/2"), "certified", 0),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_verdicts(case: Case, tmp_path: Path) -> None:
    """The verdict and its words; the kernel alone says the same of the written files."""
    data = DATA | {"spaces": {"X": case.spaces, "Y": case.spaces}}
    result = settle(case.body, tmp_path, data, 1.0 if case.verdict == "undecided" else LONG)
    assert (result.verdict, result.status()) == (case.verdict, case.status), str(result)
    assert case.says in str(result)
    if result.verified:
        names = ("t.claim", "problem.json", "t.certificate.json")
        paths = [str(tmp_path / "out" / name) for name in names]
        lines, _ = run_kernel([*paths, "--goal", case.verdict])
        assert lines[-1] == f"s VERIFIED {case.verdict}"


def test_what_stays_open_is_an_interval(tmp_path: Path) -> None:
    """What is claimed lies between the best point and the first bound, near the point."""
    psi, text = network((3, 6, 3), 4), ball("|Psi(u + e) - Psi(u)| <= c")
    data = DATA | {
        "spaces": {"X": "l2", "Y": "l2"},
        "linear": {"A": np.eye(3)},
        "maps": {"Psi": psi},
        "vectors": {"u": [0, 1, 0]},
    }
    question = Asked(text, data)
    low = question.highest()
    bound = question.branching(0).bound
    claim = short((Q(low) * 9 + bound) / 10 + question.right)
    data["constants"] = {"c": claim, "r": 0}
    result = settle(text, tmp_path, data, 0.01)
    assert result.verdict == "undecided"
    figures = {f.name: f.value for f in result.outcome.figures}
    found, most = figures["left side, largest found"], figures["left side, at most"]
    assert found is not None
    assert most is not None
    assert (most - found).sign() > 0
    assert (most - Roots.rational(Q(claim))).sign() > 0
    assert (Roots.rational(Q(claim)) - found).sign() > 0
    assert "is not settled" in str(result)


def test_an_undecided_hypothesis_is_assumed(tmp_path: Path) -> None:
    """What nobody decided is named, and a refutation waits for it."""
    data = DATA | {
        "maps": {"Psi": PSI, "Phi": Table(inputs=[[0, 0]], outputs=[[0, 0]])},
    }
    head = HEAD + "map Phi : Y -> X\n"
    given = "given\n  lip: Lipschitz(Phi) <= 4\n"
    result = settle(given + ball(f"{MOVED} <= 1"), tmp_path, data, LONG, head)
    assert (result.verdict, result.assumed, result.status()) == ("certified", ("lip",), 5)
    result = settle(given + ball(f"{MOVED} <= 1/2"), tmp_path, data, LONG, head)
    assert result.verdict == "undecided"
    assert "but lip is not decided" in str(result)


def test_members_and_a_ball(tmp_path: Path) -> None:
    """A member with a point of the ball may refute; the kernel has no proof for both."""
    data = DATA | {"sets": {"images": [[1, -2], [3, 3]]}}
    head = HEAD + "sets images in Y\n"
    body = "for all y in images\nfor all e in Y with |e| <= 1/2\nconclude\n  |Psi(y + e)| <= "
    result = settle(body + "3\n", tmp_path, data, LONG, head)
    assert result.verdict == "refuted"
    assert "y = images_2, e = (" in str(result)
    assert settle(body + "9\n", tmp_path, data, LONG, head).verdict == "undecided"


def test_a_table_has_no_values_near_its_points(tmp_path: Path) -> None:
    """As before: nothing is claimed of a ball where only values are known."""
    data = DATA | {"maps": {"Psi": Table(inputs=[[1, -2]], outputs=[[0, 0]])}}
    result = settle(ball("|Psi(u + e)| <= 1"), tmp_path, data)
    assert result.verdict == "undecided"
    assert "no general proof is known" in str(result)


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf"])
def test_time_that_is_none(seconds: str, tmp_path: Path) -> None:
    """One sentence, status 2, nothing written."""
    (tmp_path / "t.claim").write_text(HEAD + ball("|e| <= 1"))
    (tmp_path / "problem.toml").write_text("")
    words = ["check", str(tmp_path / "t.claim"), str(tmp_path), "--seconds", seconds]
    done = CliRunner().invoke(main, [*words, "-o", str(tmp_path / "out")])
    assert done.exit_code == 2
    assert "--seconds: a positive number is expected" in done.output
    assert not (tmp_path / "out").exists()


def test_a_radius_of_another_space_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="line 7"):
        settle("for all e in Y with |e + A u| <= 1\nconclude\n  |e| <= 1\n", tmp_path)


# --------------------------------------------------------------------------- random networks


def numbers(source: random.Random, *shape: int) -> Any:
    if not shape:
        return str(Q(source.randint(-8, 8), 8))
    return [numbers(source, *shape[1:]) for _ in range(shape[0])]


def network(sizes: tuple[int, ...], seed: int) -> Layers:
    source = random.Random(seed)
    weights = [numbers(source, m, n) for n, m in pairwise(sizes)]
    return Layers(weights, [numbers(source, m) for m in sizes[1:]])


def short(value: Fraction) -> str:
    return str(Q(round(value * 2**20), 2**20))


class Asked:
    """A claim on a ball, with the data that it is about."""

    def __init__(self, body: str, data: Mapping[str, Any], head: str = HEAD) -> None:
        text = (head + body).encode()
        case = Instance(data).case(text)
        self.context: Context = prepare(text, case.data, "certified", {}, {}, {})
        self.claim = self.context.statement.conclude[0].any[0]
        found = limits_of(self.context, self.context.statement.for_all)
        assert found is not None
        self.limits = found
        self.landscape = Landscape(self.context, [self.claim], self.limits)
        self.right = self.context.scalar(self.claim.sides[1]).upper()

    def highest(self) -> float:
        return max(found.excess for found in highest(self.landscape, float("inf")))

    def branching(self, divisions: int) -> Branching:
        made = Branching(self.context, self.claim, self.limits)
        made.run(float("inf"), divisions)
        return made


NETWORKS = [
    (sizes, norms, seed)
    for sizes, seed in (((2, 4, 2), 1), ((2, 4, 2), 2), ((4, 8, 4), 3))
    for norms in ("l1", "l2", "linf")
]


@pytest.mark.parametrize(("sizes", "norms", "seed"), NETWORKS)
def test_bounds_of_random_networks(
    sizes: tuple[int, ...], norms: str, seed: int, tmp_path: Path
) -> None:
    """Just above the bound the claim is certified, just below the best point it is refuted.

    No point of the ball exceeds the bound: neither corners nor random ones.
    """
    n, source = sizes[0], random.Random(seed)
    text = ball("|Psi(u + e) - Psi(u)| <= c", "3/4")
    data = DATA | {
        "spaces": {"X": norms, "Y": norms},
        "linear": {"A": np.eye(n, dtype=int)},
        "maps": {"Psi": network(sizes, seed)},
        "vectors": {"u": numbers(source, n)},
        "constants": {"c": 0, "r": 0},
    }
    asked = Asked(text, data)
    best, divided = asked.highest(), asked.branching(30)
    assert 0 < best <= divided.bound <= asked.branching(0).bound
    for point in points(asked, source):
        assert asked.landscape.excess(point) <= divided.bound
    for bound, verdict in ((divided.bound, "certified"), (Q(best) * Q(99, 100), "refuted")):
        extra = Q(1, 2**18) if verdict == "certified" else 0
        values = data | {"constants": {"c": short(bound + extra), "r": 0}}
        assert settle(text, tmp_path, values).verdict == verdict


def points(asked: Asked, source: random.Random) -> list[tuple[Fraction, ...]]:
    """Corners of the ball and random points in it."""
    limit = asked.limits[0]
    n, radius = limit.ball.count, limit.inner
    found = []
    for _ in range(40):
        v = [source.randint(-9, 9) for _ in range(n)]
        size = plain(limit.ball.kind, Vector.of(v)).upper()
        if size:
            found.append(tuple(a * radius / size for a in v))
    if limit.ball.kind == "linf":
        found += [tuple(s * radius for s in signs) for signs in product((1, -1), repeat=n)]
    if limit.ball.kind == "l1":
        found += [tuple(s * radius * (j == k) for j in range(n)) for k in range(n) for s in (1, -1)]
    return found


@pytest.mark.parametrize("norms", ["l1", "l2", "linf"])
def test_layers_and_onnx_agree(norms: str) -> None:
    """One network in both forms: the same values, bounds, divisions and affine piece."""
    layers = network((2, 4, 2), 5)
    b = Builder("float64")
    for place, (weights, offset) in enumerate(zip(layers.matrices, layers.offsets, strict=True)):
        if place:
            b.add("Relu", b.now)
        stored = np.array([[float(Q(a)) for a in row] for row in weights])
        shift = np.array([float(Q(a)) for a in offset])
        b.add("Gemm", b.now, b.array(stored), b.array(shift), transB=1)
    found = []
    for psi in (layers, NetworkFile(b.model((1, 2)))):
        data = DATA | {"spaces": {"X": norms, "Y": norms}, "maps": {"Psi": psi}}
        asked = Asked(ball("|Psi(u + e)| <= c"), data)
        branching = asked.branching(12)
        piece = affine_piece(asked.context, "Psi(u + e)", "e")
        found.append((asked.highest(), branching.bound, branching.splits(), piece))
    assert isinstance(asked.context.data.maps["Psi"], NetworkMap)
    assert found[0] == found[1]


@pytest.mark.parametrize(("x", "y"), list(product(KINDS, KINDS)))
def test_complex_balls(x: str, y: str, tmp_path: Path) -> None:
    """An affine map of C^3: certified above the bound, refuted below the best point."""
    rng = np.random.default_rng(7)

    def some(*shape: int) -> Any:
        return rng.integers(-4, 5, shape) + 1j * rng.integers(-4, 5, shape)

    data = {
        "field": "C",
        "spaces": {"X": x, "Y": y},
        "linear": {"A": some(3, 2)},
        "maps": {"Psi": Affine(some(2, 3), some(2))},
        "vectors": {"u": some(3)},
        "constants": {"c": 1, "r": 0},
    }
    text = ball("|Psi(u + e)| <= c", "2")
    asked = Asked(text, data)
    best = asked.highest()
    growth = Growth(asked.context, {"e": asked.limits[0]})
    raised = growth.raised(asked.claim)
    assert raised is not None
    bound = min(asked.branching(0).bound, growth.bound(raised))
    assert best <= bound <= 3 * best
    source = random.Random(1)
    for _ in range(60):
        point = asked.landscape.rounded(
            asked.landscape.farthest(np.array([source.gauss(0, 1) for _ in range(6)]))
        )
        assert asked.landscape.excess(point) <= bound
    for value, verdict in ((bound + Q(1, 2**12), "certified"), (Q(best) * Q(99, 100), "refuted")):
        values = data | {"constants": {"c": short(value + 1), "r": 0}}
        assert settle(text, tmp_path, values).verdict == verdict


# ------------------------------------------------------------------------------ affine pieces


def values(psi: LayersMap, point: list[Fraction]) -> list[Fraction]:
    """The network, by hand."""
    for place, (matrix, offset) in enumerate(psi.layers):
        if place:
            point = [max(a, Q(0)) for a in point]
        point = [
            sum((Q(w, matrix.denominator) * a for w, a in zip(row, point, strict=True)), Q(0))
            + Q(b, offset.denominator)
            for row, b in zip(matrix.real, offset.real, strict=True)
        ]
    return point


@pytest.mark.parametrize("norms", ["l1", "l2", "linf"])
def test_the_affine_piece(norms: str) -> None:
    """Within the radius the network is the affine map; a little farther on it is not, somewhere."""
    source = random.Random(8)
    for seed in (0, 2, 3):
        data = DATA | {
            "spaces": {"X": norms, "Y": norms},
            "linear": {"A": np.eye(3, dtype=int)},
            "maps": {"Psi": network((3, 5, 3), seed)},
            "vectors": {"u": [1, "1/3", "-1/7"]},
        }
        asked = Asked(ball("|Psi(u + e)| <= c"), data)
        psi = asked.context.data.maps["Psi"]
        assert isinstance(psi, LayersMap)
        piece = affine_piece(asked.context, "Psi(u + e)", "e")
        assert piece is not None
        assert piece.radius is not None
        start = [Q(1), Q(1, 3), Q(-1, 7)]
        left = False
        for _ in range(60):
            v = [source.randint(-9, 9) for _ in range(3)]
            size = plain(KINDS[norms], Vector.of(v)).upper() or Q(1)
            for factor in (Q(1), Q(3)):
                e = [a * piece.radius * factor / size for a in v]
                linear = [Q(b, piece.offset.denominator) for b in piece.offset.real]
                for t, column in zip(e, piece.columns, strict=True):
                    linear = [
                        a + t * Q(g, column.denominator)
                        for a, g in zip(linear, column.real, strict=True)
                    ]
                same = values(psi, [a + b for a, b in zip(start, e, strict=True)]) == linear
                assert same or factor > 1
                left = left or not same
        assert left


def test_pieces_at_kinks_and_everywhere() -> None:
    """No radius where a neuron is 0; none to be found for an affine map."""
    asked = Asked(ball("|Psi(u + e)| <= c"), DATA | {"vectors": {"u": [0, 1]}})
    assert affine_piece(asked.context, "Psi(u + e)", "e") is None
    asked = Asked(ball("|Psi(u + e)| <= c"), DATA)
    piece = affine_piece(asked.context, "Psi(u + e)", "e")
    assert piece is not None
    assert piece.radius == 1
    asked = Asked(ball("|A e| <= c", space="X"), DATA)
    piece = affine_piece(asked.context, "A e", "e")
    assert piece is not None
    assert piece.radius is None
    other = affine_piece(asked.context, "A w", "w", "X")
    assert other is not None
    assert other.columns == piece.columns


# ------------------------------------------------------------------------------------- pieces


@pytest.mark.parametrize(("low", "high"), [(-1, 1), (0, 1), (Q(1, 3), Q(2, 3)), (Q(-1, 50), 0)])
def test_middles_are_short_and_dyadic(low: Fraction, high: Fraction) -> None:
    found = middle(Q(low), Q(high))
    assert 3 * (Q(high) - Q(low)) / 8 <= found - Q(low) <= 5 * (Q(high) - Q(low)) / 8
    assert found.denominator & (found.denominator - 1) == 0
    assert found.denominator <= 8 / (Q(high) - Q(low))


def two_neurons() -> bytes:
    """Two neurons, with rows of the moduli 3 and 7/2."""
    b = Builder("float64")
    b.add("Gemm", "x", b.array([[1.0, -2.0], [0.5, 3.0]]), b.array([1.0, 1.0]), transB=1)
    b.add("Relu", b.now)
    return b.model((1, 2))


def test_gains_of_a_network() -> None:
    """The bound is one that the rule proves, and just above the least."""
    data = DATA | {"maps": {"Psi": NetworkFile(two_neurons())}}
    asked = Asked(ball("|Psi(u + e)| <= c"), data)
    proposal = upper(asked.context, "Psi")
    assert proposal is not None
    assert proposal.bound == Q(7, 2)


@pytest.mark.parametrize(
    ("bound", "verdict", "status", "says"),
    [("7/2", "certified", 0, ""), ("3", "vacuous", 3, "")],
)
def test_the_constant_of_a_network_in_a_file(
    bound: str, verdict: str, status: int, says: str, tmp_path: Path
) -> None:
    """Proved by its weights, or refuted by two points."""
    data = DATA | {"maps": {"Psi": NetworkFile(two_neurons())}}
    body = f"given\n  lip: Lipschitz(Psi) <= {bound}\n" + ball("|e| <= 1/2")
    result = settle(body, tmp_path, data)
    assert (result.verdict, result.status()) == (verdict, status)
    assert says in str(result)


# ------------------------------------------------------------------------------ the document


def test_the_example_of_the_document(tmp_path: Path) -> None:
    """Its statement, figures and verdicts are those that are printed; so is the piece."""
    folder = Path(__file__).parent.parent / "docs"
    text = (folder / "data-claims.md").read_text()
    example = folder / "examples" / "ball"
    assert (example / "noise.claim").read_text() in text
    words = ["check", str(example / "noise.claim"), str(example), "-o", str(tmp_path / "out")]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0
    for shown in (
        "sqrt(4241)/256 (~0.254386)",
        "639/2500 (0.2556)",
        "819/32768 (~0.0249938)",
        "e = (1/10, -1/10)",
        "proved by enclosures of 3 parts of the ball",
    ):
        assert shown in done.output
        assert shown in text
    table = (example / "problem.toml").read_text()
    (tmp_path / "problem.toml").write_text(table.replace('s = "13/50"', 's = "1/4"'))
    found = check_claim(example / "noise.claim", Instance.load(tmp_path), seconds=LONG)
    assert found.verdict == "refuted"
    data = Instance.load(example)
    piece = piece_at(example / "noise.claim", data, "Psi(A x + e)", "e")
    assert piece is not None
    assert piece.radius == Q(819, 32768)
    assert f"|e| <= {piece.radius}" in text


@pytest.mark.parametrize(
    ("claim", "term", "name", "message"),
    [
        ("none.claim", "Psi(A x + e)", "e", "there is no statement file"),
        ("noise.claim", "Psi(A x + e)", "f", "f is no variable of a whole space"),
        ("noise.claim", "Psi(A w)", "e", "noise.claim: term, column 7: expected one of the names"),
        ("noise.claim", "|e|", "e", "noise.claim: term.*vector"),
    ],
)
def test_bad_input_for_pieces(claim: str, term: str, name: str, message: str) -> None:
    """One sentence each."""
    example = Path(__file__).parent.parent / "docs" / "examples" / "ball"
    with pytest.raises(BadInput, match=message):
        piece_at(example / claim, Instance.load(example), term, name)
