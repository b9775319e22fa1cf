"""The parts of a corpus case: statements, data and proofs, and how a case becomes a folder.

Certificates are written here by hand, step by step with the conclusion that the writer claims, not
through the rules: a corpus of cheats cannot be made by an honest builder.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT))

from certificates.format import digest, write_json  # noqa: E402

Json = Any
Step = tuple[str, Sequence[int], Mapping[str, Json], str]


@dataclass
class Case:
    """One folder of the corpus, before it is written."""

    statement: str
    steps: Sequence[Step] = ()
    problem: dict[str, Json] | None = None
    verdict: str = "certified"
    choices: dict[str, str] | None = None
    vectors: dict[str, Json] | None = None
    arbitrary: dict[str, str] | None = None
    files: dict[str, bytes] = field(default_factory=dict)

    def problem_bytes(self) -> bytes | None:
        return None if self.problem is None else write_json(self.problem)

    def certificate(self) -> dict[str, Json]:
        """The certificate as a JSON value, its digests right."""
        data = self.problem_bytes()
        table: dict[str, Json] = {
            "format": "kernelcert certificate 1",
            "statement": digest(self.statement.encode()),
            "problem": "-" if data is None else digest(data),
            "verdict": self.verdict,
            "steps": [
                {
                    "rule": rule,
                    "premises": [str(place) for place in premises],
                    "arguments": dict(arguments),
                    "conclusion": conclusion,
                }
                for rule, premises, arguments, conclusion in self.steps
            ],
        }
        if self.choices is not None:
            table["choices"] = self.choices
        if self.vectors is not None:
            table["vectors"] = self.vectors
        if self.arbitrary is not None:
            table["arbitrary"] = self.arbitrary
        return table


def write(
    kind: str,
    name: str,
    case: Case,
    expect: str,
    certificate: bytes | None = None,
    problem: bytes | None = None,
    statement: bytes | None = None,
) -> None:
    """One folder; the bytes given last replace what the case would write."""
    folder = HERE / kind / name
    if folder.exists():
        raise SystemExit(f"two cases are called {kind}/{name}")
    folder.mkdir(parents=True)
    data = case.problem_bytes() if problem is None else problem
    contents = {
        "statement.claim": case.statement.encode() if statement is None else statement,
        "certificate.json": write_json(case.certificate()) if certificate is None else certificate,
        "expect.txt": expect.encode() + b"\n",
        **({} if data is None else {"problem.json": data}),
        **case.files,
    }
    for file, content in contents.items():
        (folder / file).write_bytes(content)


def with_problem(case: Case, data: bytes) -> bytes:
    """The case's certificate, made for other bytes of the problem."""
    return write_json(case.certificate() | {"problem": digest(data)})


def with_statement(case: Case, text: bytes) -> bytes:
    """The case's certificate, made for other bytes of the statement."""
    return write_json(case.certificate() | {"statement": digest(text)})


def changed(value: Json, path: Sequence[str | int], new: Json) -> Json:
    """A copy of a JSON value with one entry replaced, or deleted where `new` is ..."""
    result = copy.deepcopy(value)
    inner = result
    for key in path[:-1]:
        inner = inner[key]
    if new is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = new
    return result


# ---------------------------------------------------------------- statements, data, proofs

CLAIMS = ROOT / "theorems" / "statements"
TRANSFER = (CLAIMS / "4.1.i.claim").read_text()
NETWORK = (CLAIMS / "4.1.ii.claim").read_text()
FALSE_TRANSFER = TRANSFER.replace("(1 + 2 L) delta", "(1 + L) delta")

