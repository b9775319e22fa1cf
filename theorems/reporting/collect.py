"""Folders of results, read and verified again: what a report shows.

The verdicts come from the kernel, now; `result.json` gives only what is not verified, the figures,
notes and pictures of the run.  Files are found in the folder itself, never by a path that a file
names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import certificates.noise.__main__ as noise
import certificates.optimality.__main__ as optimality
import certificates.sparse.__main__ as sparse
from certificates import probability
from certificates.__main__ import read_bytes
from certificates.arrays import ReadFile
from certificates.format import Rejected, Unreadable, digest, read_json

from ..arrays import BadInput
from ..recorded import FORMAT, NAME
from ..teaching.proof import Worked, work

CERTIFICATE, NOISE = ".certificate.json", ".noise.json"


@dataclass(frozen=True)
class OwnKind:
    """A kind of claim that is no statement of norms: its module, its files, and what checks it.

    `files` are names of files, with NAME for the claim's; `check` takes their bytes and a reader of
    arrays beside them, and returns the claim's sentences and labels of what is assumed; it raises
    Unreadable or Rejected.
    """

    module: str
    files: tuple[str, ...]
    check: Callable[[list[bytes], ReadFile], tuple[list[str], tuple[str, ...]]]


def _noise(files: list[bytes], read_file: ReadFile) -> tuple[list[str], tuple[str, ...]]:
    said = noise.check(files, read_file)
    return list(said.words), said.report.assumed


CLAIM, PROBLEM = "NAME.claim.json", "problem.json"
OWN_KINDS = (
    OwnKind(
        "certificates.probability",
        (CLAIM, f"NAME{CERTIFICATE}"),
        lambda files, _: (probability.check(files[0], files[1]), ()),
    ),
    OwnKind(
        "certificates.optimality",
        (CLAIM, PROBLEM, f"NAME{CERTIFICATE}"),
        lambda files, read: (optimality.check(files[0], files[1], files[2], read), ()),
    ),
    OwnKind(
        "certificates.sparse",
        (CLAIM, PROBLEM, f"NAME{CERTIFICATE}"),
        lambda files, read: (sparse.check(files[0], files[1], files[2], read), ()),
    ),
    OwnKind(
        "certificates.noise",
        ("NAME.noise.json", "NAME.claim", PROBLEM, f"NAME{CERTIFICATE}", "NAME.noise.hints.json"),
        _noise,
    ),
)


@dataclass(frozen=True)
class Claimed:
    """A claim of a folder: verified, with its worked proof or its sentences, or refused.

    `files` are the bytes of statement, problem and certificate by their names, in this order;
    `refused` is the kernel's last line where it did not verify.
    """

    identifier: str
    files: dict[str, bytes]
    arguments: tuple[str, ...]
    worked: Worked | None = None
    sentences: tuple[str, ...] = ()
    module: str = "certificates"
    refused: str = ""
    supposed: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """certified, refuted, vacuous or rejected."""
        if self.refused:
            return "rejected"
        return self.worked.report.verdict if self.worked else "certified"

    @property
    def assumed(self) -> tuple[str, ...]:
        """Labels of hypotheses that nobody decided."""
        return self.worked.report.assumed if self.worked else self.supposed

    @property
    def command(self) -> str:
        """What verifies it again, in the folder of the files."""
        goal = "" if self.verdict in ("certified", "rejected") else f" --goal {self.verdict}"
        permits = "".join(f" --permit {label}" for label in self.assumed)
        return f"python3 -m {self.module} {' '.join(self.arguments)}{goal}{permits}"

    @property
    def digests(self) -> dict[str, str]:
        """The SHA-256 of each file."""
        return {name: digest(data) for name, data in self.files.items()}


@dataclass(frozen=True)
class Item:
    """A result: a folder with its claims, the one that was asked for first."""

    name: str
    claims: tuple[Claimed, ...]
    recorded: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, bytes] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """The verdict on the claim that was asked for; undecided where there is no certificate."""
        return self.claims[0].verdict if self.claims else "undecided"

    @property
    def refused(self) -> bool:
        """Whether the kernel refused a certificate."""
        return any(claim.refused for claim in self.claims)


def collect(folders: list[Path]) -> list[Item]:
    """The results in folders, or in the folders directly below them.

    Raises BadInput for a folder without a result, for an unreadable `result.json` and for a
    missing array.
    """
    found: list[Item] = []
    for folder in folders:
        if not folder.is_dir():
            raise BadInput(f"{folder}: no such folder; name what 'check -o' or 'claims -o' wrote")
        below = [folder] if _is_result(folder) else sorted(filter(_is_result, folder.iterdir()))
        if not below:
            raise BadInput(
                f"{folder}: holds no result; make one with 'kernelcert check ... -o {folder}'"
            )
        found += map(_item, below)
    return found


def _is_result(folder: Path) -> bool:
    return folder.is_dir() and (
        (folder / NAME).is_file() or any(True for _ in folder.glob(f"*{CERTIFICATE}"))
    )


def _item(folder: Path) -> Item:
    recorded = _recorded(folder / NAME)
    order = [entry.get("identifier") for entry in recorded.get("claims", [])]
    arrays: dict[str, bytes] = {}
    claims = sorted(
        _claims(folder, arrays),
        key=lambda c: order.index(c.identifier) if c.identifier in order else len(order),
    )
    missing = [name for name in order if name not in {claim.identifier for claim in claims}]
    if missing:
        raise BadInput(f"{folder}: {missing[0]} is listed in {NAME}, but its certificate is gone")
    name = folder.name if folder.name != "out" else folder.resolve().parent.name
    return Item(name, tuple(claims), recorded, arrays)


def _recorded(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path}: is no JSON: {error}; run 'kernelcert check' again") from None
    if not isinstance(table, dict) or table.get("format") != FORMAT:
        raise BadInput(f"{path}: its format is not {FORMAT!r}; run 'kernelcert check' again")
    for key, kind in (("claims", dict), ("figures", dict), ("pictures", dict), ("notes", str)):
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, kind) for one in value):
            raise BadInput(f"{path}: {key} is no list of such; run 'kernelcert check' again")
    return table


def _claims(folder: Path, arrays: dict[str, bytes]) -> Iterator[Claimed]:
    for path in sorted(folder.glob(f"*{CERTIFICATE}")):
        name = path.name.removesuffix(CERTIFICATE)
        certificate = read_bytes(path, "certificate")
        if (folder / f"{name}.claim.json").is_file():
            yield _own(name, name, OWN_KINDS[:-1], folder, arrays)
        elif (folder / f"{name}.claim").is_file():
            yield _verified(folder, name, certificate, arrays)
        else:
            raise BadInput(f"{folder}: {path.name} has no statement {name}.claim beside it")
    for path in sorted(folder.glob(f"*{NOISE}")):
        name = path.name.removesuffix(NOISE)
        yield _own(f"{name}, random noise", name, OWN_KINDS[-1:], folder, arrays)


def _own(
    identifier: str,
    name: str,
    kinds: tuple[OwnKind, ...],
    folder: Path,
    arrays: dict[str, bytes],
) -> Claimed:
    """A claim of a kind of its own: the first kind that reads the claim decides."""
    reasons: list[Claimed] = []
    for kind in kinds:
        names = tuple(pattern.replace("NAME", name) for pattern in kind.files)
        if any(not (folder / file).is_file() for file in names):
            continue
        files = {file: read_bytes(folder / file, file) for file in names}
        made = Claimed(identifier, files, names, module=kind.module)
        try:
            sentences, assumed = kind.check(list(files.values()), _reader(folder, arrays))
        except Rejected as reason:
            return _refused(made, f"REJECTED {reason}")
        except Unreadable as reason:
            reasons.append(_refused(made, f"UNREADABLE {reason}"))
            continue
        said = tuple(sentences)
        return Claimed(
            identifier, files, names, sentences=said, module=kind.module, supposed=assumed
        )
    if not reasons:
        raise BadInput(f"{folder}: files of the claim {name} are missing; make the result again")
    return reasons[0]


def _reader(folder: Path, arrays: dict[str, bytes]) -> ReadFile:
    """Reads the arrays of a problem, and remembers them."""

    def read_file(array: str) -> bytes:
        if not (folder / array).is_file():
            raise BadInput(f"{folder}: the array {array} of its problem is missing; put it back")
        arrays[array] = read_bytes(folder / array, f"array {array}")
        return arrays[array]

    return read_file


def _refused(claim: Claimed, line: str) -> Claimed:
    return Claimed(
        claim.identifier, claim.files, claim.arguments, module=claim.module, refused=line
    )


def _verified(folder: Path, name: str, certificate: bytes, arrays: dict[str, bytes]) -> Claimed:
    statement = f"{name}.claim"
    problem = _problem_name(folder, name, certificate)
    files = {statement: read_bytes(folder / statement, "statement")}
    if problem:
        files[problem] = read_bytes(folder / problem, "problem")
    files[f"{name}{CERTIFICATE}"] = certificate
    read_file = _reader(folder, arrays)
    claimed = Claimed(name, files, (statement, problem or "-", f"{name}{CERTIFICATE}"))
    try:
        worked = work(files[statement], files[problem] if problem else None, certificate, read_file)
    except Rejected as reason:
        return _refused(claimed, f"REJECTED {reason}")
    except Unreadable as reason:
        return _refused(claimed, f"UNREADABLE {reason}")
    return Claimed(name, files, claimed.arguments, worked)


def _problem_name(folder: Path, name: str, certificate: bytes) -> str:
    """The name of the problem file; "" for a proof for all spaces."""
    try:
        table = read_json(certificate, "certificate")
    except Unreadable:
        table = None
    if isinstance(table, dict) and table.get("problem") == "-":
        return ""
    own = f"{name}.problem.json"
    found = own if (folder / own).is_file() else "problem.json"
    if not (folder / found).is_file():
        raise BadInput(f"{folder}: the problem of {name}{CERTIFICATE} is missing; put it back")
    return found
