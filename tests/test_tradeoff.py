"""The least worst error of maps with a Lipschitz constant: against linear programs, and refused."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction as F
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array, save_npz

from certificates.format import Rejected, Unreadable, digest, read_json, write_json
from certificates.optimality.__main__ import check
from certificates.optimality.lipschitz import front_of
from theorems import Affine, BadInput, Table
from theorems.cli import main
from theorems.tradeoff.bounds import bracket
from theorems.tradeoff.curve import Tradeoff, fast_front, tradeoff
from theorems.tradeoff.files import Verified, curve_claim, optimum_claim, point
from theorems.tradeoff.picture import number

Array = np.ndarray[Any, Any]
ORDER = {"l1": 1, "l2": 2, "linf": np.inf}
ROW = [[1, 1]]
CROSS = [[0, 0], [4, 0], [0, 3], [1, -1]]  # the first and the last have one measurement


def distances(a: Array, images: Array, norm: str) -> Array:
    """|A x - A x'| for all pairs."""
    y = images @ a.T
    return np.array([[np.linalg.norm(u - v, ORDER[norm]) for v in y] for u in y])


def by_program(a: Array, images: Array, norm: str, data_norm: str, bound: float) -> float:
    """The least r with |v_i - x_i| <= r and |v_i - v_j| <= L d_ij, norm linf or l1.

    Written for this test, with a row for each vertex of the dual ball.
    """
    k, n = images.shape
    signs = (
        [s * e for e in np.eye(n) for s in (1.0, -1.0)]
        if norm == "linf"
        else [np.array([1.0 if c >> j & 1 else -1.0 for j in range(n)]) for c in range(1 << n)]
    )
    d = distances(a, images, data_norm)
    rows, right = [], []
    for i in range(k):
        for s in signs:
            row = np.zeros(k * n + 1)
            row[i * n : i * n + n], row[-1] = s, -1.0
            rows.append(row)
            right.append(float(s @ images[i]))
    for i, j in combinations(range(k), 2):
        for s in signs:
            row = np.zeros(k * n + 1)
            row[i * n : i * n + n], row[j * n : j * n + n] = s, -s
            rows.append(row)
            right.append(bound * d[i, j])
    cost = np.eye(k * n + 1)[-1]
    found = linprog(cost, A_ub=np.array(rows), b_ub=right, bounds=(None, None), method="highs")
    assert found.status == 0
    return float(found.fun)


SMALL = st.integers(-4, 4)


@st.composite
def classes(draw: Callable[[Any], Any]) -> tuple[Array, Array]:
    """A matrix (m, n) and images (k, n), repeated ones among them."""
    n, m, k = draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.integers(1, 5))

    def table(rows: int) -> Array:
        listed = draw(st.lists(SMALL, min_size=rows * n, max_size=rows * n))
        return np.array(listed, dtype=np.int64).reshape(rows, n)

    return table(m), table(k)


# ------------------------------------------------------------------------ against programs


@settings(max_examples=60, deadline=None)
@given(classes(), st.sampled_from(["l1", "l2", "linf"]), st.sampled_from([F(0), F(1, 3), F(2)]))
def test_linf_against_linear_programs(data: tuple[Array, Array], data_norm: str, bound: F) -> None:
    """The pairs tell the optimum; the kernel verifies one L and the whole curve."""
    a, images = data
    found = tradeoff(a, images, "linf", data_norm)
    wanted = by_program(a, images, "linf", data_norm, float(bound))
    assert number(found.least(bound)) == pytest.approx(wanted, abs=1e-7)
    curve_claim(found)
    _, (low, high) = optimum_claim(found, bound)
    assert low <= high <= low + F(1, 1 << 40)


@settings(max_examples=25, deadline=None)
@given(classes(), st.sampled_from([F(0), F(1, 3), F(2)]))
def test_l1_against_linear_programs(data: tuple[Array, Array], bound: F) -> None:
    a, images = data
    found = bracket(tradeoff(a, images, "l1", "l2").found, bound)
    wanted = by_program(a, images, "l1", "l2", float(bound))
    assert float(found.low) - 1e-7 <= wanted <= float(found.high) + 1e-7
    assert float(found.high - found.low) <= 1e-5 * max(1.0, wanted)


