"""How far a network in float32 can be from its exact value: a proved bound, entry by entry.

*The model.*  Every operation rounds to the nearest float32, with gradual underflow (nothing is
flushed to zero) and without overflow, which is shown.  A sum may be taken in any order, in blocks,
with or without fused multiply-add, and a bias may be added first, last or in between.  A product
of matrices and a convolution are sums of these products: no Winograd, Fourier or Strassen
scheme.  An average is a sum times or over the count.  The weights are those of the file, and are
float32, as the input is; a runtime that folds constants or fuses nodes may leave roundings out, but
not put others in.

*The bound.*  With u = 2^-24 and gamma_n = n u / (1 - n u), a sum of n products that is computed in
any order is sum w_i x_i (1 + t_i) with |t_i| <= gamma_n: N. J. Higham, Accuracy and Stability of
Numerical Algorithms, 2nd ed., SIAM 2002, lemma 3.1 and section 3.1; a product that underflows is
off by 2^-150 at most (section 2.1 there).  If the input of such a node is off by at most E, entry
by entry, then its output is off by at most

    |w| ((1 + gamma) E + gamma |x|) + gamma |b| + n (1 + gamma) 2^-150

with the exact x.  A sum of two is off by (1 + u) (E + E') + u |x + x'|; what moves, compares or
clips entries keeps E, a slope s multiplies it by max(1, |s|).  This is a running error analysis
(section 3.3 there) around the exact value instead of the computed one.

Everything is computed in integers over 2^192, rounded up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod
from typing import Any

from certificates.network_operators import OPERATORS
from certificates.networks import Network
from certificates.tensors import Use, Value

from .arrays import BadInput
from .evaluation import computed, walk

BITS = 192
ONE = 1 << BITS
UNIT = Fraction(1, 1 << 24)
TINY = Fraction(1, 1 << 150)  # half of the smallest positive float32
LARGEST = 1 << 127
PRODUCTS = {"Conv", "ConvTranspose", "Gemm", "MatMul"}
AVERAGES = {"AveragePool", "GlobalAveragePool"}
SLOPES = {"LeakyRelu", "PRelu"}
# what moves, compares or clips: the errors are moved, and the largest one is kept
KEPT = {
    "Abs", "Clip", "Concat", "Dropout", "Flatten", "Identity", "Max", "MaxPool", "Min", "Pad",
    "Relu", "Reshape", "Resize", "Slice", "Squeeze", "Transpose", "Unsqueeze",
}  # fmt: skip
Numbers = list[Any]


@dataclass(frozen=True)
class Bounded:
    """A network's exact value at a point, and a bound for each entry of |computed - exact|."""

    value: Value
    errors: tuple[Fraction, ...]

    @property
    def largest(self) -> Fraction:
        """The largest of the bounds."""
        return max(self.errors)


def gamma(n: int) -> Fraction:
    """n u / (1 - n u), for fewer than 2^23 roundings."""
    if n >= 1 << 23:
        raise BadInput(f"a sum of {n} terms is too long for a bound on its rounding")
    return n * UNIT / (1 - n * UNIT)


