"""Agents' softphones on PJSUA2: they register, ring, answer, play a tone, record what they hear."""

import time
from pathlib import Path
from typing import Any

from ivr.phone.caller import Caller
from ivr.phone.endpoint import Endpoint, PhoneFault, guarded, pj
from ivr.phone.events import By, Event
from ivr.phone.script import Agent

REGISTER = 5.0
"""Seconds within which a registration must succeed."""


class AgentCall(pj.Call):  # type: ignore[misc]  # PJSUA2 ships without types
    """One call that came in to an agent."""

    def __init__(self, phone: "AgentPhone", call_id: int) -> None:
        super().__init__(phone, call_id)
        self.endpoint = phone.endpoint
        self.phone = phone
        self.agent = phone.agent
        self.over = False
        self.rang = time.monotonic()
        self.answered: float | None = None
        self._asked = False
        self._hung_up = False
        self._pressed = False
        self._holds: float | None = None
        self._resumed = False

    def tick(self) -> None:
        """Answer and hang up in time."""
        now, agent = time.monotonic(), self.agent
        if self.over:
            return
        if not self._asked and now >= self.rang + agent.answer_after:
            self._asked = True
            self.answer(_status(200))
        if agent.keys and not self._pressed and self.answered is not None and now >= self.answered + agent.keys_after:
            self._pressed = True
            self.dialDtmf(agent.keys)
        self._hold(now, agent)
        late = agent.hang_up_after is not None and self.answered is not None
        if late and not self._hung_up and now >= (self.answered or 0.0) + (agent.hang_up_after or 0.0):
            self._hung_up = True
            self.hangup(pj.CallOpParam())

    def _hold(self, now: float, agent: Agent) -> None:
        """Put the other on hold in time, and talk on (re-INVITEs, RFC 3264, 8.4)."""
        if agent.hold_after is None or self.answered is None or self._resumed:
            return
        if self._holds is None and now >= self.answered + agent.hold_after:
            self._holds = now
            self.setHold(pj.CallOpParam())
        elif self._holds is not None and now >= self._holds + agent.hold_for:
            self._resumed = True
            on = pj.CallOpParam(True)
            on.opt.flag = pj.PJSUA_CALL_UNHOLD
            self.reinvite(on)

    @guarded
    def onCallState(self, prm: Any) -> None:  # noqa: N802  (PJSUA2's name and signature)
        """The agent's conversation begins or is over."""
        call = self.getInfo()
        if call.state == pj.PJSIP_INV_STATE_CONFIRMED and self.answered is None:
            self.answered = time.monotonic()
            self.phone.tell("agent_answered")
        elif call.state == pj.PJSIP_INV_STATE_DISCONNECTED and not self.over:
            self.over = True
            self.phone.tell("agent_ended", int(call.lastStatusCode), "agent" if self._hung_up else "far")

    @guarded
    def onCallMediaState(self, prm: Any) -> None:  # noqa: N802  (PJSUA2's name and signature)
        """Attach the agent's ear and voice to whatever the media are now."""
        call = self.getInfo()  # kept: its media live in its memory
        for index, media in enumerate(call.media):
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status == pj.PJSUA_CALL_MEDIA_ACTIVE:
                audio = self.getAudioMedia(index)
                if self.phone.recorder is not None:
                    audio.startTransmit(self.phone.recorder)
                self.phone.tone.startTransmit(audio)


class AgentPhone(pj.Account):  # type: ignore[misc]  # PJSUA2 ships without types
    """A registered softphone: one conversation at a time, 486 to a second one.

    What it hears is recorded in ``wav``; ``None``: nobody wants to know.
    """

    def __init__(self, endpoint: Endpoint, agent: Agent, host: str, port: int, wav: Path | None) -> None:
        super().__init__()
        self.endpoint = endpoint
        self.agent = agent
        self.registered = 0
        self.why = "no answer"
        self.caller: Caller | None = None
        self.calls: list[AgentCall] = []
        self.recorder: Any = None
        self.recorded_from = 0.0
        if wav is not None:
            self.recorder, self.recorded_from = endpoint.recorder(wav)
        self.tone = endpoint.tone(agent.tone)
        server = f"{host}:{port + 1};transport=tls" if agent.secure else f"{host}:{port}"
        config = endpoint.account(f"sip:{agent.name}@{host}")
        if agent.secure:
            endpoint.secure(config)
        if agent.registers:
            config.regConfig.registrarUri = f"sip:{server}"
        config.regConfig.retryIntervalSec = 0
        config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", agent.name, 0, agent.secret))
        # Before the caller's own account: a gateway is called by numbers that no account here has.
        config.priority = 1
        self.create(config)
        self._server = server

    def wait(self) -> None:
        """Poll until the registration is done; raises ``PhoneFault``."""
        deadline = time.monotonic() + REGISTER
        while self.agent.registers and self.registered == 0 and time.monotonic() < deadline:
            self.endpoint.poll()
        if self.agent.registers and self.registered != 200:
            raise PhoneFault(f"Agent {self.agent.name} could not register at {self._server}: {self.why}.")

    def leave(self) -> None:
        """Unregister (else the server would ring a phone that is gone) and close the account."""
        if self.registered == 200:
            self.registered = 0
            self.setRegistration(False)
            deadline = time.monotonic() + REGISTER
            while self.registered == 0 and time.monotonic() < deadline:
                self.endpoint.poll()
        self.calls.clear()
        self.caller = None
        self.shutdown()

    def tell(self, event: Any, code: int = 0, by: By | str = "") -> None:
        """Report an event on the caller's clock (``Any``: a literal of ``events.Name``)."""
        if self.caller is not None:
            self.caller.emit(Event(self.caller.t, event, code=code, by=by, agent=self.agent.name))  # type: ignore[arg-type]

    def tick(self) -> None:
        """Let the conversation follow the script."""
        for call in self.calls:
            call.tick()

    @property
    def busy(self) -> bool:
        """Whether a conversation (or a ringing) is going on."""
        return any(not call.over for call in self.calls)

    def refuses(self, call: AgentCall, busy: bool) -> bool:
        """Whether a call that came in hears that the agent is busy; ``busy``: there is another one."""
        return busy or call.agent.engaged

    @guarded
    def onRegState(self, prm: Any) -> None:  # noqa: N802  (PJSUA2's name)
        """The registrar's verdict."""
        self.registered, self.why = int(prm.code), f"{prm.code} {prm.reason}"

    @guarded
    def onIncomingCall(self, prm: Any) -> None:  # noqa: N802  (PJSUA2's name)
        """Ring, or say busy."""
        was_busy = self.busy
        call = AgentCall(self, prm.callId)
        if self.refuses(call, was_busy):
            call.over = True
            call.hangup(_status(call.agent.refusal))
        else:
            call.answer(_status(180))
            self.tell("agent_ringing", 180)
        self.calls.append(call)


def _status(code: int) -> Any:
    prm = pj.CallOpParam()
    prm.statusCode = code
    return prm
