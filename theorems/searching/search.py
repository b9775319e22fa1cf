"""Search for a counterexample in small dimensions, by z3's nonlinear solver.

Three ways, for one choice of dimensions and norms after the other:

1. Small integers are put in for all vectors, matrices and values of maps; z3 finds the constants.
2. z3 finds everything, with all numbers between -2 and 2, then between -10 and 10, then any.
3. What z3 found is rounded to the simplest fractions that still do; the constants are found anew.

Whatever is found is turned into a certificate, and the kernel decides.  Nothing is concluded from
what z3 says to be unsatisfiable: a claim that has no counterexample here may have one elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from time import monotonic

import z3

from certificates.exact import Undecided
from certificates.format import Rejected, Unreadable
from certificates.kernel import verify
from certificates.language import Space
from certificates.statements import Statement, read_statement

from ..asking import asked
from ..explain import explain
from ..refutation import no_files, refute
from .candidates import guesses, on_spheres, problem_file, rounded, simplest
from .instances import Instance, Shape
from .smt import Encoding

KINDS = ("linf", "l1", "l2")  # tried in turn for spaces whose norm the statement leaves open
DIMENSIONS = (1, 2)
MAXIMAL_UNKNOWNS = 80
GUESSES = (800, 4000)  # before z3 is asked, and after
SOLVED = (60, 1000)  # guesses for which z3 is asked for the constants
BOUNDS = (2, 10, None)
RESOURCES = 3_000_000  # of z3, for one question; about three seconds
WIDTHS = [Fraction(1, 2**k) for k in (1, 2, 4, 7, 10, 16, 24, 40)]


@dataclass(frozen=True)
class Found:
    """A counterexample that the kernel has accepted.

    `problem_file` is the problem; `choices` name a vector for every `for all`, as `refute` takes
    them; `words` say what each hypothesis and the violated conclusion come to.
    """

    problem_file: bytes
    choices: dict[str, str]
    words: list[str]


@dataclass(frozen=True)
class NotFound:
    """No counterexample was found; why, in a sentence.  It says nothing of the claim."""

    reason: str


def search(
    statement_file: bytes,
    dimensions: Sequence[Mapping[str, int]] | None = None,
    seconds: float = 10,
    field: str = "R",
    on_query: Callable[[str], None] | None = None,
) -> Found | NotFound:
    """Look for a counterexample to a statement; it returns within about `seconds`.

    `dimensions` are the choices to try, each a dimension for every space whose dimension the
    statement leaves open; without it all choices of 1 and 2, small ones first, then 3.
    `field`, R or C, is for a statement without a `field` line; `on_query` hears what is asked.
    Raises certificates.format.Unreadable for a statement that cannot be read, ValueError for
    dimensions that do not fit the statement.
    """
    statement = read_statement(statement_file)
    if statement.exists:
        names = ", ".join(statement.exists)
        return NotFound(
            f"the statement says that {names} exists: no single example refutes that, "
            "so no search was made"
        )
    scalars = statement.field or field
    shapes = list(_shapes(statement, dimensions, scalars))
    deadline = monotonic() + seconds
    run = _Run(statement_file, on_query or (lambda _: None))
    for k, shape in enumerate(shapes):
        now = monotonic()
        if now >= deadline:
            run.notes.append((f"not tried for lack of time ({seconds:g} s)", shape))
            continue
        found = run.attempt(shape, now + (deadline - now) / min(3, len(shapes) - k))
        if found:
            return found
    return NotFound(run.summary())


def _shapes(
    statement: Statement, dimensions: Sequence[Mapping[str, int]] | None, field: str
) -> Iterator[Shape]:
    spaces = {n: e for n, e in statement.names.items() if isinstance(e, Space)}
    free = [n for n, e in spaces.items() if e.dimension is None]
    for choice in dimensions or []:
        if not set(free) <= choice.keys() or not choice.keys() <= spaces.keys():
            raise ValueError(f"dimensions for {', '.join(free)} are needed, not for {list(choice)}")
    if dimensions is None:
        choices = sorted(product(DIMENSIONS, repeat=len(free)), key=lambda c: (sum(c), c))
        dimensions = [dict(zip(free, c, strict=True)) for c in choices]
        if free:
            dimensions = [*dimensions, dict.fromkeys(free, 3)]
    seen: set[str] = set()
    for choice in dimensions:
        for kind in KINDS:
            size = {n: e.dimension or choice[n] for n, e in spaces.items()}
            # in dimension 1 all norms are one
            kinds = {n: e.norm or (kind if size[n] > 1 else "linf") for n, e in spaces.items()}
            shape = Shape(size, kinds, field)
            if str(shape) not in seen:
                seen.add(str(shape))
                yield shape


class _Run:
    """The state of one search: what was tried in vain."""

    def __init__(self, statement_file: bytes, on_query: Callable[[str], None]) -> None:
        self.file = statement_file
        self.on_query = on_query
        self.notes: list[tuple[str, Shape]] = []

    def summary(self) -> str:
        """Why nothing was found."""
        grouped: dict[str, list[str]] = {}
        for reason, shape in self.notes:
            grouped.setdefault(reason, []).append(str(shape))
        return "; ".join(f"{reason}: {' | '.join(shapes)}" for reason, shapes in grouped.items())

    def attempt(self, shape: Shape, deadline: float) -> Found | None:
        """Search in one shape."""
        try:
            instance = Instance(self.file, shape)
        except Unreadable as reason:
            self.notes.append((f"the terms become too large ({reason})", shape))
            return None
        count = len(instance.unknowns())
        if count > MAXIMAL_UNKNOWNS:
            note = f"more than {MAXIMAL_UNKNOWNS} unknown numbers, too many for a search"
            self.notes.append((note, shape))
            return None
        self.on_query(f"{shape}: {count} unknown numbers")
        start = monotonic()
        found = self.guess(instance, start + (deadline - start) / 4)
        if found := found or self.solve(instance, deadline):
            return found
        if self.notes[-1][0].startswith("z3 gave up"):
            return self.guess(instance, deadline, 1)
        return None

    def guess(self, instance: Instance, deadline: float, turn: int = 0) -> Found | None:
        """Try small numbers; turn 1 tries others than turn 0."""
        solved = 0
        for numbers in guesses(instance, GUESSES[turn], turn):
            if monotonic() > deadline or solved >= SOLVED[turn]:
                break
            encoding = Encoding(instance, numbers)
            try:
                formula = encoding.formula()
            except Undecided:
                continue
            if formula is False:
                continue
            solved += 1
            if found := self.complete(instance, numbers, encoding, formula, deadline):
                return found
        return None

    def solve(self, instance: Instance, deadline: float) -> Found | None:
        """Ask z3 for everything."""
        word = ""
        for bound in BOUNDS:
            text = f"numbers up to {bound}" if bound else "any numbers"
            self.on_query(f"{instance.shape}: z3, {text}")
            encoding = Encoding(instance)
            formula = encoding.formula()
            if bound and not isinstance(formula, bool):
                keys = [*instance.unknowns(), *instance.constants()]
                terms = [encoding.at(key) for key in keys]
                formula = z3.And(formula, *[z3.And(-bound <= t, t <= bound) for t in terms])
            answer, numbers = ask(encoding, formula, list(instance.unknowns()), deadline)
            if answer == "sat":
                for tried in _nearby(instance, numbers):
                    if found := self.completed(instance, tried, deadline):
                        return found
                word = "only solutions with irrational numbers that no nearby rational keeps"
            elif answer == "unsat" and not bound:
                word = "z3 says unsat" + _restriction(instance)
            elif answer == "unknown":
                word = word or "z3 gave up"
        self.notes.append((word, instance.shape))
        return None

    def completed(
        self, instance: Instance, numbers: Mapping[str, Fraction], deadline: float
    ) -> Found | None:
        """Find the constants for the numbers of all else."""
        encoding = Encoding(instance, numbers)
        try:
            formula = encoding.formula()
        except Undecided:
            return None
        return self.complete(instance, numbers, encoding, formula, deadline)

    def complete(
        self,
        instance: Instance,
        numbers: Mapping[str, Fraction],
        encoding: Encoding,
        formula: z3.BoolRef | bool,
        deadline: float,
    ) -> Found | None:
        """Find the constants that fulfil a formula, small ones first, and have it all verified."""
        constants = instance.constants()
        if formula is False:
            return None
        for bound in (2, None) if constants else (None,):
            whole = formula
            if bound and not isinstance(formula, bool):
                terms = [encoding.at(name) for name in constants]
                whole = z3.And(formula, *[z3.And(-bound <= t, t <= bound) for t in terms])
            answer, chosen = ask(encoding, whole, list(constants), deadline)
            if answer != "sat":
                continue
            for width in [*WIDTHS[:4], None]:
                tried = rounded_constants(chosen, constants, width)
                if found := self.verified(instance, {**numbers, **tried}):
                    return found
        return None

    def verified(self, instance: Instance, numbers: Mapping[str, Fraction]) -> Found | None:
        """What the kernel says to these numbers."""
        try:
            data = problem_file(instance, numbers)
            certificate = refute(self.file, data, instance.choices).certificate()
            verify(self.file, data, certificate, no_files)
        except (Rejected, Unreadable):
            return None
        return Found(data, dict(instance.choices), explain(self.file, data, instance.choices))


def _nearby(
    instance: Instance, numbers: Mapping[str, Fraction]
) -> Iterator[Mapping[str, Fraction]]:
    """Simpler numbers near those that z3 found, and these themselves."""
    for width in WIDTHS:
        near = rounded(instance, numbers, width)
        yield near
        kept = on_spheres(instance, numbers, near, width)
        if kept != near:
            yield kept
    yield numbers


def _restriction(instance: Instance) -> str:
    """To which maps the search was restricted."""
    names = [name for name, plan in instance.plans.items() if plan == "affine"]
    return f" for affine {', '.join(names)}" if names else ""


def rounded_constants(
    numbers: Mapping[str, Fraction], signs: Mapping[str, str], width: Fraction | None
) -> dict[str, Fraction]:
    """Simple fractions near the constants; a positive one stays positive."""
    if width is None:
        return dict(numbers)
    found = {name: simplest(number, width) for name, number in numbers.items()}
    return {n: numbers[n] if signs[n] == ">" and not q else q for n, q in found.items()}


def ask(
    encoding: Encoding, formula: z3.BoolRef | bool, keys: list[str], deadline: float
) -> tuple[str, dict[str, Fraction]]:
    """sat, unsat or unknown; if sat, numbers for the unknowns, irrational ones approximated."""
    if formula is False:
        return "unsat", {}
    left = deadline - monotonic()
    if left <= 0:
        return "unknown", {}
    solver = z3.SolverFor("QF_NRA", ctx=encoding.context)
    solver.set("random_seed", 0)
    solver.set("timeout", max(1, int(left * 1000)))
    solver.set("rlimit", RESOURCES)
    solver.add(formula)
    answer = str(asked(solver))
    if answer != "sat":
        return answer, {}
    model = solver.model()
    numbers: dict[str, Fraction] = {}
    for key in keys:
        term = model.eval(z3.Real(key, ctx=encoding.context), model_completion=True)
        if isinstance(term, z3.AlgebraicNumRef):
            term = term.approx(60)
        numbers[key] = Fraction(term.numerator_as_long(), term.denominator_as_long())
    return "sat", numbers