@settings(max_examples=25, deadline=None)
@given(classes(), st.sampled_from([F(0), F(1, 3), F(2)]), st.booleans())
def test_l2_from_both_sides(data: tuple[Array, Array], bound: F, over_c: bool) -> None:
    """The bracket is narrow, verified, and no random table is better than its lower end."""
    a, images = data
    stack: Array = images + 1j * images[:, ::-1] ** 2 if over_c else images
    found = tradeoff(a, stack, "l2", "l2")
    _, (low, high) = optimum_claim(found, bound)
    assert float(high - low) <= 1e-4 * max(1.0, float(high))
    source, d = np.random.default_rng(0), distances(a.astype(complex), stack, "l2")
    for _ in range(20):
        v = stack + source.normal(size=stack.shape) * source.uniform(0, 3)
        if all(
            np.linalg.norm(v[i] - v[j]) <= float(bound) * d[i, j]
            for i, j in combinations(range(len(v)), 2)
        ):
            assert np.linalg.norm(v - stack, axis=1).max() >= float(low) - 1e-9


def test_mcshane_reaches_it() -> None:
    """The map of the proof, in floats: its constant at random points of Y, and its errors."""
    source = np.random.default_rng(3)
    a, images = source.integers(-3, 4, (2, 4)), source.integers(-5, 6, (9, 4))
    given_ = tradeoff(a, images)
    for bound in (F(0), F(1, 2), F(3)):
        r, slope = number(given_.least(bound)), float(bound)
        y = images @ a.T

        def value(at: Array, r: float = r, slope: float = slope, y: Array = y) -> Array:
            runs = np.linalg.norm(y - at, axis=1)[:, None]
            return np.asarray((images + r + slope * runs).min(axis=0))

        errors = [np.abs(value(p) - x).max() for p, x in zip(y, images, strict=True)]
        assert max(errors) <= r + 1e-9
        points = source.normal(size=(40, 2)) * 10
        for p, q in combinations(points, 2):
            assert np.abs(value(p) - value(q)).max() <= slope * np.linalg.norm(p - q) + 1e-9


def test_the_curve_against_many_values() -> None:
    """Convex, decreasing, and at every L the largest line of all pairs, not of the corners only."""
    source = random.Random(4)
    for data_norm in ORDER:
        a = np.array([[source.randint(-3, 3) for _ in range(3)] for _ in range(2)])
        images = np.array([[source.randint(-9, 9) for _ in range(3)] for _ in range(30)])
        found, d = tradeoff(a, images, "linf", data_norm), distances(a, images, data_norm)
        far = np.abs(images[:, None] - images[None]).max(axis=2)
        bends = [float(top) / number(bottom) for top, bottom in found.breaks()]
        assert bends == sorted(bends, reverse=True)
        for bound in [0.0, *bends, *(source.uniform(0, 5) for _ in range(20))]:
            lines = [float(c.apart) - bound * number(c.measured) for c in found.corners]
            assert max(0.0, *lines) == pytest.approx(max(0.0, (far - bound * d).max()), abs=1e-9)


@pytest.mark.parametrize("data_norm", ["l2", "linf"])
def test_complex_measurements(data_norm: str) -> None:
    """Of real images in linf: the pairs still tell the optimum."""
    source = np.random.default_rng(7)
    a = source.integers(-3, 4, (2, 3)) + 1j * source.integers(-3, 4, (2, 3))
    images = source.integers(-9, 10, (12, 3))
    found, d = tradeoff(a, images, "linf", data_norm), distances(a, images, data_norm)
    far = np.abs(images[:, None] - images[None]).max(axis=2)
    for bound in (F(0), F(1, 3), F(2)):
        wanted = max(0.0, (far - float(bound) * d).max()) / 2
        assert number(found.least(bound)) == pytest.approx(wanted, abs=1e-9)
        optimum_claim(found, bound)
    curve_claim(found)
    with pytest.raises(BadInput, match="complex measurements in l1"):
        curve_claim(tradeoff(a, images, "linf", "l1"))


