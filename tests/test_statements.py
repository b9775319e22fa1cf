"""Statement files: what is read from a good one, and where a broken one is broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.format import Unreadable
from certificates.language import Family, Space, Unit, read_judgment
from certificates.statements import Statement, read_statement

GOOD = """\
statement 4.1.x-ray "a title: with, punctuation (and) |bars|"
source "Theorem 0"
field C
# a comment
spaces X with l1, Y, Z with linf
linear A : X -> Y   # another
map Psi : Y -> X
vectors x, x_det in X
vectors y in Y
constants delta > 0, L >= 0, c
given
  lipschitz: Lipschitz(Psi) <= L
  |A x| <= delta

  |x| > c
exists b in X
for all e in Y with |e| <= delta and |e - A b| < 1
define Phi(v in Y) = Psi(v + e) - b
conclude
  |Phi(A x)| <= L |e|
  Lipschitz(Phi) <= L
"""


def read(text: str, **choices: str) -> Statement:
    """The statement of a text."""
    return read_statement(text.encode(), choices)


def test_everything_that_is_read() -> None:
    """Header, names, hypotheses with their labels, quantifiers and conclusions."""
    found = read(GOOD)
    assert (found.identifier, found.field, found.source) == ("4.1.x-ray", "C", "Theorem 0")
    assert found.title == "a title: with, punctuation (and) |bars|"
    assert found.text == GOOD
    assert [h.label for h in found.given] == ["lipschitz", "given2", "given3"]
    assert [str(h.judgment) for h in found.given] == [
        "Lipschitz(Psi) <= L",
        "|A x| <= delta",
        "c < |x|",
    ]
    assert found.exists == {"b": ""}
    (variable,) = found.for_all
    assert (variable.name, variable.space) == ("e", "Y")
    assert [str(limit) for limit in variable.range] == ["|e| <= delta", "|e - A b| < 1"]
    assert [str(c) for c in found.conclude] == [
        "|Psi(A x + e) - b| <= L |e|",
        "Lipschitz(Phi) <= L",
    ]


def test_choices_are_put_in() -> None:
    """A chosen vector replaces the name in ranges, definitions and conclusions alike."""
    found = read(GOOD, b="x - 2 x_det")
    limit = read_judgment("|e - A x + 2 A x_det| < 1", found.names, "here")
    assert found.for_all[0].range[1] == limit
    conclusion = read_judgment("|Psi(A x + e) - x + 2 x_det| <= L |e|", found.names, "here")
    assert found.conclude[0].any == (conclusion,)
    assert [h.judgment for h in found.given] == [h.judgment for h in read(GOOD).given]


def test_comments() -> None:
    """From # to the end of the line, but not from a # in quotes."""
    text = GOOD.replace("punctuation", "#punctuation").replace("Theorem 0", "Theorem #0 # of 1")
    found = read(text + "# the end\n\n  # indented # twice\n")
    assert found.title == "a title: with, #punctuation (and) |bars|"
    assert found.source == "Theorem #0 # of 1"
    assert found.conclude == read(GOOD).conclude
    assert read(GOOD.replace('|bars|"', '|bars|"  # said "so"')).title == read(GOOD).title
    assert read(GOOD.replace("# a comment", '# a "comment', 1)).given == read(GOOD).given


@pytest.mark.parametrize(
    ("choices", "phrase"),
    [
        ({"b": "A x"}, "the choice for b is no vector of X"),
        ({"b": "x + e"}, "the choice for b, column 5: expected one of the names"),
        ({"b": "b"}, "the choice for b, column 1: expected one of the names"),
        ({"b": "Phi(y)"}, "the choice for b, column 1: expected one of the names"),
        ({"b": "|x|"}, "the choice for b: '|x|' is a scalar, a vector is expected"),
        ({"b": ""}, "the choice for b, column 1: expected a number"),
        ({"e": "Phi(y)"}, "the choice for e, column 1: expected one of the names"),
    ],
)
def test_choices_see_only_what_stands_before(choices: dict[str, str], phrase: str) -> None:
    """A witness that used a later quantifier would turn the quantifiers round."""
    with pytest.raises(Unreadable) as caught:
        read(GOOD, **choices)
    assert phrase in str(caught.value)


