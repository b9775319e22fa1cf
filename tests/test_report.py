"""Reports: one page that stands alone, says what the kernel says, and that anyone can read."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import html5lib
import numpy as np
import pytest
from click.testing import CliRunner, Result

from certificates.format import digest
from certificates.kernel import verify
from theorems.cli import main
from theorems.reporting.page import LIGHT
from theorems.reporting.panels import sentence
from theorems.reporting.typeset import typeset
from theorems.teaching import mathml

VERDICTS = ("certified", "refuted", "vacuous", "undecided", "rejected")


def run(*words: object) -> Result:
    """A command of kernelcert."""
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


class Page(HTMLParser):
    """The start tags of a page with their attributes, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.tags.append((tag, dict(attrs)))

    def of(self, *names: str) -> Iterator[dict[str, str | None]]:
        """The attributes of the tags with these names."""
        return (attributes for tag, attributes in self.tags if tag in names)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three results: a slice with pictures, the teaching example, a probability."""
    folder = tmp_path_factory.mktemp("results")
    for name in ("slice", "teaching"):
        run("init", name, folder / name)
        assert run("check", "4.1.i", folder / name, "-o", folder / "all" / name).exit_code == 0
    ball = ["probability", "2", "--distance", "3", "--radius", "3", "--sigma", "1"]
    assert run(*ball, "-o", folder / "all" / "ball").exit_code == 0
    return folder / "all"


@pytest.fixture(scope="module")
def text(results: Path) -> str:
    """The page on all three."""
    page = results.parent / "report.html"
    assert run("report", results, "-o", page).exit_code == 0
    return page.read_text()


def test_it_is_html_and_stands_alone(text: str) -> None:
    """To a strict reader; nothing is fetched, no script runs, every place is named once."""
    html5lib.HTMLParser(strict=True).parse(text)
    page = Page(text)
    assert not re.search(r"https?:|url\(|@import", text)
    assert not {tag for tag, _ in page.tags} & {"link", "iframe", "object", "base", "embed"}
    assert all(script["type"] == "application/json" for script in page.of("script"))
    places = [a["id"] for _, a in page.tags if "id" in a]
    assert len(places) == len(set(places))
    for link in page.of("a"):
        target = link["href"] or ""
        assert target.startswith("data:") or target[1:] in places


def test_it_can_be_read_by_everyone(text: str) -> None:
    """Language, headings in order, words for pictures, heads of tables."""
    page = Page(text)
    assert next(page.of("html")) == {"lang": "en"}
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    images = list(page.of("img"))
    assert len(images) == 5
    assert all("32 by 32" in (image["alt"] or "") for image in images)
    assert all((image["src"] or "").startswith("data:image/png;base64,iVBOR") for image in images)
    assert all(head.get("scope") in ("col", "row") for head in page.of("th"))


def luminance(colour: str) -> float:
    """Of the WCAG."""
    digits = colour if len(colour) == 6 else "".join(2 * c for c in colour)
    parts = [int(digits[k : k + 2], 16) / 255 for k in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Of two colours, at least 1."""
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


# what is read, and what it stands on, by selectors or colours of the style
READ = [
    *((ink, behind) for ink in ("ink", "soft", "link") for behind in ("paper", "back", "f6f8fb")),
    *((verdict, f"{verdict} wash") for verdict in VERDICTS),
    *((verdict, "paper") for verdict in VERDICTS),
    ("6b4e00", "paper"),  # what is assumed
    ("ink", "ffe3e8"),  # what the kernel refuses
    ("f4f6f9", "1d2330"),  # a command
    ("ink", "fff"),  # the link that skips to the results
]
UNREAD = {"d9dee7", "2b6cb0", "1d233014", "7a0019", "000"}  # lines, outlines, shadows, frames


def test_contrast() -> None:
    """At least 4.5 for each colour of text on what is behind it, and no colour is left out."""
    style = (files("theorems.reporting") / "report.css").read_text()
    assert "color-scheme:light;" in style
    colours = dict(re.findall(r"--(ink|soft|link|paper|back):#([0-9a-f]{3,6})", style))
    for name, tone, wash in re.findall(
        r"\.([a-z]+)\{--tone:#([0-9a-f]{6});--wash:#([0-9a-f]{6})\}", style
    ):
        colours |= {name: tone, f"{name} wash": wash}
    assert set(VERDICTS) <= set(colours)
    pairs = [(colours.get(one, one), colours.get(other, other)) for one, other in READ]
    low = [pair for pair in pairs if contrast(*pair) < 4.5]
    assert not low
    known = {colour for pair in pairs for colour in pair} | UNREAD
    assert set(re.findall(r"#([0-9a-f]{3,8})\b", style)) <= known
    assert contrast("2b6cb0", colours["back"]) >= 3  # the outline of what has the focus
    assert contrast("555", "fff") >= 4.5  # numbers of steps on the page of explain
    assert set(re.findall(r"#([0-9a-f]{3,6})", mathml.STYLE)) == {"1b1b1b", "fff", "555"}


