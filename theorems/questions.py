"""The questions of the command line, asked from Python, each with one call and one answer.

    from theorems import nullspace, optimal_map, tradeoff_curve

    optimal_map(A, images)          as `kernelcert optimal`
    tradeoff_curve(A, images)       as `kernelcert tradeoff`
    nullspace(A, order=1)           as `kernelcert nullspace`, and so on

Arrays are NumPy arrays or nested lists of exact numbers; numbers are ints, Fractions or texts such
as "1/50".  Every claim of an answer has been verified by the kernel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from math import prod
from typing import Any, Literal

from certificates.format import Rejected, write_number
from certificates.optimality.optimum import about

from .answer import Answer, Entries, entries
from .arrays import BadInput, array, number
from .ball_bound import BallBound
from .describe import describe
from .describe_probability import lines as probability_lines
from .describe_probability import number_of, square_of
from .details import find_detail
from .null_space_claims import claims as null_space_claims
from .null_space_claims import lines as null_space_lines
from .null_space_claims import null_space
from .null_space_claims import proofs as null_space_proofs
from .operators import realise
from .optimal.describe import lines as optimal_lines
from .optimal.files import proofs as optimal_proofs
from .optimal.picture import draw as draw_optimal
from .optimal.polytope import NAME as HULL
from .optimal.polytope import proofs as polytope_proofs
from .optimal.study import study
from .pairs import nearest_pairs
from .probability_claims import proofs as probability_proofs
from .probability_picture import draw as draw_probability
from .problem import Problem
from .side_by_side import compare as side_by_side
from .sparse.instance import instance
from .sparse.recover import PROBLEM, best_terms, model_class
from .sparse.recover import Answer as Recovered
from .sparse.recover import recover as run_decoder
from .sparse.stability import stability as dual_of
from .sparse.stability import told
from .tradeoff.curve import tradeoff
from .tradeoff.files import Verified, curve_claim, optimum_claim, point
from .tradeoff.picture import Brackets
from .tradeoff.picture import draw as draw_tradeoff

Said = list[tuple[str, list[str]]]


def _last(said: Said) -> dict[str, str]:
    """The sentence of each claim."""
    return {name: sentences[-1] for name, sentences in said}


def operator(A: Any) -> Answer:
    """(m, N): what A is: rank, kernel, certified enclosures of norm and smallest singular value.

    `found.basis` is an orthogonal basis of the kernel, where it is rational.  Raises BadInput.
    """
    found = describe(A)
    norms = [line for line in found.lines if line.startswith("l2 norm between")]
    return Answer(found.lines, dict(zip(["norm"], norms, strict=False)), found.files, found)


def kernel(A: Any) -> tuple[Entries, ...]:
    """(m, N): an orthogonal basis of N(A), exact rational vectors (N,); none if N(A) is {0}.

    Raises BadInput where it is not known: for complex and for large matrices.
    """
    basis = describe(A).basis
    if basis is None:
        raise BadInput("operator: no rational basis of the kernel is known for this operator")
    return tuple(entries(v) for v in basis)


def detail(A: Any, wanted: Any, alpha: str | None = None) -> Answer:
    """(m, N), (N,): the wanted detail projected into N(A), exactly; `vector` is x_det.

    With `alpha` it is Tikhonov's detail, with a bound on |A x_det|.  Raises BadInput.
    """
    found = find_detail(A, wanted, alpha=alpha)
    vector = None if found.vector.imag else entries(found.vector)
    return Answer((found.size,), {"detail": found.says}, found.files, found, vector)


def pairs(A: Any, images: Any, count: int = 10, norm: str = "l2", data_norm: str = "l2") -> Answer:
    """(m, N), (k, N): the pairs with the least |A(x - x')| / |x - x'|, exactly compared.

    Positions are from 0; `found` is the `Found`, with the pairs in `nearest`.  Raises BadInput.
    """
    try:
        found = nearest_pairs(A, images, count, norm, data_norm)
    except Rejected as reason:
        raise BadInput(f"operator: {reason}") from None
    lines = ["images: |x - x'|, |A(x - x')|, |x - x'| / |A(x - x')|"]
    for pair in found.nearest:
        places, *sizes = pair.line
        lines.append(f"{places}: {', '.join(sizes)}")
    how = "none of them nearer: proved" if found.proved else "that none is nearer is not proved"
    lines.append(f"of {found.pairs:,} pairs; {how}; A x = A x' for {found.unseen:,}")
    return Answer(tuple(lines), {}, {}, found)


def compare(problem: Problem, order: int | None = None, transform: Any = "identity") -> Answer:
    """The map of a problem beside the l1 decoder: Theorems 4.1, 4.5 and Appendix B on one A.

    The problem has x_det or x_prime.  The decoder's side rests on the robust null space property
    of an order, or on a dual vector of x.  `files` are those of the decoder; `found` is the
    `SideBySide`, with the results for the map in `trained` and `balls`.  Raises BadInput.
    """
    found = side_by_side(problem, order, transform, None)
    files, said = null_space_proofs(found.decoder, iter(found.claims))
    of_map = {"map, 4.1.i": found.trained.verdict, "map, 4.5.ii": found.balls.verdict}
    told_of = {f"decoder, {name}": words for name, words in _last(said).items()}
    return Answer(found.lines, of_map | told_of, files, found)


def optimal_map(
    A: Any,
    images: Any,
    norm: str = "l2",
    data_norm: str = "l2",
    maps: Mapping[str, Any] | None = None,
    eps: Any = None,
    noise: Any = 0,
    field: Literal["R", "C"] | None = None,
) -> Answer:
    """(m, N), (k, N): c_opt(A, M1) of Definition 4.8, an optimal map, and the gap of given maps.

    `maps` are maps by name; `eps` asks whether they are within it of c_opt, as in (4.12); `noise`
    is for the kernel size.  `found` is the `Study`.  Raises BadInput.
    """
    epsilon = None if eps is None else number(eps, "eps")
    if epsilon is not None and (epsilon < 0 or not maps):
        raise BadInput("eps: a number >= 0, with the map that is meant (maps)")
    done = study(A, images, None, norm, data_norm, field, maps, number(noise, "noise"))
    files, said = optimal_proofs(done, epsilon)
    draw = partial(draw_optimal, done)
    return Answer(tuple(optimal_lines(done, epsilon)), _last(said), files, done, None, draw)


def tradeoff_curve(
    A: Any,
    images: Any,
    lipschitz: Sequence[Any] = (),
    norm: str = "linf",
    data_norm: str = "l2",
    psi: Any = None,
) -> Answer:
    """(m, N), (k, N): r(L), the least worst error over the images of a map with constant L.

    For real images in linf exactly and for all L; else at the constants in `lipschitz`, from both
    sides.  `psi` is a map to compare.  `found` is the `Tradeoff`.  Raises BadInput.
    """
    bounds = [number(value, "lipschitz") for value in lipschitz]
    if any(bound < 0 for bound in bounds):
        raise BadInput("lipschitz: a constant is not negative")
    given = tradeoff(A, images, norm, data_norm, psi)
    if not given.flat and not bounds:
        raise BadInput(f"lipschitz: in {norm} name the constants that are meant, such as [1, 2]")
    claims: list[Verified] = [curve_claim(given)] if given.flat else []
    said = {"curve": "; ".join(line.strip() for line in claims[0].said[2:])} if claims else {}
    brackets: Brackets = []
    for bound in bounds:
        claim, ends = optimum_claim(given, bound)
        name = f"L = {write_number(bound)}"
        claims.append(Verified(f"optimum-{len(brackets) + 1}", claim.claim, claim.certificate, ()))
        brackets.append((bound, ends))
        said[name] = claim.said[-1]
    mine, proved = (None, []) if psi is None else point(given)
    said |= {claim.name: claim.said[-1] for claim in proved}
    files = {"problem.json": given.case.problem_file, **given.case.files}
    for claim in [*claims, *proved]:
        files[f"{claim.name}.claim.json"] = claim.claim
        files[f"{claim.name}.certificate.json"] = claim.certificate
    draw = partial(draw_tradeoff, given, brackets, mine)
    return Answer(tuple(about(given.found)), said, files, given, None, draw)


def probability(m: int, distance: Any, radius: Any, sigma: Any = None, level: Any = None) -> Answer:
    """P(|E - c| <= radius) for E ~ CN(xi, sigma^2 I) in C^m, |xi - c| = distance: (4.10).

    Lengths are exact numbers or texts such as "sqrt(1/2)"; with `level` the largest sigma for
    which P is at least that.  Without `sigma` only what holds for all sigma.  Raises BadInput.
    """
    bound = BallBound(m, _square(distance, "distance"), _square(radius, "radius"))
    variance = None if sigma is None else _square(sigma, "sigma")
    least = None if level is None else number_of(str(level), "level")
    lines = tuple(probability_lines(bound, variance, least))
    files, said = probability_proofs(bound, variance, least)
    return Answer(lines, _last(said), files, bound, None, partial(draw_probability, bound))


def _square(length: Any, where: str) -> Fraction:
    """The square of a length."""
    return square_of(length if isinstance(length, str) else str(number(length, where)), where)


def nullspace(A: Any, order: int, transform: Any = "identity") -> Answer:
    """(m, N): the robust null space property of A H* of Appendix B.2, or what refutes it.

    `transform` is H: identity, haar, hadamard, or a unitary matrix (N, N).  `found` is the
    `NullSpace`.  Raises BadInput.
    """
    found = null_space(A, order, transform)
    files, said = null_space_proofs(found.problem, null_space_claims(found))
    return Answer(tuple(null_space_lines(found)), _last(said), files, found)


def stability(A: Any, x: Any, eta: Any = 0, transform: Any = "identity") -> Answer:
    """(m, N), (N,): how far any answer of the l1 decoder at A x + e is from x, for all |e| <= eta.

    `found` is the `Stability`, or None where no dual vector was found.  Raises BadInput.
    """
    level = number(eta, "eta")
    if level < 0:
        raise BadInput("eta: it bounds a norm, give at least 0")
    m, _ = realise(A, "operator", "A").shape
    problem = instance(A, [0] * m, transform, {"x": ("X", x)})
    found = dual_of(problem, "x", level)
    words, claims = told(found, problem, "x", level)
    files, said = null_space_proofs(problem, iter(claims))
    return Answer(words, _last(said), files, found)


def recover(
    A: Any,
    y: Any,
    transform: Any = "identity",
    eta: Any = 0,
    lasso: Any = None,
    weights: Any = None,
) -> Answer:
    """(m, N), (m,): the l1 decoder (B.1): min |H z|_l1 subject to |A z - y| <= eta, or the LASSO.

    `vector` is the minimiser, or a point near one.  Raises BadInput.
    """
    vectors = {} if weights is None else {"weights": ("X", weights)}
    problem = instance(A, y, transform, vectors)
    answer = run_decoder(
        problem, number(eta, "eta"), None if lasso is None else number(lasso, "lasso")
    )
    return _recovered(answer)


def sparsity(x: Any, terms: int, delta: Any = None, transform: Any = "identity") -> Answer:
    """(N,): sigma_s(H x)_l1 with s = terms, and whether x is in M_1 of Appendix B.1 for delta.

    Without `delta` a near one is found.  Raises BadInput.
    """
    x_array = array(x, "x")
    count = prod(x_array.shape)
    if not 1 <= terms <= count:
        raise BadInput(f"terms: from 1 to {count}, the number of entries, not {terms}")
    identity = {"kind": "identity", "shape": [count]}
    problem = instance(identity, ["0"] * count, transform, {"x": ("X", x_array)})
    bound = best_terms(problem, "x", terms) if delta is None else number(delta, "delta")
    if bound < 0:
        raise BadInput("delta: it bounds a norm, give at least 0")
    return _recovered(model_class(problem, "x", terms, bound))


def _recovered(answer: Recovered) -> Answer:
    """The same, with every claim verified."""
    files = {PROBLEM: answer.problem.problem_file, **answer.problem.files}
    said: dict[str, str] = {}
    for name, claim, proof, words in answer.proofs():
        files |= {f"{name}.claim.json": claim, f"{name}.certificate.json": proof}
        said[name] = words[-1]
    vector = None if answer.z is None or answer.z.imag else entries(answer.z)
    return Answer(tuple(answer.lines), said, files, answer, vector)


def kernelsize(
    A: Any,
    box: tuple[Any, Any] | None = None,
    halfspaces: tuple[Any, Any] | None = None,
    hull: Any = None,
    noise: Any = 0,
    norm: str = "linf",
    data_norm: str = "linf",
) -> Answer:
    """(m, N): how far apart two images of a polytope may be that are measured alike.

    One class: `box` (low, high), `halfspaces` (rows, limits), or `hull` (k, N).  Raises BadInput.
    """
    if sum(given is not None for given in (box, halfspaces, hull)) != 1:
        raise BadInput("kernelsize: one class is needed: box, halfspaces or hull")
    table: dict[str, Any] = {"kind": "hull", "set": HULL}
    if box is not None:
        n = realise(A, "operator", "A", None).shape[1]
        low, high = (number(value, "box") for value in box)
        if low > high:
            raise BadInput("box: low must be at most high")
        table = {
            "kind": "box",
            "low": [write_number(low)] * n,
            "high": [write_number(high)] * n,
        }
    elif halfspaces is not None:
        rows, limits = halfspaces
        table = {
            "kind": "halfspaces",
            "rows": [[write_number(number(a, "rows")) for a in row] for row in rows],
            "limits": [write_number(number(a, "limits")) for a in limits],
        }
    files, said = polytope_proofs(A, None, table, number(noise, "noise"), (norm, data_norm), hull)
    return Answer(tuple(said[0][1][:-1]), _last(said), files, said)
