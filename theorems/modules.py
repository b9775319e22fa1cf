"""A torch module as a map: exported to an ONNX file, which is what is certified, not the module.

torch is imported only when a module is given.  A module is told by what it has, `state_dict` and
`parameters`, as the operators of other software are told in `adapters`.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import Any

from .arrays import BadInput

OPSET = 17


def is_module(value: object) -> bool:
    """Whether this looks like a torch.nn.Module."""
    return all(
        callable(getattr(value, name, None)) for name in ("state_dict", "parameters", "eval")
    )


def onnx_bytes(module: Any, shape: Sequence[int]) -> bytes:
    """The ONNX file that torch exports for inputs of this shape; the module is left as it was.

    Evaluation mode, weights as float32, batch normalization folded by the exporter.
    Raises BadInput where torch is missing, or does not export the module.
    """
    if not is_module(module):
        raise BadInput(f"psi: {type(module).__name__} is no torch module")
    sizes = tuple(shape) if isinstance(shape, Sequence) else ()
    if not sizes or any(type(n) is not int or n < 1 for n in sizes):
        raise BadInput(f"psi: the shape {shape!r} of the module's input must be positive integers")
    try:
        import torch
    except ImportError:
        raise BadInput("psi: a torch module needs torch; pip install 'kernelcert[torch]'") from None
    parameter = next(iter(module.parameters()), None)
    device = parameter.device if parameter is not None else None
    example = torch.zeros(sizes, dtype=torch.float32, device=device)
    modes = [(part, part.training) for part in module.modules()]
    stream = io.BytesIO()
    module.eval()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(module, (example,), stream, opset_version=OPSET, dynamo=False)
    except Exception as error:  # whatever the exporter raises
        reason = str(error).strip().split("\n")[0][:200]
        raise BadInput(
            f"psi: torch does not export {type(module).__name__}: {reason}; export it yourself "
            "and name the ONNX file"
        ) from None
    finally:
        for part, mode in modes:
            part.training = mode
    return stream.getvalue()
