"""The untrusted room of kernelcert: problems from people, derivations, and the command line.

    from theorems import Affine, Problem, check

    result = check("4.1.i", Problem(operator=A, x=x, x_det=x_det, psi=Affine(W, b)))

    result = check_claim("my.claim", Instance.load("problem.toml"))
    worked_proof(result)                 the paper's proof with the numbers
    optimal_map(A, images), decide(text), nullspace(A, order=1), ...    as the commands of the name

Nothing here is believed: every verdict is one that `certificates.kernel.verify` gave.
"""

from .answer import Answer, Picture, show_images
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
from .proofs import (
    Decided,
    WorkedProof,
    decide,
    general_proof,
    statement_text,
    worked_proof,
)
from .questions import (
    compare,
    detail,
    kernel,
    kernelsize,
    nullspace,
    operator,
    optimal_map,
    pairs,
    probability,
    recover,
    sparsity,
    stability,
    tradeoff_curve,
)
from .result import Result, check

__all__ = [
    "Affine",
    "Answer",
    "BadInput",
    "Constant",
    "Decided",
    "Instance",
    "Layers",
    "Machine",
    "Named",
    "Network",
    "NetworkFile",
    "Picture",
    "Problem",
    "Result",
    "Table",
    "Weights",
    "WorkedProof",
    "check",
    "check_claim",
    "compare",
    "decide",
    "detail",
    "general_proof",
    "kernel",
    "kernelsize",
    "nullspace",
    "operator",
    "optimal_map",
    "pairs",
    "probability",
    "recover",
    "show_images",
    "sparsity",
    "stability",
    "statement_text",
    "tradeoff_curve",
    "worked_proof",
]