@pytest.mark.parametrize("norm", ["l1", "l2", "linf"])
@pytest.mark.parametrize("data_norm", ["l1", "l2", "linf"])
def test_the_slope_of_a_complex_map(norm: str, data_norm: str) -> None:
    """In floats it is just above the largest slope; a little less is refused."""
    source = np.random.default_rng(8)

    def table(*shape: int) -> Array:
        return source.integers(-3, 4, shape) + 1j * source.integers(-3, 4, shape)

    a, images, psi = table(2, 3), table(6, 3), table(3, 2)
    found = tradeoff(a, images, norm, data_norm, Affine(psi))
    y = images @ a.T
    slopes = [
        np.linalg.norm(psi @ (u - v), ORDER[norm]) / np.linalg.norm(u - v, ORDER[data_norm])
        for u, v in combinations(y, 2)
    ]
    mine, _ = point(found)
    assert float(mine.constant) == pytest.approx(max(slopes), rel=1e-5)
    less = {"says": "slope", "maps": ["Psi"], "lipschitz": str(mine.constant * F(999, 1000))}
    with pytest.raises(Rejected, match="Psi is steeper between"):
        settle(found, less, {})


def test_both_ways_to_the_front() -> None:
    """NumPy's integers and Python's; where NumPy's would overflow it steps back."""
    source = np.random.default_rng(5)
    for data_norm in ORDER:
        a, images = source.integers(-9, 9, (2, 3)), source.integers(-99, 99, (40, 3))
        found = tradeoff(a, images, "linf", data_norm).found
        fast = fast_front(found)
        assert fast is not None
        slow = front_of(found)
        assert [(g.near, g.far) for g in fast.gaps] == [(g.near, g.far) for g in slow.gaps]
        assert fast.units == slow.units
    large = tradeoff(np.array([[1 << 40, 1]]), images[:, :2])
    assert fast_front(large.found) is None
    assert large.least(F(0)).sign() > 0


# ------------------------------------------------------------------------------- the kernel


def settle(found: Tradeoff, claim: dict[str, Any], hints: dict[str, Any]) -> list[str]:
    """The kernel's sentences, with the digests put in."""
    case = found.case
    text = write_json({"problem": digest(case.problem_file), "set": "M1", **claim})
    proof = write_json({"claim": digest(text), **hints})
    return check(text, case.problem_file, proof, case.files.__getitem__)


def optimum(low: str, high: str, lipschitz: str = "1/2", over: str = "space") -> dict[str, Any]:
    return {"says": "lipschitz optimum", "low": low, "high": high, "lipschitz": lipschitz,
            "over": over}  # fmt: skip


def values(*rows: list[str]) -> dict[str, Any]:
    """One for each of the three measurements of CROSS."""
    return {f"M1_{k + 1}": {"space": "X", "array": {"entries": row}} for k, row in enumerate(rows)}


FLAT, SQUARE, BLOCK = (tradeoff(ROW, CROSS, norm) for norm in ("linf", "l2", "l1"))
HALF = values(["1/2", "-1/2"], ["1/2", "-1/2"], ["1/2", "-1/2"])
FLOW = {"members": ["M1_2", "M1_3"], "real": ["1", "-1"]}
CORNERS = [["M1_1", "M1_4"], ["M1_2", "M1_3"]]

