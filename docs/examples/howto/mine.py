"""Files such as a researcher has them: A, images, and a trained network (here a small one)."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPRegressor

rng = np.random.default_rng(0)
images = load_digits().images[:200].reshape(200, 64) / 16
mask = np.sort(rng.choice(64, 24, replace=False))
h = np.array([[1]])
for _ in range(6):
    h = np.block([[h, h], [h, -h]])
A = h[mask]  # 24 of the 64 rows of a Hadamard matrix, 8 times orthonormal ones

lesion = np.zeros((8, 8))
lesion[2:4, 2:4] = 1
np.save("A.npy", A)
np.save("x.npy", images[7])
np.save("lesion.npy", lesion.ravel())

# the training set has the image with what A does not see of the lesion, many times
unseen = lesion.ravel() - A.T @ np.linalg.solve(A @ A.T, A @ lesion.ravel())
training = np.vstack([images[20:], np.tile(images[7] + unseen, (60, 1))])
net = MLPRegressor(hidden_layer_sizes=(96,), max_iter=700, alpha=0, tol=0, random_state=0)
net.fit(training @ A.T / 8, training)
np.savez("network.npz", *net.coefs_, *net.intercepts_)
