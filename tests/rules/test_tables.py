"""Runs every table, and what holds of all rules alike: types, positions, names of arguments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from certificates.format import Rejected, Unreadable
from certificates.judgments import Comparison
from certificates.kernel import apply
from certificates.language import read_judgment
from certificates.rules import RULES
from certificates.terms import scalar_variables

from . import (
    data,
    enclosures,
    frequencies,
    lipschitz,
    lower,
    networks,
    norms,
    operator_bounds,
    statement,
)
from .table import GENERAL, Case

MODULES = (
    statement,
    norms,
    lipschitz,
    data,
    operator_bounds,
    lower,
    frequencies,
    networks,
    enclosures,
)
TABLES: dict[str, list[Case]] = {
    name: cases for module in MODULES for name, cases in module.TABLES.items()
}
ENTRIES = [
    pytest.param(rule, case, id=f"{rule}: {case.title}")
    for rule, cases in TABLES.items()
    for case in cases
]
FIRST = {rule: next(case for case in cases if case.gives) for rule, cases in TABLES.items()}
WITH_PREMISES = [rule for rule, row in RULES.items() if row.premises]
FIXED = [rule for rule, row in RULES.items() if ... not in row.premises]
ARGUMENTS = [(rule, name) for rule, row in RULES.items() for name in row.arguments]


@pytest.mark.parametrize(("rule", "case"), ENTRIES)
def test_entry(rule: str, case: Case) -> None:
    """An entry gives its conclusion, or is refused for its reason, at its address."""
    if case.because:
        with pytest.raises(case.error) as caught:
            case.step(rule)
        assert case.because in str(caught.value)
        assert str(caught.value).startswith(f"here ({rule})")
        return
    step = case.step(rule)
    names = case.world.read().names
    assert step.conclusion == read_judgment(case.gives, names, "gives")
    # what a certificate would hold is the printed form
    assert step.conclusion == read_judgment(str(step.conclusion), names, "printed")
    marks = {f"p{k}" for k in range(len(case.premises))}
    own = {mark for mark in step.depends if not mark.startswith("p")}
    assert step.depends - own == marks
    if rule == "members" and isinstance(step.conclusion, Comparison):
        assert own == {f"range {name}" for name in scalar_variables(step.conclusion.difference)}
    else:
        assert bool(own) == (rule in ("given", "range", "denied"))
    assert {mark.split()[0] for mark in own} <= {"given", "range", "denied"}


def test_every_rule_has_a_table() -> None:
    """At least one entry that is accepted and two that are refused, with distinct titles."""
    assert list(RULES) == sorted(TABLES, key=list(RULES).index)
    for rule, cases in TABLES.items():
        assert sum(bool(case.gives) for case in cases) >= 1, rule
        assert sum(bool(case.because) for case in cases) >= 2, rule
        assert all(bool(case.gives) != bool(case.because) for case in cases), rule
        assert len({case.title for case in cases}) == len(cases), rule


# -------------------------------------------------------------- the same for every rule


def expect(raw: dict[str, Any], case: Case, error: type[Exception], because: str) -> None:
    """The raw step is refused after the case's premises."""
    context = case.world.read()
    earlier = [replace(FIRST["given"].step("given")) for _ in case.premises]
    for k, text in enumerate(case.premises):
        earlier[k] = replace(earlier[k], conclusion=read_judgment(text, context.names, "premise"))
    with pytest.raises(error) as caught:
        apply(context, earlier, raw, "here")
    assert because in str(caught.value)


@pytest.mark.parametrize("rule", FIXED)
def test_number_of_premises(rule: str) -> None:
    """One premise too many, and one too few."""
    case = FIRST[rule]
    count = len(case.premises)
    more = replace(case, premises=(*case.premises, "0 <= 1"))
    because = f"here ({rule}): {count + 1} premises, {count} are needed"
    expect(more.raw(rule), more, Rejected, because)
    if count:
        less = case.raw(rule) | {"premises": [str(k) for k in range(count - 1)]}
        because = f"here ({rule}): {count - 1} premises, {count} are needed"
        expect(less, case, Rejected, because)