ACCEPTED = {
    "pairs, exact": (FLAT, optimum("7/4", "7/4"), {}),
    "pairs, a bracket": (FLAT, optimum("3/2", "5/2"), {}),
    "L = 0": (FLAT, optimum("2", "2", "0"), {}),
    "one fibre is left": (FLAT, optimum("1/2", "1/2", "100"), {}),
    "a root": (FLAT, optimum("0", "3") | {"high": {"root": "4"}}, {}),
    "values in linf": (FLAT, optimum("0", "5", over="measurements"), {"values": HALF}),
    "values and flow, l2": (SQUARE, optimum("2", "5"), {"values": HALF, "flow": [FLOW]}),
    "values and flow, l1": (BLOCK, optimum("3", "5", over="measurements"),
                            {"values": HALF, "flow": [FLOW]}),
    "low = 0 needs nothing": (SQUARE, optimum("0", "5"), {"values": HALF}),
    "a curve": (FLAT, {"says": "lipschitz curve", "over": "space", "corners": CORNERS}, {}),
}  # fmt: skip
REFUSED = {
    "low too high": (FLAT, optimum("176/100", "3"), {}, "no pair, and no flow"),
    "high too low": (FLAT, optimum("0", "174/100"), {}, "errors at both of M1_2 and M1_3"),
    "no values in l2": (SQUARE, optimum("0", "5"), {}, "values are needed"),
    "l1 to all of Y": (BLOCK, optimum("0", "5"), {"values": HALF}, "only from l2 to l2"),
    "a value is missing": (SQUARE, optimum("0", "5"),
                           {"values": {"M1_1": HALF["M1_1"]}}, "no value for the measurement"),
    "values too far apart": (SQUARE, optimum("0", "5"),
                             {"values": values(["0", "0"], ["3", "0"], ["0", "0"])},
                             "M1_1 and M1_2 are too far apart"),
    "an error too large": (SQUARE, optimum("0", "3"), {"values": HALF}, "has a larger error"),
    "a flow too weak": (SQUARE, optimum("3", "5"), {"values": HALF, "flow": [FLOW]},
                        "the flow does not show"),
    "an empty flow": (SQUARE, optimum("1", "5"), {"values": HALF, "flow": []},
                      "the flow does not show"),
    "a flow from a member to itself": (
        SQUARE, optimum("1", "5"),
        {"values": HALF, "flow": [{"members": ["M1_1", "M1_1"], "real": ["1", "0"]}]},
        "the flow does not show"),
    "a corner is left out": (
        FLAT, {"says": "lipschitz curve", "over": "space", "corners": CORNERS[:1]}, {},
        "is above the corners"),
    "corners in the wrong order": (
        FLAT, {"says": "lipschitz curve", "over": "space", "corners": CORNERS[::-1]}, {},
        "does not increase"),
    "a curve in l2": (SQUARE, {"says": "lipschitz curve", "over": "space", "corners": []}, {},
                      "real members in linf"),
}  # fmt: skip
MALFORMED = {
    "L < 0": (FLAT, optimum("0", "1", "-1"), {}, "a number >= 0 is expected"),
    "low above high": (FLAT, optimum("2", "1"), {}, "low must be at most high"),
    "nowhere": (FLAT, optimum("0", "9", over="X"), {}, "unknown 'X'"),
    "no member": (FLAT, {"says": "lipschitz curve", "over": "space", "corners": [["a", "b"]]}, {},
                  "'a' is no member"),
    "three members": (SQUARE, optimum("0", "5"), {"values": HALF, "flow": [
        {**FLOW, "members": ["M1_1"] * 3}]}, "two members are expected"),
    "a fraction": (SQUARE, optimum("0", "5"), {"values": HALF, "flow": [
        {**FLOW, "real": ["1/2", "0"]}]}, "whole numbers are expected"),
    "a short functional": (SQUARE, optimum("0", "5"), {"values": HALF, "flow": [
        {**FLOW, "real": ["1"]}]}, "one number for each coordinate"),
    "a value in Y": (SQUARE, optimum("0", "5"), {"values": {"M1_1": {
        "space": "Y", "array": {"entries": ["0"]}}}}, "must be in X"),
    "another hint": (FLAT, optimum("0", "5"), {"centres": {}}, "unknown key 'centres'"),
}  # fmt: skip


@pytest.mark.parametrize("title", ACCEPTED)
def test_accepted(title: str) -> None:
    found, claim, hints = ACCEPTED[title]
    assert "Lipschitz constant at most" in " ".join(settle(found, claim, hints))


@pytest.mark.parametrize("title", REFUSED)
def test_refused(title: str) -> None:
    found, claim, hints, reason = REFUSED[title]
    with pytest.raises(Rejected, match=reason):
        settle(found, claim, hints)


@pytest.mark.parametrize("title", MALFORMED)
def test_malformed(title: str) -> None:
    found, claim, hints, reason = MALFORMED[title]
    with pytest.raises(Unreadable, match=reason):
        settle(found, claim, hints)