NEW = """\
statement n "sets, units, dimensions, conditions and alternatives"
spaces X of dimension 2 with l2, Y of dimension 3, Z with l1
linear A : X -> Y
vectors x in X
sets images, more in X
units u, v
constants d > 0
given
  near: |A x| <= d and |x| > 0
  |u x - x| <= d and |x| >= d and |v x| <= 9
exists b in X with |b| <= 1 and |A b - A x| <= d
for all s in images with |s| <= d and |s - b| > 0
exists t in more with |t - s| <= |b|
for all e in Y
conclude
  |A t - e| <= d and |A s| <= 1
  |e| <= d or |A u b| >= d or |t| = 0
"""


def test_what_is_new() -> None:
    """Dimensions, labels of a conjunction, sets of variables, scopes of conditions."""
    found = read(NEW)
    assert found.names["X"] == Space("l2", 2)
    assert (found.names["Y"], found.names["Z"]) == (Space(None, 3), Space("l1"))
    assert (found.names["images"], found.names["u"]) == (Family("X"), Unit())
    assert [h.label for h in found.given] == ["near", "near_2", "given3", "given4", "given5"]
    assert found.exists == {"b": "", "t": "more"}
    assert [(q.name, q.space, q.family) for q in found.for_all] == [
        ("s", "X", "images"),
        ("e", "Y", ""),
    ]
    assert [(str(c), sorted(c.scope)) for c in found.conclude] == [
        ("|b| <= 1", []),
        ("|A b - A x| <= d", []),
        ("|s - t| <= |b|", ["s"]),
        ("|e - A t| <= d", ["e", "s"]),
        ("|A s| <= 1", ["e", "s"]),
        ("|e| <= d or d <= |A b| or |t| = 0", ["e", "s"]),
    ]


def test_choices_in_conditions() -> None:
    """A chosen vector is put into the condition, the ranges and the conclusions."""
    found = read(NEW, b="2 x", t="s")
    assert [str(c) for c in found.conclude[:3]] == ["2 |x| <= 1", "|A x| <= d", "0 <= 2 |x|"]
    assert str(found.for_all[0].range[1]) == "0 < |s - 2 x|"


