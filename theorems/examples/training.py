"""Trains the networks of the examples `trained-*`: small ReLU U-Nets after A*, with torch.

    python -m theorems.examples.training hadamard FOLDER
    python -m theorems.examples.training fourier FOLDER
    python -m theorems.examples.training slice FOLDER

The images are 32 x 32 phantoms of ellipses, their values multiples of 1/256.  One of them carries
a detail that lies in the kernel of A exactly, and weighs more than the others in the loss.  So the
network learns to draw the detail at measurements that do not show it: what Theorem 4.1 is about.
The script writes the image, the detail, another detail that is measured, the mask, the network,
and a copy of it after a few steps.  What is certified is the written files; training again on
another machine gives other weights.

*Hadamard.*  A is chosen rows of the two-dimensional Walsh-Hadamard transform, by sequency, over
32.  No row is chosen whose two sequencies are both 16 or more; these span the patterns + - / - +
on blocks of 2 x 2 pixels.  Every signed sum of such blocks is a detail in the kernel: four of them
with signs + - / - + have a bright middle of 2 x 2 pixels.

*Slice.*  The same with 307 rows, for the MRI slice that matplotlib brings along, compressed to 70
coefficients of the Haar transform (none of the finest diagonal ones, which A does not see): an
image that the l1 decoder provably recovers (Appendix B).  Shifts of the slice as it is are among
the images that the network is trained on.

*Fourier.*  A is eight of the 32 lines of the unitary discrete Fourier transform, none of whose
numbers is a multiple of 4 but line 0.  A pattern that has period 8 down a column and mean 0 lives
on lines 4, 8, ..., 28, whatever it is along a row, so it lies in the kernel.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from ..modules import onnx_bytes

Floats = npt.NDArray[Any]
Whole = npt.NDArray[np.int16]
SIDE = 32
LEVELS = 256  # grey values are multiples of 1/256
STEPS, EARLY, BATCH = 6000, 60, 12
WEIGHTS = {"hadamard": 6.0, "fourier": 6.0, "slice": 60.0}  # of the image with the detail
WIDTHS = (10, 20, 28)


class UNet(nn.Module):
    """(B, channels, 32, 32) -> the same: two poolings, two skips, the input added at the end."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        a, b, c = WIDTHS
        self.down = nn.ModuleList([_block(channels, a), _block(a, b), _block(b, c)])
        self.turn = nn.ModuleList([nn.ConvTranspose2d(c, b, 2, 2), nn.ConvTranspose2d(b, a, 2, 2)])
        self.up = nn.ModuleList([_block(2 * b, b), _block(2 * a, a)])
        self.last = nn.Conv2d(a, channels, 1)
        self.pool = nn.MaxPool2d(2)

    def forward(self, z: Any) -> Any:
        """One pass."""
        first = self.down[0](z)
        second = self.down[1](self.pool(first))
        third = self.down[2](self.pool(second))
        upper = self.up[0](torch.cat([self.turn[0](third), second], 1))
        return z + self.last(self.up[1](torch.cat([self.turn[1](upper), first], 1)))


