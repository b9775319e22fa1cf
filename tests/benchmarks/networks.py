"""Exact evaluation of U-Nets at 32 x 32: FLINT against the kernel, and seconds for a large one.

python -m tests.benchmarks.networks
"""

from __future__ import annotations

import time

import numpy as np

from tests.networks import exact, kernel
from tests.test_evaluation import point
from tests.test_networks import unet
from theorems.evaluation import value_at


def main() -> None:
    """Print CPU seconds; the kernel's only for the small one."""
    for channels in (16, 32):
        data, products = unet(channels)
        network = kernel(data)
        x = np.random.default_rng(1).normal(size=(1, 2, 32, 32)).astype("float32")
        began = time.process_time()
        value_at(network, *point(x))
        fast = time.process_time() - began
        line = f"{network.weights} weights, {products} products: FLINT {fast:.2f} s"
        if channels == 16:
            began = time.process_time()
            exact(network, x)
            slow = time.process_time() - began
            line += f", kernel {slow:.2f} s, ratio {slow / fast:.1f}"
        print(line)


if __name__ == "__main__":
    main()