NEW_BROKEN = [
    ("spaces", "spaces X of dimension", "column 22: expected a dimension, found the end"),
    ("spaces", "spaces X of 2", "column 13: expected 'dimension', found '2'"),
    ("spaces", "spaces X dimension 2", "column 10: expected the end of the line"),
    ("spaces", "spaces X with l2 of dimension 2", "column 18: expected the end of the line"),
    ("spaces", "spaces X of dimension n", "column 23: expected a dimension, found 'n'"),
    ("spaces", "spaces X of dimension 1/2", "'1/2' is not a natural number"),
    ("sets", "sets images", "column 12: expected 'in', found the end"),
    ("sets", "sets images in more", "column 16: expected the name of a space, found 'more'"),
    ("sets", "sets x in X", "statement line 5: the name 'x' is declared twice"),
    ("sets", "sets images, images in X", "the name 'images' is declared twice"),
    ("units", "units", "column 6: expected the name of a number, found the end"),
    ("units", "units u, u", "the name 'u' is declared twice"),
    ("units", "units A", "the name 'A' is declared twice"),
    ("units", "units u in C", "column 9: expected the end of the line, found 'in'"),
    ("units", "units conj", "the word 'conj' cannot be used as a name"),
    ("units", "units or", "the word 'or' cannot be used as a name"),
    (
        "  near",
        "  near: |x| <= d or |x| > d",
        "column 18: expected the end of the line, found 'or'",
    ),
    ("  near", "  near: |x| <= d and", "column 21: expected a number, a name, '(' or '|'"),
    ("  near", "  near: |x| <= d and far: |x| > d", "column 22: expected one of the names"),
    ("  near", "  given4: |x| <= d", "statement line 10: the label 'given4' is used twice"),
    ("  |u", "  near_2: |x| <= d", "statement line 10: the label 'near_2' is used twice"),
    (
        "  |u",
        "  |images| <= d",
        "column 4: expected one of the names A, x, u, v, d, found 'images'",
    ),
    ("  |u", "  |u| <= d", "column 4: expected a vector behind the number of modulus 1"),
    ("  |u", "  u <= d", "column 3: expected a vector behind the number of modulus 1"),
    ("  |u", "  u |x| <= d", "column 5: expected a vector behind the number of modulus 1"),
    ("exists b", "exists b in X with |c| <= 1", "column 21: expected one of the names"),
    ("exists b", "exists b in X with |s| <= 1", "column 21: expected one of the names"),
    ("exists b", "exists b in X with |b| <= 1 or |x| <= 1", "column 29: expected the end"),
    ("exists b", "exists linear W : X -> X with |x| <= 1", "column 26: expected the end"),
    ("exists t", "exists t in u", "column 13: expected the name of a space, found 'u'"),
    ("for all s", "for all s in images with |x| <= 1", "|x| <= 1 does not limit s"),
    ("for all s", "for all s in images with |s| <= 1 or |s| > 2", "column 35: expected the end"),
    ("for all s", "for all s in images with |u s| - |s| <= d", "0 <= d does not limit s"),
    ("for all e", "for all e in Y\nsets other in X", "'sets' must stand before every quantifier"),
    ("for all e", "for all e in Y\nunits w", "'units' must stand before every quantifier"),
    ("  |A t", "  |x| <= 1 and |x| <= 2 or |x| <= 3", "column 25: expected the end of the line"),
    ("  |A t", "  |x| <= 1 or |x| <= 2 and |x| <= 3", "column 24: expected the end of the line"),
    ("  |A t", "  |x| <= 1 or", "column 14: expected a number, a name"),
    ("  |A t", "  or |x| <= 1", "column 3: expected a number, a name"),
]


@pytest.mark.parametrize(("start", "line", "phrase"), NEW_BROKEN)
def test_broken_new(start: str, line: str, phrase: str) -> None:
    """One line of the new kind is exchanged."""
    lines = NEW.split("\n")
    place = next(k for k, text in enumerate(lines) if text.startswith(start))
    lines[place] = line
    with pytest.raises(Unreadable) as caught:
        read("\n".join(lines))
    assert phrase in str(caught.value)


@pytest.mark.parametrize(
    ("choices", "phrase"),
    [
        ({"b": "s"}, "the choice for b, column 1: expected one of the names"),
        ({"t": "e"}, "the choice for t, column 1: expected one of the names"),
        ({"t": "images"}, "the choice for t, column 1: expected one of the names"),
        ({"t": "A x"}, "the choice for t is no vector of X"),
    ],
)
def test_choices_of_the_new_kind(choices: dict[str, str], phrase: str) -> None:
    """They too see only what stands before them."""
    with pytest.raises(Unreadable) as caught:
        read(NEW, **choices)
    assert phrase in str(caught.value)


