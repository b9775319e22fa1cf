"""The documentation site: sphinx-build -W --keep-going -n -b html docs OUT

The pages read without a network: no font, script or picture comes from elsewhere, and formulas
are MathML.  What the pages say of the code (lines, proofs, commands, docstrings) is asked of the
code while they are built.
"""

import re
import sys
from importlib.metadata import version as installed
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS / "_ext"), str(DOCS.parent)]

project = "kernelcert"
author = "the authors of kernelcert"
copyright = "the authors of kernelcert, MIT licence"
release = version = installed("kernelcert")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx_click",
    "sphinx_copybutton",
    "sphinx_design",
    "telling",
]
exclude_patterns = ["_build", "examples", "**/.ipynb_checkpoints"]
nitpicky = True
# types of other packages, whose pages are elsewhere, and names that are types only to mypy
nitpick_ignore_regex = [
    ("py:.*", r"(array|click|collections|flint|fractions|importlib|markupsafe)\..*"),
    ("py:.*", r"(numpy|pathlib|random|rich|z3)\..*"),
    ("py:.*", r".*\[.*|Argument|.*\._\w+"),
    ("py:class", r"certificates\.(format\.Entry|matrices\.Part|networks\.Found|noise\..*\.Said)"),
]
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88

# MyST: files that the repository's web view also shows, so no syntax that it would not know
# where plain Markdown does
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_dmath_allow_space = False
myst_dmath_allow_digits = False
myst_heading_anchors = 3

# notebooks run while the site is built; one that raises fails the build (no cache: its database
# is no place for two processes, and pages that have not changed are not read again anyway)
nb_execution_mode = "auto"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_execution_show_tb = True
nb_merge_streams = True

html_theme = "pydata_sphinx_theme"
html_title = "kernelcert"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_sidebars = {"reference/modules/*": []}  # two hundred lines on each of a hundred pages
html_show_sourcelink = False
html_theme_options = {
    "show_prev_next": True,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_toc_level": 2,
    "collapse_navigation": True,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_math_renderer = "mathml"
highlight_language = "text"
pygments_style = "a11y-high-contrast-light"
copybutton_prompt_text = r"\$ |>>> "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True


NAMED = re.compile(r"\[[\w/-]+\.md(?=\]\([\w./-]+\.md[)#])")


def titles(app, page, source):  # type: ignore[no-untyped-def]
    """A link that is called by its file, for the repository's web view, gets the page's title."""
    source[0] = NAMED.sub("[", source[0])


def setup(app):  # type: ignore[no-untyped-def]
    """Titles of pages; the rest is in `telling`."""
    app.connect("source-read", titles)
