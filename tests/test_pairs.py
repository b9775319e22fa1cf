"""Pairs of images that an operator hardly tells apart, against all pairs in exact arithmetic."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from theorems import BadInput
from theorems.cli import main
from theorems.examples import EXAMPLES
from theorems.examples.near_digits import FIRST, SECOND
from theorems.operators import fourier
from theorems.pairs import Pair, nearest_pairs

NORMS = ["l1", "l2", "linf"]


def size(v: list[complex], norm: str) -> float:
    """A norm in floats; the entries are small Gaussian integers."""
    moduli = [abs(entry) for entry in v]
    if norm == "l2":
        return sum(entry.real**2 + entry.imag**2 for entry in v) ** 0.5
    return sum(moduli) if norm == "l1" else max(moduli)


def ratio(pair: Pair) -> float:
    return float(pair.measured.upper() / pair.apart.upper())


@pytest.mark.parametrize("over_c", [False, True])
@pytest.mark.parametrize("object_norm", NORMS)
@pytest.mark.parametrize("data_norm", NORMS)
def test_against_all_pairs(object_norm: str, data_norm: str, over_c: bool) -> None:
    source = random.Random(f"{object_norm} {data_norm} {over_c}")
    draw = [complex(source.randint(-4, 4), over_c * source.randint(-4, 4)) for _ in range(200)]
    images, matrix = np.array(draw[:160]).reshape(40, 4), np.array(draw[160:168]).reshape(2, 4)
    images[7] = images[3]
    if not over_c:
        images, matrix = images.real.astype(np.int64), matrix.real.astype(np.int64)
    found = nearest_pairs(matrix, images, 12, object_norm, data_norm)
    assert found.proved
    quotients = []
    for i, j in combinations(range(40), 2):
        apart = size([complex(a) for a in images[i] - images[j]], object_norm)
        if apart:
            seen = [complex(a) for a in matrix @ (images[i] - images[j])]
            quotients.append(size(seen, data_norm) / apart)
    assert found.pairs == len(quotients) < 40 * 39 / 2
    assert found.unseen == sum(quotient == 0 for quotient in quotients)
    assert [ratio(pair) for pair in found.nearest] == pytest.approx(sorted(quotients)[:12])


def test_ties_are_ordered_by_distance() -> None:
    """A sees the first entry only; pairs that it does not see come first, far apart first."""
    images = [[0, 0], [0, 5], [0, 1], [3, 0]]
    found = nearest_pairs([[1, 0]], images, 4)
    assert [(p.first, p.second) for p in found.nearest] == [(0, 1), (1, 2), (0, 2), (1, 3)]
    assert (found.unseen, found.proved) == (3, True)
    assert found.nearest[0].line == ("0, 1", "5", "0", "infinite")


def test_quotients_that_floats_do_not_tell_apart() -> None:
    """The second is smaller by a relative 10^-14; exact arithmetic orders them."""
    big = 10**14
    images = [[0, 0], [big, 1], [big, 0]]
    found = nearest_pairs([[1, 0], [0, 0]], images, 1, "l1", "l1")
    assert (found.nearest[0].first, found.nearest[0].second) == (1, 2)
    close = [[0, 0], [big, big], [big + 1, big + 2]]
    found = nearest_pairs([[1, 0]], close, 3, "l1", "l1")
    assert [(p.first, p.second) for p in found.nearest] == [(1, 2), (0, 2), (0, 1)]
    assert found.proved


def test_floats_are_exact_but_not_proved() -> None:
    """A third as stored has 53 bits: the pairs are exact, that none is nearer is not said."""
    images = np.array([[1 / 3, 1], [2, 1 / 7], [1 / 3, 2]])
    found = nearest_pairs(np.array([[1.0, 1e-3]]), images, 1)
    assert not found.proved
    assert (found.nearest[0].first, found.nearest[0].second) == (0, 2)
    assert found.nearest[0].apart.as_rational() == 1


def test_long_numbers() -> None:
    images = [[str(Fraction(10**400, 3))], ["0"], ["1/7"]]
    found = nearest_pairs([["1"]], images, 3)
    assert (len(found.nearest), found.pairs, found.unseen) == (3, 3, 0)
    assert not found.proved


def test_many_that_are_not_seen() -> None:
    """More ties than are judged: the farthest comes first, and it is still known that it does."""
    images = np.arange(120).reshape(120, 1)
    found = nearest_pairs([[0]], images, 1)
    assert (found.unseen, found.proved) == (120 * 119 // 2, True)
    assert (found.nearest[0].first, found.nearest[0].second) == (0, 119)


def test_bad_input(tmp_path: Path) -> None:
    cases: list[tuple[tuple[Any, ...], str]] = [
        (([[1, 0]], [[1, 2], [1, 2]]), "at least two different images"),
        (([[1, 0]], [[1, 2]]), "at least two different images"),
        (([[1, 0]], [[1, 2, 3], [0, 0, 1]]), "X would have dimension"),
        ((fourier(rows=[0, 1], shape=[4]), np.eye(4)), "operator: its values are irrational"),
        (([[1, 0]], [[1, 2], [1, 3]], 0), "--count"),
        (([[1, 0]], [[1, 2], [1, 3]], 1, "l3"), "unknown norm 'l3'"),
    ]
    for arguments, words in cases:
        with pytest.raises(BadInput, match=words):
            nearest_pairs(*arguments)


def test_the_digits_of_the_example(tmp_path: Path) -> None:
    """The command finds the pair that the example is made of, and writes it."""
    for name, data in EXAMPLES["near-digits"].make().items():
        (tmp_path / name).write_bytes(data)
    output = tmp_path / "pair"
    run = CliRunner().invoke(
        main, ["pairs", str(tmp_path), str(tmp_path / "digits.npy"), "-o", str(output)]
    )
    assert run.exit_code == 0
    assert f"{FIRST}, {SECOND}" in run.output.splitlines()[3]
    assert "of 1,613,706 pairs; none of them nearer: proved" in run.output
    for name in ("x.npy", "x_prime.npy"):
        assert (np.load(output / name) == np.load(tmp_path / name)).all()


@pytest.mark.parametrize(
    ("images", "words"),
    [("no.npy", "images: there is no file no.npy"), ("a.txt", "images: 'a.txt' must be a .npy")],
)
def test_files_that_cannot_be_read(tmp_path: Path, images: str, words: str) -> None:
    np.save(tmp_path / "A.npy", np.eye(2))
    output = tmp_path / "pair"
    run = CliRunner().invoke(
        main, ["pairs", str(tmp_path / "A.npy"), str(tmp_path / images), "-o", str(output)]
    )
    assert run.exit_code == 2
    assert words in run.stderr
    assert not output.exists()