# line of the good file (its beginning), what replaces the line, what is said
BROKEN = [
    ("statement", "", "statement line 2: expected a first line like"),
    ("statement", "statement", "statement line 1: expected a first line like"),
    ("statement", "statement a b", "statement line 1: expected a first line like"),
    ("statement", 'statement a "b" "c"', "statement line 1: expected a first line like"),
    ("statement", 'statement a "b', "statement line 1: expected a first line like"),
    ("statement", 'statement a "b # c', "statement line 1: expected a first line like"),
    ("statement", 'statement a # "b"\nstatement b', "line 2, column 1: expected source, field"),
    ("statement", '  statement a "b"', "statement line 1: expected a first line like"),
    ("statement", 'Statement a "b"', "statement line 1: expected a first line like"),
    ("statement", 'theorem a "b"', "statement line 1: expected a first line like: statement 4.1.i"),
    ("source", 'source "a # b', "line 2, column 8: '"),
    ("source", "source Theorem", "line 2, column 8: expected a quoted source, found 'Theorem'"),
    ("source", 'source "a" "b"', "line 2, column 12: expected the end of the line"),
    ("field", "field Q", "line 3, column 7: expected 'R' or 'C', found 'Q'"),
    ("field", "field C, R", "line 3, column 8: expected the end of the line, found ','"),
    ("field", "field C\nfield R", "statement line 4: the field is given twice"),
    ("# a", "statement b", "line 4, column 1: expected source, field, spaces"),
    ("# a", 'source "b"', "statement line 4: the source is given twice"),
    ("# a", "  |x| <= 1", "line 4, column 3: expected no indented line but under 'given'"),
    ("# a", "theorem 1", "line 4, column 1: expected source, field, spaces"),
    ("# a", "Lipschitz", "line 4, column 1: expected source, field, spaces"),
    ("# a", "\tx", "tabs and control characters are not allowed"),
    ("# a", "# \x1b[2K", "tabs and control characters are not allowed"),
    ("# a", "# a\r", "tabs and control characters are not allowed"),
    ("# a", "# \N{GREEK SMALL LETTER DELTA}", "is not ASCII; spell Psi, x_det"),
    ("spaces", "spaces X with l3", "line 5, column 15: expected 'l1' or 'l2' or 'linf'"),
    ("spaces", "spaces X Y", "line 5, column 10: expected the end of the line, found 'Y'"),
    ("spaces", "spaces X, X", "statement line 5: the name 'X' is declared twice"),
    ("spaces", "spaces X, for", "statement line 5: the word 'for' cannot be used as a name"),
    ("spaces", "spaces 2X", "line 5, column 8: '2X' is not understood"),
    ("spaces", "spaces X, Y,", "line 5, column 13: expected the name of a space, found the end"),
    ("linear", "linear A : X -> x", "line 6, column 17: expected the name of a space, found 'x'"),
    ("linear", "linear A : X <- Y", "line 6, column 14: expected '->', found '<'"),
    ("linear", "linear A X -> Y", "line 6, column 10: expected ':', found 'X'"),
    ("map", "map Psi(y) : Y -> X", "line 7, column 8: expected ':', found '('"),
    ("vectors x", "vectors x x_det in X", "line 8, column 11: expected 'in', found 'x_det'"),
    ("vectors x", "vectors x, A in X", "statement line 8: the name 'A' is declared twice"),
    ("vectors x", "vectors x, x_det", "line 8, column 17: expected 'in', found the end"),
    ("constants", "constants delta > 1", "line 10, column 19: expected '0', found '1'"),
    ("constants", "constants delta < 0", "line 10, column 17: expected the end of the line"),
    ("given", "given x", "line 11, column 7: expected the end of the line, found 'x'"),
    ("  lip", "  lip: Lipschitz(Phi) <= L", "line 12, column 18: expected the name of a map"),
    (
        "  lip",
        "  given2: Lipschitz(Psi) <= L",
        "statement line 13: the label 'given2' is used twice",
    ),
    (
        "  |A x|",
        "  |A y| <= delta",
        "line 13, column 6: expected a vector of X, to which A applies",
    ),
    (
        "  |A x|",
        "  |A x| <= x",
        "line 13, column 12: expected a scalar (put bars around the vector), found 'x'",
    ),
    ("  |A x|", "  |A x| <= delta,", "line 13, column 17: expected the end of the line, found ','"),
    ("  |x| >", "  |b| <= 1", "line 15, column 4: expected one of the names"),
    ("  |x| >", "  |e| <= 1", "line 15, column 4: expected one of the names"),
    ("exists", "exists b in C", "line 16, column 13: expected the name of a space, found 'C'"),
    ("exists", "exists x in X", "statement line 16: the name 'x' is declared twice"),
    ("exists", "exists b : X -> X", "line 16, column 10: expected 'in', found ':'"),
    ("for all", "for each e in Y", "line 17, column 5: expected 'all', found 'each'"),
    ("for all", "for all e in Y with |x| <= 1", "|x| <= 1 does not limit e; put it under 'given'"),
    ("for all", "for all e in Y with |e| <= 1 or", "line 17, column 30: expected"),
    ("for all", "for all e in Y\nvectors w in X", "'vectors' must stand before every quantifier"),
    ("for all", "for all e in Y\ngiven", "'given' must stand before every quantifier"),
    ("define", "define Phi(v) = x", "line 18, column 13: expected 'in', found ')'"),
    ("define", "define Phi(x in Y) = x", "statement line 18: the name 'x' is declared twice"),
    ("define", "define Phi(v in Y) = |v|", "line 18, column 22: expected a vector as the value"),
    ("define", "define Phi(v in Y) = Phi(v)", "line 18, column 22: expected one of the names"),
    (
        "define",
        "define Phi(v in Y) = v + b",
        "line 18, column 26: expected a vector of Y to add to the one before, not a vector of X",
    ),
    ("conclude", "conclude that", "line 19, column 10: expected the end of the line"),
    ("conclude", "", "line 20, column 3: expected no indented line but under 'given'"),
    ("  |Phi", "conclude", "line 20, column 1: expected an indented conclusion, or the end"),
    ("  |Phi", "  |Phi(v)| <= 1", "line 20, column 8: expected one of the names"),
    ("  |Phi", "  fit: |x| <= 1", "line 20, column 3: expected one of the names"),
    ("  Lip", "spaces W", "line 21, column 1: expected an indented conclusion, or the end"),
]


