"""What Asterisk says of the queues and numbers in files, read by rules of their own: answers for the fake manager."""

from collections.abc import Callable
from pathlib import Path

from tests.asterisk.fake_ami import Answer, Connection, Received

Entry = dict[str, str]


def queue_status(text: str) -> list[Entry]:
    """The events of QueueStatus for a text of queues.conf."""
    found: list[Entry] = []
    for block in text.split("\n\n"):
        head, *lines = block.strip().splitlines() or [""]
        settings = [line.split(" = ", 1) for line in lines if " = " in line]
        queue = {"Queue": head[1:].split("]")[0]}
        known = dict(settings)
        if head:
            shown = {"Max": known["maxlen"], "Strategy": known["strategy"], "Weight": known.get("weight", "0")}
            found.append({"Event": "QueueParams", **queue, **shown})
        for interface, penalty, name, state, *_ in (value.split(",") for key, value in settings if key == "member"):
            where = {"Location": interface, "StateInterface": state, "Membership": "static"}
            found.append({"Event": "QueueMember", **queue, "Name": name, **where, "Penalty": penalty, "Paused": "0"})
    return found


def dial_plan(text: str) -> list[Entry]:
    """The events of ShowDialPlan for a text of extensions_numbers.conf."""
    found: list[Entry] = []
    for block in text.split("\n["):
        head, *lines = block.splitlines()
        extension, place = "", 0
        for kind, _, rest in (line.strip().partition(" => ") for line in lines):
            if kind not in ("exten", "same"):
                continue
            first, *more = rest.split(",", 2 if kind == "exten" else 1)
            extension = first if kind == "exten" else extension
            priority, does = (more[0], more[1]) if kind == "exten" else ("n", more[0])
            place = 0 if priority == "hint" else 1 if priority == "1" else place + 1
            application, bracket, data = does.partition("(")
            step = {"Context": head.strip("[").split("]")[0], "Extension": extension}
            step |= {"Priority": "hint" if priority == "hint" else str(place), "Application": application}
            found.append({"Event": "ListDialplan", **step, "AppData": data[:-1] if bracket else ""})
    return found


def mirrors(conf: Path) -> dict[str, Answer]:
    """Answers of an Asterisk that has taken up whatever lies in a folder."""
    return {
        "queuestatus": _events(lambda: queue_status((conf / "queues.conf").read_text("ascii"))),
        "showdialplan": _events(lambda: dial_plan((conf / "extensions_numbers.conf").read_text("ascii"))),
    }


def _events(entries: Callable[[], list[Entry]]) -> Answer:
    def answer(connection: Connection, order: Received) -> None:
        own = {"ActionID": order.get("ActionID")}
        connection.say({"Response": "Success", **own, "EventList": "start", "Message": "will follow"})
        found = entries()
        for entry in found:
            connection.say({**own, **entry})
        connection.say({"Event": "AllComplete", **own, "EventList": "Complete", "ListItems": str(len(found))})

    return answer
