"""Small problem folders to start from: `kernelcert init NAME` writes one.

The teaching examples are TOML files in this folder; the others are made from data that other
packages bring along (matplotlib's MRI slice, scikit-learn's digits).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

from ..arrays import BadInput

Files = dict[str, bytes]


@dataclass(frozen=True)
class Example:
    """A named example: a line about it, and a function that makes its files.

    `run` is the command that settles it, with the folder and the output folder put in.
    """

    says: str
    make: Callable[[], Files]
    run: str = "kernelcert check 4.1.i {folder} -o {output}"


def _text(name: str) -> Callable[[], Files]:
    def make() -> Files:
        return {"problem.toml": (files(__name__) / f"{name}.toml").read_bytes()}

    return make


def _slice() -> Files:
    try:
        from .mri_slice import make
    except ImportError:
        raise BadInput("slice: needs matplotlib; pip install 'kernelcert[examples]'") from None
    return make()


def _audit() -> Files:
    try:
        from .audit import make
    except ImportError:
        raise BadInput("audit: needs scikit-learn; pip install 'kernelcert[examples]'") from None
    return make()


def _digits() -> Files:
    try:
        from .digits import make
    except ImportError:
        raise BadInput("digits: needs scikit-learn; pip install 'kernelcert[examples]'") from None
    return make()


def _digits_4_3() -> Files:
    try:
        from .digits_4_3 import make
    except ImportError:
        needs = "digits-4.3: needs scikit-learn; pip install 'kernelcert[examples]'"
        raise BadInput(needs) from None
    return make()


def _near_digits() -> Files:
    try:
        from .near_digits import make
    except ImportError:
        needs = "near-digits: needs scikit-learn; pip install 'kernelcert[examples]'"
        raise BadInput(needs) from None
    return make()


def _stars() -> Files:
    from .stars import make

    return make()


def _trained(name: str, *more: str) -> Callable[[], Files]:
    def make() -> Files:
        folder = files(__name__) / "trained"
        names = ("phi.onnx", "mask.npy", "x.npy", "x_det.npy", *more)
        made = {file: (folder / name / file).read_bytes() for file in names}
        return {"problem.toml": (folder / f"{name}.toml").read_bytes(), **made}

    return make


EXAMPLES: dict[str, Example] = {
    "teaching": Example("2 x 3 real, every number on one line", _text("teaching")),
    "complex": Example("2 x 3 complex, the same idea over C", _text("complex")),
    "ill-conditioned": Example("a square A with trivial kernel", _text("ill-conditioned")),
    "table": Example("a map known only by three of its values", _text("table")),
    "in-distribution": Example(
        "Theorem 4.3 on 2 x 3: three images, and infinitely many that are hallucinated",
        _text("in-distribution"),
        "kernelcert check 4.3.i {folder} -o {output}",
    ),
    "digits-4.3": Example(
        "Theorem 4.3 on 200 handwritten digits, 13 Walsh-Hadamard rows, McShane's extension",
        _digits_4_3,
        "kernelcert check 4.3.i {folder} -o {output}",
    ),
    "two-images": Example(
        "Theorem 4.5 on 2 x 3: two images that A hardly tells apart, and a map that does",
        _text("two-images"),
        "kernelcert check 4.5.i {folder} -o {output}",
    ),
    "random-noise": Example(
        "Theorems 4.6 and 4.7 on 2 x 3: an exact fit, and Gaussian noise that turns x into x'",
        _text("random-noise"),
        "kernelcert check 4.6.ii {folder} -o {output}",
    ),
    "rank-deficient": Example(
        "Theorem 4.10 (i) on 2 x 3: the third number is not seen, so no good fit on T is optimal",
        _text("rank-deficient"),
        "kernelcert check 4.10.i {folder} -o {output}",
    ),
    "near-singular": Example(
        "Theorem 4.10 (ii) on 2 x 2: injective, but no map with L = 5 recovers all of M1",
        _text("near-singular"),
        "kernelcert check 4.10.ii {folder} -o {output}",
    ),
    "unstable-network": Example(
        "Theorem 4.5 on 2 x 3: a ReLU network with a kink, its true radius and a point beyond it",
        _text("unstable-network"),
        "kernelcert check 4.5.i {folder} -o {output}",
    ),
    "slice": Example("MRI head slice, 32 x 32, 205 Walsh-Hadamard rows, ridge map", _slice),
    "digits": Example("handwritten digits, 8 x 8, 13 Walsh-Hadamard rows, ridge map", _digits),
    "near-digits": Example(
        "Theorem 4.5: a 5 and a 2 that 13 Walsh-Hadamard rows hardly tell apart, ridge map",
        _near_digits,
        "kernelcert check 4.5.ii {folder} -o {output}",
    ),
    "trained-hadamard": Example(
        "a trained U-Net of 35,243 weights, 32 x 32, 230 Walsh-Hadamard rows",
        _trained("hadamard", "early.onnx", "x_large.npy"),
    ),
    "trained-fourier": Example(
        "a trained U-Net of 35,344 weights, complex 32 x 32, 8 of 32 Fourier lines",
        _trained("fourier", "x_large.npy"),
    ),
    "trained-slice": Example(
        "a trained U-Net beside the l1 decoder: MRI slice of 70 Haar coefficients, 307 rows",
        _trained("slice"),
        "kernelcert compare {folder} --transform haar -o {output}",
    ),
    "stars": Example(
        "Appendix B: two stars, 16 x 16, 128 Walsh-Hadamard rows; a ridge map, and the l1 decoder",
        _stars,
        "kernelcert compare {folder} --order 2 -o {output}",
    ),
    "audit": Example(
        "five claims of a manuscript about 200 reconstructed digits, 40 Walsh-Hadamard rows",
        _audit,
        "kernelcert claims {folder}/claims.toml -o {output}",
    ),
}
