"""How much of the kernel one yes rests on: the lines that run while a certificate is verified.

    python docs/executed_lines.py STATEMENT PROBLEM|- CERTIFICATE
    python docs/executed_lines.py probability|noise|optimality|sparse FILE ...

The second form is for the kinds of certificate with a claim of their own, as after `python -m`.
Counted are statements inside functions, all lines of each; what only defines things at import is
not.  Two statements on one line are one.
"""

import ast
import sys
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
KERNEL = str(ROOT / "certificates")


def spans(path: str) -> dict[int, set[int]]:
    """For each line of a file the lines of the smallest statement that begins before it."""
    found: dict[int, set[int]] = {}
    statements = [n for n in ast.walk(ast.parse(Path(path).read_text())) if isinstance(n, ast.stmt)]
    for node in sorted(statements, key=lambda n: n.lineno):
        body = getattr(node, "body", None)
        end = node.end_lineno or node.lineno
        last = max(node.lineno, body[0].lineno - 1) if body else end
        lines = set(range(node.lineno, last + 1))
        for line in lines:
            found[line] = lines
    return found


def main(words: list[str]) -> int:
    """Verify, and print the counts."""
    sys.path.insert(0, str(ROOT))
    kinds = ("probability", "noise", "optimality", "sparse")
    name = words.pop(0) if words[:1] and words[0] in kinds else ""
    place = name if name == "probability" else f"{name}.__main__" if name else "__main__"
    verify = import_module(f"certificates.{place}").run

    seen: dict[str, set[int]] = {}

    def line(frame: FrameType, event: str, argument: object) -> Any:
        if event == "line":
            seen.setdefault(frame.f_code.co_filename, set()).add(frame.f_lineno)
        return line

    def call(frame: FrameType, event: str, argument: object) -> Any:
        code = frame.f_code
        return line if code.co_filename.startswith(KERNEL) and code.co_name != "<module>" else None

    sys.settrace(call)
    try:
        lines, status = verify(words)
    finally:
        sys.settrace(None)
    print(lines[-1])
    total = 0
    for path, lines in sorted(seen.items()):
        table = spans(path)
        count = len({inner for one in lines for inner in table.get(one, {one})})
        total += count
        print(f"{count:6}  {Path(path).stem}")
    print(f"{total:6}  lines of the kernel were executed")
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
