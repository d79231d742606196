"""PJSIP in one process: opened, polled from the main thread, closed without a crash.

Theory, learnt the hard way by users of PJSUA2:
- The library can be initialised safely once per process, so ``Endpoint`` refuses a second time and ``booth`` gives
  each call a process of its own.
- Callbacks must run in a Python thread: no worker threads, ``poll`` handles everything in the main thread.  Only the
  media clock runs in a native thread, and it never calls into Python.
- An exception that leaves a callback would abort the process from inside C; ``guarded`` keeps it for ``poll``.
- Calls, recorders and tones must be gone before ``libDestroy``; accounts are shut down first.
- A recorder is fed by the null device (silence) from its birth, so its file grows with the clock whatever happens to
  the call's media: that is what makes the recording continuous and its time axis known.
"""

import functools
import gc
import socket
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Protocol, Self, TypeVar, cast

import pjsua2

from ivr.phone.script import RATES, Codec

pj: Any = pjsua2
"""The library; it ships without types, so ``Any`` begins here and ends in this door."""

FRAME = 20
"""Milliseconds of a media frame: also the precision of the recording's beginning."""

UNHEARD = 0
"""Prefetch of the jitter buffer in ms: what is heard should lag behind the wire as little as possible."""


class PhoneFault(Exception):
    """The phone itself cannot work (address in use, registration refused…); the text is one sentence."""


class _Owner(Protocol):
    @property
    def endpoint(self) -> "Endpoint": ...


S = TypeVar("S", bound=_Owner)
P = ParamSpec("P")


def guarded(callback: Callable[Concatenate[S, P], None]) -> Callable[Concatenate[S, P], None]:
    """Keep what a PJSUA2 callback raises for the polling loop: it must not travel through C."""

    @functools.wraps(callback)
    def call(self: S, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            callback(self, *args, **kwargs)
        except BaseException as fault:  # noqa: BLE001  (raised again by Endpoint.poll; C would abort on it)
            self.endpoint.faults.append(fault)

    return cast("Callable[Concatenate[S, P], None]", call)


class Endpoint:
    """The library, opened: codec, null sound device, a UDP transport on an ephemeral port."""

    _used = False

    def __init__(
        self,
        host: str,
        port: int,
        codec: Codec = "alaw",
        lost: int = 0,
        calls: int = 2,
        listen: int = 0,
        certificate: str = "",
    ) -> None:
        """``calls``: as many at once; for the rest see ``CallScript``."""
        if threading.current_thread() is not threading.main_thread():
            raise PhoneFault("The phone runs in the main thread of its process only; use ivr.phone.booth.")
        if Endpoint._used:
            raise PhoneFault("A process can place one call with PJSIP; use ivr.phone.booth for several.")
        Endpoint._used = True
        self.rate = RATES[codec]
        self.faults: list[BaseException] = []
        self.address = local_address(host, port)
        self._media: list[Any] = []  # recorders and tones: PJSUA2 ships without types
        self._lib = pj.Endpoint()
        self._lib.libCreate()
        try:
            self._open(codec, lost, calls, listen)
            self._certificate = certificate
            self._secure = -1
            self._listen = listen
        except BaseException:
            self.close()
            raise

    def _open(self, codec: Codec, lost: int, calls: int, listen: int) -> None:
        config = pj.EpConfig()
        config.logConfig.level = config.logConfig.consoleLevel = 0
        config.logConfig.msgLogging = 0
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.maxCalls = calls
        config.uaConfig.userAgent = "ivr-phone"
        media = config.medConfig
        media.clockRate = media.sndClockRate = self.rate
        media.channelCount = 1
        media.audioFramePtime = media.ptime = FRAME
        media.noVad = True
        media.rxDropPct = lost
        media.ecTailLen = 0
        media.jbInit = media.jbMinPre = UNHEARD
        self._lib.libInit(config)
        self._lib.audDevManager().setNullDev()
        self._lib.transportCreate(pj.PJSIP_TRANSPORT_UDP, self._bound(pj.TransportConfig(), listen))
        self._lib.libStart()
        # A-law is always there: with wideband as the second choice, for agents and servers that have no other.
        order = {"PCMA": 128, "G722": 255 if codec == "g722" else 0}
        for known in self._lib.codecEnum2():
            self._lib.codecSetPriority(known.codecId, order.get(known.codecId.split("/")[0], 0))

    def _bound(self, transport: Any, port: int = 0) -> Any:
        transport.port = port
        transport.boundAddress = transport.publicAddress = self.address
        return transport

    def secure(self, config: Any) -> None:
        """Have an account signal by TLS, on the port on which this phone is called, and talk by SRTP only."""
        if self._secure < 0:
            transport = self._bound(pj.TransportConfig(), self._listen)
            transport.tlsConfig.certFile = transport.tlsConfig.privKeyFile = self._certificate
            self._secure = int(self._lib.transportCreate(pj.PJSIP_TRANSPORT_TLS, transport))
        config.sipConfig.transportId = self._secure
        config.mediaConfig.srtpUse = pj.PJMEDIA_SRTP_MANDATORY
        config.mediaConfig.srtpSecureSignaling = 1

    def account(self, uri: str) -> Any:
        """Settings of an account that sends and receives its sound at this endpoint's address."""
        config = pj.AccountConfig()
        config.idUri = uri
        self._bound(config.mediaConfig.transportConfig)
        config.mediaConfig.srtpUse = pj.PJMEDIA_SRTP_DISABLED
        config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_INACTIVE
        config.callConfig.prackUse = pj.PJSUA_100REL_OPTIONAL
        config.natConfig.contactRewriteUse = config.natConfig.viaRewriteUse = 0
        config.natConfig.sdpNatRewriteUse = 0
        return config

    def recorder(self, path: Path) -> tuple[Any, float]:
        """A recorder that writes from now on, and the monotonic time of its first sample."""
        recorder = pj.AudioMediaRecorder()
        recorder.createRecorder(str(path))
        self._media.append(recorder)
        self._lib.audDevManager().getCaptureDevMedia().startTransmit(recorder)
        return recorder, time.monotonic()

    def tone(self, hertz: float) -> Any:
        """A lasting sine tone."""
        generator = pj.ToneGenerator()
        generator.createToneGenerator(self.rate, 1)
        desc = pj.ToneDesc()
        desc.freq1, desc.freq2, desc.on_msec, desc.off_msec = round(hertz), 0, 1000, 0
        generator.play(pj.ToneDescVector([desc]), True)
        self._media.append(generator)
        return generator

    def poll(self, seconds: float = 0.01) -> None:
        """Let the library work until something has come in, but that long at most; raises what went wrong in a
        callback.
        """
        self._lib.libHandleEvents(round(seconds * 1000))
        if self.faults:
            raise self.faults[0]

    def close(self) -> None:
        """End the library; the caller has let go of its calls and accounts before."""
        self._media.clear()
        gc.collect()
        self._lib.libDestroy(pj.PJSUA_DESTROY_NO_RX_MSG)  # nothing is awaited: saves PJSIP's last second
        del self._lib

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A traceback holds on to the calls and accounts of the frames it shows; they must go before the library.
        traceback.clear_frames(trace)
        for kept in self.faults:
            traceback.clear_frames(kept.__traceback__)
        self.close()


def local_address(host: str, port: int) -> str:
    """The address of this machine from which ``host`` is reached; raises ``PhoneFault``."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((host, port))
            return str(probe.getsockname()[0])
    except OSError as fault:
        raise PhoneFault(f"No way to {host}:{port}: {fault.strerror or fault}.") from fault
