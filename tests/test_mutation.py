"""Damaged certificates: none crashes the kernel, none changes what is claimed or assumed.

Not every damaged certificate is wrong: steps may be reordered, doubled or left out.  So the
property is not "mutants are rejected" but

    * the kernel answers with a report, Unreadable or Rejected, never with another exception;
    * for the same statement and problem (by digest) a mutant that is verified has the verdict of
      the original, and assumes at least what the original assumes.

Half of the mutants are *repaired*: the conclusions that they write are replaced by those that the
kernel computes, so that they are not all stopped by the first comparison.  Everything is seeded.
"""

from __future__ import annotations

import copy
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from certificates.format import Rejected, Unreadable, digest, write_json
from certificates.kernel import Report, Step, apply, prepare, verify
from certificates.problem import read_problem
from certificates.statements import read_statement

ACCEPTED = Path(__file__).resolve().parent / "corpus" / "accepted"
EACH = 1_100  # mutants of every original
ORIGINALS = (
    "4.1.i-for-all-spaces",
    "4.1.ii-for-all-spaces",
    "4.1.ii-instance",
    "4.1.i-R-l2-to-l2",
    "4.1.i-mcshane",
    "4.1.i-table",
    "refuted-with-a-witness",
    "vacuous-by-secant",
    "vacuous-by-contradiction",
    "square-roots-cancel",
    "set-of-pairs-in-a-range",
    "set-a-member-is-chosen",
    "by-contradiction",
    "conditions-of-an-exists",
    "own-vectors-on-data",
    "cells-of-two-layers",
    "layer-norms",
    "enclosed-ball-divided",
    "fourier-value",
)
TOKEN = re.compile(r"[A-Za-z_][A-Za-z_0-9]*|[0-9]+|\s+|<=|>=|.")
WORDS = [
    "0",
    "1",
    "-1",
    "2",
    "1/2",
    "(",
    ")",
    "|",
    "<",
    "<=",
    "=",
    ">",
    "+",
    "-",
    "*",
    "e",
    "x",
    "x_det",
    "A",
    "Psi",
    "L",
    "delta",
    "Lipschitz",
    "with",
    "and",
    "or",
    "u",
    "conj(u)",
    "s",
    "S",
    "S_1",
    "p",
    "0x1f",
]
POISON: tuple[Any, ...] = (
    True, False, None, 0, 1, -1.5, float("nan"), "", "0", "-1", "1/0", "x", "e", "compute", "given",
    "9" * 5000, "0x" + "f" * 5000, "\u03b4", "\x1b", [], {}, [[]], ["0"], {"rule": "given"},
)  # fmt: skip
Json = Any
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Files:
    """The bytes that the kernel gets."""

    statement: bytes
    problem: bytes | None
    certificate: bytes

    def digests(self) -> tuple[str, str]:
        """Which claim this is."""
        return digest(self.statement), "-" if self.problem is None else digest(self.problem)

    def refixed(self) -> Files:
        """The same, the certificate naming the digests of the other two files."""
        table = json.loads(self.certificate)
        table["statement"], table["problem"] = self.digests()
        return replace(self, certificate=write_json(table))


def original(name: str) -> Files:
    folder = ACCEPTED / name
    problem = folder / "problem.json"
    return Files(
        (folder / "statement.claim").read_bytes(),
        problem.read_bytes() if problem.exists() else None,
        (folder / "certificate.json").read_bytes(),
    )


def no_arrays(name: str) -> bytes:
    raise Unreadable(f"there is no file {name}")


def outcome(files: Files) -> Report | None:
    """The kernel's report; None if it refuses.  Any other exception is a failure of the kernel."""
    try:
        return verify(files.statement, files.problem, files.certificate, no_arrays)
    except (Rejected, Unreadable):
        return None


# -------------------------------------------------------------------------------- bytes


