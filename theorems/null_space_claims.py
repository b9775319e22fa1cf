"""What can be said of the null space of A H* at one order: sentences, claims and certificates.

weights found, rho < 1        the property with them, and recovery (B.2) with C1 and C2
small and real                the null space constant, and the property "l1" by its duals
a bad vector of the kernel    the property fails for all rho < 1; else a lower bound
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, sqrt
from pathlib import Path
from typing import Any

from certificates.exact import Roots
from certificates.format import digest, write_json, write_number
from certificates.matrices import Vector
from certificates.sparse.__main__ import check
from certificates.sparse.null_space import Constants

from .arrays import BadInput
from .decimals import decimal
from .null_complex import complex_search
from .null_constant import NullConstant, Witness, null_constant, search
from .null_space import DIGITS, Proved, prove, recovery_constants, root_above
from .operators import realise
from .sparse.hints import hint, matrix_hint
from .sparse.instance import Instance, instance

LONGEST = 24  # characters of a fraction
COLUMNS = 512  # of a larger matrix nothing is searched
Table = dict[str, Any]
Claim = tuple[str, Table, Table]


@dataclass(frozen=True)
class NullSpace:
    """All that was found out at one order; each part may be missing."""

    problem: Instance
    order: int
    proved: Proved | None
    constant: NullConstant | None
    witness: Witness | None

    @property
    def duals(self) -> Constants | None:
        """The property "l1" that the duals prove, if its rho is below 1."""
        if self.constant is None or not self.constant.duals:
            return None
        value = self.constant.witness.ratio
        if value is not None and value.denominator > DIGITS:
            value = Fraction(ceil(value * DIGITS), DIGITS)
        if value is None or value >= 1:
            return None
        square = max(Fraction(sum(w.squares()), w.denominator**2) for w in self.constant.duals)
        return Constants("l1", self.order, value, root_above(square))

    @property
    def best(self) -> tuple[Constants, Table] | None:
        """The property with rho < 1 and the lesser C2, and its hint; None if there is none."""
        found: list[tuple[Fraction, Constants, Table]] = []
        if self.proved is not None and self.proved.constants.rho < 1:
            rows: Table = {"weights": matrix_hint(self.proved.weight)}
            constants = self.proved.constants
            found.append((recovery_constants(constants, balance(constants))[1], constants, rows))
        if self.duals is not None and self.constant is not None:
            rows = {"duals": dual_hint(self.constant.duals)}
            second = recovery_constants(self.duals, balance(self.duals))[1]
            found.append((second, self.duals, rows))
        return min(found, key=lambda entry: entry[0])[1:] if found else None

    def property_hint(self) -> Table:
        """The hint `property` of the best.  Raises BadInput if there is none."""
        if self.best is None:
            raise BadInput(f"no robust null space property of order {self.order} was proved")
        constants, more = self.best
        return {**constants_table(constants), **more}


def balance(found: Constants) -> Fraction:
    """A k that makes C2 least, nearly."""
    more = 2 if found.norm == "l2" else 1 + 1 / found.order
    return Fraction(sqrt(more)).limit_denominator(12)


def figure(value: Fraction) -> str:
    """Exactly: as a decimal if it has at most four places, or as a fraction; a long one with ~."""
    tenths = value * DIGITS
    if tenths.denominator != 1:
        text = write_number(value)
        return text if len(text) <= LONGEST else decimal(Roots.rational(value))
    whole, rest = divmod(tenths.numerator, DIGITS)
    return f"{whole}.{rest:04}".rstrip("0").rstrip(".")


def constants_table(found: Constants) -> Table:
    """norm, rho and gamma, as claims and hints have them."""
    return {
        "norm": found.norm,
        "rho": write_number(found.rho),
        "gamma": write_number(found.gamma),
    }


def dual_hint(duals: tuple[Vector, ...]) -> list[list[str]]:
    """Real vectors, each with its denominator last."""
    return [[write_number(a) for a in (*w.real, w.denominator)] for w in duals]


def witness_hint(witness: Witness) -> Table:
    """The vector and its support."""
    return {"vector": hint(witness.vector), "support": [str(j) for j in witness.support]}


def null_space(
    operator: Any, order: int, transform: Any = "identity", folder: Path | None = None
) -> NullSpace:
    """All that is found about A H*, H the transform.  Raises BadInput."""
    m, n = realise(operator, "operator", "A", folder).shape
    if n > COLUMNS:
        raise BadInput(f"operator: {n} columns; the search is made for at most {COLUMNS}")
    if not 1 <= order <= n:
        raise BadInput(f"--order {order}: the order is between 1 and {n}, the number of columns")
    problem = instance(operator, [0] * m, transform, folder=folder)
    return examine(problem, order)


def examine(problem: Instance, order: int) -> NullSpace:
    """All that is found about the B = A H* of a problem."""
    matrix = problem.matrix
    constant = null_constant(matrix, order)
    find = complex_search if matrix.imag else search
    witness = constant.witness if constant else find(matrix, order)
    fatal = witness is not None and witness.is_fatal
    return NullSpace(problem, order, None if fatal else prove(matrix, order), constant, witness)


# -------------------------------------------------------------------------------- sentences


def lines(found: NullSpace) -> Iterator[str]:
    """What was found, in words; what is proved, and what is only a bound."""
    s, witness = found.order, found.witness
    m, n = found.problem.data.m, found.problem.data.n
    yield f"B = A H*, {m} x {n}, order s = {s}"
    if witness is not None and witness.is_fatal:
        yield f"no rho < 1 is possible: {_witness_words(witness)}"
        yield "so l1 minimisation does not recover every vector of s nonzero coefficients"
        return
    if found.proved is not None:
        constants = found.proved.constants
        yield (
            f"|c_S|_l2 <= rho / sqrt(s) |c_Sc|_l1 + gamma |B c|_l2 with rho = "
            f"{figure(constants.rho)}, gamma = {figure(constants.gamma)}"
        )
        yield f"  by {found.proved.words}"
        if constants.rho >= 1:
            yield "  rho >= 1: nothing follows from it for the decoder"
    if found.constant is not None and witness is not None and witness.ratio is not None:
        yield f"null space constant of order s: {figure(witness.ratio)}, exactly"
    elif witness is not None and witness.ratio is not None:
        least = decimal(Roots.rational(witness.ratio))
        yield f"null space constant of order s: at least {least}, by a vector"
    if found.best is None:
        yield "neither proved nor refuted: no weights with rho < 1, no vector with a ratio >= 1"
        return
    constants = found.best[0]
    first, second = recovery_constants(constants, balance(constants))
    yield (
        f"from the property in {constants.norm} with rho = {figure(constants.rho)}, gamma = "
        f"{figure(constants.gamma)}, for every minimiser x^ of (B.1) with eta >= |e|:"
    )
    yield (
        f"  |x^ - x|_l2 <= C1 sigma_s(H x)_l1 / sqrt(s) + C2 eta, C1 = {figure(first)}, C2 = "
        f"{figure(second)}"
    )
    if constants.norm == "l2":
        known = known_constants(constants)
        yield (
            f"  the known formulas give C1 = {figure(known[0])}, C2 = {figure(known[1])}: "
            "2 (1 + rho)^2 / (1 - rho), 2 (3 + rho) gamma / (1 - rho)"
        )


def known_constants(found: Constants) -> tuple[Fraction, Fraction]:
    """C1 and C2 of Foucart and Rauhut, Theorem 4.25, rounded upwards."""
    rho, left = found.rho, 1 - found.rho
    both = (2 * (1 + rho) ** 2 / left, 2 * (3 + rho) * found.gamma / left)
    first, second = (Fraction(ceil(value * DIGITS), DIGITS) for value in both)
    return first, second


def _witness_words(witness: Witness) -> str:
    places = ", ".join(map(str, witness.support))
    if witness.ratio is None:
        return f"a vector of the kernel has no nonzero entries but at {places}"
    least = "at least " if witness.vector.imag else ""
    return (
        f"a vector of the kernel has l1 norm {least}{figure(witness.ratio)} at {places}, if it "
        "has 1 elsewhere"
    )


# ----------------------------------------------------------------------------------- claims


def claims(found: NullSpace) -> Iterator[Claim]:
    """Names, claims without the problem's digest, and hints without the claim's."""
    order = {"order": str(found.order)}
    witness = found.witness
    if witness is not None and witness.is_fatal:
        says = {"says": "never the robust null space property"}
        yield "never", order | says, witness_hint(witness)
        if witness.ratio is None:
            infinite = {"says": "null space constant infinite"}
            yield "constant", order | infinite, witness_hint(witness)
    if found.constant is not None and witness is not None and witness.ratio is not None:
        value = {"says": "null space constant", "value": write_number(witness.ratio)}
        hints = {"duals": dual_hint(found.constant.duals), **witness_hint(witness)}
        yield "constant", order | value, hints
    if found.best is None:
        return
    constants, more = found.best[0], {"property": found.property_hint()}
    says = {"says": "robust null space property"}
    yield "property", order | says | constants_table(constants), more
    k = balance(constants)
    first, second = map(write_number, recovery_constants(constants, k))
    both = {"says": "recovery", "c1": first, "c2": second}
    yield "recovery", order | both, more | {"balance": write_number(k)}


def proofs(
    problem: Instance, found: Iterator[Claim]
) -> tuple[dict[str, bytes], list[tuple[str, list[str]]]]:
    """Files: the problem, all claims with certificates; names and verified sentences."""
    files = {"problem.json": problem.problem_file, **problem.files}
    said: list[tuple[str, list[str]]] = []
    for name, claim, hints in found:
        text = write_json({**claim, "problem": digest(problem.problem_file)})
        proof = write_json({**hints, "claim": digest(text)})
        printed = check(text, problem.problem_file, proof, problem.files.__getitem__)
        said.append((name, printed))
        files[f"{name}.claim.json"], files[f"{name}.certificate.json"] = text, proof
    return files, said


def write(problem: Instance, found: Iterator[Claim], folder: Path) -> list[tuple[str, list[str]]]:
    """Verify the claims, write all files into a folder, and return names and what is printed."""
    files, said = proofs(problem, found)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return said
