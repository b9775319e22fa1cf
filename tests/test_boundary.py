"""The folder boundary is the trust boundary: what certificates/ may import, compute with, weigh.

These tests read the source; a module that is added must be put into one of the three groups.
"""

from __future__ import annotations

import ast
import io
import runpy
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

import certificates
from certificates.rules import RULES

FOLDER = Path(certificates.__file__).parent
# a module of a kind of its own is called by its folder, too: noise.law
MODULES = {
    ".".join(path.relative_to(FOLDER).with_suffix("").parts): path
    for path in sorted(FOLDER.rglob("*.py"))
}
KINDS = ("noise", "optimality", "sparse")  # the sub-folders
TREES = {name: ast.parse(path.read_text("ascii")) for name, path in MODULES.items()}

BUDGETS = {
    "logic": (
        1700,  # 1,500 until units, sets, "or" and proofs by contradiction came
        "__init__ __main__ exact format judgments kernel language rules show statements terms",
    ),
    "meanings of data": (
        3700,  # 1,500 until networks, forms of linear maps and enclosures came
        "arrays chains cyclotomic data_rules enclosing enclosures forms fourier layers linear maps "
        "matrices network_enclosures network_moves network_operators networks norms operators "
        "problem singular tensors values",
    ),
    "machine": (450, "formal laurent machine"),
    "probability": (450, "chi_square door magnitudes probability"),
    "noise": (420, "noise.__init__ noise.__main__ noise.ball noise.law noise.mass"),
    "optimality": (
        1180,  # 1,000 until polytopal classes came
        "optimality.__init__ optimality.__main__ optimality.bounds optimality.lipschitz "
        "optimality.maps optimality.model optimality.optimum optimality.polytope",
    ),
    "sparse": (
        550,
        "sparse.__init__ sparse.__main__ sparse.data sparse.decoder sparse.polytope sparse.table",
    ),
    "null space": (
        500,  # 400 until the bound for one image came
        "sparse.null_space sparse.properties sparse.recovery sparse.stability",
    ),
    "readers": (500, "npy onnx"),
}
INEXACT = {"eps", "tol", "close", "approx"}
FORBIDDEN = {"__import__", "importlib", "eval", "exec", "compile", "float", "complex", "round"}
MATH = {"comb", "gcd", "isqrt", "lcm", "prod"}


def nodes() -> Iterator[tuple[str, ast.AST]]:
    """Every node of every module."""
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            yield name, node


def place(name: str, node: ast.AST) -> str:
    """Where a node stands."""
    return f"{name}.py line {getattr(node, 'lineno', 0)}"


# --------------------------------------------------------------------------------- imports


def test_imports() -> None:
    """Only the standard library and the package itself."""
    for name, node in nodes():
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level <= 1 + name.count("."), place(name, node)
            found = ["certificates" if node.level else node.module or ""]
        else:
            continue
        for module in found:
            top = module.split(".")[0]
            allowed = top == "certificates" or top in sys.stdlib_module_names
            assert allowed, f"{place(name, node)}: {module}"


def test_every_module_compiles_alone() -> None:
    """No file of another kind hides in the folder, and none lies deeper than the known kinds."""
    kinds = {path.suffix for path in FOLDER.rglob("*") if path.is_file()}
    folders = {FOLDER, *(FOLDER / kind for kind in KINDS)}
    assert {path.parent for path in MODULES.values()} == folders
    assert not kinds & {".so", ".pyd", ".pyx", ".pth", ".c"}


# ------------------------------------------------------------------------------ exactness


def test_no_floats() -> None:
    """No float or complex literal."""
    for name, node in nodes():
        if isinstance(node, ast.Constant):
            assert not isinstance(node.value, float | complex), place(name, node)


def test_no_inexact_functions() -> None:
    """Nothing that makes a float, runs text, or imports by name; of math only integer functions."""
    for name, node in nodes():
        if isinstance(node, ast.Name):
            assert node.id not in FORBIDDEN | {"math"}, place(name, node)
        if isinstance(node, ast.Attribute):
            # re.compile is the one harmless namesake
            harmless = node.attr == "compile" and isinstance(node.value, ast.Name)
            harmless = harmless and node.value.id == "re"  # type: ignore[attr-defined]
            assert harmless or node.attr not in FORBIDDEN, place(name, node)
            assert node.attr not in {"limit_denominator", "from_float"}, place(name, node)
        if isinstance(node, ast.ImportFrom) and node.module in ("math", "cmath", "decimal"):
            assert node.module == "math", place(name, node)
            assert {alias.name for alias in node.names} <= MATH, place(name, node)
        if isinstance(node, ast.Import):
            names = {alias.name for alias in node.names}
            assert not names & {"math", "cmath", "decimal", "random", "time"}, place(name, node)


