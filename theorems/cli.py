"""The command line: check, claims, decide, init, detail, operator, network, pairs and others.

Exit statuses: 0 certified, 1 refuted or rejected, 2 bad input, 3 vacuous, 4 undecided,
5 certified under assumptions that were not permitted.
"""

from __future__ import annotations

import os
import shlex
import sys
from ctypes import ArgumentError
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

import certificates
from certificates.__main__ import run as run_kernel
from certificates.format import Rejected, Unreadable, as_list, as_object, as_text, read_json
from certificates.show import fold
from certificates.statements import read_statement

from .arrays import BadInput
from .asking import listening
from .auditing.balls import SECONDS
from .auditing.claims import check_claim, read_claim
from .auditing.manifest import Row, counts, labels_of, read_manifest, settle_all, severest, table_of
from .ball_bound import BallBound
from .catalogue import CATALOGUE
from .deciding.decide import Limits
from .deciding.request import Request
from .describe import given_operator, write_description
from .describe_network import describe_network
from .describe_probability import lines as probability_lines
from .describe_probability import number_of, square_of
from .details import write_detail
from .examples import EXAMPLES
from .folder import refuse_foreign
from .instance import Instance
from .machines import as_json, execute, find_program, lines, read_input
from .outcome import statement as theorem_file
from .pairs import write_pairs
from .probability_claims import write as write_probabilities
from .probability_picture import draw as draw_probability
from .problem import Problem
from .result import check

BAD_INPUT = 2
INTERRUPTED = 130
WIDTH = None if sys.stdout.isatty() else 120
console = Console(highlight=False, soft_wrap=True, width=WIDTH)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


class Commands(click.Group):
    """A group whose commands turn a refusal of input into one sentence and exit status 2."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; BadInput and Unreadable become a message on standard error."""
        try:
            return super().invoke(ctx)
        except (BadInput, Unreadable) as error:
            errors.print(Text(f"kernelcert: {error}"))
        except Rejected as error:
            errors.print(Text(f"kernelcert: the kernel refused what was derived: {error}"))
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(INTERRUPTED)
        except (KeyboardInterrupt, ArgumentError) as error:
            # ctypes turns an interrupt in the middle of a call into its own error
            if isinstance(error, ArgumentError) and "KeyboardInterrupt" not in str(error):
                raise
            errors.print(Text("kernelcert: interrupted; nothing was written"))
            sys.exit(INTERRUPTED)
        except OSError as error:
            errors.print(Text(f"kernelcert: {error.filename}: {error.strerror}"))
        sys.exit(BAD_INPUT)


@click.group(cls=Commands)
@click.version_option(package_name="kernelcert")
def main() -> None:
    """Exact, independently checkable certificates for 'The troublesome kernel'."""