@pytest.mark.parametrize(("start", "line", "phrase"), BROKEN)
def test_broken(start: str, line: str, phrase: str) -> None:
    """One line is exchanged; the message names line, column and what was expected."""
    lines = GOOD.split("\n")
    place = next(k for k, text in enumerate(lines) if text.startswith(start))
    lines[place] = line
    with pytest.raises(Unreadable) as caught:
        read("\n".join(lines))
    assert str(caught.value).startswith("statement")
    assert phrase in str(caught.value)


def test_no_conclusion() -> None:
    """A statement says something."""
    with pytest.raises(Unreadable, match="there is no conclusion; end the file with 'conclude'"):
        read(GOOD[: GOOD.index("conclude")])
    with pytest.raises(Unreadable, match="there is no conclusion"):
        read(GOOD[: GOOD.index("conclude") + 9])


@given(st.sampled_from([GOOD, NEW]), st.integers(0), st.sampled_from(' \n()|<>=+-*"#:,x0Y_.\x00\t'))
def test_a_changed_letter(text: str, place: int, letter: str) -> None:
    """A file with one other letter is read, or refused with a sentence; nothing else happens."""
    place %= len(text)
    text = text[:place] + letter + text[place + 1 :]
    message = "statement"
    try:
        assert read(text).text == text
    except Unreadable as error:
        message = str(error)
    assert message.startswith("statement")


@given(st.lists(st.sampled_from((GOOD + NEW).split("\n")), max_size=12))
def test_shuffled_lines(lines: list[str]) -> None:
    """The same for lines in any order and number."""
    message = "statement"
    try:
        read("\n".join(lines))
    except Unreadable as error:
        message = str(error)
    assert message.startswith("statement")


def test_the_statements_that_ship() -> None:
    """Every file is read, its name is its identifier, and its judgments print and read back."""
    folder = Path(__file__).parent.parent / "theorems" / "statements"
    files = sorted(folder.glob("*.claim"))
    assert files
    for path in files:
        found = read_statement(path.read_bytes())
        assert found.identifier == path.stem
        limits = [limit for variable in found.for_all for limit in variable.range]
        for judgment in [
            *(h.judgment for h in found.given),
            *limits,
            *(j for c in found.conclude for j in c.any),
        ]:
            assert read_judgment(str(judgment), found.names, path.name) == judgment