TRANSFER_PROOF: list[Step] = [
    ("range", [], {"variable": "e", "number": "1"}, "|e| <= delta"),
    ("given", [], {"hypothesis": "2"}, "|A x_det| <= delta"),
    (
        "triangle",
        [],
        {"summands": [["1", "e"], ["-1", "A x_det"]]},
        "|e - A x_det| <= |e| + |A x_det|",
    ),
    ("linear", [2, 0, 1], {"multipliers": ["1", "1", "1"]}, "|e - A x_det| <= 2 delta"),
    ("given", [], {"hypothesis": "1"}, "Lipschitz(Psi) <= L"),
    (
        "lipschitz",
        [4],
        {"left": "A x + e", "right": "A(x + x_det)"},
        "|Psi(A x + e) - Psi(A x + A x_det)| <= L |e - A x_det|",
    ),
    (
        "linear",
        [5, 3],
        {"multipliers": ["1", "L"]},
        "|Psi(A x + e) - Psi(A x + A x_det)| <= 2 L delta",
    ),
    (
        "given",
        [],
        {"hypothesis": "3"},
        "|Psi(A(x + x_det)) - (x + x_det)| <= delta",
    ),
    (
        "triangle",
        [],
        {
            "summands": [
                ["1", "Psi(A x + e) - Psi(A(x + x_det))"],
                ["1", "Psi(A(x + x_det)) - (x + x_det)"],
            ]
        },
        "|Psi(A x + e) - (x + x_det)| <= |Psi(A x + e) - Psi(A x + A x_det)|"
        " + |Psi(A(x + x_det)) - (x + x_det)|",
    ),
    (
        "linear",
        [8, 6, 7],
        {"multipliers": ["1", "1", "1"]},
        "|Psi(A x + e) - (x + x_det)| <= (1 + 2 L) delta",
    ),
]

NETWORK_PROOF: list[Step] = [
    ("nonnegative", [], {"scalar": "L"}, "0 <= L"),
    ("constant_definition", [], {"map": "Psi"}, "Lipschitz(Psi) <= 0"),
    ("relax", [1, 0], {}, "Lipschitz(Psi) <= L"),
    ("nonnegative", [], {"scalar": "delta"}, "0 <= delta"),
]


def entries(*numbers: Json) -> Json:
    """An inline array; rows are lists."""

    def text(item: Json) -> Json:
        return [text(inner) for inner in item] if isinstance(item, list) else str(item)

    return {"entries": text(list(numbers))}


def space(dimension: int, norm: str, **more: str) -> Json:
    return {"dimension": str(dimension), "norm": norm, **more}


def vector(where: str, *numbers: Json) -> Json:
    return {"space": where, "array": entries(*numbers)}


def dense(*rows: Json) -> Json:
    return {"kind": "dense", "matrix": entries(*rows)}


def affine(rows: Json, offset: Json) -> Json:
    return {"kind": "affine", "matrix": entries(*rows), "offset": entries(*offset)}


def table(inputs: Json, outputs: Json) -> Json:
    return {"kind": "table", "inputs": entries(*inputs), "outputs": entries(*outputs)}


def data(field_: str, spaces: Json, **sections: Json) -> dict[str, Json]:
    return {"format": "kernelcert problem 1", "field": field_, "spaces": spaces, **sections}


# The smallest instance of 4.1 (i): A forgets the second entry, Psi always adds the detail there.
PSI = affine([[1], [0]], [0, 1])


def transfer_data(field_: str = "R", x: str = "l2", y: str = "l2", psi: Json = PSI) -> Json:
    image = entries(1, 0)
    if field_ == "C":
        image = {"real": entries("3/5", 0), "imaginary": entries("4/5", 0)}
    return data(
        field_,
        {"X": space(2, x), "Y": space(1, y)},
        linear={"A": dense([1, 0])},
        maps={"Psi": psi},
        vectors={"x": {"space": "X", "array": image}, "x_det": vector("X", 0, 1)},
        constants={"delta": "1/100", "L": "1"},
    )