@main.command("check")
@click.argument("theorem")
@click.argument("problem", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the files.")
@click.option(
    "--permit", multiple=True, metavar="LABEL", help="Accept this assumption; repeat for more."
)
@click.option(
    "--seconds",
    default=SECONDS,
    show_default=True,
    help="For each conclusion on a ball of a claim of your own.",
)
def check_command(
    theorem: str, problem: Path, output: Path | None, permit: tuple[str, ...], seconds: float
) -> None:
    """Settle THEOREM on the data of PROBLEM, a TOML or JSON file or its folder.

    THEOREM is one of 'kernelcert list', or the path of a statement file of your own, *.claim.

    Decides every hypothesis, derives, writes statement, problem and certificate into the output
    folder, verifies the written files with the kernel, and prints the worked proof.

    Example: kernelcert init slice try; kernelcert check 4.1.i try -o try/out
    """
    claim = theorem.endswith(".claim")
    _refuse_no_time(seconds)
    if claim:
        _refuse_unknown(permit, labels_of(read_claim(Path(theorem))))
    elif theorem in CATALOGUE:  # before anything is derived or written
        _refuse_unknown(permit, {h.label for h in read_statement(theorem_file(theorem)).given})
    with errors.status("deriving") as status:
        if claim:
            data = Instance.load(problem)
            result = check_claim(theorem, data, output, status.update, seconds=seconds)
        else:
            result = check(theorem, Problem.load(problem), output, status.update)
    console.print(result)
    if output is not None:
        console.print(Text(f"\nwritten to {output}; verify it again with the kernel alone:"))
        if result.verified:
            console.print(Text("  " + kernel_command(output, result.identifier)))
        if (output / "pictures.png").is_file():
            console.print(Text(f"pictures: {output / 'pictures.png'}"))
    sys.exit(result.status(permit))


def _refuse_no_time(seconds: float) -> None:
    if not 0 < seconds < float("inf"):
        raise BadInput("--seconds: a positive number is expected")


def _refuse_unknown(permit: tuple[str, ...], labels: set[str]) -> None:
    for label in permit:
        if label not in labels:
            known = ", ".join(sorted(labels)) or "none"
            raise BadInput(f"--permit {label}: no such hypothesis; known are {known}")


@main.command("claims")
@click.argument("manifest", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the results.")
@click.option(
    "--seconds",
    default=SECONDS,
    show_default=True,
    help="For each conclusion on a ball of a claim of your own.",
)
def claims_command(manifest: Path, output: Path | None, seconds: float) -> None:
    """Settle all claims of a MANIFEST, a TOML file with a table [[claim]] for each.

    Writes a folder for each claim below the output folder and prints one table. What has not
    changed since an earlier run is not derived again, only verified. The exit status is 0 if all
    are certified, else that of the most severe verdict: 2 bad input, 1 refuted, 3 vacuous,
    4 undecided, 5 certified under assumptions that were not permitted.

    Example: kernelcert init audit try; kernelcert claims try/claims.toml -o try/out
    """
    _refuse_no_time(seconds)
    entries = read_manifest(manifest)
    _refuse_no_folder(output)
    rows: list[Row] = []
    try:
        with errors.status("reading") as status:
            for row in settle_all(entries, output, status.update, seconds):
                rows.append(row)
                errors.print(Text(f"{len(rows)} of {len(entries)}  {row.name}: {row.verdict}"))
    except KeyboardInterrupt:
        console.print(table_of(rows))
        left = len(entries) - len(rows)
        errors.print(Text(f"kernelcert: interrupted, {left} claims left; run it again to go on"))
        sys.exit(INTERRUPTED)
    console.print(table_of(rows))
    console.print(Text(counts(rows)))
    if output is not None:
        console.print(Text(f"written below {output}, a folder for each claim"))
    sys.exit(severest(rows))


def _refuse_no_folder(output: Path | None) -> None:
    if output is not None and output.exists() and not output.is_dir():
        raise BadInput(f"{output}: is a file; name a folder for the results")


def kernel_command(output: Path, identifier: str, problem: str = "problem.json") -> str:
    """The command that verifies a written certificate with nothing but Python."""
    kernel = Path(certificates.__file__).parent
    files = (f"{identifier}.claim", problem, f"{identifier}.certificate.json")
    words = [kernel, *(output / name for name in files)]
    return "python3 -I -S " + " ".join(shlex.quote(str(word)) for word in words)


@main.command("decide")
@click.argument("claim", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the files.")
@click.option("--sharpen", metavar="NAME", help="The best value of this constant.")
@click.option("--drop", multiple=True, metavar="LABEL", help="Is this hypothesis needed?")
@click.option(
    "--witness", multiple=True, metavar="NAME=TERM", help="What to take for an 'exists'; repeat."
)
@click.option("--smt2", type=click.Path(path_type=Path), help="Write the questions as SMT-LIB 2.")
@click.option("--cross-check", is_flag=True, help="Ask cvc5 the same questions.")
@click.option("--seconds", default=60.0, show_default=True, help="Time limit for each decision.")
@click.option(
    "--instances", default=2000, show_default=True, help="Limit of triangle inequalities."
)
def decide_command(
    claim: Path,
    output: Path | None,
    sharpen: str | None,
    drop: tuple[str, ...],
    witness: tuple[str, ...],
    smt2: Path | None,
    cross_check: bool,
    seconds: float,
    instances: int,
) -> None:
    """Decide CLAIM for all normed spaces: a proof, or an exact counterexample.

    Example: kernelcert decide my.claim --sharpen c -o out
    """
    if seconds <= 0 or instances < 1:
        raise BadInput("--seconds and --instances: positive numbers are expected")
    if not claim.is_file():
        raise BadInput(f"there is no claim file {claim}; docs/statements.md says how to write one")
    if output is not None:
        refuse_foreign(output)
    request = Request(
        claim.read_bytes(), _witnesses(witness), Limits(instances, seconds), sharpen, drop
    )
    with listening(), errors.status("deciding") as status:
        answer = request.run(status.update)
        checked = list(answer.cross_check()) if cross_check else []
    console.print(Text("\n".join([*answer.lines(), *checked]), no_wrap=True))
    if smt2 is not None:
        smt2.write_text(answer.smtlib())
    if output is not None:
        answer.write(output)
        console.print(Text(f"written to {output}"))
    sys.exit(answer.status())


def _witnesses(texts: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in texts:
        name, equals, term = text.partition("=")
        if not equals or not name.strip() or not term.strip():
            raise BadInput(f"--witness {text}: write NAME=TERM, such as b=x - y")
        found[name.strip()] = term.strip()
    return found


@main.command("init")
@click.argument("name", type=click.Choice(list(EXAMPLES)))
@click.argument("folder", type=click.Path(path_type=Path), required=False)
def init_command(name: str, folder: Path | None) -> None:
    """Write the example NAME as a problem FOLDER to edit.

    Example: kernelcert init teaching try
    """
    target = folder or Path(name)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadInput(f"{target}: exists already; name a new folder")
    made = EXAMPLES[name].make()
    target.mkdir(parents=True, exist_ok=True)
    for file, data in made.items():
        (target / file).write_bytes(data)
    command = EXAMPLES[name].run.format(
        folder=shlex.quote(str(target)), output=shlex.quote(str(target / "out"))
    )
    others = f" and {len(made) - 1} more files" if len(made) > 1 else ""
    console.print(Text(f"{target / 'problem.toml'}{others}: edit, then"))
    console.print(Text(f"  {command}"))


@main.command("detail")
@click.argument("operator", type=click.Path(path_type=Path))
@click.argument("wanted")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True)
@click.option(
    "--method",
    type=click.Choice(["projection", "near", "tikhonov"]),
    default="projection",
    show_default=True,
    help="near is for Fourier transforms, whose kernel has few rational vectors; tikhonov leaves "
    "out what this method recovers of the detail, and needs --alpha.",
)
@click.option("--alpha", metavar="NUMBER", help='An exact number, such as "1/1000".')
def detail_command(
    operator: Path, wanted: str, output: Path, method: str, alpha: str | None
) -> None:
    """Move the WANTED detail, a .npy file, into the kernel of OPERATOR, exactly, or near it.

    OPERATOR is a .npy or .npz matrix, or a problem file. Writes x_det, the certificate of
    A x_det = 0 or of a bound on |A x_det|, and the line for a problem file.

    Example: kernelcert detail A.npy drawing.npy -o detail
    """
    if (method == "tikhonov") != (alpha is not None):
        raise BadInput("--method tikhonov and --alpha belong together; give both or neither")
    value, folder = given_operator(operator)
    near = method == "near"
    says, line, size = write_detail(value, wanted, output, folder, alpha, near)
    console.print(Text(f"{says}, certified in {output}; {size}; in problem.toml write"))
    console.print(Text(f"  {line}"))


@main.command("operator")
@click.argument("operator", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the files.")
def operator_command(operator: Path, output: Path | None) -> None:
    """Say what OPERATOR is: a .npy or .npz matrix, or the operator of a problem file.

    Its meaning, rank and kernel, exactly; its l2 norm and its smallest singular value, each between
    two certified numbers; what only floats say is labelled so.

    Example: kernelcert operator A.npy -o out
    """
    value, folder = given_operator(operator)
    for line in write_description(value, folder, output):
        console.print(Text(line))
    if output is not None and output.is_dir():
        console.print(Text(f"written to {output}; verify it again with the kernel alone:"))
        console.print(Text("  " + kernel_command(output, "operator")))
        if (output / "sigma.problem.json").is_file():
            console.print(Text("  " + kernel_command(output, "sigma", "sigma.problem.json")))


@main.command("network")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--at", type=click.Path(path_type=Path), help="A .npy file: the value there.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File for the exact value.")
def network_command(file: Path, at: Path | None, output: Path | None) -> None:
    """Say what the network in an ONNX FILE is, and with --at its exact value there.

    Example: kernelcert network phi.onnx --at y.npy -o value.json
    """
    for line in describe_network(file, at, output):
        console.print(Text(line))


@main.command("pairs")
@click.argument("operator", type=click.Path(path_type=Path))
@click.argument("images", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the best pair.")
@click.option("--count", default=10, show_default=True, help="How many pairs to print.")
@click.option("--object-norm", default="l2", show_default=True, help="The norm of images.")
@click.option("--data-norm", default="l2", show_default=True, help="The norm of measurements.")
def pairs_command(
    operator: Path, images: Path, output: Path | None, count: int, object_norm: str, data_norm: str
) -> None:
    """Find pairs of IMAGES, a .npy file, that OPERATOR hardly tells apart, for Theorem 4.5.

    Prints the pairs with the smallest |A(x - x')| / |x - x'|, exactly compared, and writes the
    first as x.npy and x_prime.npy. OPERATOR is a .npy or .npz matrix, or a problem file.

    Example: kernelcert pairs A.npy images.npy -o pair
    """
    value, folder = given_operator(operator)
    found = write_pairs(value, images, output, count, object_norm, data_norm, folder)
    table = Table("images", "|x - x'|", "|A(x - x')|", "|x - x'| / |A(x - x')|")
    for pair in found.nearest:
        table.add_row(*pair.line)
    console.print(table)
    how = "none of them nearer: proved" if found.proved else "that none is nearer is not proved"
    console.print(Text(f"of {found.pairs:,} pairs; {how}; A x = A x' for {found.unseen:,}"))
    if output is not None:
        console.print(Text(f"written to {output}; copy both files, and in problem.toml write"))
        console.print(Text('  x = "x.npy"\n  x_prime = "x_prime.npy"'))


@main.command("verify")
@click.argument("statement")
@click.argument("problem")
@click.argument("certificate")
@click.option("--goal", default="certified", help="The verdict that exits with 0.")
@click.option("--permit", multiple=True, metavar="LABEL", help="Accept this assumption.")
def verify_command(
    statement: str, problem: str, certificate: str, goal: str, permit: tuple[str, ...]
) -> None:
    """Verify a certificate with the kernel; PROBLEM is "-" for a proof for all spaces.

    Example: kernelcert verify out/4.1.i.claim out/problem.json out/4.1.i.certificate.json
    """
    permitted = [word for label in permit for word in ("--permit", label)]
    lines, status = run_kernel([statement, problem, certificate, "--goal", goal, *permitted])
    console.print(Text("\n".join(lines)))
    sys.exit(status)


@main.command("show")
@click.argument("certificate", type=click.Path(path_type=Path))
def show_command(certificate: Path) -> None:
    """Print the steps of a CERTIFICATE as they are written; nothing is verified.

    Example: kernelcert show out/4.1.i.certificate.json
    """
    if not certificate.is_file():
        raise BadInput(f"there is no file {certificate}")
    table = as_object(read_json(certificate.read_bytes(), certificate.name), certificate.name)
    for key in ("verdict", "statement", "problem"):
        console.print(Text(f"{key:<10}{as_text(table.get(key, ''), key)}"))
    for name, text in as_object(table.get("choices", {}), "choices").items():
        console.print(Text(f"with      {name} = {text}"))
    for number, raw in enumerate(as_list(table.get("steps", []), "steps")):
        step = as_object(raw, f"step {number}")
        premises = as_list(step.get("premises", []), f"step {number} premises")
        reason = as_text(step.get("rule", ""), "rule").replace("_", " ")
        reason += " " + ", ".join(f"({place})" for place in premises) if premises else ""
        conclusion = fold(as_text(step.get("conclusion", ""), f"step {number} conclusion"))
        console.print(Text(f"({number})".rjust(5) + f" {conclusion:<64}  {reason}"))
    console.print(Text("as written; 'kernelcert verify' says whether it is so"))


@main.command("run")
@click.argument("program")
@click.option("--input", "given", default="", help="Numbers, a JSON list, or a file *.json.")
@click.option("--fuel", default=10_000_000, show_default=True, help="The most steps.")
@click.option("--trace", is_flag=True, help="Show each step and what it changed.")
@click.option("--json", "as_text", is_flag=True, help="Output, steps and counts as JSON.")
def run_command(program: str, given: str, fuel: int, trace: bool, as_text: bool) -> None:
    """Run PROGRAM, a file or the name of a shipped one, on exact numbers.

    Numbers may be I, or the formal unit u that stands for e^i. Prints the output, and the count of
    arithmetic operations and comparisons; docs/machine.md describes the language.

    Example: kernelcert run euclid --input "48 18" --trace
    """
    if fuel < 1:
        raise BadInput("--fuel: a positive number is expected")
    if trace and as_text:
        raise BadInput("--trace has no JSON form; leave out --trace or --json")
    node_lines = (lambda line: console.print(Text(line))) if trace else None
    done = execute(find_program(program), read_input(given), fuel, node_lines)
    for line in [as_json(done)] if as_text else lines(done):
        console.print(Text(line))


@main.command("probability")
@click.argument("m", type=int)
@click.option("--distance", required=True, help="|Ax' - Ax - xi|, from the mean to the center.")
@click.option("--radius", required=True, help="delta, the radius of the ball.")
@click.option("--sigma", help="E ~ CN(xi, sigma^2 I); without it, the best sigma only.")
@click.option("--level", help="Find the largest sigma for which P is at least this.")
@click.option("--plot", type=click.Path(path_type=Path), help="A picture of P against sigma.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the files.")
def probability_command(
    m: int,
    distance: str,
    radius: str,
    sigma: str | None,
    level: str | None,
    plot: Path | None,
    output: Path | None,
) -> None:
    """Enclose the probability that Gaussian noise in C^M is in a ball, and find the best sigma.

    This is the right side of (4.10) in Theorem 4.7. Lengths are fractions, or sqrt(p/q).

    Example: kernelcert probability 100 --distance 1 --radius 99/100 --sigma "sqrt(1/5000)"
    """
    bound = BallBound(m, square_of(distance, "--distance"), square_of(radius, "--radius"))
    variance = None if sigma is None else square_of(sigma, "--sigma")
    least = None if level is None else number_of(level, "--level")
    found = [*probability_lines(bound, variance, least), ""]  # all of them, or none
    if plot is not None:
        draw_probability(bound, plot)
        found.append(f"picture, for the eye: {plot}")
    if output is None:
        found.append("enclosures in rational arithmetic; no certificate was asked for (-o FOLDER)")
    else:
        for name, said in write_probabilities(bound, variance, output, least):
            paths = " ".join(
                str(output / f"{name}.{kind}.json") for kind in ("claim", "certificate")
            )
            found += [f"verified: {said[-1]}", f"  python -m certificates.probability {paths}"]
    found.append("nothing is said about a reconstruction")
    for line in found:
        console.print(Text(line))


@main.command("list")
def list_command() -> None:
    """List the theorems and the examples."""
    table = Table("theorem", "says", "needs")
    for theorem in CATALOGUE.values():
        table.add_row(theorem.identifier, theorem.says, theorem.needs)
    console.print(table)
    examples = Table("example", "is")
    for name, example in EXAMPLES.items():
        examples.add_row(name, example.says)
    console.print(examples)


if __name__ == "__main__":
    main()