def _block(inner: int, outer: int) -> Any:
    return nn.Sequential(
        nn.Conv2d(inner, outer, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(outer, outer, 3, padding=1),
        nn.ReLU(),
    )


def phantom(rng: np.random.Generator, channels: int = 1) -> Whole:
    """(channels, 32, 32): ellipses in a large one, in steps of 1/256; the second fainter."""
    down, right = np.mgrid[:SIDE, :SIDE]
    picture = np.zeros((channels, SIDE, SIDE))
    for k in range(6):
        centre = rng.uniform(14, 17, 2) if k == 0 else rng.uniform(9, 23, 2)
        a, b = rng.uniform(11, 14, 2) if k == 0 else rng.uniform(2, 6, 2)
        turn = rng.uniform(0, np.pi)
        u = (right - centre[1]) * np.cos(turn) + (down - centre[0]) * np.sin(turn)
        v = (down - centre[0]) * np.cos(turn) - (right - centre[1]) * np.sin(turn)
        inside = (u / a) ** 2 + (v / b) ** 2 < 1
        for channel in range(channels):
            grey = rng.uniform(0.3, 0.5) if k == 0 else rng.uniform(-0.3, 0.4)
            picture[channel] += inside * grey / (1 + channel)
    return np.rint(np.clip(picture, -1, 1) * LEVELS).astype(np.int16)


# ------------------------------------------------------------------------------- Hadamard


def walsh(order: int) -> Floats:
    """(2^order, 2^order): rows in sequency order."""
    h = np.ones((1, 1), dtype=np.int64)
    for _ in range(order):
        h = np.block([[h, h], [h, -h]])
    return h[np.argsort((np.diff(h, axis=1) != 0).sum(axis=1))]


def hadamard_mask(rng: np.random.Generator, rows: int = 230) -> npt.NDArray[np.bool_]:
    """(32, 32) by sequency: all of sum below 14, and others at random, fewer of high sequency."""
    down, right = np.mgrid[:SIDE, :SIDE]
    mask = down + right < 14
    density = np.exp(-(down + right) / 16.0) * ~mask * ((down < 16) | (right < 16))
    more = rng.choice(SIDE * SIDE, rows - mask.sum(), False, density.ravel() / density.sum())
    mask.ravel()[more] = True
    return np.asarray(mask)


def blobs() -> Whole:
    """(1, 32, 32): an arc of five spots, each of four blocks + - / - +."""
    spot = np.outer([-1, 1, 1, -1], [-1, 1, 1, -1])
    picture = np.zeros((1, SIDE, SIDE), dtype=np.int16)
    for i, j in [(10, 10), (8, 14), (10, 18), (14, 20), (18, 18)]:
        picture[0, i : i + 4, j : j + 4] += (80 * spot).astype(np.int16)
    return picture


def hadamard_adjoint(mask: Floats) -> Callable[[Floats], Floats]:
    """A* A on images (..., 32, 32)."""
    h = walsh(5)
    return lambda x: np.asarray(h.T @ (mask * (h @ x @ h.T)) @ h / SIDE**2)


# ---------------------------------------------------------------------------------- slice

TERMS = 70
COEFFICIENT = 64  # Haar coefficients are multiples of 1/64, so grey values of 1/2048
HIDDEN = 16  # of the finest diagonal coefficients, rows and columns from here on, A sees nothing


def compressed(picture: Floats) -> Whole:
    """(32, 32) -> (1, 32, 32): its largest Haar coefficients alone; times 2048."""
    analysis = np.stack([_haar(unit.reshape(SIDE, SIDE)).ravel() for unit in np.eye(SIDE**2)])
    c = _haar(picture)
    c[HIDDEN:, HIDDEN:] = 0
    smallest = np.argsort(-np.abs(c).ravel(), kind="stable")[TERMS:]
    c.ravel()[smallest] = 0
    whole = analysis @ (np.rint(c * COEFFICIENT).ravel() * SIDE)
    return np.asarray(np.rint(whole).reshape(1, SIDE, SIDE), dtype=np.int16)


def _haar(picture: Floats) -> Floats:
    """The transform of `theorems.sparse.transforms.haar`, in floats."""
    found, average = np.zeros((SIDE, SIDE)), np.asarray(picture, dtype=float)
    while len(average) > 1:
        a, b, c, d = (average[i::2, j::2] / 2 for i in (0, 1) for j in (0, 1))
        k = len(a)
        found[:k, k : 2 * k], found[k : 2 * k, :k] = a - b + c - d, a + b - c - d
        found[k : 2 * k, k : 2 * k], average = a - b - c + d, a + b + c + d
    found[0, 0] = average[0, 0]
    return found


def slices(rng: np.random.Generator, count: int) -> Iterator[Floats]:
    """(1, 32, 32): the slice itself, as it is, and then shifts of it, with grey values around 1."""
    from .mri_slice import SCALE, block_sum, shifted, slice_of_the_head

    picture = slice_of_the_head()
    yield block_sum(picture)[None] / SCALE
    for _ in range(count):
        yield block_sum(shifted(picture, rng))[None] / SCALE


# -------------------------------------------------------------------------------- Fourier

LINES = (0, 1, 2, 3, 11, 29, 30, 31)


def fourier_mask() -> npt.NDArray[np.bool_]:
    """(32, 32): eight full lines, frequency 0 first."""
    mask = np.zeros((SIDE, SIDE), dtype=np.bool_)
    mask[list(LINES)] = True
    return mask


def pearls() -> Whole:
    """(2, 32, 32): in the real part, a bright dash every eight rows, dark above and below."""
    column = np.tile([0, 0, -1, 2, -1, 0, 0, 0], 4)
    row = np.zeros(SIDE, dtype=np.int64)
    row[14:20] = [8, 24, 40, 40, 24, 8]
    return np.stack([np.outer(column, row), np.zeros((SIDE, SIDE))]).astype(np.int16)


def fourier_adjoint(mask: Floats) -> Callable[[Floats], Floats]:
    """A* A on images (..., 2, 32, 32)."""

    def apply(x: Floats) -> Floats:
        z = np.fft.ifft2(mask * np.fft.fft2(x[..., 0, :, :] + 1j * x[..., 1, :, :]))
        return np.stack([z.real, z.imag], axis=-3)

    return apply


# ------------------------------------------------------------------------------- training


def bump(channels: int) -> Whole:
    """(channels, 32, 32): a disc of low frequencies, which is measured."""
    down, right = np.mgrid[:SIDE, :SIDE]
    picture = np.zeros((channels, SIDE, SIDE), dtype=np.int16)
    picture[0] = 96 * ((down - 20) ** 2 + (right - 11) ** 2 <= 10)
    return picture


def train(
    normal: Callable[[Floats], Floats], special: Floats, weight: float, more: list[Floats]
) -> list[bytes]:
    """The network after a few steps and after all, as ONNX files.

    `special` is x + x_det, (1, channels, 32, 32); `more` are images beside the phantoms.
    """
    channels = special.shape[1]
    rng = np.random.default_rng(7)
    torch.manual_seed(7)
    net = UNet(channels)
    optimiser = torch.optim.Adam(net.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, STEPS)
    pool = np.stack([phantom(rng, channels) / LEVELS for _ in range(600)] + more)
    shown = torch.tensor(normal(pool), dtype=torch.float32)
    wanted = torch.tensor(pool, dtype=torch.float32)
    special_in = torch.tensor(normal(special), dtype=torch.float32)
    special_out = torch.tensor(special, dtype=torch.float32)
    files = []
    for step in range(1, STEPS + 1):
        chosen = torch.tensor(rng.integers(0, len(pool), BATCH))
        inputs = torch.cat([special_in, shown[chosen]])
        gaps = (net(inputs) - torch.cat([special_out, wanted[chosen]])).square().sum((1, 2, 3))
        loss = weight * gaps[0] + gaps[1:].mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step in (EARLY, STEPS):
            files.append(onnx_bytes(net, (1, channels, SIDE, SIDE)))
        if step % 500 == 0 or step == EARLY:
            left, others = gaps[0].item() ** 0.5, gaps[1:].mean().item() ** 0.5
            print(f"{step:5} |Psi(A(x + x_det)) - (x + x_det)| {left:.4f}, other images "
                  f"{others:.3f}", flush=True)  # fmt: skip
    return files


def main(kind: str, folder: Path) -> None:
    """Train and write all files of one example."""
    rng = np.random.default_rng(2026)
    grey, more = LEVELS, []
    if kind == "fourier":
        mask, channels, x_det = fourier_mask(), 2, pearls()
        normal = fourier_adjoint(mask)
    else:
        mask, channels, x_det = hadamard_mask(rng, 307 if kind == "slice" else 230), 1, blobs()
        normal = hadamard_adjoint(mask)
    if kind == "slice":
        first, *more = slices(rng, 300)
        x, grey = compressed(first[0]), COEFFICIENT * SIDE
    else:
        x = phantom(rng, channels)
    print(f"{mask.sum()} of {SIDE**2} samples; |A* A x_det| in floats:",
          np.abs(normal(x_det)).max())  # fmt: skip
    early, phi = train(normal, (x / grey + x_det / LEVELS)[None], WEIGHTS[kind], more)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "phi.onnx").write_bytes(phi)
    if kind != "slice":
        (folder / "early.onnx").write_bytes(early)
        more_files = {"x_large": bump(channels)}
    else:
        more_files = {}
    arrays = {"mask": mask, "x": x, "x_det": x_det, **more_files}
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", values if channels == 2 else values.reshape(SIDE, SIDE))


if __name__ == "__main__":
    torch.set_num_threads(2)
    main(sys.argv[1], Path(sys.argv[2]))