def test_folds_and_tables_are_for_the_keyboard_and_the_ear(text: str) -> None:
    """Folds have a summary first, tables a caption and heads, what scrolls a name and the focus."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    for fold in tree.iter("details"):
        assert next(iter(fold)).tag == "summary"
        assert "".join(fold[0].itertext()).strip()
    for table in tree.iter("table"):
        assert "".join(table.find("caption").itertext()).strip()
        assert len(table.findall("thead/tr/th")) == len(table.find("tbody/tr"))
    for scroller in (one for one in tree.iter("div") if one.get("class") == "scroll"):
        assert (scroller.get("tabindex"), scroller.get("role")) == ("0", "region")
        assert scroller.get("aria-label")
    assert len(list(tree.iter("main"))) == 1
    assert tree.find("body/a").get("href") == "#results"
    labels = {one.get("aria-labelledby") for one in tree.iter("article")}
    assert labels <= {one.get("id") for one in tree.iter("h2")}


def test_a_proof_of_very_many_steps_is_light(results: Path, tmp_path: Path) -> None:
    """Few elements for a step, closed, characters for formulas, laid out when it is seen.

    What a page of 10,000 steps costs is told in docs/report.md.
    """
    folder, page = one(results, tmp_path), tmp_path / "r.html"
    path = folder / "4.1.i.certificate.json"
    table = json.loads(path.read_text())
    few = len(table["steps"])
    table["steps"] = [table["steps"][k % few] for k in range(1000)]
    path.write_text(json.dumps(table, sort_keys=True, separators=(",", ":")) + "\n")
    assert run("report", folder, "-o", page).exit_code == 0
    text = page.read_text()
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    (proof,) = (e for e in tree.iter("div") if (e.get("class") or "").endswith(" light"))
    (fold,) = (e for e in tree.iter("details") if proof in list(e))
    assert fold.get("open") is None
    assert not list(proof.iter("math"))
    assert len(list(proof.iter("details"))) <= LIGHT
    rows = [e for e in proof.iter("div") if e.get("class") == "d"]
    assert len(rows) > 900
    assert all(len(list(row.iter())) == 4 for row in rows)
    assert len(list(proof.iter())) < 10 * len(rows)
    assert ".light .d{content-visibility:auto;contain-intrinsic-size:" in text


def elements(text: str) -> dict[str, Any]:
    """The elements of data of a page, read as JSON, by their ids."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    return {found.get("id"): json.loads(found.text) for found in tree.iter("script")}


def test_a_second_kernel_finds_all_that_the_first_one_read(
    text: str, results: Path, tmp_path: Path
) -> None:
    """The index and the elements alone make files that the kernel verifies."""
    found = elements(text)
    index = found["kernelcert-index"]
    assert index["format"] == "kernelcert page 1"
    assert len(found) == 1 + len({f["digest"] for r in index["results"] for c in r["claims"]
                                  for f in c["files"]})  # fmt: skip
    links = {link["id"]: link for link in Page(text).of("a") if "id" in link}
    for result in index["results"]:
        folder = tmp_path / result["name"]
        folder.mkdir()
        for array in result["arrays"]:
            data = base64.b64decode((links[array["element"]]["href"] or "").partition(",")[2])
            (folder / array["name"]).write_bytes(data)
        for claim in result["claims"]:
            for file in claim["files"]:
                data = found[file["element"]].encode()
                assert digest(data) == file["digest"]
                (folder / file["name"]).write_bytes(data)
            if claim["module"] == "certificates":
                assert [f["role"] for f in claim["files"]] == [
                    "statement",
                    "problem",
                    "certificate",
                ]
                inputs = [found[file["element"]].encode() for file in claim["files"]]
                report = verify(*inputs, lambda name: (folder / name).read_bytes())  # noqa: B023
                assert report.verdict == claim["verdict"]
                assert list(report.assumed) == claim["assumed"]


