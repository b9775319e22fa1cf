"""Worked proofs: a verified certificate as the paper's proof, with the numbers of the data."""
