"""Optimal maps of a finite model class (Section 4.5): fibres, radii, and what a map misses.

A second kind of certificate, beside the logic: `python -m certificates.optimality`.
"""