def damaged_bytes(data: bytes, rng: random.Random) -> bytes:
    """One to three places overwritten, cut out, doubled or exchanged."""
    result = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        k = rng.randrange(len(result) + 1)
        n = rng.randint(1, 12)
        piece = result[k : k + n]
        new = rng.choice(
            [
                b"",
                piece + piece,
                bytes(reversed(piece)),
                rng.randbytes(n),
                rng.choice(b'0123456789"|<+').to_bytes(1, "big"),
            ]
        )
        result[k : k + n] = new
    return bytes(result)


# ---------------------------------------------------------------------------- JSON values


def places(value: Json, here: Place = ()) -> Iterator[Place]:
    """Every place inside a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        yield (*here, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*here, key))


def at(value: Json, place: Place) -> Json:
    for key in place:
        value = value[key]
    return value


def damaged_text(text: str, rng: random.Random) -> str:
    """A token dropped, doubled, exchanged with another, or replaced by a word."""
    tokens = TOKEN.findall(text) or [""]
    j, k = rng.randrange(len(tokens)), rng.randrange(len(tokens))
    what = rng.randrange(4)
    if what == 0:
        del tokens[j]
    elif what == 1:
        tokens.insert(k, tokens[j])
    elif what == 2:
        tokens[j], tokens[k] = tokens[k], tokens[j]
    else:
        tokens[j] = rng.choice(WORDS)
    return "".join(tokens)


def damage_somewhere(table: Json, rng: random.Random) -> None:
    """One entry deleted, doubled, exchanged, replaced or, if it is a text, changed by a token."""
    place = rng.choice(list(places(table)))
    parent, key = at(table, place[:-1]), place[-1]
    what = rng.randrange(6)
    if what == 0:
        del parent[key]
    elif what == 1 and isinstance(parent, list):
        parent.insert(rng.randrange(len(parent) + 1), copy.deepcopy(parent[int(key)]))
    elif what == 2 and isinstance(parent, list):
        other = rng.randrange(len(parent))
        parent[int(key)], parent[other] = parent[other], parent[int(key)]
    elif what == 3:
        parent[key] = copy.deepcopy(at(table, rng.choice(list(places(table)))))
    elif what == 4:
        parent[key] = copy.deepcopy(rng.choice(POISON))
    elif isinstance(parent[key], str):
        parent[key] = damaged_text(parent[key], rng)


# --------------------------------------------------------------------------- certificates


def swap_premises(table: Json, rng: random.Random) -> None:
    step = rng.choice(table["steps"])
    step["premises"] = [str(rng.randrange(len(table["steps"]))) for _ in step["premises"]]


def change_rule(table: Json, rng: random.Random) -> None:
    first, second = rng.choice(table["steps"]), rng.choice(table["steps"])
    first["rule"] = second["rule"]
    if rng.random() < 0.7:
        first["arguments"] = copy.deepcopy(second["arguments"])


def compute_instead(table: Json, rng: random.Random) -> None:
    """Let the data decide what was derived: the cheat with the value of a bound variable."""
    step = rng.choice(table["steps"])
    step |= {"rule": "compute", "premises": [], "arguments": {"claim": step["conclusion"]}}


def drop_step(table: Json, rng: random.Random) -> None:
    """A step left out, the later ones renumbered."""
    gone = rng.randrange(len(table["steps"]))
    del table["steps"][gone]
    for step in table["steps"]:
        step["premises"] = [str(int(k) - (int(k) > gone)) for k in step["premises"]]


def change_text(table: Json, rng: random.Random) -> None:
    texts = [p for p in places(table) if isinstance(at(table, p), str) and len(p) > 1]
    place = rng.choice(texts)
    at(table, place[:-1])[place[-1]] = damaged_text(at(table, place), rng)


def change_choice(table: Json, rng: random.Random) -> None:
    choices = table.setdefault("choices", {"e": "x"})
    name = rng.choice(sorted(choices))
    choices[name] = rng.choice(
        ["0", "x", "x_det", "A x", "e", "w", "b", "Psi(A x)", "x + x_det", "S_1", "S_3", "p", name]
    )


def change_verdict(table: Json, rng: random.Random) -> None:
    table["verdict"] = rng.choice(["certified", "refuted", "vacuous"])
    if rng.random() < 0.5:
        table.pop("choices", None)


STRUCTURAL: tuple[Callable[[Json, random.Random], None], ...] = (
    damage_somewhere, damage_somewhere, swap_premises, change_rule, compute_instead, drop_step,
    change_text, change_choice, change_verdict,
)  # fmt: skip


def repaired(files: Files, table: Json) -> Json:
    """The certificate with the conclusions that the kernel computes, as far as it gets."""
    steps: list[Step] = []
    try:
        statement = read_statement(files.statement)
        data = None if files.problem is None else read_problem(files.problem, no_arrays, statement)
        context = prepare(
            files.statement,
            data,
            table["verdict"],
            table.get("choices", {}),
            table.get("vectors", {}),
            table.get("arbitrary", {}),
        )
        for number, raw in enumerate(table["steps"]):
            steps.append(apply(context, steps, raw, f"step {number}"))
            raw["conclusion"] = str(steps[-1].conclusion)
    except (Rejected, Unreadable, KeyError, TypeError, AttributeError):
        pass  # the damage is in the frame itself; verify will say so
    return table


def written(table: Json, rng: random.Random) -> bytes:
    """Mostly the canonical bytes; at times another spelling of the same value."""
    if rng.random() < 0.95:
        return write_json(table)
    return json.dumps(table, indent=rng.choice([None, 1]), ensure_ascii=rng.random() < 0.5).encode()


# ------------------------------------------------------------------------------- mutants


def damaged_certificate(files: Files, rng: random.Random) -> Files:
    table = json.loads(files.certificate)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        try:
            rng.choice(STRUCTURAL)(table, rng)
        except (LookupError, TypeError, ValueError, AttributeError):
            break  # an earlier change left nothing to work on
    if rng.random() < 0.5 and isinstance(table, dict):
        table = repaired(files, table)
    return replace(files, certificate=written(table, rng))


def damaged_problem(files: Files, rng: random.Random) -> Files:
    if files.problem is None:
        return damaged_certificate(files, rng)
    if rng.random() < 0.2:
        return replace(files, problem=damaged_bytes(files.problem, rng)).refixed()
    table = json.loads(files.problem)
    for _ in range(rng.randint(1, 2)):
        if table:
            damage_somewhere(table, rng)
    return replace(files, problem=written(table, rng)).refixed()


def damaged_statement(files: Files, rng: random.Random) -> Files:
    lines = files.statement.decode().split("\n")
    j, k = rng.randrange(len(lines)), rng.randrange(len(lines))
    what = rng.randrange(5)
    if what == 0:
        lines[j], lines[k] = lines[k], lines[j]
    elif what == 1:
        lines.insert(k, lines[j])
    elif what == 2:
        del lines[j]
    elif what == 3:
        lines[j] = damaged_text(lines[j], rng)
    statement = "\n".join(lines).encode()
    if what == 4:
        statement = damaged_bytes(statement, rng)
    changed = replace(files, statement=statement).refixed()
    table = repaired(changed, json.loads(changed.certificate))
    return replace(changed, certificate=write_json(table))


def mutant(files: Files, rng: random.Random) -> Files:
    kind = rng.random()
    if kind < 0.15:
        return replace(files, certificate=damaged_bytes(files.certificate, rng))
    if kind < 0.75:
        return damaged_certificate(files, rng)
    return damaged_problem(files, rng) if kind < 0.9 else damaged_statement(files, rng)


@pytest.mark.parametrize("name", ORIGINALS)
def test_damage_never_crashes_and_never_changes_the_claim(name: str) -> None:
    files = original(name)
    intended = outcome(files)
    assert intended is not None
    rng = random.Random(f"mutants of {name}")
    seen: Counter[str] = Counter()
    for _ in range(EACH):
        changed = mutant(files, rng)
        report = outcome(changed)
        if report is None:
            seen["refused"] += 1
            continue
        if changed.digests() != files.digests():
            seen["another claim"] += 1
            continue
        seen["same claim"] += 1
        assert report.digests[:2] == intended.digests[:2]
        assert report.verdict == intended.verdict
        assert set(report.assumed) >= set(intended.assumed)
        assert report.believed == intended.believed
    # the test has teeth only if some mutants get through and most do not
    assert seen["refused"] > EACH // 2
    assert seen["same claim"] > EACH // 100, seen


# --------------------------------------------------------------------- a second opinion


def on_the_line(problem: bytes) -> dict[str, Fraction]:
    """The numbers of a one-dimensional instance with an affine map, read without the kernel."""
    table = json.loads(problem)

    def number(value: Json) -> Fraction:
        while not isinstance(value, str):
            value = value["entries"] if isinstance(value, dict) else value[0]
        return Fraction(value)

    psi = table["maps"]["Psi"]
    weights = {n: Fraction(s.get("weight", "1")) for n, s in table["spaces"].items()}
    return {
        "A": number(table["linear"]["A"]["matrix"]),
        "slope": number(psi["matrix"]) if "matrix" in psi else Fraction(0),
        "offset": number(psi["offset"]),
        "x": number(table["vectors"]["x"]["array"]),
        "x_det": number(table["vectors"]["x_det"]["array"]),
        "delta": Fraction(table["constants"]["delta"]),
        "L": Fraction(table["constants"]["L"]),
        "X": weights["X"],
        "Y": weights["Y"],
    }


def really_refutes(v: dict[str, Fraction], e: Fraction) -> bool:
    """Whether e violates  |Psi(A x + e) - (x + x_det)| <= (1 + L) delta, the hypotheses true."""
    target = v["x"] + v["x_det"]

    def miss(y: Fraction) -> Fraction:
        return v["X"] * abs(v["slope"] * y + v["offset"] - target)

    return (
        v["X"] * abs(v["slope"]) <= v["L"] * v["Y"]
        and v["Y"] * abs(v["A"] * v["x_det"]) <= v["delta"]
        and miss(v["A"] * target) <= v["delta"]
        and v["Y"] * abs(e) <= v["delta"]
        and miss(v["A"] * v["x"] + e) > (1 + v["L"]) * v["delta"]
    )


def test_a_refutation_on_changed_numbers_is_a_refutation() -> None:
    """Random numbers in the one-dimensional refutation: what is verified is true by plain sums."""
    files = original("refuted-with-a-witness")
    assert files.problem is not None
    rng = random.Random("second opinion")
    numbers = ["-2", "-1", "-1/2", "0", "1/2", "1", "3/2", "2", "3"]
    verified = 0
    for _ in range(1_000):
        table, certificate = json.loads(files.problem), json.loads(files.certificate)
        for _ in range(rng.randint(0, 3)):
            place = rng.choice(
                [
                    p
                    for p in places(table)
                    if isinstance(at(table, p), str) and is_number(at(table, p))
                ]
            )
            if place[-1] != "dimension":
                at(table, place[:-1])[place[-1]] = rng.choice(numbers)
        if rng.random() < 0.3:
            table["spaces"][rng.choice("XY")]["weight"] = rng.choice(["1/2", "2", "3"])
        e = rng.choice(numbers[:5])
        certificate["vectors"]["w"]["array"]["entries"][0] = e
        changed = Files(files.statement, write_json(table), write_json(certificate)).refixed()
        if outcome(changed) is not None:
            verified += 1
            assert really_refutes(on_the_line(write_json(table)), Fraction(e))
    assert verified > 20


def is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(/\d+)?", text) is not None
