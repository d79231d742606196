"""The commands.  Each does one thing, says in one sentence what went wrong, and never shows a traceback.

Exit status: 0 all is well, 1 something is wrong with what was read or done, 2 the command's words are off.
"""

import sys
from importlib import import_module

import click

from ivr.collector import uncollected

# THE ONE PLACE that lists the commands: the word, and where in ivr/verbs/ it is.  A room is entered only when its
# command is given: the sound tools, the phone, the database and the web each take a good part of a second to load.
COMMANDS = {
    "agents": "agents:agents",
    "bake": "baking:bake",
    "calendar": "calendar:calendar",
    "call": "dialling:call",
    "callbacks": "callbacks:callbacks",
    "calls": "records:calls",
    "certificate": "certifying:certificate",
    "check": "checking:check",
    "codes": "remotes:codes",
    "conversations": "conversations:conversations",
    "crisis": "crisis:crisis",
    "diff": "drawing:diff",
    "explore": "exploring:explore",
    "graph": "drawing:graph",
    "law": "law:law",
    "listen": "prompts:listen",
    "ledger": "ledgers:ledger",
    "mail": "mail:mail",
    "messages": "letters:messages",
    "new": "writing:new",
    "number": "number:number",
    "nuisance": "nuisance:nuisance",
    "override": "calendar:override",
    "prepare": "baking:prepare",
    "prompts": "prompts:prompts",
    "prune": "letters:prune",
    "crosscheck": "crosschecking:crosscheck",
    "reconcile": "reconciling:reconcile",
    "reference": "writing:reference",
    "recordings": "recordings:recordings",
    "refund": "money:refund",
    "reload": "serving:reload",
    "remotes": "remotes:remotes",
    "replay": "replaying:replay_",
    "rollback": "serving:rollback",
    "schema": "writing:schema",
    "secrets": "passwords:secrets",
    "serve": "running:serve",
    "simulate": "trying:simulate",
    "statement": "money:statement",
    "status": "serving:status",
    "surveys": "letters:surveys",
    "test": "testing:test",
    "tls": "tls:tls",
    "trunks": "trunks:trunks",
}


class Commands(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        room, attribute = COMMANDS[cmd_name].split(":")
        name = f"ivr.verbs.{room}"
        if name not in sys.modules:
            with uncollected():
                import_module(name)
        command: click.Command = getattr(sys.modules[name], attribute)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """An IVR and call router on Asterisk for companies that own special phone numbers."""
