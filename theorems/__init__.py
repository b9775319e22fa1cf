"""The untrusted room of kernelcert: problems from people, derivations, and the command line.

    from theorems import Affine, Problem, check

    result = check("4.1.i", Problem(operator=A, x=x, x_det=x_det, psi=Affine(W, b)))

    result = check_claim("my.claim", Instance.load("problem.toml"))

Nothing here is believed: every verdict is one that `certificates.kernel.verify` gave.
"""

from .arrays import BadInput
from .auditing.claims import check_claim
from .instance import Instance
from .problem import (
    Affine,
    Constant,
    Layers,
    Machine,
    Named,
    Network,
    NetworkFile,
    Problem,
    Table,
    Weights,
)
from .result import Result, check

__all__ = [
    "Affine",
    "BadInput",
    "Constant",
    "Instance",
    "Layers",
    "Machine",
    "Named",
    "Network",
    "NetworkFile",
    "Problem",
    "Result",
    "Table",
    "Weights",
    "check",
    "check_claim",
]
