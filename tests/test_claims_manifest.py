"""Manifests of claims: one table, one exit status, and runs that go on where they stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from certificates.__main__ import run as run_kernel
from theorems import BadInput
from theorems.auditing import manifest
from theorems.auditing.manifest import SEVERITY, Row, read_manifest, severest, table_of
from theorems.cli import main

PROBLEM = """
[spaces]
X = "l2"
[sets]
images = "images.npy"
[maps.Psi]
kind = "table"
values = {"images" = "images.npy"}
"""
HEAD = """statement {name} "test"
spaces X
sets images in X
map Psi : X -> X
"""
BODIES = {
    "good": "for all x in images\nconclude\n  |x| <= 5\n",
    "false": "for all x in images\nconclude\n  |x| <= 4\n",
    "empty": "for all x in images with |x| < 0\nconclude\n  |x| <= 4\n",
    "open": "exists x in images\nconclude\n  |x| < 0\n",
    "assuming": "given\n  lip: Lipschitz(Psi) <= 9\nfor all x in images\nconclude\n  |x| <= 5\n",
    "unreadable": "conclude\n  |y| <= 5\n",
    "set-is-missing": "sets others in X\nconclude\n  0 <= 1\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A problem, and a claim for every verdict."""
    np.save(tmp_path / "images.npy", np.array([[3, 4], [0, 1]]))
    (tmp_path / "problem.toml").write_text(PROBLEM)
    for name, body in BODIES.items():
        (tmp_path / f"{name}.claim").write_text(HEAD.format(name=name) + body)
    return tmp_path


def write(folder: Path, *entries: str, head: str = 'problem = "problem.toml"\n') -> Path:
    """A manifest; an entry is the name of a claim, or the lines of a table."""
    text = head
    for entry in entries:
        lines = entry if "=" in entry else f'claim = "{entry}.claim"\nsays = "it is {entry}"'
        text += f"[[claim]]\n{lines}\n"
    path = folder / "claims.toml"
    path.write_text(text)
    return path


def run(*words: object) -> Result:
    """A command of kernelcert."""
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


PERMITTED = 'claim = "assuming.claim"\nsays = "s"\npermit = ["lip"]'
STATUSES: list[tuple[str, list[str], int, str]] = [
    ("all certified", ["good"], 0, "1 certified"),
    ("permitted", ["good", PERMITTED], 0, "certified, assuming lip (permitted)"),
    ("assuming", ["good", "assuming"], 5, "1 certified, with assumptions"),
    ("undecided over assuming", ["assuming", "open"], 4, "1 undecided"),
    ("vacuous over undecided", ["open", "empty", "good"], 3, "1 vacuous"),
    ("refuted over vacuous", ["empty", "false", "open"], 1, "x = images_1"),
    ("bad input over refuted", ["false", "unreadable"], 2, "unreadable.claim: statement line 6"),
    ("a missing set", ["set-is-missing", "good"], 2, "sets: others, which the statement names"),
    ("a missing claim", ["no", "good"], 2, "there is no statement file"),
    ("unknown permit", [PERMITTED.replace('"lip"', '"lib"')], 2, "permit lib: no such hypothesis"),
    ("unknown key", ['claim = "good.claim"\nsay = "s"'], 2, "claims.toml: claim 1: unknown key"),
    (
        "any script",
        ['claim = "good.claim"\nsays = "\u2016\u03a8\u2016 \u2264 1, schön"'],
        0,
        "1 cert",
    ),
    ("says no text", ['claim = "good.claim"\nsays = 3'], 2, "claim 1.says: a text of one line"),
    ("says two lines", ['claim = "good.claim"\nsays = "a\\nb"'], 2, "a text of one line"),
    ("nothing is said", ['claim = "good.claim"'], 2, "claim 1: the key 'says' is missing"),
    ("a bad name", ['claim = "good.claim"\nsays = "s"\nname = "../x"'], 2, "a plain name"),
    ("a second name", ["good", "good"], 2, "a second claim named good"),
    ("permit is no list", ['claim = "good.claim"\nsays = "s"\npermit = "lip"'], 2, "labels"),
    ("no problem file", ['claim = "good.claim"\nsays = "s"\nproblem = "p"'], 2, "no problem file"),
    ("of the catalogue", ['claim = "4.1.i"\nsays = "s"'], 2, "problem: unknown key"),
]


