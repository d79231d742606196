"""Commands that talk to the running controller: how it is, take up the book, take one back."""

import json
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

import click

from ivr import secret
from ivr.settings import settings
from ivr.verbs.manners import example, says

LIMIT = 120.0  # seconds; a reload may have to bake


def ask(method: str, path: str) -> dict[str, Any]:
    """What the controller answers.  Raises ``OSError`` with one sentence."""
    configured = settings()
    url = f"http://127.0.0.1:{configured.http_port}{path}"
    token = secret.derive(configured.secret, "web:operator")
    request = Request(url, method=method, headers={"Authorization": f"Bearer {token}"})
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=LIMIT) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except HTTPError as refused:
        raise OSError(json.load(refused)["error"]) from None
    except URLError as error:
        raise OSError(f"no controller answers at {url} ({error.reason}): is it running?") from None


@click.command(epilog=example("ivr status", "ivr status --json"))
@click.option("--json", "json_", is_flag=True, help="as JSON, for programs")
@says
def status(json_: bool) -> None:
    """How the running controller is: its book, calls, link to Asterisk; exit status 1 if there is something to do."""
    health = ask("GET", "/health")
    if json_:
        click.echo(json.dumps(health, ensure_ascii=False))
    else:
        endings = ", ".join(f"{count} by {ending}" for ending, count in health["endings"].items()) or "none"
        click.echo(f"status    {health['status']}")
        click.echo(f"book      {health['book']}")
        click.echo(f"calls     {health['calls']} now; ended: {endings}")
        click.echo(f"Asterisk  {health['exchange_problem'] or 'linked'}")
        if health["crises"]:
            click.echo(f"crisis    {', '.join(health['crises'])}")
        if health["unsaved_records"]:
            click.echo(
                f"records   {health['unsaved_records']} wait for the ledger: is the disk full, or the file locked?"
            )
        for sentence in health["trunk_problems"]:
            click.echo(f"trunk     {sentence}")
        for sentence in health["agent_problems"]:
            click.echo(f"agent     {sentence}")
        for what in ("mail", "recording"):
            if sentence := health[f"{what}_problem"]:
                click.echo(f"{what:9} {sentence}")
        for problem in health["book_problems"]:
            click.echo(f"refused   {problem}")
    if health["status"] != "ok":
        raise SystemExit(1)


@click.command(epilog=example("ivr reload"))
@says
def reload() -> None:
    """Take up the book as it is on disk now.  A bad one is refused with its problems, and the old one stays."""
    found = ask("POST", "/reload")
    for problem in found["problems"]:
        click.echo(problem, err=True)
    if not found["taken"]:
        raise SystemExit(1)
    click.echo(f"The book {found['book']} is in force; calls in progress keep the one they began with.")


@click.command(epilog=example("ivr rollback", "ivr rollback c369742d"))
@click.argument("digest", required=False)
@says
def rollback(digest: str | None) -> None:
    """Put a book that served before in force again, until the next reload; without DIGEST, list those kept."""
    if digest is None:
        found = ask("GET", "/books")
        for one in found["kept"]:
            mark = "in force" if one["book"] == found["book"] else ""
            click.echo(f"{one['book']}  {one['taken_up']}  {mark}".rstrip())
        return
    found = ask("POST", f"/rollback?to={digest}")
    click.echo(f"The book {found['book']} is in force again, also after a restart. Edits wait for: ivr reload")
