"""What an agent hears who listens to his messages by phone; their own house speaks French to them."""

from ivr.values.numerals import cardinal

MOST = 20  # messages that are counted aloud

NONE, MORE, OLD, FROM, HIDDEN, AT = (
    "mail/none", "mail/more", "mail/old", "mail/from", "mail/hidden", "mail/at",
)  # fmt: skip
CHOICES, DELETED, KEPT, OVER = "mail/choices", "mail/deleted", "mail/kept", "mail/over"


def counted(new: int) -> str:
    """The name under which it is said how many messages are new."""
    return NONE if new == 0 else f"mail/new-{new}" if new <= MOST else MORE


SAID = {
    NONE: "Vous n'avez pas de nouveau message.",
    "mail/new-1": "Vous avez un nouveau message.",
    **{f"mail/new-{new}": f"Vous avez {cardinal(new)} nouveaux messages." for new in range(2, MOST + 1)},
    MORE: f"Vous avez plus de {cardinal(MOST)} nouveaux messages.",
    OLD: "Voici les messages que vous avez gardés.",
    FROM: "Message de",
    HIDDEN: "Message d'un numéro masqué.",
    AT: "Reçu",
    CHOICES: (
        "Pour réécouter, tapez 1. Pour garder ce message et passer au suivant, tapez 2. Pour l'effacer, tapez 3. "
        "Pour terminer, tapez 0."
    ),
    DELETED: "Message effacé.",
    KEPT: "Message gardé.",
    OVER: "Il n'y a plus de message.",
}
