"""Counterexamples in small dimensions, by guesses and by z3's nonlinear solver.

Start with `search`.
"""
