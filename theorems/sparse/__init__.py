"""Sparse recovery, Appendix B: solvers that propose, and exact arithmetic that makes certificates.

`instance` holds the data, `simplex` solves linear programs exactly from a float's proposal,
`basis_pursuit` and `cones` find primal and dual points, `recover` turns them into claims.
"""
