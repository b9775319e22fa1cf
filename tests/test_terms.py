"""Terms and their language: the normal form keeps the value, and its text reads back.

Expressions are drawn together with their value in a small model: X = Q^2, Y = Q^3 with the l1
norm, two linear maps, one map that is not linear, and vectors.  Parsing, normalising and
evaluating the normal form must give the same value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st

from certificates.format import Unreadable
from certificates.judgments import Comparison, negations
from certificates.language import (
    Defined,
    Map,
    Named,
    Names,
    Signed,
    Space,
    Unit,
    read_judgment,
    read_scalar,
    read_term,
)
from certificates.statements import read_statement
from certificates.terms import (
    Atom,
    Bound,
    Constant,
    Datum,
    Image,
    Scalar,
    Term,
    Turned,
    Value,
    bound_variables,
    image,
    norm,
    substitute,
    times_units,
    turned,
    value,
)

Values = tuple[Fraction, ...]
Drawn = tuple[str, Values]

LINEAR = {"A": ((1, -2), (0, 3), (2, 1)), "B": ((1, 0, -1), (2, 5, 1))}
VECTORS = {
    "x": ("X", (Fraction(3), Fraction(-1, 2))),
    "x_det": ("X", (Fraction(0), Fraction(7))),
    "y": ("Y", (Fraction(1), Fraction(1, 3), Fraction(-4))),
    "e": ("Y", (Fraction(-2), Fraction(5), Fraction(1, 7))),
}
CONSTANTS = {"delta": Fraction(2, 3), "L": Fraction(5), "c": Fraction(-1, 4)}
DIMENSION = {"X": 2, "Y": 3}


def psi(v: Values) -> Values:
    """A map Y -> X that is not linear."""
    return v[0] * v[1] + 1, v[2] * v[2] - v[0]


def linear(name: str, v: Values) -> Values:
    """A linear map."""
    return tuple(
        sum((a * b for a, b in zip(row, v, strict=True)), Fraction(0)) for row in LINEAR[name]
    )


def add(v: Values, factor: Fraction, w: Values) -> Values:
    """v + factor w."""
    return tuple(a + factor * b for a, b in zip(v, w, strict=True))


def names() -> Names:
    """The scope; e is a bound variable, Twist(v) = B v - 2 Psi(A Psi(v)) + x a defined map."""
    found: Names = {"X": Space(None), "Y": Space(None)}
    for name, (space, _) in VECTORS.items():
        found[name] = Named(Term.of(Bound(name, space) if name == "e" else Datum(name, space)))
    found |= {"A": Map("X", "Y", True), "B": Map("Y", "X", True), "Psi": Map("Y", "X", False)}
    found |= {"delta": Signed(">"), "L": Signed(">="), "c": Signed("")}
    inner = found | {"v": Named(Term.of(Bound("v", "Y")))}
    body = read_term("B v - 2 Psi(A Psi(v)) + x", inner, "Twist")
    return found | {"Twist": Defined("Y", "X", "v", body)}


NAMES = names()


# ----------------------------------------------------------------------------- the model


def evaluate(term: Term, vectors: Mapping[str, Values]) -> Values:
    """The value of a normal form in the model."""
    total: Values = (Fraction(0),) * DIMENSION[term.space]
    for atom, coefficient in term.parts:
        total = add(total, coefficient, evaluate_atom(atom, vectors))
    return total


def evaluate_atom(atom: Atom, vectors: Mapping[str, Values]) -> Values:
    """The value of an atom in the model."""
    if isinstance(atom, Datum | Bound):
        return vectors[atom.name]
    if isinstance(atom, Image):
        return linear(atom.map, evaluate_atom(atom.argument, vectors))
    return psi(evaluate(atom.argument, vectors))


def evaluate_scalar(scalar: Scalar) -> Fraction:
    """The value of a scalar normal form in the model."""
    total = Fraction(0)
    for monomial, coefficient in scalar.parts:
        for quantity in monomial:
            if isinstance(quantity, Constant):
                coefficient *= CONSTANTS[quantity.name]
            else:
                coefficient *= sum(map(abs, evaluate(quantity.term, MODEL)), Fraction(0))
        total += coefficient
    return total


MODEL = {name: value for name, (_, value) in VECTORS.items()}

# ------------------------------------------------------------------------ drawn expressions

numbers = st.builds(Fraction, st.integers(0, 9), st.integers(1, 5))
gaps = st.sampled_from(["", " ", "  "])


@st.composite
def factors(draw: st.DrawFn, space: str, depth: int) -> Drawn:
    """A name, a map at an expression, or an expression in brackets."""
    shape = draw(st.integers(0, 3)) if depth else 0
    if shape == 1:
        text, value = draw(expressions(space, depth - 1))
        return f"({text})", value
    if shape == 2:
        name, other = ("B", "Y") if space == "X" else ("A", "X")
        text, value = draw(factors(other, depth - 1))
        return f"{name} {text}", linear(name, value)
    if shape == 3 and space == "X":
        text, value = draw(expressions("Y", depth - 1))
        if draw(st.booleans()):
            return f"Psi({text})", psi(value)
        inner = psi(linear("A", psi(value)))
        return f"Twist({text})", add(
            add(linear("B", value), Fraction(-2), inner), Fraction(1), MODEL["x"]
        )
    name = draw(st.sampled_from([n for n, (s, _) in VECTORS.items() if s == space]))
    return name, MODEL[name]


@st.composite
def expressions(draw: st.DrawFn, space: str, depth: int = 2) -> Drawn:
    """A sum of factors with numbers before them."""
    text = ""
    total: Values = (Fraction(0),) * DIMENSION[space]
    for k in range(draw(st.integers(1, 3))):
        sign = draw(st.sampled_from([1, -1]))
        name, value = draw(factors(space, depth))
        number = draw(st.one_of(st.none(), numbers))
        operator = "-" if sign < 0 else "+" if k else ""
        product = name if number is None else f"{number}{draw(st.sampled_from([' ', ' * ']))}{name}"
        text += draw(gaps) + operator + draw(gaps) + product
        total = add(total, sign * (Fraction(1) if number is None else number), value)
    return text, total


@st.composite
def scalars(draw: st.DrawFn, depth: int = 2) -> tuple[str, Fraction]:
    """A sum of products of numbers, constants, norms and brackets."""
    text, total = "", Fraction(0)
    for k in range(draw(st.integers(1, 3))):
        sign = draw(st.sampled_from([1, -1]))
        words, product = [], Fraction(1)
        for _ in range(draw(st.integers(1, 3))):
            shape = draw(st.integers(0, 3 if depth else 1))
            if shape == 0:
                number = draw(numbers)
                words.append(str(number))
                product *= number
            elif shape == 1:
                name = draw(st.sampled_from(list(CONSTANTS)))
                words.append(name)
                product *= CONSTANTS[name]
            elif shape == 2:
                inner, vector = draw(expressions(draw(st.sampled_from(["X", "Y"])), 1))
                words.append(f"|{inner}|")
                product *= sum(map(abs, vector), Fraction(0))
            else:
                inner, value = draw(scalars(depth - 1))
                words.append(f"({inner})")
                product *= value
        operator = "-" if sign < 0 else "+" if k else ""
        star = draw(st.booleans()) or any(word[:1].isdigit() for word in words[1:])
        text += f" {operator} " + (" * " if star else " ").join(words)
        total += sign * product
    return text, total


spaces = st.sampled_from(["X", "Y"])
vectors = spaces.flatmap(expressions)


def vector_term(drawn: Drawn) -> Term:
    """The normal form of a drawn expression."""
    return read_term(drawn[0], NAMES, "drawn")


# ------------------------------------------------------------------------------ properties


@given(vectors)
def test_value_of_a_term(drawn: Drawn) -> None:
    """The normal form has the value of the expression."""
    assert evaluate(vector_term(drawn), MODEL) == drawn[1]


@given(vectors)
def test_text_of_a_term(drawn: Drawn) -> None:
    """Printing and reading gives the same term."""
    term = vector_term(drawn)
    assume(term.parts)  # a lone 0 is a scalar
    again = read_term(str(term), NAMES, "printed")
    assert again == term
    assert hash(again) == hash(term)
    assert again.size == term.size


def test_text_of_a_map_at_nought() -> None:
    """Printing and reading gives the same term for Psi(0) too."""
    term = read_term("Psi(y - y)", NAMES, "drawn")
    assert read_term(str(term), NAMES, "printed") == term


@given(spaces.flatmap(lambda s: st.tuples(expressions(s), expressions(s))), numbers)
def test_normal_form_is_unique(pair: tuple[Drawn, Drawn], number: Fraction) -> None:
    """The laws of a vector space, and of linear maps, hold as equality of terms."""
    (left, _), (right, _) = pair

    def same(one: str, other: str) -> None:
        assert read_term(one, NAMES, "one") == read_term(other, NAMES, "other")

    same(f"({left}) + ({right})", f"({right}) + ({left})")
    same(f"({left}) - ({right})", f"-({right}) + ({left})")
    same(f"{number} (({left}) + ({right}))", f"{number} ({left}) + {number} ({right})")
    same(f"({left}) + ({right}) - ({right})", left)
    space = read_term(left, NAMES, "left").space
    name = "A" if space == "X" else "B"
    same(f"{name}(({left}) - 3 ({right}))", f"{name}({left}) - 3 {name}({right})")


@given(expressions("X"), expressions("Y"))
def test_substitute(drawn: Drawn, replacement: Drawn) -> None:
    """e is replaced everywhere, and nowhere in what replaces it."""
    term, new = vector_term(drawn), vector_term(replacement)
    result = substitute(term, "e", new)
    assert evaluate(result, MODEL) == evaluate(term, MODEL | {"e": replacement[1]})
    expected = bound_variables(new) if "e" in bound_variables(term) else set()
    # a sum of replacements may cancel
    assert bound_variables(result) <= expected
    assert substitute(term, "q", new) == term


@given(scalars())
def test_value_and_text_of_a_scalar(drawn: tuple[str, Fraction]) -> None:
    """The normal form has the value of the expression, and its text reads back."""
    scalar = read_scalar(drawn[0], NAMES, "drawn")
    assert evaluate_scalar(scalar) == drawn[1]
    assert read_scalar(str(scalar), NAMES, "printed") == scalar


@given(vectors, st.integers(-5, 5))
def test_norm_is_normalised(drawn: Drawn, factor: int) -> None:
    """|c t| = |c| |t| as an equality of scalars, and the atom's leading coefficient is 1."""
    term = vector_term(drawn)
    assert norm(term.times(Fraction(factor))) == norm(term).times(Fraction(abs(factor)))
    assert (norm(term) == Scalar()) == (not term.parts)