def _up(entries: Sequence[Any], factor: Fraction) -> Numbers:
    """|entries| times a factor >= 0, over 2^192 and rounded up."""
    top, bottom = factor.numerator << BITS, factor.denominator
    return [-(-abs(a) * top // bottom) for a in entries]


def _sizes(value: Value, factor: Fraction = Fraction(1)) -> Numbers:
    """The moduli of a tensor's entries times a factor."""
    return _up(value.entries, factor / value.denominator)


def _scaled(errors: Numbers, factor: Fraction) -> Numbers:
    """Numbers over 2^192 times a factor >= 0, over 2^192."""
    return [-(-a * factor.numerator // factor.denominator) for a in errors]


def _tensor(value: Value, entries: Numbers) -> Value:
    """Numbers over 2^192 in the shape of a tensor."""
    return Value(value.shape, entries, ONE, False)


def float32(q: Fraction) -> bool:
    """Whether a number is one of float32: 24 bits, from 2^-149 to below 2^128."""
    top, bottom = abs(q.numerator), q.denominator
    if top == 0:
        return True
    shift = (top & -top).bit_length() - 1
    low = shift - (bottom.bit_length() - 1)  # the exponent of the last bit
    return (
        bottom & (bottom - 1) == 0
        and low >= -149
        and (top >> shift).bit_length() <= 24
        and top < bottom << 128
    )


class _Analysis:
    """The errors of all values that have one; what is not there is exact."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.errors: dict[str, Numbers] = {}

    def of(self, use: Use, place: int) -> Numbers:
        """The errors of an input; zeros for what is exact."""
        value = use.inputs[place]
        if value is None:
            return []
        found = self.errors.get(use.node.inputs[place])
        return found if found is not None else [0] * len(value.entries)

    def exact(self, use: Use, place: int) -> None:
        if any(self.of(use, place)):
            raise BadInput(
                f"{use.node}: input {place} is itself computed with rounding, which the bound "
                "does not cover; export with constants folded"
            )

    def apply(self, use: Use, inputs: list[Value | None]) -> Numbers:
        """The node's operator on other inputs, over 2^192, rounded up."""
        _, entries, denominator = computed(Use(use.node, inputs, use.opset))
        return _up(entries, Fraction(1, denominator))

    def step(self, use: Use, value: Value) -> Numbers:
        """The errors of a node's value."""
        name = use.node.operator
        if name in KEPT:
            return self._kept(use, value)
        if name in PRODUCTS:
            return self._products(use)
        if name in AVERAGES:
            window = use.integers("kernel_shape", use.x.shape[2:])
            g = gamma(prod(window) + 1)
            errors = self._combined(use, g)
            if int(max(errors)) * prod(window) >= g * LARGEST * ONE:
                raise BadInput(f"{use.node}: float32 may overflow here, then no bound holds")
            return [a + 2 * (TINY.numerator << BITS) // TINY.denominator + 1
                    for a in self.apply(use, [_tensor(use.x, errors)])]  # fmt: skip
        if name in SLOPES:
            return self._slopes(use, value)
        if name == "Neg":
            return self.of(use, 0)
        if name == "Div":
            self.exact(use, 1)
            divisor = use.value(1)
            moduli = Value(divisor.shape, [abs(b) for b in divisor.entries], divisor.denominator,
                           True)  # fmt: skip
            moved = self.apply(use, [_tensor(use.x, self.of(use, 0)), moduli])
            return self._rounded(moved, value, TINY)
        if name == "Sum":
            return self._sum(use)
        if name in ("Add", "Sub"):
            moved = self._broadcast(use, value, [self.of(use, 0), self.of(use, 1)])
            spread = [a + b for a, b in zip(*moved, strict=True)]
            return self._rounded(spread, value, Fraction(0))
        if name == "Mul":
            sizes = self._broadcast(use, value, [_sizes(v) for v in use.inputs[:2] if v])
            moved = self._broadcast(use, value, [self.of(use, 0), self.of(use, 1)])
            spread = [
                -(-(x * f + y * e + e * f) // ONE)
                for x, y, e, f in zip(*sizes, *moved, strict=True)
            ]
            return self._rounded(spread, value, TINY)
        raise BadInput(f"{use.node}: no bound on the rounding of this operator is known")

    def _sum(self, use: Use) -> Numbers:
        """(1 + g) (E_1 + ... + E_n) + g (|x_1| + ... + |x_n|) with g for n summands."""
        g = gamma(len(use.inputs))
        values = list(map(use.value, range(len(use.inputs))))
        errors = self.apply(use, [_tensor(v, self.of(use, k)) for k, v in enumerate(values)])
        sizes = self.apply(use, [_tensor(v, _sizes(v)) for v in values])
        if max(sizes) + max(errors) >= LARGEST * ONE:
            raise BadInput(f"{use.node}: float32 may overflow here, then no bound holds")
        pairs = zip(_scaled(errors, 1 + g), _scaled(sizes, g), strict=True)
        return [a + b for a, b in pairs]

    def _combined(self, use: Use, g: Fraction) -> Numbers:
        """(1 + g) E + g |x| for the first input."""
        first = _scaled(self.of(use, 0), 1 + g)
        return [a + b for a, b in zip(first, _sizes(use.x, g), strict=True)]

    def _rounded(self, spread: Numbers, value: Value, tiny: Fraction) -> Numbers:
        """(1 + u) E + u |y| + tiny."""
        (more,) = _up([1], tiny)
        first = _scaled(spread, 1 + UNIT)
        return [a + b + more for a, b in zip(first, _sizes(value, UNIT), strict=True)]

    def _broadcast(self, use: Use, value: Value, rows: list[Numbers]) -> list[Numbers]:
        """The entries of two inputs, in the shape of the result: each plus zeros of the other."""
        zeros = [_tensor(v, [0] * len(v.entries)) for v in use.inputs[:2] if v]
        node = replace(use.node, operator="Add")
        found = []
        for place, row in enumerate(rows):
            inputs: list[Value | None] = [*zeros]
            inputs[place] = _tensor(zeros[place], row)
            found.append(_up(computed(Use(node, inputs, use.opset))[1], Fraction(1, ONE)))
        return found

    def _kept(self, use: Use, value: Value) -> Numbers:
        name = use.node.operator
        if name in ("Abs", "Relu"):
            errors = self.of(use, 0)
            if name == "Abs":
                return errors
            # where the computed entry is surely not positive, 0 is computed
            tops = [a * ONE for a in use.x.entries]
            bottom = use.x.denominator
            return [0 if top + e * bottom <= 0 else e for top, e in zip(tops, errors, strict=True)]
        if name == "Clip":
            self.exact(use, 1) if use.has(1) else None
            self.exact(use, 2) if use.has(2) else None
            return self.of(use, 0)
        node = replace(use.node, operator="Max") if name == "Min" else use.node
        inputs = [
            v if v is None or v.whole else _tensor(v, self.of(use, k))
            for k, v in enumerate(use.inputs)
        ]
        if name == "Resize":
            inputs = [inputs[0], *use.inputs[1:]]
        if name == "Pad":
            self.exact(use, 2) if use.has(2) else None
            inputs = inputs[:2]
        function = OPERATORS[node.operator][0]
        _, entries, denominator = function(Use(node, inputs, use.opset))
        return _up(entries, Fraction(1, denominator))

    def _slopes(self, use: Use, value: Value) -> Numbers:
        if use.has(1):
            self.exact(use, 1)
        slopes = use.constant(1).fractions() if use.has(1) else []
        slope = max([Fraction(1), *map(abs, slopes), abs(use.number("alpha", Fraction(1)))])
        return self._rounded(_scaled(self.of(use, 0), slope), value, TINY)

    def _products(self, use: Use) -> Numbers:
        """|w| ((1 + gamma) E + gamma |x|) + gamma |b| + n (1 + gamma) 2^-150.

        One of the two factors, w, must be without rounding.
        """
        name = use.node.operator
        fixed = 0 if name == "MatMul" and use.x.constant else 1
        self.exact(use, fixed)
        weights, moving = use.value(fixed), use.value(1 - fixed)
        if name in ("MatMul", "Gemm"):
            turned = name == "Gemm" and use.integer("transA", 0)
            n = use.x.shape[0] if turned else use.x.shape[-1]
        elif name == "Conv":
            n = prod(weights.shape[1:])
        else:
            n = weights.shape[0] // use.integer("group", 1) * prod(weights.shape[2:])
        g = gamma(n + 3)  # the bias, and alpha and beta of Gemm
        first = _scaled(self.of(use, 1 - fixed), 1 + g)
        inner = [a + b for a, b in zip(first, _sizes(moving, g), strict=True)]
        moduli = replace(weights, entries=[abs(a) for a in weights.entries])
        inputs: list[Value | None] = [_tensor(moving, inner), moduli]
        errors = self.apply(use, inputs[::-1] if fixed == 0 else inputs)
        more = _up([1], (n + 2) * (1 + g) * TINY)[0]
        if use.has(2):
            self.exact(use, 2)
            # the bias is at most its largest entry
            bias = use.constant(2)
            top = max(_sizes(bias, g * abs(use.number("beta", Fraction(1)))))
            more += top
        largest = max(errors) + more
        # g times the sum of the moduli is among the errors, and partial sums stay below that sum
        if int(largest) >= g * LARGEST * ONE:
            raise BadInput(f"{use.node}: float32 may overflow here, then no bound holds")
        return [a + more for a in errors]


def _check_floats(network: Network, entries: Sequence[int], denominator: int) -> None:
    given = {*network.graph.arrays}
    given |= {node.output for node in network.graph.nodes if node.operator == "Constant"}
    stored = {name: network.constants[name] for name in sorted(given)}
    for name, value in stored.items():
        if not value.whole and not all(map(float32, value.fractions())):
            raise BadInput(f"weights {name}: not all are float32 numbers; the bound is for float32")
    for place, a in enumerate(entries):
        if not float32(Fraction(a, denominator)):
            raise BadInput(f"input: entry {place} is no float32 number; round it first")


def bounded(network: Network, entries: Sequence[int], denominator: int) -> Bounded:
    """The exact value at a point of float32 numbers, and how far float32 arithmetic may be from it.

    `entries` over `denominator` is a tensor of the input's shape, row-major.  The model is the
    module's docstring.  Raises BadInput for weights or inputs that are no float32 numbers, for
    operators without a bound, and where float32 may overflow.
    """
    _check_floats(network, entries, denominator)
    graph = network.graph
    analysis = _Analysis(network)
    value = Value(graph.shape, list(entries), denominator, False)
    if graph.output != graph.input:
        value = network.constants.get(graph.output, value)
    for use, found in walk(network, entries, denominator):
        if not found.whole:
            errors = analysis.step(use, found)
            analysis.errors[use.node.output] = errors
            if max(_sizes(found)) + max(errors) >= LARGEST * ONE:
                raise BadInput(f"{use.node}: float32 overflows here, then no bound holds")
        if use.node.output == graph.output:
            value = found
    last = analysis.errors.get(graph.output, [0] * len(value.entries))
    return Bounded(
        replace(value, entries=list(map(int, value.entries))),
        tuple(Fraction(int(e), ONE) for e in last),
    )
