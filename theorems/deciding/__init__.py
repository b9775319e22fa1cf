"""Claims decided for all normed spaces: a proof, or an exact counterexample.

Start with `decide`; `docs/decide.md` has the method.
"""