@given(scalars(), scalars(), st.sampled_from(["<=", "<", ">=", ">", "="]))
def test_comparisons(left: tuple[str, Fraction], right: tuple[str, Fraction], symbol: str) -> None:
    """The same as their printed form, as their mirror image, and false when a negation holds."""
    found = read_judgment(f"{left[0]} {symbol} {right[0]}", NAMES, "drawn")
    assert isinstance(found, Comparison)
    mirror = {"<=": ">=", "<": ">", ">=": "<=", ">": "<", "=": "="}[symbol]
    assert read_judgment(f"{right[0]} {mirror} {left[0]}", NAMES, "mirror") == found
    difference = evaluate_scalar(found.difference)
    truth = {"<=": difference >= 0, "<": difference > 0, "=": difference == 0}
    a, b = left[1], right[1]
    wanted = {"<=": a <= b, "<": a < b, ">=": a >= b, ">": a > b, "=": a == b}[symbol]
    assert truth[found.relation] == wanted
    opposites = []
    for negation in negations(found):
        assert isinstance(negation, Comparison)
        value = evaluate_scalar(negation.difference)
        opposites.append(value > 0 if negation.relation == "<" else value >= 0)
    assert any(opposites) == (not wanted)
    assert read_judgment(str(found), NAMES, "printed") == found