@pytest.mark.parametrize(
    ("title", "entries", "status", "says"), STATUSES, ids=[row[0] for row in STATUSES]
)
def test_statuses(title: str, entries: list[str], status: int, says: str, folder: Path) -> None:
    """The most severe verdict gives the status; every claim has its line all the same."""
    done = run("claims", write(folder, *entries), "-o", folder / "out")
    assert done.exit_code == status, done.output
    # in the table texts are broken into lines, on standard error the verdicts are not
    rows = [row for row in settled(folder) if says in f"{row.verdict} {row.note}"]
    assert rows or says in done.output
    assert done.output.count(" of ") >= len(entries)


def settled(folder: Path) -> list[Row]:
    """The rows of the folder's manifest, without files."""
    entries = read_manifest(folder)
    return list(manifest.settle_all(entries, None, lambda _: None))


def test_every_folder_verifies(folder: Path) -> None:
    """With the kernel alone; what cannot be settled leaves a report, what is bad nothing."""
    path = write(folder, "good", "false", "empty", "open", "unreadable")
    run("claims", path, "-o", folder / "out")
    for name, verdict in (("good", "certified"), ("false", "refuted"), ("empty", "vacuous")):
        out = folder / "out" / name
        files = [out / f"{name}.claim", out / "problem.json", out / f"{name}.certificate.json"]
        lines, status = run_kernel([*map(str, files), "--goal", verdict])
        assert status == 0, lines[-1]
    assert sorted(one.name for one in (folder / "out").iterdir()) == [
        "empty",
        "false",
        "good",
        "open",
    ]
    assert (folder / "out" / "open" / "report.txt").read_text().startswith("open: undecided")


def test_the_order_of_statuses() -> None:
    """Bad input first, certified last."""
    assert SEVERITY == (2, 1, 3, 4, 5, 0)
    rows = [Row("a", "", "certified", 0), Row("b", "", "undecided", 4), Row("c", "", "refuted", 1)]
    assert [severest(rows), severest(rows[:2]), severest([])] == [1, 4, 0]
    assert table_of(rows).row_count == 3


