"""What the pages do not say themselves but ask of the code while they are built.

    {run}             commands that are run, with what they print
    {written}         files that such commands read
    {shown}           text files that such commands wrote
    {produced}        pictures and pages that such commands wrote
    {worked-proof}    a certificate of the library, verified, as the proof that it is
    {instances}       the library's certificates for a statement, verified one by one
    {findings}        the rows of the referee's report on one theorem
    {counted-lines}   lines of the trusted room, by group
    {executed-lines}  lines that run while a certificate is verified

Besides: formulas as MathML, docstrings for autodoc, and a look at the built pages.
"""

from __future__ import annotations

from sphinx.application import Sphinx

from . import ageing, counts, docstrings, formulas, language, looking, proofs, referee, running


def setup(app: Sphinx) -> dict[str, bool]:
    """Each module has its own."""
    for module in (
        ageing,
        counts,
        docstrings,
        formulas,
        language,
        looking,
        proofs,
        referee,
        running,
    ):
        module.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
