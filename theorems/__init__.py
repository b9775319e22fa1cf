"""The untrusted room of kernelcert: problems from people, derivations, and the command line.

    from theorems import Affine, Problem, check

    result = check("4.1.i", Problem(operator=A, x=x, x_det=x_det, psi=Affine(W, b)))

Nothing here is believed: every verdict is one that `certificates.kernel.verify` gave.
"""

from .arrays import BadInput
from .problem import Affine, Constant, Named, Network, Problem, Table
from .result import Result, check

__all__ = [
    "Affine",
    "BadInput",
    "Constant",
    "Named",
    "Network",
    "Problem",
    "Result",
    "Table",
    "check",
]