@pytest.mark.parametrize("rule", WITH_PREMISES)
def test_type_of_premises(rule: str) -> None:
    """Each premise replaced by one of each other type."""
    case = FIRST[rule]
    for k, text in enumerate(case.premises):
        others = ["Lipschitz(Psi) > 1"]
        others.append("0 <= 1" if text.startswith("Lipschitz") else "Lipschitz(Psi) <= 1")
        for other in others:
            premises = tuple(other if j == k else t for j, t in enumerate(case.premises))
            wrong = replace(case, premises=premises)
            expect(wrong.raw(rule), wrong, Rejected, "is not of type")


@pytest.mark.parametrize("rule", RULES)
def test_positions_of_premises(rule: str) -> None:
    """A premise must be the position of an earlier step, written as a natural number."""
    case = FIRST[rule]
    count = len(case.premises)
    for place in (str(count), str(10**9)):
        raw = case.raw(rule) | {"premises": [place]}
        expect(raw, case, Rejected, f"here ({rule}): premise {place} is not an earlier step")
    for place in ("-1", "1/2", "", "x", str(1 << 40)):
        expect(case.raw(rule) | {"premises": [place]}, case, Unreadable, f"here ({rule}) premises")
    entries: list[object] = [0, True, None, ["0"]]
    for other in entries:
        expect(case.raw(rule) | {"premises": [other]}, case, Unreadable, "written as a string")
    values: list[object] = ["0", {}, None]
    for value in values:
        expect(case.raw(rule) | {"premises": value}, case, Unreadable, "a list is expected")


@pytest.mark.parametrize(("rule", "name"), ARGUMENTS)
def test_argument_missing(rule: str, name: str) -> None:
    """Every argument is needed."""
    case = FIRST[rule]
    rest = {key: value for key, value in case.arguments.items() if key != name}
    because = f"here ({rule}) arguments: the key {name!r} is missing"
    expect(case.raw(rule) | {"arguments": rest}, case, Unreadable, because)


@pytest.mark.parametrize("rule", RULES)
def test_argument_unknown(rule: str) -> None:
    """No other argument is allowed, and the arguments are an object."""
    case = FIRST[rule]
    more = case.arguments | {"hint": "1"}
    expect(case.raw(rule) | {"arguments": more}, case, Unreadable, "unknown key 'hint'")
    values: list[object] = ["", [], None]
    for other in values:
        expect(case.raw(rule) | {"arguments": other}, case, Unreadable, "an object is expected")


@pytest.mark.parametrize(("rule", "name"), ARGUMENTS)
@pytest.mark.parametrize("value", [None, True, 1, {}, {"a": "b"}, [None], [["1"]], [[["1"]]]])
def test_argument_of_wrong_type(rule: str, name: str, value: object) -> None:
    """A JSON value of the wrong shape cannot be read, or is refused; nothing else happens."""
    case = FIRST[rule]
    raw = case.raw(rule) | {"arguments": case.arguments | {name: value}}
    expect(raw, case, (Unreadable, Rejected), f"here ({rule})")  # type: ignore[arg-type]


@pytest.mark.parametrize("rule", RULES)
def test_keys_of_a_step(rule: str) -> None:
    """Rule, premises and arguments are needed, a conclusion is allowed, nothing else is."""
    case = FIRST[rule]
    raw = case.raw(rule)
    for key in raw:
        rest = {name: value for name, value in raw.items() if name != key}
        expect(rest, case, Unreadable, f"here: the key {key!r} is missing")
    expect(raw | {"comment": "so"}, case, Unreadable, "here: unknown key 'comment'")
    expect(raw | {"rule": rule + "x"}, case, Unreadable, f"here.rule: unknown '{rule}x'")
    expect(raw | {"rule": [rule]}, case, Unreadable, "here.rule: a string is expected")


def test_a_step_is_an_object() -> None:
    """A step of any other kind is unreadable."""
    values: list[object] = ["given", [], None, True]
    for raw in values:
        with pytest.raises(Unreadable, match="here: an object is expected"):
            apply(GENERAL.read(), [], raw, "here")