# --------------------------------------------------------------- numbers of modulus 1

UNITS = NAMES | {"u": Unit(), "v": Unit(), "w": Unit()}
words = st.sampled_from(["u", "v", "w", "conj(u)", "conj(v)", "conj(w)"])
conjugates = {"u": "conj(u)", "v": "conj(v)", "w": "conj(w)"}
conjugates |= {conjugate: unit for unit, conjugate in conjugates.items()}


@st.composite
def products(draw: st.DrawFn, most: int = 3) -> list[str]:
    """Some numbers of modulus 1."""
    return draw(st.lists(words, max_size=most))


@st.composite
def turned_sums(draw: st.DrawFn, space: str) -> str:
    """A sum of vectors, each behind a number and some numbers of modulus 1."""
    atoms = {
        "X": ["x", "x_det", "B y", "B u y", "Psi(y)", "Psi(v y)", "(x - w x_det)", "Twist(e)"],
        "Y": ["y", "e", "A x", "A conj(u) x", "A Psi(u e + y)", "(u y - e)", "A(2 x + v x_det)"],
    }[space]
    text = ""
    for k in range(draw(st.integers(1, 4))):
        number = draw(st.sampled_from(["", "2 ", "1/3 ", "5 * "]))
        gap = draw(st.sampled_from([" ", " * "]))
        factors = "".join(word + gap for word in draw(products()))
        sign = draw(st.sampled_from("+-")) if k else draw(st.sampled_from(["", "-"]))
        text += f"{sign} {number}{factors}{draw(st.sampled_from(atoms))} "
    return text


