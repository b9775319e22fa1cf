"""The image, and the image with the detail."""

import numpy as np

x, detail = np.load("x.npy"), np.load("found/x_det.npy") / 16
np.save("two.npy", np.stack([x, x + detail]))
