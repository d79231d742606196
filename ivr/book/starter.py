"""The book that `ivr new` writes: the least that can be called, to be changed line by line."""

from pathlib import Path

FILES: dict[str, str] = {
    "dialplans/numbers.yaml": """# yaml-language-server: $schema=.schema/numbers.json
"0800123456":
  label: Our service
  tariff: free
  flow: welcome
""",
    "dialplans/tariffs.yaml": """# yaml-language-server: $schema=.schema/tariffs.json
free:
  mode: free
""",
    "dialplans/calendars.yaml": """# yaml-language-server: $schema=.schema/calendars.json
office:
  zone: Europe/Paris
  holidays: fr
  week:
    monday: [09:00-12:00, 14:00-18:00]
    tuesday: [09:00-12:00, 14:00-18:00]
    wednesday: [09:00-12:00, 14:00-18:00]
    thursday: [09:00-12:00, 14:00-18:00]
    friday: [09:00-12:00, 14:00-17:00]
""",
    "dialplans/agents.yaml": """# yaml-language-server: $schema=.schema/agents.json
alex:
  label: Alex
""",
    "dialplans/queues.yaml": """# yaml-language-server: $schema=.schema/queues.json
advisers:
  label: Advisers
  agents: [alex]
  ring: 20
  max_length: 10
""",
    "dialplans/flows/welcome.yaml": """# yaml-language-server: $schema=../.schema/flow.json
flow: welcome
start: hours
nodes:
  hours:
    kind: hours
    calendar: office
    exits: {open: menu, closed: closed}
  menu:
    kind: menu
    prompt: [welcome, menu]
    options: {"1": alex, "2": address}
    exits: {silence: alex, wrong: alex}
  address:
    kind: say
    prompt: address
    exits: {done: menu}
  alex:
    kind: queue
    queue: advisers
    prompt: transfer
    wait: 60
    exits: {timeout: nobody, full: nobody, empty: nobody, emptied: nobody}
  nobody:
    kind: bye
    prompt: nobody
  closed:
    kind: bye
    prompt: [closed, {reopens: office}]
""",
    "dialplans/tests/welcome.yaml": """# yaml-language-server: $schema=../.schema/tests.json
- name: In office hours Alex answers
  dial: "0800123456"
  at: 2026-11-26T10:00
  keys: "1"
  hears: [welcome, menu, transfer]
  talks_to: alex
  charged: nothing

- name: At night we are closed
  dial: "0800123456"
  at: 2026-11-26T23:00
  goes_to: closed
  charged: nothing
""",
    "prompts/fr.yaml": """# yaml-language-server: $schema=../dialplans/.schema/prompts.json
welcome: Bienvenue.
menu: Pour parler à un conseiller, tapez 1. Pour connaître notre adresse, tapez 2.
address: Nous sommes au 1 place de la République, à Lille.
transfer: Ne quittez pas, nous vous mettons en relation.
nobody: Nous ne pouvons pas vous répondre pour le moment. Merci de rappeler un peu plus tard. Au revoir.
closed: Nos bureaux sont fermés. Nous serons de nouveau à votre écoute
sorry-silence: Nous n'avons pas reçu votre choix.
sorry-wrong: Ce choix n'existe pas.
fallback: Notre service est momentanément indisponible. Merci de rappeler dans quelques minutes.
""",
}


def write(directory: Path) -> list[Path]:
    """Write the starter book into ``directory``, which must not hold a book yet.  Raises ``FileExistsError``."""
    for name in FILES:
        if (directory / name).exists():
            raise FileExistsError(f"{directory / name} exists already: a new book wants a directory of its own")
    written = []
    for name, text in FILES.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written