def test_the_words_of_a_run_are_typeset() -> None:
    """The paper's letters and signs, and nothing that a person wrote has power."""
    assert typeset("|Psi(A x) - (x + x_det)| <= 2 L delta") == (
        "|Ψ(A x) − (x + x<sub>det</sub>)| ≤ 2 L δ"
    )
    assert typeset("875 sqrt(763)/16384") == "875 √763/16384"
    assert (
        typeset("a dense 2 x 3 matrix, x' in M1")
        == "a dense 2 \u00d7 3 matrix, x′ in M<sub>1</sub>"
    )
    assert typeset("M1.npy, M1_3, sqrt(3/4)") == "M1.npy, M<sub>1,3</sub>, √(3/4)"
    assert typeset("|x^ - x|_l2 for x in R^256") == (
        "|x\u0302 − x|<sub>l2</sub> for x in R<sup>256</sup>"
    )
    assert typeset("sigma^2 = 1/4") == "σ<sup>2</sup> = 1/4"
    assert typeset("360610055521597/1000000000000000") == "0.360610055521597"
    assert typeset("12345/10000, 1/100") == "1.2345, 1/100"
    assert typeset("R_in, L_eps, x_large.npy") == "R<sub>in</sub>, L<sub>eps</sub>, x_large.npy"
    assert typeset("deltas of an alphabet, e_1 >= 0") == (
        "deltas of an alphabet, e<sub>1</sub> ≥ 0"
    )
    assert typeset("</p><script>x_det") == "&lt;/p&gt;&lt;script&gt;x<sub>det</sub>"


def test_what_it_says(text: str) -> None:
    """Verdicts in words, figures, proofs, sentences of other kinds, what to paste."""
    for words in (
        "✓</span> certified",
        "nothing beyond the kernel",
        "875 √763/16384",
        "By the triangle inequality, applied to the sum of ",
        "The arithmetic of (0)",
        "P(|E − c| ≤ r) ≥ ",
        "<p>For all <math>",
        r"4.1.i &amp; Psi hallucinates by transferring details &amp; certified",
        'id="second-kernel"',
    ):
        assert words in text, words


def one(results: Path, folder: Path) -> Path:
    """A copy of a small result, to be damaged."""
    copy = folder / "result"
    copy.mkdir()
    for path in (results / "teaching").iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    return copy


def test_a_damaged_certificate_is_shown_as_rejected(results: Path, tmp_path: Path) -> None:
    """Whatever the result says of itself; the exit status is 1."""
    folder, page = one(results, tmp_path), tmp_path / "r.html"
    path = folder / "4.1.i.certificate.json"
    path.write_text(path.read_text().replace("2 delta", "3 delta"))
    done = run("report", folder, "-o", page)
    assert done.exit_code == 1
    assert "REJECTED step" in done.output
    text = page.read_text()
    html5lib.HTMLParser(strict=True).parse(text)
    assert "REJECTED step" in text
    assert "Notes of the run" not in text  # they may rest on it
    assert "!</span> rejected" in text
    path.write_text("{")
    assert run("report", folder, "-o", page).exit_code == 1
    assert "UNREADABLE certificate" in page.read_text()


def test_a_result_that_only_says_certified_is_undecided(results: Path, tmp_path: Path) -> None:
    """Without a certificate nothing is shown."""
    table = json.loads((results / "teaching" / "result.json").read_text()) | {"claims": []}
    (tmp_path / "result.json").write_text(json.dumps(table))
    assert run("report", tmp_path, "-o", tmp_path / "r.html").output.startswith(
        f"{tmp_path.name}: undecided"
    )


REFUSALS = {
    "no folder": (lambda folder: folder / "nothing", "no such folder"),
    "no result": (lambda folder: _empty(folder), "holds no result"),
    "no array": (lambda folder: _without(folder, "x.npy"), "the array x.npy"),
    "no problem": (lambda folder: _without(folder, "problem.json"), "the problem of 4.1.i"),
    "no statement": (
        lambda folder: _without(folder, "4.1.i.claim"),
        "has no statement",
    ),
    "a certificate gone": (
        lambda folder: _without(folder, "4.1.i.certificate.json"),
        "its certificate is gone",
    ),
    "no JSON": (lambda folder: _result(folder, "{"), "is no JSON"),
    "another format": (lambda folder: _result(folder, "{}"), "its format is not"),
}


