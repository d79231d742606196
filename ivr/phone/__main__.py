"""The phone's own process (``python -m ivr.phone FOLDER``), started by ``booth`` only.

A script comes in as JSON on standard input (so that secrets are in no argument list), events go out as JSON lines on
standard output, and what makes a report of them is laid down in FOLDER.  Exit status 0: there is a report; 2: one
sentence on standard error says why there is none.
"""

import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from ivr.phone.endpoint import PhoneFault
from ivr.phone.events import Event
from ivr.phone.pjsua import place
from ivr.phone.script import CUE, CallScript


def main() -> int:
    """Place the one call of this process; a signal (but ``CUE``) or a reader that is gone makes the caller hang up."""
    # PJLIB prints its first lines before its log level can be set: standard output is ours alone.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(nowhere, sys.stdout.fileno())
    stopped: list[int] = []
    cues: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        stopped.append(number)

    def cue(number: int, _: FrameType | None) -> None:
        cues.append(number)

    def tell(event: Event) -> None:
        try:
            print(event.line(), file=out, flush=True)
        except BrokenPipeError:
            stopped.append(signal.SIGPIPE)
            os.dup2(nowhere, out.fileno())

    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, stop)
    signal.signal(CUE, cue)
    folder = Path(sys.argv[1])
    script = CallScript.from_json(json.load(sys.stdin))
    try:
        place(script, tell, folder, lambda: bool(stopped), lambda: len(cues)).lay(folder)
    except PhoneFault as fault:
        print(fault, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
