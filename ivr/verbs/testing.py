"""Run the tests of a book, in the simulator or on a real line."""

import time
from collections.abc import Iterable
from datetime import UTC
from pathlib import Path

import click

from ivr import app
from ivr.book.book import Book
from ivr.book.cases import Case, case_files, read_cases
from ivr.settings import settings
from ivr.terminal.cast import Cast
from ivr.terminal.coverage import Covered, coverage
from ivr.terminal.simulate import Lived, Simulator, where
from ivr.terminal.verdict import failures, seen
from ivr.verbs.manners import example, says
from ivr.verbs.telling import tell


@click.command(epilog=example("ivr test", "ivr test dialplans/tests/repair.yaml", "docker/ivr test --live"))
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--live", is_flag=True, help="call the running stack over SIP, and hear what callers hear")
@click.option("--host", default="127.0.0.1", show_default=True, help="where Asterisk is, with --live")
@says
def test(files: tuple[Path, ...], live: bool, host: str) -> None:
    """Run the cases in FILES [all of dialplans/tests], and tell what no case tries.

    Lengths are those of the texts, so that a case costs the same on every machine.
    """
    configured = settings()
    simulator = app.simulator(configured, baked=False)
    book = simulator.release.book
    chosen = files or tuple(case_files(configured.book))
    if not chosen:
        raise click.UsageError(f"there is no test in {configured.book / 'dialplans' / 'tests'}: write one, or save one "
                               "with ivr simulate --save")  # fmt: skip
    cases = read_cases(book, configured.book, chosen)
    if live:
        from ivr.verbs.rehearsal import rehearse  # listening takes numpy and scipy

        if not rehearse(configured, simulator, cases, host):
            raise SystemExit(1)
        return
    began = time.perf_counter()
    lived = [(case, run(simulator, case)) for case in cases]
    failed = [(case, found) for case, call in lived if (found := failures(case, seen(call)))]
    took = time.perf_counter() - began
    for case, found in failed:
        tell(case, found)
    if not files:
        tell_coverage(book, coverage(book, ((call.trail, call.left) for _, call in lived)))
    click.echo(
        f"{len(cases)} {'case' if len(cases) == 1 else 'cases'}, {len(failed) or 'none'} failed, in {took:.2f} s"
    )
    if failed:
        raise SystemExit(1)


def run(simulator: Simulator, case: Case) -> Lived:
    """A case in the simulator."""
    return simulator.call(case.written.dial, case.written.from_, case.at.astimezone(UTC), Cast(case.given))


def tell_coverage(book: Book, flows: Iterable[Covered]) -> None:
    """What of each flow the tests took, and each thing that none did."""
    found = list(flows)
    widest = max(len(one.flow) for one in found)
    for one in found:
        nodes, exits = f"{one.nodes}/{one.all_nodes} nodes", f"{one.exits}/{one.all_exits} exits"
        click.echo(f"{one.flow:{widest}}  {nodes:>12}  {exits:>12}  {one.percent:3} %")
        for node, leaf in one.missed:
            what = f"the exit {leaf} of {node}" if leaf else node
            click.echo(f"  {where(book, one.flow, node)}: no case takes {what}")
