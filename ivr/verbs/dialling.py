"""`ivr call`: a real SIP phone dials one of our numbers."""

import json
from pathlib import Path

import click

from ivr.phone.script import keys as steps
from ivr.settings import settings
from ivr.verbs.amount import Amount
from ivr.verbs.manners import example, says


@click.command(
    epilog=example(
        "ivr call 0899000004 --keys 2 --agent camille --prove",
        'ivr call 0899000004 --keys "#@2.0,2" --record call.wav --json',
    )
)
@click.argument("number")
@click.option("--from", "from_", default="0612345678", show_default=True, help="the caller; '' is anonymous")
@click.option("--keys", default="", help='steps "2" or "#@2.0,2": @ is seconds since early media; else when heard')
@click.option("--agent", default=None, help="also be this agent: register, answer, talk for three seconds")
@click.option("--hang-up-after", type=Amount(0), default=None, help="seconds since the INVITE")
@click.option("--host", default="127.0.0.1", show_default=True, help="where Asterisk is")
@click.option("--record", "record_to", type=click.Path(path_type=Path, dir_okay=False), help="WAV of what was heard")
@click.option("--json", "json_", is_flag=True, help="each event as a line of JSON, as it happens")
@click.option("--prove", is_flag=True, help="exit 1 unless all that the book promises was seen and heard")
@says
def call(
    number: str,
    from_: str,
    keys: str,
    agent: str | None,
    hang_up_after: float | None,
    host: str,
    record_to: Path | None,
    json_: bool,
    prove: bool,
) -> None:
    """Dial NUMBER from a real SIP phone and print what it saw on the wire and heard, as a timeline, and what its
    caller would complain of: clipped prompts, holes, one through another, too loud or quiet, silence."""
    from ivr.trial import trial  # listening takes numpy and scipy

    made = trial(
        settings(),
        number,
        host=host,
        caller=from_,
        keys=steps(keys),
        agent=agent,
        hang_up_after=hang_up_after,
        listen=(lambda event: click.echo(event.line())) if json_ else (lambda _: None),
    )
    if record_to is not None:
        made.report.recording.save(record_to)
    if not json_:
        for row in made.rows:
            click.echo(str(row))
    for sentence in made.complaints:
        event = {"t": made.report.ended.t, "event": "complaint", "reason": sentence}
        click.echo(json.dumps(event, ensure_ascii=False) if json_ else f"complaint: {sentence}")
    if prove:
        for sentence in made.missing:
            click.echo(f"not proved: {sentence}", err=True)
        if made.missing:
            raise SystemExit(1)
