"""The last questions of a decision as SMT-LIB 2, and cvc5 as a second solver.

Each `check-sat` stands between `push` and `pop`, after a comment that says what is asked: the
facts of a claim with the negation of what is to be shown.  `unsat` is what a proof needs, `sat`
what a counterexample needs.  The file is for other solvers; nothing here is believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from certificates.judgments import Comparison
from certificates.terms import Norm, Quantity, Scalar

from ..arrays import BadInput


@dataclass(frozen=True)
class Query:
    """Facts, and the answer that the decision rests on: "sat" or "unsat"."""

    title: str
    facts: tuple[Comparison, ...]
    fixed: tuple[tuple[Quantity, Fraction], ...]
    expected: str


def smtlib(queries: Sequence[Query]) -> str:
    """All queries as one SMT-LIB 2 script."""
    return "\n".join(_lines(queries)) + "\n"


def _lines(queries: Sequence[Query]) -> Iterator[str]:
    quantities = list(dict.fromkeys(q for query in queries for q in _quantities(query)))
    names = {quantity: f"q{number}" for number, quantity in enumerate(quantities, 1)}
    products = any(
        len(m) > 1 for query in queries for fact in query.facts for m, _ in fact.difference.parts
    )
    yield f"(set-logic {'QF_NRA' if products else 'QF_LRA'})"
    for quantity, name in names.items():
        yield f"(declare-const {name} Real) ; {quantity}"
    for query in queries:
        yield f"; {query.title}; expected: {query.expected}"
        yield "(push 1)"
        for quantity in _quantities(query):
            if isinstance(quantity, Norm):
                yield f"(assert (>= {names[quantity]} 0.0))"
        for fact in query.facts:
            relation = ">" if fact.relation == "<" else ">="
            left = _sum(fact.difference, names)
            yield f"(assert ({relation} {left} 0.0)) ; {fact}"
        for quantity, value in query.fixed:
            yield f"(assert (= {names[quantity]} {_number(value)}))"
        yield "(check-sat)"
        yield "(pop 1)"


def _quantities(query: Query) -> list[Quantity]:
    found = [q for fact in query.facts for m, _ in fact.difference.parts for q in m]
    return list(dict.fromkeys([*found, *(q for q, _ in query.fixed)]))


def _sum(scalar: Scalar, names: dict[Quantity, str]) -> str:
    summands = []
    for monomial, coefficient in scalar.parts:
        factors = [_number(coefficient), *(names[q] for q in monomial)]
        summands.append(f"(* {' '.join(factors)})" if len(factors) > 1 else factors[0])
    if not summands:
        return "0.0"
    return f"(+ {' '.join(summands)})" if len(summands) > 1 else summands[0]


def _number(value: Fraction) -> str:
    size = f"{abs(value.numerator)}.0"
    if value.denominator != 1:
        size = f"(/ {size} {value.denominator}.0)"
    return f"(- {size})" if value < 0 else size


def cross_check(queries: Sequence[Query], seconds: float = 10) -> list[tuple[Query, str]]:
    """What cvc5 answers to each query: sat, unsat or unknown.

    Raises BadInput if cvc5 is not installed.
    """
    try:
        import cvc5
    except ImportError:
        raise BadInput(
            'cvc5 is not installed; install the extra with: pip install "kernelcert[cvc5]"'
        ) from None
    answers: list[tuple[Query, str]] = []
    for query in queries:
        solver = cvc5.Solver()
        solver.setOption("tlimit-per", str(int(1000 * seconds)))
        parser = cvc5.InputParser(solver)
        parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, smtlib([query]), query.title)
        symbols = parser.getSymbolManager()
        answer = "unknown"
        while not (command := parser.nextCommand()).isNull():
            said = command.invoke(solver, symbols).strip()
            answer = said if said in ("sat", "unsat") else answer
        answers.append((query, answer))
    return answers
