"""Vectors to try where a claim says `exists`: short combinations of what stands before it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice, product

from certificates.judgments import Comparison
from certificates.language import Map, Named
from certificates.statements import Statement
from certificates.terms import Norm, Term

TRIED = 60


def witnesses(statement: Statement) -> Iterator[dict[str, str]]:
    """Choices for all that the statement says to exist, the simplest first.

    A linear map can only be chosen to be 0.  A witness from a finite set needs data, so a
    statement with one has no choices here.
    """
    if any(statement.exists.values()):
        return
    lists = [_candidates(statement, name) for name in statement.exists]
    for row in islice(product(*lists), TRIED):
        yield dict(zip(statement.exists, row, strict=True))


def _candidates(statement: Statement, name: str) -> list[str]:
    entry = statement.names[name]
    if isinstance(entry, Map):
        return ["0"]
    names = list(statement.names)
    before = [
        e.term for n in names[: names.index(name)] if isinstance(e := statement.names[n], Named)
    ]
    space = entry.term.space if isinstance(entry, Named) else ""
    terms = [term for term in before if term.space == space]
    # what occurs in norms and has nothing in it that comes later may be what is meant
    known = {str(term) for term in before}
    judgments = [h.judgment for h in statement.given]
    for judgment in judgments:
        if isinstance(judgment, Comparison):
            norms = (q for m, _ in judgment.difference.parts for q in m if isinstance(q, Norm))
            terms += [q.term for q in norms if q.term.space == space]
    pairs = list(combinations(dict.fromkeys(terms), 2))
    zero = [f"0 {term.parts[0][0]}" for term in terms[:1]]
    texts = [str(term) for term in terms]
    texts += [f"1/2 ({u}) + 1/2 ({v})" for u, v in pairs]
    texts += [f"{u} - ({v})" for u, v in pairs] + [f"{u} + {v}" for u, v in pairs]
    texts += [f"-({term})" for term in terms]
    return list(dict.fromkeys([*zero, *texts])) if known else []


__all__ = ["Term", "witnesses"]