def test_divisions_are_of_fractions() -> None:
    """`/` stands where a Fraction is divided, and nowhere else: int / int would be a float."""
    found = {
        f"{name}: {ast.unparse(node)}"
        for name, node in nodes()
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
    }
    assert found == {
        "__main__: Path(given.problem).parent / name",  # a path
        "operators: bound * domain.weight / target.weight",
        "terms: 1 / leading",
    }


def test_no_assert() -> None:
    """python -O must change nothing."""
    for name, node in nodes():
        assert not isinstance(node, ast.Assert), place(name, node)
        if isinstance(node, ast.Name):
            assert node.id != "__debug__", place(name, node)


def test_no_tolerance_words() -> None:
    """The words of inexact comparison are not used as names or as parts of names."""
    for name, path in MODULES.items():
        for token in tokenize.generate_tokens(io.StringIO(path.read_text("ascii")).readline):
            if token.type == tokenize.NAME:
                words = set(token.string.lower().split("_"))
                assert not words & INEXACT, f"{name}.py line {token.start[0]}: {token.string}"


def test_no_bare_except() -> None:
    """An error is caught by its name, so that a mistake in the kernel is not taken for a no."""
    for name, node in nodes():
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, place(name, node)
            assert "Exception" not in ast.unparse(node.type).split("."), place(name, node)


# ----------------------------------------------------------------------------------- size


# the counter that docs/trust.md tells the reader to run
COUNTER = Path(__file__).parent.parent / "docs" / "count_lines.py"
code_lines = runpy.run_path(str(COUNTER))["code_lines"]


def test_every_module_is_in_one_group() -> None:
    """The groups of the line budget cover the folder, without overlap."""
    grouped = [name for _, names in BUDGETS.values() for name in names.split()]
    assert sorted(grouped) == sorted(MODULES)


@pytest.mark.parametrize("group", BUDGETS)
def test_budget(group: str) -> None:
    """The folder can be read in an afternoon."""
    limit, names = BUDGETS[group]
    counts = {name: code_lines(MODULES[name]) for name in names.split()}
    assert sum(counts.values()) <= limit, counts


def test_lines_are_counted_right(tmp_path: Path) -> None:
    """A sample with every kind of line: the five with code are lines 5, 6, 8, 9 and 13."""
    sample = [
        '"""A module."""',
        "",
        "# a comment",
        "",
        "x = (",
        "    1,  # one",
        "",
        ")",
        "def f():",
        '    """A docstring,',
        "    of two lines.",
        '    """',
        "    return x",
        "",
    ]
    (tmp_path / "sample.py").write_text("\n".join(sample))
    assert code_lines(tmp_path / "sample.py") == 5


# -------------------------------------------------------------------------------- docstrings


def test_docstrings() -> None:
    """Every module, and every public class and function, says what it is for."""
    for name, tree in TREES.items():
        assert ast.get_docstring(tree), name
        for node in tree.body:
            missing_in(name, node)


def missing_in(name: str, node: ast.AST) -> None:
    """Fail for a public definition without a docstring; classes are looked into."""
    if not isinstance(node, ast.ClassDef | ast.FunctionDef) or node.name.startswith("_"):
        return
    assert ast.get_docstring(node), f"{place(name, node)}: {node.name}"
    if isinstance(node, ast.ClassDef):
        for inner in node.body:
            missing_in(name, inner)


@pytest.mark.parametrize("rule", RULES)
def test_inference_figure(rule: str) -> None:
    """A rule's docstring has a bar, a conclusion under it, and says when it refuses."""
    lines = (RULES[rule].function.__doc__ or "").split("\n")
    bars = [k for k, line in enumerate(lines) if line.strip().startswith("----")]
    assert bars, "there is no line of dashes"
    assert lines[bars[0] + 1].strip(), "nothing stands under the bar"
    text = " ".join(lines)
    assert "efuse" in text, "it does not say when it refuses"


def test_rules_are_in_one_table() -> None:
    """Every rule is a function of one of four modules; each of its parameters is declared."""
    functions = [row.function for row in RULES.values()]
    assert len(set(functions)) == len(functions)
    for name, row in RULES.items():
        module = row.function.__module__.removeprefix("certificates.")
        assert module in ("rules", "data_rules", "cyclotomic", "singular")
        assert row.function.__name__.rstrip("_") == name
        code = row.function.__code__
        count = code.co_argcount + code.co_kwonlyargcount
        parameters = [n for n in code.co_varnames[:count] if n != "context"]
        fixed = 0 if ... in row.premises else len(row.premises)
        assert parameters[fixed:] == list(row.arguments)