def test_curves_of_random_corners() -> None:
    """What is accepted is the curve; what is refused is not, or its corners do not increase."""
    source = random.Random(9)
    a = np.array([[1, 2]])
    images = np.array([[source.randint(-5, 5) for _ in range(2)] for _ in range(6)])
    found, d = tradeoff(a, images), distances(a, images, "l2")
    far = np.abs(images[:, None] - images[None]).max(axis=2)
    true = [list(corner.members) for corner in found.corners]
    bounds = [source.uniform(0, 4) for _ in range(200)]
    verdicts = set()
    for _ in range(300):
        pairs = [[source.randrange(6), source.randrange(6)] for _ in range(source.randint(0, 2))]
        listed = [pair for pair in true if source.random() < 0.9] + pairs
        listed.sort(key=lambda pair: (d[pair[0], pair[1]], far[pair[0], pair[1]]))
        names = [[f"M1_{i + 1}", f"M1_{j + 1}"] for i, j in listed]
        claim = {"says": "lipschitz curve", "over": "space", "corners": names}
        try:
            settle(found, claim, {})
        except Rejected as reason:
            verdicts.add(str(reason).split()[-1])
            if "above the corners" not in str(reason):
                continue
        else:
            verdicts.add("accepted")
            for bound in bounds:
                said = max([0.0, *(far[i, j] - bound * d[i, j] for i, j in listed)])
                assert said == pytest.approx(max(0.0, (far - bound * d).max()), abs=1e-9)
            continue
        gaps = [max([0.0, *(far[i, j] - b * d[i, j] for i, j in listed)]) - 2 * number(
            found.least(F(b))) for b in bounds]  # fmt: skip
        assert min(gaps) < 0
    assert {"accepted", "L", "increase"} <= verdicts


def test_too_many_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certificates.optimality.lipschitz.PAIRS", 5)
    for found, hints in ((FLAT, {}), (SQUARE, {"values": HALF})):
        with pytest.raises(Rejected, match="4 members have too many pairs"):
            settle(found, optimum("0", "5"), hints)


def test_a_flow_of_too_many_roots(monkeypatch: pytest.MonkeyPatch) -> None:
    """|g|* |A x - A x'| is a product of sums of roots in complex linf and l1: refused early."""
    claim, hints = optimum("2", "5"), {"values": HALF, "flow": [FLOW] * 2}
    monkeypatch.setattr("certificates.optimality.lipschitz.TERMS", 2)
    assert settle(SQUARE, claim, hints)
    monkeypatch.setattr("certificates.optimality.lipschitz.TERMS", 1)
    with pytest.raises(Rejected, match="too many square roots"):
        settle(SQUARE, claim, hints)


def test_mutation() -> None:
    """A certificate with one hint changed never shows more than is true; the claim is its own."""
    source = random.Random(6)
    truth = bracket(SQUARE.found, F(1, 2))
    proved, _ = optimum_claim(SQUARE, F(1, 2))
    table: Any = read_json(proved.certificate, "certificate")
    claim: Any = read_json(proved.claim, "claim")
    verified = 0
    for _ in range(150):
        hints = {key: table[key] for key in ("values", "flow") if key in table}
        text = write_json(hints).decode()
        place = source.randrange(len(text))
        changed = text[:place] + source.choice('0123456789-/",[]{}M') + text[place + 1 :]
        low = F(claim["low"]) + source.choice([0, F(1, 10)])
        high = max(low, F(claim["high"]) - source.choice([0, F(1, 10)]))
        own = claim | {"low": str(low), "high": str(high)}
        try:
            hints = dict(read_json(changed.encode(), "hints"))  # type: ignore[call-overload]
            settle(SQUARE, own, {key: hints[key] for key in hints if key != "claim"})
        except (Rejected, Unreadable):
            continue
        verified += 1
        assert low <= truth.high
        assert high >= truth.low
    assert verified < 150


# ------------------------------------------------------------------------------ a user's map


def test_the_point_of_a_map() -> None:
    """Its constant on A M1 and its worst error, by hand."""
    found = tradeoff(ROW, CROSS, psi=Affine([["1/4"], ["1/4"]]))
    mine, claims = point(found)
    assert F(1, 4) <= mine.constant <= F(1, 4) * (1 + F(1, 10**5))
    assert (mine.error.as_rational(), mine.member) == (F(3), 1)
    assert [claim.name for claim in claims] == ["slope", "error"]
    with pytest.raises(Rejected, match="Psi is steeper between M1_1 and M1_2"):
        settle(found, {"says": "slope", "maps": ["Psi"], "lipschitz": "249/1000"}, {})
    with pytest.raises(Unreadable, match="one map is expected"):
        settle(found, {"says": "slope", "maps": ["Psi", "Psi"], "lipschitz": "1"}, {})


def test_a_map_without_a_value() -> None:
    psi = Table([["4"]], [["0", "0"]])
    with pytest.raises(BadInput, match=r"--map: .* has no known value"):
        point(tradeoff(ROW, CROSS, psi=psi))


