"""Counts the lines of code of each module of a folder: python docs/count_lines.py [FOLDER]

A line counts if a token of the program stands on it; comments, docstrings and empty lines do not.
"""

import ast
import sys
import tokenize
from pathlib import Path

SILENT = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
    tokenize.ENCODING, tokenize.ENDMARKER,
}  # fmt: skip


def docstring_lines(tree: ast.AST) -> set[int]:
    """The lines of all docstrings."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                lines.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return lines


def code_lines(path: Path) -> int:
    """The lines of code of one module."""
    lines: set[int] = set()
    with tokenize.open(path) as file:
        for token in tokenize.generate_tokens(file.readline):
            if token.type not in SILENT:
                lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - docstring_lines(ast.parse(path.read_text())))


if __name__ == "__main__":
    default = Path(__file__).resolve().parent.parent / "certificates"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    counts = {
        ".".join(path.relative_to(folder).with_suffix("").parts): code_lines(path)
        for path in sorted(folder.rglob("*.py"))
    }
    for name, count in counts.items():
        print(f"{count:6}  {name}")
    print(f"{sum(counts.values()):6}  in all")