COLUMNS: Step = ("operator_columns", [], {"map": "Psi", "bound": "1"}, "Lipschitz(Psi) <= 1")
ROWS: Step = ("operator_rows", [], {"map": "Psi", "bound": "1"}, "Lipschitz(Psi) <= 1")
SIGNS: Step = ("operator_signs", [], {"map": "Psi", "bound": "1"}, "Lipschitz(Psi) <= 1")
GRAM: Step = (
    "operator_gram",
    [],
    {"map": "Psi", "bound": "1", "factor": [["0"]], "shift": "3"},
    "Lipschitz(Psi) <= 1",
)
MCSHANE: Step = ("mcshane", [], {"map": "Psi"}, "Lipschitz(Psi) <= 1")
FIT: list[Step] = [
    ("compute", [], {"claim": "|A x_det| <= delta"}, "|A x_det| <= delta"),
    (
        "compute",
        [],
        {"claim": "|Psi(A(x + x_det)) - (x + x_det)| <= delta"},
        "|Psi(A(x + x_det)) - (x + x_det)| <= delta",
    ),
]


def decided(bound: Step) -> list[Step]:
    """The proof of 4.1 (i), and steps that decide its three hypotheses on the data."""
    n = len(TRANSFER_PROOF)
    return [
        *TRANSFER_PROOF,
        bound,
        ("compute", [], {"claim": "1 <= L"}, "1 <= L"),
        ("relax", [n, n + 1], {}, "Lipschitz(Psi) <= L"),
        *FIT,
    ]


def extension(slope: str = "1") -> Json:
    return {**table([[1]], [[1, 1]]), "kind": "mcshane", "slope": slope}


# (1 + L) delta is too small: A = 1, Psi(y) = y - 1, detail 1, e = -1.
REFUTING = data(
    "R",
    {"X": space(1, "linf"), "Y": space(1, "linf")},
    linear={"A": dense([1])},
    maps={"Psi": affine([[1]], [-1])},
    vectors={"x": vector("X", 0), "x_det": vector("X", 1)},
    constants={"delta": "1", "L": "1"},
)


def refutation(e: str) -> list[Step]:
    conclusion = f"|Psi(A x + {e}) - (x + x_det)| > (1 + L) delta"
    return [
        ("operator_rows", [], {"map": "Psi", "bound": "1"}, "Lipschitz(Psi) <= 1"),
        ("compute", [], {"claim": "1 = L"}, "1 = L"),
        ("weaken", [1], {"claim": "1 <= L"}, "1 <= L"),
        ("relax", [0, 2], {}, "Lipschitz(Psi) <= L"),
        *FIT,
        ("compute", [], {"claim": f"|{e}| <= delta"}, f"|{e}| <= delta"),
        ("compute", [], {"claim": conclusion}, conclusion),
    ]


def one(conclusion: str, given: str = "", quantifier: str = "", head: str = "") -> str:
    """A small statement about x in X, y in Y, A, Psi, and constants a > 0, b >= 0, c."""
    lines = [
        'statement small "one line"',
        "spaces X, Y",
        "linear A : X -> Y",
        "map Psi : Y -> X",
        "vectors x in X",
        "vectors y in Y",
        "constants a > 0, b >= 0, c",
        *([head] if head else []),
        *(["given", f"  {given}"] if given else []),
        *(quantifier.split("\n") if quantifier else []),
        "conclude",
        f"  {conclusion}",
    ]
    return "\n".join(lines) + "\n"


def small(**more: Json) -> dict[str, Json]:
    """Data for `one`: the plane with l1, a line, A x = x_1 + x_2, Psi(y) = (y, 0) or as given."""
    sections: dict[str, Json] = {
        "spaces": {"X": space(2, "l1"), "Y": space(1, "linf")},
        "linear": {"A": dense([1, 1])},
        "maps": {"Psi": affine([[1], [0]], [0, 0])},
        "vectors": {"x": vector("X", 3, -4), "y": vector("Y", 2)},
        "constants": {"a": "1", "b": "0", "c": "-5"},
        "field": "R",
    }
    sections |= more
    return data(sections.pop("field"), sections.pop("spaces"), **sections)


def npy(descr: str, shape: str, body: bytes, order: str = "False") -> bytes:
    """A .npy file from its parts."""
    header = f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + body


def stored(name: str, content: bytes, *shape: int, **more: str) -> Json:
    """A reference to an array file."""
    return {
        "file": name,
        "sha256": sha256(content).hexdigest(),
        "shape": [str(n) for n in shape],
        **more,
    }
