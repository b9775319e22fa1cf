"""The least worst error of maps with a Lipschitz constant: its curve, bounds, files, picture."""