def read_turned(text: str) -> Term:
    """A term with numbers of modulus 1."""
    return read_term(text, UNITS, "drawn")


@given(spaces.flatmap(turned_sums), products())
def test_norms_do_not_see_a_common_unit(text: str, common: list[str]) -> None:
    """|u t| = |t| as an equality of scalars, and the other laws of norms."""
    term = norm(read_turned(text))
    for word in ["", "-", "3 "]:
        factor = Fraction(3 if word == "3 " else 1)
        again = norm(read_turned(f"{word}{' '.join(common)} ({text})"))
        assert again == term.times(factor)
    assert read_scalar(str(term), UNITS, "printed") == term


@given(spaces.flatmap(turned_sums), products(5))
def test_a_conjugate_cancels(text: str, common: list[str]) -> None:
    """u conj(u) = 1, in any order, and a unit passes a linear map and a sum."""
    term = read_turned(text)
    back = " ".join(conjugates[word] for word in sorted(common))
    assert read_turned(f"{' '.join(common)} {back} ({text})") == term
    product = " ".join(common)
    name = "A" if term.space == "X" else "B"
    one, other = read_turned(f"{product} {name}({text})"), f"{name} {product} ({text})"
    assert one == read_turned(other) == read_turned(f"{name}({product} ({text}))")
    assert read_turned(f"{product} (3 ({text}))") == read_turned(f"3 {product} ({text})")


@given(spaces.flatmap(turned_sums), expressions("Y"))
def test_text_of_a_turned_term(text: str, replacement: Drawn) -> None:
    """Printing and reading gives the same term; so does replacing a variable before and after."""
    term = read_turned(text)
    assume(term.parts)
    again = read_turned(str(term))
    assert again == term
    assert (hash(again), again.size, again.depth) == (hash(term), term.size, term.depth)
    new = vector_term(replacement)
    replaced = substitute(term, "e", new)
    assert replaced == substitute(read_turned(str(term)), "e", new)
    for unit in ("u", "conj(v)"):  # replacing and turning may be exchanged
        units = ((unit, 1),) if unit == "u" else (("v", -1),)
        turned_first = substitute(turned(units, term), "e", new)
        assert turned_first == turned(units, replaced)


# the same model over the numbers p + i q, as pairs

Pair = tuple[Fraction, Fraction]
Pairs = tuple[Pair, ...]
ROTATIONS: dict[str, Pair] = {
    "u": (Fraction(3, 5), Fraction(4, 5)),
    "v": (Fraction(0), Fraction(1)),
    "w": (Fraction(-5, 13), Fraction(12, 13)),
}


def times(one: Pair, other: Pair) -> Pair:
    """The product of two complex numbers."""
    (a, b), (c, d) = one, other
    return a * c - b * d, a * d + b * c


def rotation(word: str) -> Pair:
    """The value of u or conj(u)."""
    if word in ROTATIONS:
        return ROTATIONS[word]
    real, imag = ROTATIONS[word[5]]
    return real, -imag


def scaled(number: Pair, v: Pairs) -> Pairs:
    """A multiple of a complex vector."""
    return tuple(times(number, entry) for entry in v)


def plus(v: Pairs, w: Pairs) -> Pairs:
    """The sum of complex vectors."""
    return tuple((a + c, b + d) for (a, b), (c, d) in zip(v, w, strict=True))


def linear_pairs(name: str, v: Pairs) -> Pairs:
    """The linear maps of the model."""
    real, imag = (linear(name, tuple(entry[k] for entry in v)) for k in (0, 1))
    return tuple(zip(real, imag, strict=True))


def psi_pairs(v: Pairs) -> Pairs:
    """A map Y -> X that is neither linear nor a polynomial."""
    return times(v[0], (v[1][0], Fraction(1))), (v[2][1], v[0][0])


PLAIN = {name: tuple((a, a - 1) for a in v) for name, v in MODEL.items()}
DrawnPairs = tuple[str, Pairs]


@st.composite
def turned_factors(draw: st.DrawFn, space: str, depth: int) -> DrawnPairs:
    """A name, a map at something, or an expression in brackets; with units between."""
    shape = draw(st.integers(0, 4)) if depth else 0
    if shape == 1:
        text, value = draw(turned_expressions(space, depth - 1))
        return f"({text})", value
    if shape in (2, 3):
        name, other = ("B", "Y") if space == "X" else ("A", "X")
        text, value = draw(turned_factors(other, depth - 1))
        units = draw(products())
        for word in units:
            value = scaled(rotation(word), value)
        return " ".join([name, *units, text]), linear_pairs(name, value)
    if shape == 4 and space == "X":
        text, value = draw(turned_expressions("Y", depth - 1))
        return f"Psi({text})", psi_pairs(value)
    name = draw(st.sampled_from([n for n, (s, _) in VECTORS.items() if s == space]))
    return name, PLAIN[name]


