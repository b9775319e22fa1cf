"""The rule `members` against plain loops over small integers, and what it leaves behind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.format import Rejected, write_json
from certificates.kernel import apply, prepare
from certificates.problem import FORMAT, read_problem
from certificates.statements import read_statement
from certificates.values import Context

STATEMENT = b"""statement m "two variables of finite sets"
spaces X
sets S, T in X
units u
constants a, b, c
for all s in S with |s| <= a
for all t in T with |t - u s| <= b and |t| > 0
conclude
  |s| <= c
"""
integers = st.integers(-4, 4)
members = st.lists(integers, min_size=1, max_size=4)


def scope(one: list[int], other: list[int], constants: tuple[int, int, int], u: int) -> Context:
    """The data on the line."""

    def stack(values: list[int]) -> dict[str, object]:
        return {"space": "X", "array": {"entries": [[str(v)] for v in values]}}

    table = {
        "format": FORMAT,
        "field": "R",
        "spaces": {"X": {"dimension": "1", "norm": "linf"}},
        "sets": {"S": stack(one), "T": stack(other)},
        "units": {"u": {"real": str(u)}},
        "constants": dict(zip("abc", map(str, constants), strict=True)),
    }
    statement = read_statement(STATEMENT)
    data = read_problem(write_json(table), lambda name: b"", statement)
    return prepare(STATEMENT, data, "certified", {}, {}, {})


def accepted(context: Context, claim: str) -> bool:
    """Whether the rule takes the claim; it depends on the variables that the claim names."""
    raw = {"rule": "members", "premises": [], "arguments": {"claim": claim}}
    try:
        step = apply(context, [], raw, "here")
    except Rejected as error:
        if "is false for" not in str(error):
            raise
        return False
    finally:
        assert context.taken == {}
    assert step.depends == {f"range {name}" for name in "st" if f"{name}|" in claim}
    return True


@given(members, members, st.tuples(integers, integers, integers), st.sampled_from([1, -1]))
def test_members_against_loops(
    one: list[int], other: list[int], constants: tuple[int, int, int], u: int
) -> None:
    """Ranges that depend on each other, also where the claim names the second variable only."""
    a, b, c = constants
    context = scope(one, other, constants, u)
    first = [s for s in one if abs(s) <= a]
    pairs = [(s, t) for s in first for t in other if abs(t - u * s) <= b and t != 0]
    assert accepted(context, "|s| <= c") == all(abs(s) <= c for s in first)
    assert accepted(context, "|t| < c") == all(abs(t) < c for _, t in pairs)
    assert accepted(context, "|s| + |t| <= c") == all(abs(s) + abs(t) <= c for s, t in pairs)
    assert accepted(context, "|t| |s| >= c + |u t|") == all(
        abs(t) * abs(s) >= c + abs(t) for s, t in pairs
    )


def test_a_refusal_leaves_no_member_behind() -> None:
    """Even while the exception is kept: a variable has no value in the next step."""
    context = scope([1, 4], [2], (9, 9, 3), 1)
    raw = {"rule": "members", "premises": [], "arguments": {"claim": "|s| <= c"}}
    with pytest.raises(Rejected, match="is false for s = S_2") as kept:
        apply(context, [], raw, "here")
    compute = {"rule": "compute", "premises": [], "arguments": {"claim": "|s| >= 4"}}
    with pytest.raises(Rejected, match="s stands for every vector of its range"):
        apply(context, [], compute, "here")
    assert kept.value is not None
