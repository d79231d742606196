"""`ivr mail`: the mail server that messages in mailboxes are sent by."""

import re
import sys

import click

from ivr import fittings, secret
from ivr.remote.mail import NotSent
from ivr.service.email import trial
from ivr.settings import settings
from ivr.values.mailbox import ADDRESS
from ivr.verbs.manners import example, says


@click.group()
def mail() -> None:
    """The mail server that messages in mailboxes are sent by (IVR_MAIL_SERVER)."""


@mail.command(epilog=example("ivr mail password < password.txt"))
@says
def password() -> None:
    """Store the password of IVR_MAIL_USER, read from standard input; the next e-mail is sent with it."""
    text = sys.stdin.read().strip()
    if not re.fullmatch(r"[!-~]{1,200}", text):
        raise click.UsageError("a password is one word of up to 200 visible ASCII characters")
    secret.keep(settings().mail_password, text)
    click.echo("The password is stored.")


@mail.command("test", epilog=example("ivr mail test accueil@example.fr"))
@click.argument("address")
@says
def test_mail(address: str) -> None:
    """Send an e-mail to ADDRESS that shows that they arrive, or say what the server says against it."""
    mailer = fittings.make_mailer(settings())
    if mailer is None:
        raise click.ClickException("no mail server is set: IVR_MAIL_SERVER")
    if not re.fullmatch(ADDRESS, address):
        raise click.UsageError(f'"{address}" is no e-mail address')
    try:
        mailer.hand_over(trial(address, mailer.sender))
    except NotSent as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"The mail server has taken it for {address}.")