@st.composite
def turned_expressions(draw: st.DrawFn, space: str, depth: int = 2) -> DrawnPairs:
    """A sum of factors with numbers and units before them, in any order."""
    text = ""
    total: Pairs = ((Fraction(0), Fraction(0)),) * DIMENSION[space]
    for k in range(draw(st.integers(1, 3))):
        sign = draw(st.sampled_from([1, -1]))
        name, value = draw(turned_factors(space, depth))
        words = draw(products(2))
        number = draw(st.one_of(st.none(), numbers))
        for word in words:
            value = scaled(rotation(word), value)
        if number is not None:
            value = scaled((number, Fraction(0)), value)
            words.insert(draw(st.integers(0, len(words))), f"* {number} *")
        operator = "-" if sign < 0 else "+" if k else ""
        product = re.sub(r"^\* ", "", " ".join([*words, name]))
        text += f" {operator} {product}"
        total = plus(total, scaled((Fraction(sign), Fraction(0)), value))
    return text, total


def evaluate_pairs(term: Term) -> Pairs:
    """The value of a normal form in the complex model."""
    total: Pairs = ((Fraction(0), Fraction(0)),) * DIMENSION[term.space]
    for atom, coefficient in term.parts:
        total = plus(total, scaled((coefficient, Fraction(0)), evaluate_atom_pairs(atom)))
    return total


def evaluate_atom_pairs(atom: Atom) -> Pairs:
    """The value of an atom in the complex model."""
    if isinstance(atom, Datum | Bound):
        return PLAIN[atom.name]
    if isinstance(atom, Turned):
        value = evaluate_atom_pairs(atom.argument)
        for unit, power in atom.units:
            for _ in range(abs(power)):
                value = scaled(rotation(unit if power > 0 else f"conj({unit})"), value)
        return value
    if isinstance(atom, Image):
        return linear_pairs(atom.map, evaluate_atom_pairs(atom.argument))
    return psi_pairs(evaluate_pairs(atom.argument))


@given(spaces.flatmap(turned_expressions))
def test_value_of_a_turned_term(drawn: DrawnPairs) -> None:
    """The normal form has the value of the expression, and so has that of its l2 norm."""
    term = read_turned(drawn[0])
    assert evaluate_pairs(term) == drawn[1]
    square = sum((a * a + b * b for a, b in drawn[1]), Fraction(0))
    found = Fraction(0)
    for monomial, coefficient in norm(term).parts:  # one, or none
        (quantity,) = monomial
        assert not isinstance(quantity, Constant)
        pairs = evaluate_pairs(quantity.term)
        found += coefficient**2 * sum((a * a + b * b for a, b in pairs), Fraction(0))
    assert found == square
    assert evaluate_pairs(read_turned(f"{drawn[0]} + {'x' if term.space == 'X' else 'y'}")) == plus(
        drawn[1], PLAIN["x" if term.space == "X" else "y"]
    )


def test_units_are_told_apart() -> None:
    """What is not equal for all numbers of modulus 1 is not equal."""
    apart = [
        ("u x", "x"),
        ("u x", "conj(u) x"),
        ("u x", "v x"),
        ("u u x", "x"),
        ("u x + x_det", "x + u x_det"),
        ("Psi(u y)", "u Psi(y)"),
        ("u x - x", "0 x"),
    ]
    for one, other in apart:
        assert read_turned(one) != read_turned(other)
    norms = [
        ("|u x + x_det|", "|x + x_det|"),
        ("|u x + x_det|", "|x + u x_det|"),
        ("|u x - x|", "0"),
        ("|Psi(u y)|", "|Psi(y)|"),
        ("|u x + u v x_det|", "|x + conj(v) x_det|"),
        ("|x + u x + u u x|", "|x + u x + v x|"),
    ]
    for one, other in norms:
        assert read_scalar(one, UNITS, "one") != read_scalar(other, UNITS, "other")
    same = [
        ("|u x + x_det|", "|x + conj(u) x_det|"),
        ("|u x - x|", "|conj(u) x - x|"),
        ("|u x + v x_det|", "|v conj(u) x_det + x|"),
        ("|u u x + u x|", "|u x + x|"),
        ("|A u x - y|", "|conj(u) y - A x|"),
    ]
    for one, other in same:
        assert read_scalar(one, UNITS, "one") == read_scalar(other, UNITS, "other")


