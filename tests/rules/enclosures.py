"""Tables of the two rules that rest on enclosures: enclosed and network_gains.

The vectors are x = (3, 4), z = (1, -1) in X and y = (0, 2) in Y, A is the identity, delta = 5 and
L = 2/3.  FOLD maps y to (max(y_1, 0), max(-y_1, 0)), SOFT to 1 / (1 + exp(-y_1)) and 1/2.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from ..networks import Builder
from .data import CONSTANT, MAXIMUM, NAMED, SLANT, TABLE, TURN
from .networks import network as layers
from .networks import ramps
from .table import GENERAL, Case, World, accept, affine, array, garbled, normed, plane, refuse

FILE = "phi.onnx"
NO_SPLITS: list[object] = []
EYE = array([["1", "0"], ["0", "1"]])


def network(data: bytes, field: str = "R", **ends: object) -> World:
    """Psi is a network."""
    psi = {
        "kind": "network",
        "file": FILE,
        "sha256": sha256(data).hexdigest(),
        "layout": "real" if field == "R" else "channels",
    }
    return plane(psi, field=field, files=((FILE, data),), **ends)  # type: ignore[arg-type]


def chain(operator: str, matrix: list[list[float]]) -> bytes:
    """x W, and then an operator."""
    b = Builder("float64")
    b.add("MatMul", "x", b.array(matrix))
    b.add(operator, b.now)
    return b.model((1, 2))


def clipped() -> bytes:
    """The channels of a complex vector, clipped to [-1, 1]; the bounds have an axis more."""
    b = Builder("float64")
    b.add("Clip", "x", b.array([[[[-1.0]]]]), b.array([[[[1.0]]]]))
    return b.model((1, 2, 2))


def part(real: float, imaginary: float) -> bytes:
    """The real parts or the imaginary parts of a complex vector."""
    b = Builder("float64")
    b.add("Mul", "x", b.array([[[real], [imaginary]]]))
    return b.model((1, 2, 2))


FOLDED = chain("Relu", [[1, -1], [0, 0]])
SOFTENED = chain("Sigmoid", [[1, 0], [0, 0]])
FOLD = network(FOLDED)
WIDE = network(FOLDED, domain=normed(2, "linf"), target=normed(2, "linf"))
HEAVY = network(FOLDED, domain=normed(2, "linf", 2), target=normed(2, "linf", 3))
SOFT = network(SOFTENED, target=normed(2, "linf"))
CLIP = network(clipped(), "C")
REAL_PART = network(part(1, 0), "C")
IMAGINARY = network(part(0, 1), "C")
SQUARE = plane(affine(EYE), domain=normed(2, "linf"), target=normed(2, "linf"))
DOUBLE = plane(affine(EYE), domain=normed(2, "linf", 2))
BELOW = plane(affine(EYE), domain=normed(2, "linf"), constants={"delta": "5", "L": "-1"})
OWN = replace(SQUARE, arbitrary=(("p", "Y"),))
WAVES = plane(
    affine(EYE),
    field="C",
    linear={
        "A": {
            "kind": "fourier",
            "shape": ["2"],
            "scale": "ortho",
            "centred": "no",
            "rows": array(["0", "1"]),
        }
    },
)


def split(variable: str, coordinate: str, value: str, *parts: object) -> list[object]:
    """A division."""
    return [variable, coordinate, value, *(parts or ([], []))]


def nested(depth: int) -> list[object]:
    """Divisions one in another."""
    tree: list[object] = []
    for k in range(depth):
        tree = split("e", "1", f"1/{k + 2}", tree, [])
    return tree


SIGN = split("e", "1", "0")
# r(r(y_1 - 4) + r(y_2 - 4) - 3/2), which is 0 on the ball, as not both are positive there
CORNER = layers(
    ([["1", "0"], ["0", "1"]], ["-4", "-4"]),
    ([["1", "1"]], ["-3/2"]),
    ([["1"], ["0"]], ["0", "0"]),
    domain="l2",
)
CORNERS = split("e", "1", "4", [], split("e", "2", "4"))
HALF = [*CORNERS[:4], []]
BALL = "|e| <= delta"


def yes(
    title: str,
    world: World,
    claim: str,
    *premises: str,
    bits: str = "64",
    splits: object = NO_SPLITS,
    gives: str = "",
) -> Case:
    """A claim that is proved."""
    arguments: dict[str, object] = {"claim": claim, "bits": bits, "splits": splits}
    return accept(title, world, *premises, gives=gives or claim, **arguments)


def no(
    title: str,
    world: World,
    claim: str,
    *premises: str,
    because: str,
    bits: str = "64",
    splits: object = NO_SPLITS,
) -> Case:
    """A claim that is not."""
    arguments: dict[str, object] = {"claim": claim, "bits": bits, "splits": splits}
    return refuse(title, world, *premises, because=because, **arguments)


def limit(title: str, premise: str, because: str = "is no bound of the norm of a variable") -> Case:
    """A premise that does not bound a variable."""
    return no(title, OWN, "|e| <= 5", premise, because=because)


def unread(title: str, because: str, bits: str = "64", splits: object = NO_SPLITS) -> Case:
    """Arguments that cannot be read."""
    return garbled(title, SQUARE, BALL, claim="|e| <= 5", bits=bits, splits=splits, because=because)


def gained(title: str, world: World, bound: str) -> Case:
    """A bound that is proved."""
    return accept(title, world, map="Psi", bound=bound, gives=f"Lipschitz(Psi) <= {bound}")


def unproved(title: str, world: World, bound: str) -> Case:
    """A bound that is not."""
    because = "this method does not prove the bound"
    return refuse(title, world, map="Psi", bound=bound, because=because)


def stranger(title: str, world: World, map: str = "Psi", because: str = "as a network") -> Case:
    """A map that is no network."""
    return refuse(title, world, map=map, bound="9", because=because)


OPEN = "enclosures to 64 bits do not prove"
TABLES = {
    "enclosed": [
        yes("a ball of linf", SQUARE, "|A x + e| <= 9", BALL),
        yes("strict", SQUARE, "|A x + e| < 91/10", BALL),
        yes("a limit that is strict", SQUARE, "|A x + e| <= 9", "|e| < 5"),
        yes("a limit with a sum", SQUARE, "|A x + e| <= 8", "|e| + 1 <= 5"),
        yes("a smaller one", SQUARE, "|A x + e| <= 6", "|e| <= 3 L"),
        yes("a radius with a norm", SQUARE, "|e| <= 9", "|e| <= delta + |A x|"),
        yes("from below", SQUARE, "|A x + 1/5 e| >= 3", BALL),
        yes("a norm with weight", DOUBLE, "|A x + e| <= 13", BALL),
        yes("a product of norms", SQUARE, "|e| |A x + e| <= 45", BALL),
        yes("minus a product", SQUARE, "45 - |e| |A x + e| >= 0", BALL),
        yes("a constant below 0", BELOW, "-5 <= L |e|", BALL),
        yes("a constant below 0 for a radius", BELOW, "1 <= 0", "|e| <= L"),
        yes("no radius at all", SQUARE, "|A x + e| <= 4", "|e| <= 0"),
        yes("no variable", SQUARE, "|A x| <= 4"),
        yes("without data", GENERAL, "0 < 1"),
        yes("two variables", OWN, "|e - p| <= 6", BALL, "|p| <= 1"),
        yes("a limit that is not needed", OWN, "|e| <= 5", BALL, "|p| <= 1"),
        yes("a defined map", SQUARE, "|Still(e)| <= 5", BALL, gives="|x| <= 5"),
        yes("an affine map", SQUARE, "|Psi(e) - Psi(y)| <= 7", BALL),
        yes("a constant map", CONSTANT, "|Psi(e)| <= 3", BALL),
        yes("an affine map over C", TURN, "|Psi(e)| <= 17", BALL),
        yes("imaginary parts", TURN, "|Psi(e)| <= 17", BALL, splits=split("e", "4", "1")),
        yes("a table where it is known", TABLE, "|Psi(y)| < 3/2"),
        yes("a network", WIDE, "|Psi(e)| <= 5", BALL),
        yes("a network, divided", FOLD, "|Psi(e)| <= 5", BALL, splits=SIGN),
        yes("a corner outside of the ball", CORNER, "|Psi(e)| <= 0", BALL, splits=CORNERS),
        yes("irrational values", SOFT, "|Psi(y)| <= 1/2 + 1/1000000000000"),
        yes("irrational values in a ball", SOFT, "|Psi(e)| <= 9934/10000", BALL),
        yes("the real part of a ball", REAL_PART, "|Psi(e)| < 7072/1000", BALL),
        yes("the imaginary part of a ball", IMAGINARY, "|Psi(e)| < 7072/1000", BALL),
        yes("a network over C", CLIP, "|Psi(e)| <= 1", "|e| <= 1/2"),
        yes("a network by layers", ramps("-1"), "|Psi(e)| <= 5", BALL, splits=SIGN),
        yes("a Fourier transform", WAVES, "|A x| <= 5 + 1/1000000000000"),
        yes("a Fourier transform of 0", WAVES, "|A (x - x)| <= 0", gives="0 <= 0"),
        no("false for some", SQUARE, "|A x + e| <= 8", BALL, because=OPEN),
        no("strict, where it is reached", SQUARE, "|A x + e| < 9", BALL, because=OPEN),
        no("from below, false", SQUARE, "|A x + 1/5 e| > 3", BALL, because=OPEN),
        no("the wrong sign of a constant", BELOW, "L |e| <= -1", BALL, because=OPEN),
        no("true, but for boxes", CONSTANT, "|A x + e| <= 10", BALL, because=OPEN),
        no("true, but not divided", FOLD, "|Psi(e)| <= 5", BALL, because=OPEN),
        no(
            "the corner and more",
            CORNER,
            "|Psi(e)| <= 0",
            BALL,
            because=OPEN,
            splits=HALF,
        ),
        no("false on one side", FOLD, "|Psi(e)| <= 4", BALL, because=OPEN, splits=SIGN),
        no("an equation", SQUARE, "|A x| = 4", because=OPEN),
        no("false without a variable", SQUARE, "|A x| < 4", because=OPEN),
        no("few bits", SOFT, "|Psi(y)| <= 1/2 + 1/1000000", because="to 3 bits do", bits="3"),
        no("a point of a Fourier transform", WAVES, "|A x| <= 5", because=OPEN),
        no("no limit", OWN, "|e - p| <= 6", BALL, because="p stands for every vector"),
        no("no limit at all", SQUARE, "|e| >= 0", because="e stands for every vector"),
        no("two limits", OWN, "|e| <= 5", BALL, "|e| <= 1", because="e has two bounds"),
        limit("a limit of a difference", "|e - p| <= 1"),
        limit("a limit of a vector", "|x| <= 5"),
        limit("a limit of an image", "|A Psi(e)| <= 5"),
        limit("an equation for a limit", "|e| = 5"),
        limit("a sum of norms", "|e| + |p| <= 5"),
        limit("a norm and a larger number", "|e| + 6 <= 5"),
        limit("twice a norm", "2 |e| <= 5"),
        limit("a norm squared", "|e| |e| <= 5"),
        limit("a constant", "delta <= 5"),
        limit("a limit from below", "|x| <= |e|"),
        limit("nothing", "0 <= 1"),
        limit("a radius that is not known", "|e| <= |p|", "p stands for every vector"),
        no(
            "a table where it is not exact",
            TABLE,
            "|Psi(A x + e)| >= 0",
            BALL,
            because="the argument is not exact",
        ),
        no("McShane's extension of it", SLANT, "|Psi(e)| >= 0", BALL, because="is not exact"),
        no("an unlisted point", TABLE, "|Psi(A z)| >= 0", because="the table has no row"),
        no("a map that is only named", NAMED, "|Psi(y)| >= 0", because="nothing is known of"),
        no("Fourier and a variable", WAVES, "|A Psi(e)| >= 0", BALL, because="is not enclosed"),
        no("no data", GENERAL, "|e| <= delta", BALL, because="there is no data"),
        refuse(
            "a Lipschitz bound",
            SQUARE,
            claim="Lipschitz(Psi) <= 1",
            bits="9",
            splits=[],
            because="only a comparison of scalars can be enclosed",
        ),
        no(
            "a variable without a limit is divided",
            OWN,
            "|e| <= 5",
            BALL,
            because="'p' is no variable with a bound",
            splits=split("p", "1", "0"),
        ),
        no(
            "the first coordinate of the next",
            OWN,
            "|e| <= 5",
            BALL,
            "|p| <= 1",
            because="e has the coordinates 1 to 2",
            splits=split("e", "3", "0"),
        ),
        no(
            "the last coordinate of the one before",
            OWN,
            "|e| <= 5",
            BALL,
            "|p| <= 1",
            because="p has the coordinates 1 to 2",
            splits=split("p", "0", "0"),
        ),
        no(
            "at the edge",
            SQUARE,
            "|e| <= 5",
            BALL,
            because="nothing lies on one side of 5",
            splits=split("e", "1", "5"),
        ),
        no(
            "twice at one place",
            SQUARE,
            "|e| <= 5",
            BALL,
            because="nothing lies on one side of 0",
            splits=split("e", "1", "0", SIGN, []),
        ),
        no(
            "far away",
            SQUARE,
            "|e| <= 5",
            BALL,
            because="nothing lies on one side of -9999999999999999999...(41 characters)",
            splits=split("e", "1", "-" + "9" * 40),
        ),
        unread("a word for a tree", "a list is expected", splits="e"),
        unread("a tree with four entries", "and two parts are expected", splits=SIGN[:4]),
        unread("a coordinate that is none", "natural number", splits=split("e", "1/2", "0")),
        unread("a coordinate beyond all", "below 1025", splits=split("e", "1025", "0")),
        unread("a long number", "a number of 256 bits", splits=split("e", "1", f"1/{1 << 256}")),
        unread("a longer one", "at most 16384 bits", splits=split("e", "1", "0x1" + "0" * 4096)),
        unread("a number for a variable", "a string is expected", splits=[["e"], "1", "0", [], []]),
        unread("deep", "64 one in another", splits=nested(65)),
        unread("many bits", "not a natural number below 4096", bits="4096"),
        garbled("no relation", SQUARE, claim="|x|", bits="9", splits=[], because="expected '<='"),
    ],
    "network_gains": [
        gained("linf", WIDE, "1"),
        gained("two weights", HEAVY, "3/2"),
        gained("two entries in l2", FOLD, "1415/1000"),
        gained("a smooth function", SOFT, "1/4"),
        gained("two channels in l2", CLIP, "2"),
        gained("more than is needed", WIDE, "7"),
        unproved("less than linf", WIDE, "999/1000"),
        unproved("less than two weights", HEAVY, "149/100"),
        unproved("true, but for boxes", FOLD, "1414/1000"),
        unproved("less than a smooth function", SOFT, "249/1000"),
        unproved("less than two channels", CLIP, "199/100"),
        unproved("below 0", WIDE, "-1"),
        stranger("an affine map", MAXIMUM),
        stranger("a constant map", CONSTANT),
        stranger("a table", TABLE),
        stranger("a map that is only named", NAMED),
        stranger("a network by layers", ramps("-1")),
        stranger("a linear map", WIDE, "A"),
        stranger("a defined map", WIDE, "Still"),
        stranger("a vector", WIDE, "x"),
        stranger("an unknown name", WIDE, "Phi"),
        stranger("no data", GENERAL, because="there is no data"),
        garbled("a word for a bound", WIDE, map="Psi", bound="x", because="not an exact number"),
    ],
}
