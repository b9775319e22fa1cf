"""Small files that once took minutes or gigabytes: each is refused, or done, at once.

Nothing is timed: a test that hangs is noticed.
"""

from __future__ import annotations

import pytest

from certificates.format import Rejected, Unreadable
from certificates.kernel import apply, prepare

HEAD = """statement cost "a small file"
spaces X
linear B : X -> X
vectors x, y in X
constants L > 0
"""
DEFINE = "define F(t in X) = " + " + ".join("B " * k + "t" for k in range(1, 20)) + "\n"
PROVE = "conclude\n  0 <= L\n"


def step(rule: str, premises: list[str] | None = None, **arguments: object) -> dict[str, object]:
    """A raw step."""
    return {"rule": rule, "premises": premises or [], "arguments": arguments}


def test_products_of_norms_of_long_terms() -> None:
    """The text of a term is written once, however often it is compared."""
    context = prepare((HEAD + DEFINE + PROVE).encode(), None, "certified", {}, {}, {})
    factor = " + ".join(f"|F(x) + {k} y|" for k in range(1, 60))
    raw = step("nonnegative", scalar=f"({factor}) ({factor})")
    assert len(str(apply(context, [], raw, "step").conclusion)) > 100_000


@pytest.mark.parametrize("text", ["L " * 5_000, "(1 + L) " * 400, "(|x| + |y| + L)" * 64])
def test_products_of_many_factors(text: str) -> None:
    """The degree is limited before anything is multiplied out."""
    context = prepare((HEAD + PROVE).encode(), None, "certified", {}, {}, {})
    with pytest.raises(Unreadable, match="a product has more than"):
        apply(context, [], step("nonnegative", scalar=text), "step")


def test_long_sums() -> None:
    """Sums are added up at once."""
    context = prepare((HEAD + PROVE).encode(), None, "certified", {}, {}, {})
    text = " + ".join(f"|y + {k} x|" for k in range(2_000))
    apply(context, [], step("nonnegative", scalar=text), "step")
    summands = [["1", f"B(x + {k} y)"] for k in range(2_000)]
    apply(context, [], step("triangle", summands=summands), "step")


@pytest.mark.parametrize("digits", [90_000, 262_000])
def test_numbers_in_terms_are_short(digits: int) -> None:
    """They are multiplied into every entry of the data."""
    context = prepare((HEAD + PROVE).encode(), None, "certified", {}, {}, {})
    long = "0x" + "f" * digits
    with pytest.raises(Unreadable, match=r"at most|over 100000 characters"):
        apply(context, [], step("compute", claim=f"|1/{long} x| <= L"), "step")
    with pytest.raises(Unreadable, match="a number in a term has at most 16384 bits"):
        apply(context, [], step("operator_rows", map="B", bound=long), "step")
    with pytest.raises(Unreadable, match="a number in a term has at most 16384 bits"):
        apply(context, [], step("triangle", summands=[[long, "x"]]), "step")


def test_one_long_premise_named_many_times() -> None:
    """The products of terms are counted before they are made."""
    context = prepare((HEAD + PROVE).encode(), None, "certified", {}, {}, {})
    text = " + ".join(f"|y + {k} x|" for k in range(2_000))
    first = apply(context, [], step("nonnegative", scalar=text), "step")
    raw = step("linear", ["0"] * 100_000, multipliers=["1"] * 100_000)
    with pytest.raises(Rejected, match="more than 131072 products of terms"):
        apply(context, [first], raw, "step")