def test_text_of_units() -> None:
    """Sorted, powers written out, behind maps' names no more."""
    written = [
        ("A u x", "u A x"),
        ("v u u conj(v) x", "u u x"),
        ("conj(v) u x - 2 x", "u conj(v) x - 2 x"),
        ("B A conj(u) Psi(u y)", "conj(u) B A Psi(u y)"),
        ("A * u * x", None),
        ("A u * x", "u A x"),
    ]
    for text, wanted in written:
        if wanted is None:
            with pytest.raises(Unreadable):
                read_turned(text)
        else:
            assert str(read_turned(text)) == wanted


BROKEN_UNITS = [
    ("u", "column 1: expected a vector behind the number of modulus 1, found 'u'"),
    ("u v", "column 1: expected a vector behind the number of modulus 1, found 'u'"),
    ("u conj(u)", "column 1: expected a vector behind the number of modulus 1, found 'u'"),
    ("2 u", "column 3: expected a vector behind the number of modulus 1, found 'u'"),
    ("u 2 x", "column 1: expected a vector behind the number of modulus 1, found 'u'"),
    ("u |x|", "column 3: expected a vector behind the number of modulus 1, found '|'"),
    ("u + x", "column 1: expected a vector behind the number of modulus 1, found 'u'"),
    ("x u", "column 1: expected no vector on the left of a product, found 'x'"),
    ("u delta", "column 3: expected a vector behind the number of modulus 1, found 'delta'"),
    ("u * 2", "column 5: expected a vector behind the number of modulus 1, found '2'"),
    ("u (|x| - 1)", "column 3: expected a vector behind the number of modulus 1, found '('"),
    ("|u|", "column 2: expected a vector behind the number of modulus 1, found 'u'"),
    ("A u", "column 3: expected a vector behind the number of modulus 1, found 'u'"),
    ("A u |x|", "expected a vector behind the number of modulus 1"),
    ("A u y", "column 3: expected a vector of X, to which A applies, found 'u'"),
    ("A u x x", "column 5: expected no vector on the left of a product, found 'x'"),
    ("Psi(u)", "column 5: expected a vector behind the number of modulus 1, found 'u'"),
    ("Psi u y", "column 5: expected '(', found 'u'"),
    ("conj u x", "column 6: expected '(', found 'u'"),
    ("conj(x)", "column 6: expected a number of modulus 1, found 'x'"),
    ("conj(2)", "column 6: expected a number of modulus 1, found '2'"),
    ("conj(u v) x", "column 8: expected ')', found 'v'"),
    ("conj(conj(u)) x", "column 6: expected a number of modulus 1, found 'conj'"),
    ("delta u x", "column 1: expected a number as coefficient of the vector, found 'delta'"),
    ("u delta x", "column 3: expected a number as coefficient of the vector, found 'delta'"),
    ("(u) x", "column 2: expected a vector behind the number of modulus 1, found 'u'"),
    ("u(x)(x)", "column 2: expected no vector on the left of a product, found '('"),
    ("u " * 17 + "x", "a product of more than 16 units"),
]


@pytest.mark.parametrize(("text", "phrase"), BROKEN_UNITS)
def test_broken_units(text: str, phrase: str) -> None:
    """A number of modulus 1 stands before a vector, and nowhere else."""
    with pytest.raises(Unreadable) as caught:
        read_turned(text)
    assert phrase in str(caught.value)


def test_sizes_of_products_of_units() -> None:
    """At most 16 factors are left."""
    sixteen = tuple(sorted({"u": 9, "v": -7}.items()))
    assert times_units(sixteen, (("u", -9),)) == (("v", -7),)
    with pytest.raises(Unreadable, match="more than 16 units"):
        times_units(sixteen, (("w", 1),))
    read_turned("u conj(u) " * 40 + "x")


# ------------------------------------------------------------- polynomials against sympy


@st.composite
def polynomials(draw: st.DrawFn, depth: int = 3) -> tuple[Scalar, sympy.Expr]:
    """The same polynomial in three constants, by the kernel and by sympy."""
    shape = draw(st.integers(0, 4)) if depth else draw(st.integers(0, 1))
    if shape == 0:
        number = draw(st.builds(Fraction, st.integers(-9, 9), st.integers(1, 4)))
        return Scalar.number(number), sympy.Rational(number.numerator, number.denominator)
    if shape == 1:
        name = draw(st.sampled_from(list(CONSTANTS)))
        return Scalar.of(Constant(name)), sympy.Symbol(name)
    (a, p), (b, q) = draw(polynomials(depth - 1)), draw(polynomials(depth - 1))
    if shape == 2:
        return a + b, p + q
    return (a - b, p - q) if shape == 3 else (a * b, p * q)