# ------------------------------------------------------------------------------- the command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    np.save(tmp_path / "A.npy", np.array(ROW))
    np.save(tmp_path / "images.npy", np.array(CROSS))
    np.save(tmp_path / "complex.npy", np.array(CROSS) * 1j)
    np.save(tmp_path / "map.npy", np.array([[0.25], [0.25]]))
    return tmp_path


def run(folder: Path, *words: str) -> tuple[int, str]:
    names = [str(folder / word) if "." in word else word for word in words]
    result = CliRunner().invoke(main, ["tradeoff", str(folder / "A.npy"), *names])
    return result.exit_code, result.output


def test_the_command(folder: Path) -> None:
    status, said = run(folder, "images.npy", "--lipschitz", "1/2", "--map", "map.npy", "--plot",
                       "curve.png", "-o", "out.d")  # fmt: skip
    assert status == 0
    for part in ("the least worst error in linf is 7/4", "worst error 3", "worse by",
                 "verified by the kernel: curve, optimum, slope, error"):  # fmt: skip
        assert part in said
    assert (folder / "curve.png").stat().st_size > 5000
    names = {path.name for path in (folder / "out.d").iterdir()}
    assert {"problem.json", "curve.claim.json", "slope.certificate.json"} <= names


def test_the_command_in_l2(folder: Path) -> None:
    status, said = run(folder, "complex.npy", "--norm", "l2", "--lipschitz", "1/2", "--lipschitz",
                       "1", "-o", "out.d")  # fmt: skip
    assert (status, "the least worst error in l2 is between" in said) == (0, True)
    assert "verified by the kernel: optimum-1, optimum-2" in said


def test_operators_and_maps_in_files(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A sparse matrix, a problem file; a map whose arrays lie beside it."""
    other = tmp_path_factory.mktemp("other")
    np.save(other / "P.npy", np.array([[0.25], [0.25]]))
    (other / "map.toml").write_text('[psi]\nkind = "affine"\nmatrix = "P.npy"\n')
    (other / "none.toml").write_text("[maps]\n")
    save_npz(folder / "A.npz", csr_array(np.array(ROW)))
    (folder / "problem.toml").write_text('operator = [["1", "1"]]\n')
    images, psi = str(folder / "images.npy"), str(other / "map.toml")
    for words in (["A.npy", "--map", psi], ["A.npz"], ["problem.toml"]):
        result = CliRunner().invoke(main, ["tradeoff", str(folder / words[0]), images, *words[1:]])
        assert (result.exit_code, "(4 - 1 L) / 2" in result.output) == (0, True)
    result = CliRunner().invoke(
        main, ["tradeoff", str(folder / "A.npy"), images, "--map", str(other / "none.toml")]
    )
    assert (result.exit_code, "a table [psi] is expected" in result.output) == (2, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("images.npy", "--norm", "l2"), "the whole curve is for real images in linf"),
        (("complex.npy", "--lipschitz", "1"), "for complex images in linf"),
        (("images.npy", "--lipschitz", "-1"), "a constant is not negative"),
        (("images.npy", "--lipschitz", "0,5"), "--lipschitz"),
        (("images.npy", "--plot", "curve.txt"), "must end in .png"),
        (("images.npy", "--map", "missing.npy"), "--map: there is no file"),
        (("missing.npy",), "there is no file"),
        (("images.npy", "--norm", "l3"), "unknown norm 'l3'"),
        (("A.npy", "--data-norm", "l3"), "unknown norm 'l3'"),
    ],
)
def test_the_command_refuses(folder: Path, words: tuple[str, ...], message: str) -> None:
    before = set(folder.iterdir())
    status, said = run(folder, *words, "-o", "out.d")
    assert (status, message in said, said.count("\n")) == (2, True, 1)
    assert set(folder.iterdir()) == before


def test_too_many_for_l1(folder: Path) -> None:
    images = np.arange(1400).reshape(700, 2) ** 2 % 1009
    with pytest.raises(BadInput, match="are too many for l1"):
        optimum_claim(tradeoff([[1, 0]], images, "l1"), F(1, 1000))


def test_one_image_and_none() -> None:
    only = tradeoff(ROW, [[1, 2]])
    assert (only.corners, only.breaks(), only.least(F(0)).sign()) == ((), [], 0)
    claim: Verified = curve_claim(only)
    assert claim.said[-1] == "for every L >= 0"
    with pytest.raises(BadInput, match="images"):
        tradeoff(ROW, np.zeros((0, 2)))