# ------------------------------------------------------------------------------- going on


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the claims that were derived, not only verified again."""
    names: list[str] = []
    check = manifest.check_claim

    def counting(claim: Path, *rest: Any) -> Any:
        names.append(Path(claim).stem)
        return check(claim, *rest)

    monkeypatch.setattr(manifest, "check_claim", counting)
    return names


def test_what_is_unchanged_is_not_derived_again(folder: Path, derived: list[str]) -> None:
    """Its verdict is the same, and the table says so."""
    path = write(folder, "good", "false", "assuming")
    first = run("claims", path, "-o", folder / "out")
    assert derived == ["good", "false", "assuming"]
    derived.clear()
    second = run("claims", path, "-o", folder / "out")
    assert derived == []
    assert first.exit_code == second.exit_code == 1
    assert "verified again" in second.output


def drop(folder: Path) -> None:
    """A result without its certificate."""
    (folder / "out" / "good" / "good.certificate.json").unlink()


def tamper(folder: Path) -> None:
    """A result whose certificate is another one."""
    path = folder / "out" / "good" / "good.certificate.json"
    path.write_bytes(path.read_bytes().replace(b"<= 5", b"<= 6"))


def other_array(folder: Path) -> None:
    """An array that has changed."""
    np.save(folder / "images.npy", np.array([[3, 4], [0, 2]]))


def other_written_array(folder: Path) -> None:
    """An array of the result that has changed."""
    np.save(folder / "out" / "good" / "images.npy", np.array([[3, 4], [0, 2]]))


def other_statement(folder: Path) -> None:
    """A statement that has changed."""
    path = folder / "good.claim"
    path.write_text(path.read_text().replace("<= 5", "<= 7"))


def other_norm(folder: Path) -> None:
    """A problem that has changed."""
    (folder / "problem.toml").write_text(PROBLEM.replace("l2", "linf"))


CHANGES = [drop, tamper, other_array, other_written_array, other_statement, other_norm]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_has_changed_is_derived_again(change: Any, folder: Path, derived: list[str]) -> None:
    """Whatever it is that changed."""
    path = write(folder, "good")
    run("claims", path, "-o", folder / "out")
    change(folder)
    derived.clear()
    assert run("claims", path, "-o", folder / "out").exit_code == 0
    assert derived == ["good"]


def test_an_interrupted_run_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was finished is kept, and nothing half-written lies about."""
    path = write(folder, "good", "false", "empty")
    check = manifest.check_claim

    def interrupted(claim: Path, *rest: Any) -> Any:
        if Path(claim).stem == "false":
            raise KeyboardInterrupt
        return check(claim, *rest)

    monkeypatch.setattr(manifest, "check_claim", interrupted)
    done = run("claims", path, "-o", folder / "out")
    assert done.exit_code == 130
    assert "interrupted, 2 claims left" in done.output
    assert [one.name for one in (folder / "out").iterdir()] == ["good"]
    monkeypatch.setattr(manifest, "check_claim", check)
    assert run("claims", path, "-o", folder / "out").exit_code == 1


def test_a_folder_with_other_files_is_not_touched(folder: Path) -> None:
    """It is bad input for this claim only."""
    (folder / "out" / "good").mkdir(parents=True)
    (folder / "out" / "good" / "notes.txt").write_text("mine")
    done = run("claims", write(folder, "good", "open"), "-o", folder / "out")
    assert done.exit_code == 2
    assert (folder / "out" / "good" / "notes.txt").read_text() == "mine"
    assert (folder / "out" / "open").is_dir()


MANIFESTS = [
    ("no file", None, "there is no manifest"),
    ("no claims", 'problem = "p"\n', "claims.toml: the key 'claim' is missing"),
    ("empty", "claim = []\n", "claims are expected, each begun by a line [[claim]]"),
    ("one table", '[claim]\nsays = "s"\n', "claims are expected"),
    ("no TOML", "claim = \n", "claims.toml: Invalid value"),
    ("unknown key", "claims = []\nclaim = []\n", "claims.toml: unknown key 'claims'"),
]


@pytest.mark.parametrize(("title", "text", "says"), MANIFESTS, ids=[row[0] for row in MANIFESTS])
def test_bad_manifests(title: str, text: str | None, says: str, tmp_path: Path) -> None:
    """One sentence, and exit status 2."""
    if text is not None:
        (tmp_path / "claims.toml").write_text(text)
    with pytest.raises(BadInput) as caught:
        read_manifest(tmp_path / "claims.toml")
    assert says in str(caught.value)
    assert run("claims", tmp_path / "claims.toml").exit_code == 2


def test_a_claim_of_the_catalogue(tmp_path: Path) -> None:
    """By its identifier, on its own kind of problem."""
    run("init", "teaching", tmp_path / "t")
    entry = 'claim = "4.1.i"\nsays = "the detail is transferred"\nproblem = "t"'
    path = write(tmp_path, entry, head="")
    done = run("claims", path, "-o", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "4.1.i" / "4.1.i.sharp.claim").is_file()


def test_the_audit_example(tmp_path: Path) -> None:
    """Four claims of the manuscript hold, one does not."""
    run("init", "audit", tmp_path / "audit")
    done = run("claims", tmp_path / "audit")
    assert done.exit_code == 1
    assert "4 certified, 1 refuted" in done.output
    assert "error-10-percent: refuted" in done.output