@given(polynomials())
def test_polynomials_against_sympy(pair: tuple[Scalar, sympy.Expr]) -> None:
    """The monomials and coefficients are those of sympy's expansion."""
    scalar, expression = pair
    found = {
        sympy.Mul(*[sympy.Symbol(str(quantity)) for quantity in monomial]): sympy.Rational(
            coefficient.numerator, coefficient.denominator
        )
        for monomial, coefficient in scalar.parts
    }
    expected = sympy.expand(expression).as_coefficients_dict()
    assert found == {monomial: c for monomial, c in expected.items() if c}
    number = scalar.as_number()
    assert (number is not None) == sympy.expand(expression).is_Number


# ------------------------------------------------------------------------------- refusals

BROKEN = [
    ("10 000 x", "column 4: expected the end of the line, found '000'"),
    ("3 1/2 x", "column 3: expected the end of the line, found '1/2'"),
    ("x + ", "column 5: expected a number, a name, '(' or '|', found the end"),
    (
        "x + y",
        "column 5: expected a vector of X to add to the one before, not a vector of Y, found 'y'",
    ),
    ("x + 1", "column 5: expected a vector of X to add to the one before, not a scalar, found '1'"),
    ("2 x_", "column 3: expected one of the names x, x_det, y, e, A, B, Psi, delta, L, c, Twist"),
    ("x x", "column 1: expected no vector on the left of a product, found 'x'"),
    ("delta x", "column 1: expected a number as coefficient of the vector, found 'delta'"),
    ("Psi x", "column 5: expected '(', found 'x'"),
    ("Psi(x)", "column 5: expected a vector of Y, to which Psi applies, found 'x'"),
    ("A y", "column 3: expected a vector of X, to which A applies, found 'y'"),
    ("A delta", "column 3: expected a vector of X, to which A applies, found 'delta'"),
    ("A(x", "column 4: expected ')', found the end"),
    ("x)", "column 2: expected the end of the line, found ')'"),
    ("0.5 x", "column 2: expected the end of the line, found '.'"),
    ("1e3 x", "column 1: '1e3 x' is not understood"),
    ("1/0 x", "'1/0' has denominator zero"),
    ("x / 2", "column 3: '/ 2' is not understood"),
    ("3 $ x", "column 3: '$ x' is not understood"),
    ("|x|", "is a scalar, a vector is expected"),
    ("Twist", "column 6: expected '(', found the end"),
    ("X", "column 1: expected one of the names"),
    ("for", "column 1: expected a number, a name"),
    ("(" * 40 + "x" + ")" * 40, "expected an expression nested at most 32 deep"),
    ("A B " * 20 + "x", "expected an expression nested at most 32 deep"),
    ("x" + " + x" * 40_000, "the expression has over 100000 characters"),
    ("\N{GREEK SMALL LETTER DELTA} x", "column 1"),
]


@pytest.mark.parametrize(("text", "phrase"), BROKEN)
def test_broken_terms(text: str, phrase: str) -> None:
    """The message names the column, what was expected and what was found."""
    with pytest.raises(Unreadable) as caught:
        read_term(text, NAMES, "here")
    assert str(caught.value).startswith("here")
    assert phrase in str(caught.value)


BROKEN_JUDGMENTS = [
    ("|x| <= |y| <= 1", "column 12: expected the end of the line, found '<='"),
    ("|x| == 1", "column 6: expected a number, a name, '(' or '|', found '='"),
    ("|x| =< 1", "column 6"),
    ("|x| ! 1", "column 5: '! 1' is not understood"),
    ("|1| <= 1", "expected a vector between the bars"),
    ("|x <= 1", "column 4: expected '|', found '<='"),
    ("||x|| <= 1", "column 2: expected a number, a name"),
    ("x + z <= 1", "column 5: expected one of the names"),
    ("2 - |x| x <= 1", "column 5: expected a number as coefficient of the vector, found '|'"),
    ("1 <= 2 |x| + x", "column 14: expected a scalar to add to the one before, not a vector of X"),
    ("|x| <= -x", "column 8: expected a scalar (put bars around the vector), found '-'"),
    ("|x| <= |delta x|", "column 9: expected a number as coefficient of the vector, found 'delta'"),
    ("|x_det - Psi(A x + 1)| <= 1", "column 20: expected a vector of Y to add to the one before"),
    ("x <= 1", "column 1: expected a scalar (put bars around the vector), found 'x'"),
    ("Lipschitz(x) <= 1", "column 11: expected the name of a map, found 'x'"),
    ("Lipschitz(Psi) < 1", "column 16: expected '<=' or '>', found '<'"),
    ("Lipschitz(Psi) = 1", "column 16: expected '<=' or '>', found '='"),
    ("Lipschitz Psi <= 1", "column 11: expected '(', found 'Psi'"),
    ("2 Lipschitz(Psi) <= 1", "column 3"),
    ("", "column 1: expected a number, a name, '(' or '|', found the end"),
]


