"""Cases whose map is a machine, and cases with a formal unit, which `make.py` writes.

Gamma of Theorem 4.3 on a small instance: T = {x_prime}, Psi a table with one row, d = (1, 0, 0).
"""

from __future__ import annotations

from hashlib import sha256

from parts import (
    ROOT,
    Case,
    Json,
    Step,
    affine,
    changed,
    dense,
    entries,
    space,
    table,
    vector,
    write,
)  # fmt: skip

YES = "s VERIFIED certified"
PROGRAMS = ROOT / "theorems" / "programs"
GAMMA = (PROGRAMS / "gamma.bss").read_bytes()
EVALUATE = (PROGRAMS / "evaluate.bss").read_bytes()
A = [1, 1, 0], [0, 1, 1]
X_PRIME, D = [2, 0, 1], [1, 0, 0]
IDENTITY_ROWS = [1, 0, 0], [0, 1, 0], [0, 0, 1]
IDENTITY = [entry for row in IDENTITY_ROWS for entry in row]

STATEMENT = """statement machine "{claim}"
{field}spaces X, Y
linear A : X -> Y
map Psi : Y -> X
map Gamma : Y -> X
vectors x_prime, d in X
{units}conclude
  {claim}
"""


def machine(fuel: int = 1000, evaluate: bytes = EVALUATE, **more: Json) -> Json:
    """Gamma, with W = I and b = 0 for Psi, and a network's value by a second program."""
    sizes = (2, 3, 1, 3, 0, 0)
    tape = [sizes, *A, X_PRIME, X_PRIME, D, IDENTITY, (0, 0, 0)]
    return {
        "kind": "machine",
        "file": "gamma.bss",
        "sha256": sha256(GAMMA).hexdigest(),
        "fuel": str(fuel),
        "tape": [entries(*numbers) for numbers in tape],
        "network": {
            "file": "evaluate.bss",
            "sha256": sha256(evaluate).hexdigest(),
            "maps": ["Psi"],
        },
        **more,
    }


FORMAL: Json = {"u": {"kind": "transcendental"}}
NUMBER: Json = {"u": {"real": "3/5", "imaginary": "4/5"}}


def case(
    claim: str,
    gamma: Json = None,
    units: Json = FORMAL,
    field: str = "C",
    evaluate: bytes = EVALUATE,
    norm: str = "l2",
    statement: str = STATEMENT,
    maps: Json = None,
    **more: Json,
) -> Case:
    """One computation."""
    problem = {
        "format": "kernelcert problem 1",
        "field": field,
        "spaces": {"X": space(3, norm), "Y": space(2, norm)},
        "linear": {"A": dense(*A)},
        "maps": {
            "Psi": table([[2, 1]], [X_PRIME]),
            "Gamma": gamma or machine(evaluate=evaluate),
            **(maps or {}),
        },
        "vectors": {
            "x_prime": {"space": "X", "array": entries(*X_PRIME)},
            "d": {"space": "X", "array": entries(*D)},
        },
        "units": units,
        **more,
    }
    words = f"units {', '.join(units)}\n" if units else ""
    head = "field C\n" if units is FORMAL and field == "C" else ""
    text = statement.format(claim=claim, field=head, units=words)
    step: Step = ("compute", [], {"claim": claim}, claim)
    files = {"gamma.bss": GAMMA, "evaluate.bss": evaluate}
    return Case(text, [step], problem, files=files)


EVERY_N = "|Gamma(A x_prime + u A d) - x_prime - u d| = 0"
INSIDE = "|Gamma(A x_prime) - x_prime| = 0"
# as `evaluate`, but it multiplies with weights 0 as well
EAGER = EVALUATE.replace(b"    if [w] = 0 goto skip\n", b"")
# a network whose value is its size: Phi(y) counts, known or not
COUNTING = b"over C\noutput size\noutput 0\noutput 0\nhalt\n"
# e^i itself, whatever it is asked, and a complex number
LITERAL = b"over C\noutput u\noutput 0\noutput 0\nhalt\n"
# e^i is no number of the problem's, but is not 1
BESIDE = b"over C\nif u = 1 goto end\n    output 2\n    output 0\n    output 1\nend: halt\n"
COMPLEX = b"over C\noutput I\noutput 0\noutput 0\nhalt\n"
FIRST = STATEMENT.replace(
    "map Psi : Y -> X\nmap Gamma : Y -> X", "map Gamma : Y -> X\nmap Psi : Y -> X"
)
# it looks whether Phi(y) is there
LOOKING = (
    b"over C\nindex i\n    i = size - 1\n    output [i]\n    output 0\n    output 0\n    halt\n"
)


def other(domain: str) -> str:
    """With one more map."""
    return STATEMENT.replace("map Gamma", f"map Other : {domain} -> X\nmap Gamma")


def accepted() -> None:
    """What follows."""

    def yes(name: str, made: Case) -> None:
        write("accepted", name, made, YES)

    yes("machine-for-every-n", case(EVERY_N))
    yes("machine-for-every-third-n", case("|Gamma(A x_prime + u u u A d) - x_prime - u u u d| = 0"))
    yes("machine-at-a-number", case(EVERY_N, units=NUMBER))
    yes("machine-inside", case(INSIDE))
    yes("machine-over-R", case(INSIDE, units={}, field="R"))
    yes("machine-that-counts", case("|Gamma(A x_prime + u A d)| = 18", evaluate=COUNTING))
    yes("formal-unit-turns", case("|x_prime - 2 d + conj(u) d| = |d - u x_prime + 2 u d|"))
    sums = case("2 |u d + (x_prime - 2 d)| = 2", norm="linf")
    yes("formal-unit-in-one-entry", sums)
    beside = case(EVERY_N.replace("u d", "0 d"), evaluate=BESIDE, units=NUMBER)
    yes("machine-with-e-i-beside-a-number", beside)
    yes("machine-before-its-map", case(INSIDE, statement=FIRST))
    kernel = {"x_prime": vector("X", *X_PRIME), "d": vector("X", 1, -1, 1)}
    unseen = "|Psi(A x_prime + u A d) - x_prime| = 0"
    yes("formal-unit-that-cancels", case(unseen, vectors=kernel))


