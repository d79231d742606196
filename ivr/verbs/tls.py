"""The certificate that phones, browsers and carriers are shown: which it is, another one, and whom else we trust."""

import re
import sys
from datetime import UTC, datetime

import click

from ivr import tls as certificates
from ivr.book.written import NAME
from ivr.settings import settings
from ivr.verbs.manners import example, says

NEXT = "Asterisk shows it from its next start on: docker/up"


@click.group()
def tls() -> None:
    """The certificate that whoever comes encrypted is shown."""


@tls.command("show", epilog=example("ivr tls show"))
@says
def show() -> None:
    """Which names it is for, who signed it, until when it holds; exit status 1 if that is less than 30 days."""
    found = certificates.shown(settings().tls)
    click.echo(f"for        {', '.join(found.names)}")
    click.echo(f"signed by  {found.authority}")
    click.echo(f"until      {found.until:%Y-%m-%d}")
    click.echo(f"SHA-256    {found.fingerprint}")
    if (found.until - datetime.now(UTC)).days < 30:
        click.echo(
            "Its end is near: docker/up makes a new one, and one that was brought is to be brought anew.", err=True
        )
        raise SystemExit(1)


@tls.command("authority", epilog=example("ivr tls authority > ivr-authority.crt"))
@says
def authority() -> None:
    """Print the certificate of our own authority, for phones and browsers that are to trust what it has signed."""
    click.echo(certificates.authority(settings().tls), nl=False)


@tls.command("bring", epilog=example("cat privkey.pem fullchain.pem | docker/ivr tls bring"))
@says
def bring() -> None:
    """Show a certificate from elsewhere: its key and its chain, as PEM, from standard input."""
    found = certificates.bring(settings().tls, sys.stdin.read(), datetime.now(UTC))
    click.echo(f"The certificate for {', '.join(found.names)} is kept, until {found.until:%Y-%m-%d}. {NEXT}")


@tls.command("own", epilog=example("ivr tls own"))
@says
def own() -> None:
    """Show our own certificate again; the one that was brought is deleted."""
    click.echo(f"Ours is shown again. {NEXT}" if certificates.drop(settings().tls) else "Ours is shown already.")


@tls.command("trust", epilog=example("ivr tls trust partner < authority.pem"))
@click.argument("name")
@says
def trust(name: str) -> None:
    """Trust carriers whose certificates were signed by the authority read from standard input, beside the world's."""
    if not re.fullmatch(NAME, name):
        raise click.UsageError(
            f'"{name}" cannot be a name; begin with a small letter, then small letters, digits and -'
        )
    certificates.trust(settings().tls, name, sys.stdin.read())
    click.echo(f"{name} is trusted; Asterisk knows from its next start on: docker/up")
