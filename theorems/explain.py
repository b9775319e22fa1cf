"""A counterexample in words: what every hypothesis comes to, and by how much a conclusion fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from certificates.arrays import ReadFile
from certificates.exact import Roots
from certificates.format import Rejected
from certificates.judgments import Comparison, Judgment, Lipschitz, NotLipschitz, negations
from certificates.show import fold, vector_text
from certificates.statements import read_statement
from certificates.values import Context

from .decimals import both
from .derivation import Derivation
from .refutation import no_files, refute

WHY = {
    "constant_map": "it is constant",
    "constant_definition": "it is constant",
    "mcshane": "it is McShane's extension with this slope",
    "everywhere": "by the bounds of the maps inside",
    "operator_rows": "by the norms of the rows",
    "operator_columns": "by the norms of the columns",
    "operator_signs": "by trying all signs",
    "operator_gram": "by its Gram matrix",
}


def explain(
    statement_file: bytes,
    problem_file: bytes,
    choices: Mapping[str, str],
    read_file: ReadFile = no_files,
) -> list[str]:
    """The counterexample, a line for each thing: chosen vectors, hypotheses, what is violated.

    Takes what `refute` takes, and raises what it raises if this is no counterexample.
    """
    return list(_lines(statement_file, refute(statement_file, problem_file, choices, read_file)))


def _lines(statement_file: bytes, d: Derivation) -> Iterator[str]:
    context = d.context
    chosen = d.header.get("choices", {})
    for name, text in chosen.items() if isinstance(chosen, dict) else []:
        value = context.vectors.get(str(text))
        yield f"take {name} = {text}" + (f" = {fold(vector_text(value[1]))}" if value else "")
    # as written, names of the variables and all; the resolved judgments have the values
    written = read_statement(statement_file)
    for hypothesis, resolved in zip(written.given, context.statement.given, strict=True):
        said = fold(str(hypothesis.judgment))
        yield f"{hypothesis.label}: {said} is true: {_held(d, resolved.judgment)}"
    for variable, found in zip(written.for_all, context.statement.for_all, strict=True):
        for limit, judgment in zip(variable.range, found.range, strict=True):
            yield f"range of {variable.name}: {fold(str(limit))} is true: {_held(d, judgment)}"
    decided = {step.conclusion for step in d.steps}
    for claim, conclusion in zip(written.conclude, context.statement.conclude, strict=True):
        if all(any(n in decided for n in negations(one)) for one in conclusion.any):
            for said_one, one in zip(claim.any, conclusion.any, strict=True):
                yield f"violated: {fold(str(said_one))} is false: {_failed(d, one)}"


def _held(d: Derivation, judgment: Judgment) -> str:
    """Why a judgment is true."""
    if isinstance(judgment, Comparison):
        return sides(d.context, judgment)
    if isinstance(judgment, Lipschitz):
        bounds = [
            (step.conclusion, step.rule)
            for step in d.steps
            if isinstance(step.conclusion, Lipschitz) and step.conclusion.map == judgment.map
        ]
        proved = [(found, WHY[rule]) for found, rule in bounds if rule in WHY]
        limit = both(d.context.scalar(judgment.bound))
        if not proved:
            return str(judgment)
        return f"{proved[-1][0]}, {proved[-1][1]}, and the bound is {limit}"
    return _steep(d, judgment)


def _steep(d: Derivation, judgment: NotLipschitz) -> str:
    """The secant that shows a slope."""
    for step in d.steps:
        if step.rule == "secant" and step.conclusion == judgment:
            premise = d.steps[step.premises[0]].conclusion
            if isinstance(premise, Comparison):
                return f"{fold(str(premise))}, in numbers {sides(d.context, premise)}"
    return str(judgment)


def _failed(d: Derivation, claim: Judgment) -> str:
    """Why a judgment is false, and by how much."""
    if not isinstance(claim, Comparison):
        return _held(d, negations(claim)[0])
    left, right = (d.context.scalar(side) for side in claim.sides)
    gap = left - right if (left - right).sign() > 0 else right - left
    if not gap.sign():
        return f"both sides are {both(left)}"
    return f"{sides(d.context, claim)}, a difference of {both(gap)}"


def sides(context: Context, comparison: Comparison) -> str:
    """The values of both sides, such as "sqrt(2) (~1.41421) > 1"."""
    try:
        left, right = (context.scalar(side) for side in comparison.sides)
    except Rejected:
        return str(comparison)
    return f"{both(left)} {relation(left, right)} {both(right)}"


def relation(left: Roots, right: Roots) -> str:
    """<, = or >."""
    return {-1: "<", 0: "=", 1: ">"}[(left - right).sign()]