@pytest.mark.parametrize(("text", "phrase"), BROKEN_JUDGMENTS)
def test_broken_judgments(text: str, phrase: str) -> None:
    """The same for judgments."""
    with pytest.raises(Unreadable) as caught:
        read_judgment(text, NAMES, "here")
    assert phrase in str(caught.value)


def test_sizes_are_limited() -> None:
    """More than 4,096 atoms or summands are refused, atoms inside arguments counted."""
    constants = [((Constant(f"c{k}"),), Fraction(1)) for k in range(4097)]
    assert len(Scalar.collect(constants[1:]).parts) == 4096
    with pytest.raises(Unreadable, match="more than 4096 summands"):
        Scalar.collect(constants)
    data = [(Fraction(1), Term.of(Datum(f"y{k}", "Y"))) for k in range(4096)]
    long = Term.combination("Y", data)
    assert long.size == 4096
    with pytest.raises(Unreadable, match="more than 4096 atoms"):
        long + Term.of(Datum("y", "Y"))
    with pytest.raises(Unreadable, match="more than 4096 atoms"):
        Term.of(Value("Psi", long, "X"))


def test_sizes_of_numbers() -> None:
    """16,384 bits in numerator and denominator; the text may be longer."""
    last, first = "0x" + "f" * 4096, "0x1" + "0" * 4096
    for text in (f"{last} x", f"x - 1/{last} x", f"{first}/{first} x", f"0x{'0' * 5000}1 x"):
        assert read_term(text, NAMES, "here").parts
    for text in (f"{first} x", f"x - 1/{first} x", f"0 * {first} x", f"{first}/3 x"):
        with pytest.raises(Unreadable, match="here: a number in a term has at most 16384 bits"):
            read_term(text, NAMES, "here")


DOUBLED = """statement d "each map applies the one before it thirty times"
spaces X
linear A : X -> X
constants c
define F0(t in X) = 2 t
"""


def test_sizes_of_products_of_numbers() -> None:
    """A coefficient of 810,000 bits from 600 letters; with one more line 24 million."""
    lines = [f"define F{k}(t in X) = {f'F{k - 1}(' * 30}t{')' * 30}\n" for k in range(1, 5)]
    with pytest.raises(Unreadable, match="a coefficient of a term has more than 16384 bits"):
        read_statement((DOUBLED + "".join(lines) + "conclude\n  c <= c\n").encode())


def test_degrees() -> None:
    """A product has at most 16 factors, however it is bracketed."""
    right = ["|x| " * 16, "(c + 1) " * 12, "(delta L c |x|) " * 4, f"{'L ' * 15} (1 + |x|)"]
    for text in right:
        read_scalar(text, NAMES, "here")
    for text in ("|x| " * 17, f"{'L ' * 15} (1 + |x| c)", f"({'c ' * 9}) ({'L ' * 8})"):
        with pytest.raises(Unreadable, match="more than 4096 summands or 16 factors"):
            read_scalar(text, NAMES, "here")


def test_depths() -> None:
    """Arguments are nested at most 20 deep, those of a linear map counted."""

    def nested(count: int) -> Term:
        term = Term.of(Datum("y", "Y"))
        for _ in range(count // 2):
            term = image("A", value("Psi", term, "X"), "Y")
        return term

    assert nested(20).depth == 20
    with pytest.raises(Unreadable, match="nested deeper than 20"):
        nested(22)
    with pytest.raises(Unreadable, match="nested deeper than 20"):
        value("Psi", nested(20), "X")


def test_a_datum_is_no_bound_variable() -> None:
    """The same name and space, but never the same atom."""
    one, other = Term.of(Datum("e", "Y")), Term.of(Bound("e", "Y"))
    assert one != other
    assert (one - other).parts
    assert bound_variables(one) == set()
    assert substitute(one, "e", Term.of(Datum("y", "Y"))) == one