def rejected() -> None:
    """What does not follow."""

    def no(name: str, made: Case, expect: str) -> None:
        write("rejected", name, made, expect)

    no("machine-for-every-n", case(EVERY_N.replace("= 0", "< 0")), "is false on the data")
    no("machine-for-another-n", case(EVERY_N.replace("- u d", "- u u d")), "depends on the formal")
    no("machine-without-fuel", case(EVERY_N, machine(100)), "no halt within 100 steps")
    no("machine-that-looks-at-phi", case(EVERY_N, evaluate=EAGER), "has no value")
    no("machine-that-looks-behind", case(EVERY_N, evaluate=LOOKING), "has no value")
    no(
        "machine-of-another-size",
        case(EVERY_N, evaluate=COUNTING[:-5] + b"output 0\nhalt\n"),
        "3 n",
    )
    lost = changed(machine(), ["network"], ...)
    no("machine-that-returns-a-network", case(EVERY_N, lost), "the output is not 3 numbers")
    away = changed(machine(), ["tape", 0], entries(2, 3, 1, 3, 0, 1))
    no("machine-that-names-no-map", case(EVERY_N, away), "names no map of the problem")
    flat = changed(machine(), ["tape", 5], entries(0, 0, 0))
    no("machine-that-divides-by-0", case(EVERY_N, flat), "program line 103: division by zero")
    no("formal-unit-in-a-norm", case("|x_prime + u d| <= 5"), "an entry has two powers of it")
    table_value = "|Psi(A x_prime + u A d)| <= 5"
    no("formal-unit-in-a-table", case(table_value), "only a machine is evaluated")
    number = case("|Gamma(A d) - u d| = 0", evaluate=LITERAL, units=NUMBER)
    no("machine-with-e-i-for-a-number", number, "it contains the formal unit")
    minus = changed(machine(), ["tape", 0], entries(2, 3, 1, 3, 0, -1))
    no("machine-that-names-a-negative", case(EVERY_N, minus), "names no map of the problem")
    real = case(INSIDE, units={}, field="R", evaluate=COMPLEX)
    no("machine-over-R-that-is-complex", real, "the output is not 3 real numbers")
    bits = machine(tape=[*machine()["tape"][:-1], entries("1/3", 0, 0)])
    no("machine-with-another-bias", case(INSIDE, bits), "is false on the data")


def malformed() -> None:
    """What cannot be read."""

    def bad(name: str, made: Case, expect: str) -> None:
        write("malformed", name, made, expect)

    def without(name: str, *path: str | int, new: Json = ..., expect: str) -> None:
        bad("machine-" + name, case(INSIDE, changed(machine(), list(path), new)), expect)

    without("without-fuel", "fuel", expect="the key 'fuel' is missing")
    without("with-negative-fuel", "fuel", new="-1", expect="not a natural number")
    without("without-digest", "sha256", expect="the key 'sha256' is missing")
    without("of-another-digest", "sha256", new="0" * 64, expect="not the one the problem names")
    without("with-a-bare-tape", "tape", new="1", expect="a list is expected")
    without("with-a-bad-tape", "tape", 0, new=entries("x"), expect="is not an exact number")
    without("without-maps", "network", "maps", expect="the key 'maps' is missing")
    without("with-unknown-maps", "network", "maps", 0, new="Phi", expect="unknown 'Phi'; known")
    without("that-names-itself", "network", "maps", 0, new="Gamma", expect="unknown 'Gamma'; known")
    without(
        "with-much-fuel", "fuel", new=str(2**30), expect="not a natural number below 1073741824"
    )
    named = changed(machine(), ["network", "maps", 0], "Other")
    again = case(INSIDE, named, statement=other("Y"), maps={"Other": machine()})
    bad("machine-that-names-a-machine", again, "unknown 'Other'; known are Psi")
    elsewhere = case(INSIDE, named, statement=other("X"), maps={"Other": affine(IDENTITY_ROWS, D)})
    bad("machine-that-names-a-map-from-elsewhere", elsewhere, "unknown 'Other'; known are Psi")
    without("with-more", "evaluate", new="1", expect="unknown key 'evaluate'")
    # one machine that returns e^i, and a claim that it returns every e^(in)
    constant = case("|Gamma(A d) - u d| = 0", evaluate=LITERAL)
    bad("once-accepted-machine-that-knows-the-unit", constant, "the constant u is one number")
    early = b"index i\n" + EVALUATE
    bad("once-accepted-machine-with-a-register-before-its-field", case(INSIDE, evaluate=early),
        "program line 1: a program begins with 'over R' or 'over C'")  # fmt: skip
    broken = EVALUATE.replace(b"halt", b"stop")
    bad("machine-with-a-broken-program", case(INSIDE, evaluate=broken), "'stop' is no instruction")
    bad("formal-unit-over-R", case(INSIDE, field="R"), "and the field be C")
    two = {**FORMAL, "v": {"real": "1"}}
    bad("formal-unit-beside-another", case(INSIDE, units=two), "must be the only unit")
    odd = {"u": {"kind": "algebraic"}}
    bad("formal-unit-of-another-kind", case(INSIDE, units=odd), "known are transcendental")
    both = {"u": {"kind": "transcendental", "real": "1"}}
    bad("formal-unit-with-a-value", case(INSIDE, units=both), "unknown key 'real'")
