"""The caller's side of a call on PJSUA2: its events, its keys, its recording."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ivr.phone.endpoint import Endpoint, guarded, pj
from ivr.phone.events import By, Event, Listener
from ivr.phone.script import LISTEN, PAUSE, CallScript, Step

KEY_SPACING = 0.35
"""Seconds between two keys of one step: each lasts 0.16 s (RFC 4733), then a pause that no server can miss."""

KEY_LENGTH = 160
"""Milliseconds that a key is held."""

AUDIBLE = 4
"""Level of PJMEDIA's meter above which the line is not silent: speech shows 5 to 30, silence 0, full scale 127."""

GIVE_UP = 6.0
"""Seconds that the phone waits for the other side's assent to a hang-up."""

_REASON = re.compile(r"^Reason:\s*(.+?)\s*$", re.MULTILINE | re.IGNORECASE)


class Caller(pj.Call):  # type: ignore[misc]  # PJSUA2 ships without types
    """One outgoing call that follows its script at each ``tick``."""

    def __init__(
        self, endpoint: Endpoint, account: Any, script: CallScript, listen: Listener, wav: Path, cues: Callable[[], int]
    ) -> None:
        super().__init__(account)
        self.endpoint = endpoint
        self.script = script
        self.over = False
        self.invited = 0.0
        self.sound_from: float | None = None
        self._listen = listen
        self._cues = cues
        self._cued = 0
        self._recorder, self.recorded_from = endpoint.recorder(wav)
        self._tone = endpoint.tone(script.tone) if script.tone else None
        self._media: Any = None
        self._provisional = ""
        self._answered: float | None = None
        self._hung_up: float | None = None
        self._steps = list(script.keys)
        self._pending: list[str] = []
        self._key_free = 0.0
        self._heard = 0.0
        self._paused = 0.0
        self._ticked = 0.0
        self._last_key = 0.0
        self._said_bye = ""

    def emit(self, event: Event) -> None:
        """Tell the listener; agents speak through here too, so that all share one clock."""
        self._listen(event)

    @property
    def t(self) -> float:
        """Seconds since the INVITE."""
        return time.monotonic() - self.invited

    def dial(self) -> None:
        """Send the INVITE."""
        prm = pj.CallOpParam(True)
        prm.opt.audioCount, prm.opt.videoCount = 1, 0
        self.invited, epoch = time.monotonic(), time.time()
        self._ticked = self.invited
        self.emit(Event(0.0, "calling", at=epoch))
        self.makeCall(f"sip:{self.script.number}@{self.script.host}:{self.script.port}", prm)

    def hang_up(self, reason: str) -> None:
        """Send CANCEL or BYE, once."""
        if self._hung_up is None and not self.over:
            self._hung_up = self.t
            self.emit(Event(self.t, "hang_up", reason=reason))
            self.hangup(pj.CallOpParam())

    @property
    def attentive(self) -> bool:
        """Whether keys are left for which the moment must be caught."""
        return bool(self._steps or self._pending)

    def tick(self) -> None:
        """Do what the script wants by now."""
        now = time.monotonic()
        if self._steps and self._media is not None and self._answered is not None:
            # PJSUA2's "tx" level is what the call transmits to the conference bridge: what comes in from the line.
            if self._media.getTxLevel() >= AUDIBLE:
                self._heard += now - self._ticked
                self._paused = 0.0
            else:
                self._paused += now - self._ticked
        self._ticked = now
        if self._hung_up is not None:
            if self.t > self._hung_up + GIVE_UP and not self.over:
                self._end(0, "the other side did not confirm the hang-up")
        elif self.script.hang_up_after is not None and self.t >= self.script.hang_up_after:
            self.hang_up("asked for")
        elif self.t >= self.script.limit:
            self.hang_up(f"limit of {self.script.limit:g} s")
        elif self._media is not None:
            self._press()

    def _press(self) -> None:
        if self._steps and not self._pending and self._due(self._steps[0]):
            self._cued += self._steps[0].since == "cue"
            self._pending = list(self._steps.pop(0).keys)
            if not self._pending:
                self._heard = 0.0  # a question passed in silence: the next step waits for what is said after it
        if self._pending and self.t >= self._key_free:
            prm = pj.CallSendDtmfParam()
            prm.method, prm.duration, prm.digits = pj.PJSUA_DTMF_METHOD_RFC2833, KEY_LENGTH, self._pending[0]
            self.sendDtmf(prm)
            self.emit(Event(self.t, "key", keys=self._pending.pop(0)))
            self._key_free = self.t + KEY_SPACING
            self._heard, self._last_key = 0.0, self.t

    def _due(self, step: Step) -> bool:
        match step.since:
            case "listening":
                return self._answered is not None and self._heard >= LISTEN and self._paused >= PAUSE
            case "key":
                return self._answered is not None and self.t >= max(self._answered, self._last_key) + step.moment
            case "cue":
                return self._cues() > self._cued
            case "early_media":
                return self.sound_from is not None and self.t >= self.sound_from + step.moment

    def _end(self, code: int, reason: str) -> None:
        self.over = True
        self._media = None
        by: By = "caller" if self._hung_up is not None else "far"
        self.emit(Event(self.t, "ended", code=code, by=by, reason=reason))

    @guarded
    def onCallTsxState(self, prm: Any) -> None:  # noqa: N802  (PJSUA2's name)
        """Read the wire itself: each provisional answer, and the reason in the other side's BYE."""
        body = prm.e.body.tsxState
        if prm.e.type != pj.PJSIP_EVENT_TSX_STATE or body.type != pj.PJSIP_EVENT_RX_MSG:
            return
        message = str(body.src.rdata.wholeMsg)
        if body.tsx.method == "BYE" and message.startswith("BYE "):
            found = _REASON.search(message)
            self._said_bye = found[1] if found else ""
        if body.tsx.method != "INVITE" or not message.startswith("SIP/2.0 18"):
            return
        code = int(message[8:11])
        has_sound = "application/sdp" in message.lower()
        kind = f"{code} {has_sound}"
        if kind == self._provisional or self._answered is not None:
            return
        self._provisional = kind
        if has_sound:
            if self.sound_from is None:
                self.sound_from = self.t
            self.emit(Event(self.t, "early_media", code=code))
        elif code == 180:
            self.emit(Event(self.t, "ringing", code=code))

    @guarded
    def onCallState(self, prm: Any) -> None:  # noqa: N802  (PJSUA2's name and signature)
        """The answer and the end."""
        call = self.getInfo()
        if call.state in (pj.PJSIP_INV_STATE_CONNECTING, pj.PJSIP_INV_STATE_CONFIRMED) and self._answered is None:
            self._answered = self.t
            if self.sound_from is None:
                self.sound_from = self.t
            self.emit(Event(self.t, "answered", code=200))
        elif call.state == pj.PJSIP_INV_STATE_DISCONNECTED and not self.over:
            self._end(int(call.lastStatusCode), self._said_bye or str(call.lastReason))

    @guarded
    def onCallMediaState(self, prm: Any) -> None:  # noqa: N802  (PJSUA2's name and signature)
        """Attach the recorder (and the caller's voice) to whatever the media are now."""
        self._media = None
        call = self.getInfo()  # kept: its media live in its memory
        for index, media in enumerate(call.media):
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status == pj.PJSUA_CALL_MEDIA_ACTIVE:
                self._media = self.getAudioMedia(index)
                self._media.startTransmit(self._recorder)
                if self._tone is not None:
                    self._tone.startTransmit(self._media)
                stream = self.getStreamInfo(index)
                self.emit(Event(self.t, "media_changed", reason=f"{stream.codecName}/{stream.codecClockRate}"))