def _empty(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


def _without(folder: Path, name: str) -> Path:
    (folder / name).unlink()
    return folder


def _result(folder: Path, text: str) -> Path:
    (folder / "result.json").write_text(text)
    return folder


@pytest.mark.parametrize("title", REFUSALS)
def test_refusals(title: str, results: Path, tmp_path: Path) -> None:
    """One sentence, exit status 2, and no page."""
    change, words = REFUSALS[title]
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in (results / "slice").iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    done = run("report", change(copy), "-o", tmp_path / "r.html")
    assert done.exit_code == 2
    assert words in done.output
    assert not (tmp_path / "r.html").exists()


def test_a_persons_title_has_no_power(results: Path, tmp_path: Path) -> None:
    """In a result's words, which nobody verifies."""
    folder = one(results, tmp_path)
    table = json.loads((folder / "result.json").read_text())
    table["notes"] = ["</style><script>alert(1)</script>"]
    table["pictures"] = [{"title": '"><script>', "caption": "<i>", "png": '"><script>'}]
    (folder / "result.json").write_text(json.dumps(table))
    assert run("report", folder, "-o", tmp_path / "r.html", "--title", "<u>").exit_code == 0
    text = (tmp_path / "r.html").read_text()
    assert not {tag for tag, _ in Page(text).tags} & {"i", "u"}
    assert all(script["type"] == "application/json" for script in Page(text).of("script"))


def test_json(results: Path) -> None:
    """`check --json` is `result.json` without pictures; `verify --json` is the kernel's answer."""
    folder = results / "teaching"
    assert "\x1b" not in run("check", "4.1.i", results.parent / "teaching").output  # no colours
    checked = json.loads(run("check", "4.1.i", results.parent / "teaching", "--json").stdout)
    table = json.loads((folder / "result.json").read_text())
    del table["pictures"]
    assert checked == table
    names = ("4.1.i.claim", "problem.json", "4.1.i.certificate.json")
    done = run("verify", *(folder / name for name in names), "--json")
    found = json.loads(done.stdout)
    assert (found["answer"], found["status"], found["verdict"]) == ("VERIFIED", 0, "certified")
    assert found["digests"] == table["claims"][0]["digests"]
    wrong = run("verify", *(folder / name for name in (*names[:2], "problem.json")), "--json")
    answer = json.loads(wrong.stdout)
    assert (answer["answer"], answer["status"], wrong.exit_code) == ("UNREADABLE", 2, 2)


PANELS = {
    "truth x": (False, "The truth without"),
    "transferred: Psi(A x) - x": (True, "A difference"),
    "Psi(A x)": (False, "The reconstruction from measurements of the image without"),
    "Psi(A(x + x_det))": (False, "The reconstruction from measurements of the image with"),
    "Psi(A x') = Psi(A x + e)": (False, "The reconstruction from almost the same"),
    "Gamma(t)": (False, "The value of a map"),
    "anything": (True, "A difference, drawn around zero: middle grey is zero"),
}


@pytest.mark.parametrize("title", PANELS)
def test_panels(title: str) -> None:
    """What a panel shows, by its title."""
    difference, words = PANELS[title]
    assert sentence(title, difference).startswith(words)


def test_panels_of_pairs_speak_of_no_detail() -> None:
    """Theorem 4.5 has two images instead of an image and a detail."""
    said = [sentence(title, False, False, True) for title in ("x", "x'", "Psi(A x)")]
    assert not [words for words in said if "detail" in words]
    assert said[1].startswith("The other image")
    assert "hallucination" in sentence("Psi(A x)", False, True, True)


def test_other_kinds_of_claim(tmp_path: Path) -> None:
    """Random noise, optimal maps and null spaces: verified again, and refused if damaged."""
    run("init", "random-noise", tmp_path / "noise")
    noise = tmp_path / "all" / "noise"
    assert run("check", "4.6.ii", tmp_path / "noise", "-o", noise).exit_code == 0
    np.save(tmp_path / "A.npy", np.array([[1, 1, 0], [0, 1, 1]]))
    np.save(tmp_path / "M.npy", np.array([[2, 0, 1], [3, -1, 2], [0, 0, 1]]))
    given = ["optimal", tmp_path / "A.npy", tmp_path / "M.npy", "-o", tmp_path / "all" / "best"]
    assert run(*given).exit_code == 0
    given = ["nullspace", tmp_path / "A.npy", "--order", "1", "-o", tmp_path / "all" / "kernel"]
    run(*given)
    page = tmp_path / "page.html"
    assert run("report", tmp_path / "all", "-o", page).exit_code == 0
    text = page.read_text()
    assert "P(all conclusions hold for e) ≥ 99/100" in text
    assert "python3 -m certificates.noise 4.6.ii.noise.json 4.6.ii.claim problem.json" in text
    assert "c<sub>opt</sub>(A, M<sub>1</sub>) = " in text
    assert "python3 -m certificates.sparse" in text
    claim = noise / "4.6.ii.noise.json"
    claim.write_bytes(claim.read_bytes().replace(b"99/100", b"999/1000"))
    assert run("report", tmp_path / "all", "-o", page).exit_code == 1
    assert "the hints are for another claim" in page.read_text()
    (noise / "4.6.ii.noise.hints.json").unlink()
    assert run("report", tmp_path / "all", "-o", page).exit_code == 2
