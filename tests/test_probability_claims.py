"""Certificates about the probability of a ball: what verifies, what is refused, and why."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction as F
from pathlib import Path

import pytest
from click.testing import CliRunner

import certificates
from certificates.format import Rejected, Unreadable, digest, write_json
from certificates.probability import check, run
from theorems.ball_bound import BallBound
from theorems.cli import main
from theorems.probability_claims import claims

OUTSIDE = BallBound(100, F(1), F(9801, 10000))
SAID = {name: (claim, hints) for name, claim, hints in claims(OUTSIDE, F(1, 5000))}


def settle(claim: dict[str, str], hints: dict[str, str]) -> list[str]:
    """The kernel's sentences, with the claim's digest put in."""
    text = write_json(claim)
    return check(text, write_json({"claim": digest(text), **hints}))


CASES = {
    "outside": (OUTSIDE, F(1, 5000), ["lower", "upper", "best", "every"]),
    "inside": (BallBound(10, F(1), F(4)), F(1, 3), ["lower", "upper", "best"]),
    "on the sphere": (BallBound(1, F(1), F(1)), F(1), ["lower", "upper", "best"]),
    "mean at the center": (BallBound(2, F(0), F(1)), F(1, 9), ["lower", "upper", "best"]),
    "a point": (BallBound(2, F(1), F(0)), F(1), ["lower", "upper"]),
    "no sigma": (BallBound(10000, F(4), F(1)), None, ["best", "every"]),
    "sigma 0": (BallBound(10, F(4), F(1)), F(0), ["best", "every"]),
    "Chernoff": (BallBound(3, F(1), F(4)), F(1, 10**15), ["lower", "upper", "best"]),
    "Chernoff outside": (
        BallBound(3, F(4), F(1)),
        F(1, 10**15),
        ["lower", "upper", "best", "every"],
    ),
}


@pytest.mark.parametrize("title", CASES)
def test_what_is_said_verifies(title: str) -> None:
    """In every case of distance and radius; the two ends of an enclosure are near each other."""
    bound, variance, names = CASES[title]
    found = list(claims(bound, variance))
    assert [name for name, _, _ in found] == names
    for _, claim, hints in found:
        assert len(settle(claim, hints)) == 3


def test_a_level() -> None:
    """Two more claims: reached at one variance, missed at a slightly larger one."""
    found = list(claims(BallBound(20, F(1), F(4)), None, F(99, 100)))
    assert [name for name, _, _ in found] == ["reached", "missed", "best"]
    for _, claim, hints in found:
        settle(claim, hints)
    for (_, claim, hints), says in zip(found, ("at most", "at least"), strict=False):
        with pytest.raises(Rejected, match="does not follow"):
            settle(claim | {"says": says}, hints)


def changed(name: str, claim: dict[str, str], hints: dict[str, str]) -> tuple[dict[str, str], ...]:
    """A claim of `SAID`, with some entries replaced."""
    first, second = SAID[name]
    return first | claim, second | hints


REJECTED = {
    "a bound above": (changed("lower", {"bound": "2275/100000"}, {}), "does not follow"),
    "a bound below": (changed("upper", {"bound": "2274/100000"}, {}), "does not follow"),
    "another m": (changed("lower", {"m": "101"}, {}), "P >= .* does not follow"),
    "another radius": (changed("lower", {"radius_square": "49/50"}, {}), "does not follow"),
    "another distance": (changed("upper", {"distance_square": "99/100"}, {}), "P <= .* not follow"),
    "another variance": (changed("lower", {"variance": "1/4900"}, {}), "does not follow"),
    "few terms": (changed("upper", {}, {"last": "4800"}), "not follow|leaves out"),
    "few bits": (changed("upper", {}, {"bits": "8"}), "does not follow"),
    "too many terms": (changed("upper", {}, {"more": "9999999"}), "more than 4194304 terms"),
    "another place": (changed("best", {"high": "1/5001", "low": "1/6000"}, {}), "maximiser is not"),
    "another place above": (
        changed("best", {"high": "1/4000", "low": "1/4999"}, {}),
        "maximiser is not",
    ),
    "few steps": (changed("best", {}, {"steps": "3"}), "not decided"),
    "a ceiling": (changed("every", {"bound": "133/1000"}, {}), "a bound of at least"),
    "a ceiling inside": (changed("every", {"radius_square": "1"}, {}), "xi - c. > r > 0"),
    "a ceiling of 0": (changed("every", {"radius_square": "0", "bound": "0"}, {}), "> r > 0"),
    "none, outside": (
        ({"says": "none best", "m": "1", "distance_square": "4", "radius_square": "1"}, {}),
        "it has a maximiser",
    ),
    "none, a point": (
        ({"says": "none best", "m": "1", "distance_square": "0", "radius_square": "0"}, {}),
        "it is 0 if r = 0",
    ),
    "a wrong base": (
        (SAID["upper"][0], {"bits": "64", "base": "9"}),
        "gives no bound|does not follow",
    ),
    "another claim": ((SAID["every"][0], {"claim": "sha256:0"}), "another claim"),
}


@pytest.mark.parametrize("title", REJECTED)
def test_rejected(title: str) -> None:
    """A claim that is false, or a hint that does not prove it."""
    (claim, hints), words = REJECTED[title]
    with pytest.raises(Rejected, match=words):
        settle(claim, hints)


UNREADABLE = {
    "no claim": (({}, {}), "claim.says"),
    "a word": (changed("lower", {"says": "about"}, {}), "unknown 'about'"),
    "a variance of 0": (changed("lower", {"variance": "0"}, {}), "the variance are positive"),
    "a negative square": (changed("lower", {"radius_square": "-1"}, {}), "not negative"),
    "no dimension": (changed("lower", {"m": "0"}, {}), "m and the variance are positive"),
    "a large dimension": (changed("lower", {"m": "1000001"}, {}), "natural number below 1000001"),
    "a decimal": (changed("lower", {"bound": "0.5"}, {}), "claim.bound"),
    "one key more": (changed("lower", {"sigma": "1"}, {}), "unknown key 'sigma'"),
    "a hint more": (changed("every", {}, {"bits": "64"}), "unknown key 'bits'"),
    "many bits": (changed("lower", {}, {"bits": "99999"}), "natural number below 4097"),
    "other sums": (changed("lower", {}, {"sums": "Q"}), "unknown 'Q'; known are P, 1 - P"),
}


@pytest.mark.parametrize("title", UNREADABLE)
def test_unreadable(title: str) -> None:
    """A file that is not in the format."""
    (claim, hints), words = UNREADABLE[title]
    with pytest.raises(Unreadable, match=words):
        settle(claim, hints)


def test_the_files_verify_with_python_alone(tmp_path: Path) -> None:
    """What the command writes, with no package installed; and what happens to a changed file."""
    words = ["probability", "5", "--distance", "2", "--radius", "1", "--sigma", "1", "-o"]
    done = CliRunner().invoke(main, [*words, str(tmp_path)])
    assert done.exit_code == 0
    assert done.output.count("verified:") == len(list(tmp_path.glob("*.claim.json"))) == 4
    source = Path(certificates.__file__).parent.parent
    program = f"import sys; sys.path.insert(0, {str(source)!r})\n"
    program += "from certificates.probability import run\n"
    program += "lines, status = run(sys.argv[1:]); print(lines[-1]); sys.exit(status)"
    for claim in tmp_path.glob("*.claim.json"):
        proof = claim.with_name(claim.name.replace("claim", "certificate"))
        command = [sys.executable, "-I", "-S", "-c", program, str(claim), str(proof)]
        found = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert (found.stdout, found.returncode) == ("s VERIFIED certified\n", 0)
        claim.write_bytes(claim.read_bytes().replace(b'"m":"5"', b'"m":"6"'))
        lines, status = run([str(claim), str(proof)])
        assert (lines, status) == (["s REJECTED the certificate is for another claim"], 1)


def test_the_command_line(tmp_path: Path) -> None:
    """A missing file, a wrong number of files: one line, status 2."""
    assert run([str(tmp_path / "no"), "x"])[1] == 2
    lines, status = run(["x"])
    assert status == 2
    assert lines == ["s UNREADABLE usage: python -m certificates.probability CLAIM CERTIFICATE"]


LIMIT = {"says": "limit", "m": "1", "distance_square": "1", "radius_square": "2", "theta": "1/2"}


def test_the_limit() -> None:
    """For all n at once: 6 / n here; enclosures for single n are never below it."""
    said = settle({**LIMIT, "rate": "6"}, {})
    assert said[-1].endswith("P(|E - c| <= r) >= 1 - 6 / n")
    for n in (1, 2, 7, 40, 300):
        for part in (F(1), F(1, 3)):
            low, _ = BallBound(n, F(1), F(2)).at(part * F(1, 2) / n)
            assert low.at_least(1 - F(6, n))
    with pytest.raises(Rejected, match="Chebyshev"):
        settle({**LIMIT, "rate": "59/10"}, {})
    for key, value in (("theta", "1"), ("theta", "0"), ("distance_square", "2")):
        with pytest.raises(Rejected, match="the limit needs"):
            settle({**LIMIT, "rate": "100", key: value}, {})
