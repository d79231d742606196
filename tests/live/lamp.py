"""A softphone (PJSIP) that says what it is told of messages waiting: `lamp.py PORT NAME PASSWORD`, until it is stopped.

A process of its own: PJSIP can be started only once in each.
"""

import sys
import time

import pjsua2


class Account(pjsua2.Account):  # type: ignore[misc]
    """Prints each NOTIFY."""

    def onMwiInfo(self, told: pjsua2.OnMwiInfoParam) -> None:  # noqa: N802 - PJSUA2's word
        print(told.rdata.wholeMsg, flush=True)

    def onRegState(self, told: pjsua2.OnRegStateParam) -> None:  # noqa: N802
        print(f"registered {told.code}", flush=True)


def main(port: str, name: str, password: str) -> None:
    endpoint = pjsua2.Endpoint()
    endpoint.libCreate()
    config = pjsua2.EpConfig()
    config.logConfig.level = config.logConfig.consoleLevel = 1
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    endpoint.libInit(config)
    transport = pjsua2.TransportConfig()
    transport.boundAddress = "127.0.0.1"
    endpoint.transportCreate(pjsua2.PJSIP_TRANSPORT_UDP, transport)
    endpoint.libStart()
    own = pjsua2.AccountConfig()
    own.idUri = f"sip:{name}@127.0.0.1:{port}"
    own.regConfig.registrarUri = f"sip:127.0.0.1:{port}"
    own.sipConfig.authCreds.append(pjsua2.AuthCredInfo("digest", "*", name, 0, password))
    account = Account()
    account.create(own)
    until = time.monotonic() + 120
    while time.monotonic() < until:
        endpoint.libHandleEvents(50)


if __name__ == "__main__":
    main(*sys.argv[1:4])
