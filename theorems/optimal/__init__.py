"""Optimal maps of a finite model class: what is found here, `certificates/optimality` checks."""
