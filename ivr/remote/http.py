"""Other systems over HTTP: look-ups during a call, and letters delivered after it.

A book names the systems that it may reach, nodes name only these names; addresses are checked when the connection is
made, so that a name cannot point elsewhere the second time.  Redirects are not followed, proxies of the environment
are not used, what is not JSON of a modest size is refused.  A system that fails is left alone for a while.
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp

from ivr.flow.errands import Fetch, Fetched
from ivr.remote.breaker import Breaker
from ivr.remote.doorman import opened
from ivr.remote.signature import signed
from ivr.values.site import Site

log = logging.getLogger(__name__)

LARGEST = 64 * 1024  # bytes of an answer
LONGEST_VALUE = 1000  # characters of one value of it
DELIVERY = 10.0  # seconds for another system to take a letter
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})  # what may be over at the next attempt

Token = Callable[[str], str]
"""The content of the file of this name; raises OSError."""


class NotDelivered(Exception):
    """The letter did not arrive, or nobody said that it did; the text says why."""


class _Wrong(ValueError):
    """The other system answered something that it will answer again: no reason to ask again, or to leave it alone."""


class _Broken(ValueError):
    """The other system answered what shows that it is ill."""


_FAULTS = (aiohttp.ClientError, OSError, _Broken)


class Http:
    """Fulfils the port ``Remote`` and delivers letters; use it with ``async with``.

    ``token`` reads a bearer token, ``key`` gives the key by which letters to a site are signed, ``clock`` counts
    seconds.
    """

    def __init__(self, token: Token, key: Token, clock: Callable[[], float] = time.monotonic) -> None:
        self._token = token
        self._key = key
        self._breaker = Breaker(clock)

    async def __aenter__(self) -> Self:
        self._sessions = {private: _session(private) for private in (False, True)}
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for session in self._sessions.values():
            await session.close()

    async def ask(self, fetch: Fetch, site: Site) -> Fetched:
        """See the port: 2xx with JSON is found, 404 is not found, anything else has failed.

        A POST is repeated only where no connection was made: it may have been heard.
        """
        if not self._breaker.willing(site.url):
            log.warning("look-up not made remote=%s: it failed too often, and is left alone for a while", site.name)
            return Fetched("failed")
        try:
            async with asyncio.timeout(fetch.seconds):
                fetched = await self._attempts(fetch, site)
        except TimeoutError:
            log.warning("look-up failed remote=%s: no answer in %gs", site.name, fetch.seconds)
            fetched = None
        except _Wrong as wrong:
            log.warning("look-up failed remote=%s: %s", site.name, wrong)
            self._breaker.well(site.url)
            return Fetched("failed")
        except Exception:
            log.exception("look-up failed remote=%s", site.name)
            fetched = None
        self._breaker.note(site.url, well=fetched is not None)
        return fetched or Fetched("failed")

    async def deliver(self, site: Site, path: str, letter: str, body: str) -> None:
        """Hand the letter with the id ``letter`` over; returns when the other system said that it has it.

        Raises :class:`NotDelivered`.
        """
        if not self._breaker.willing(site.url):
            raise NotDelivered("it failed too often, and is left alone for a while")
        content = body.encode()
        try:
            key = await asyncio.to_thread(self._key, site.name)
            headers = {
                **await self._headers(site),
                **signed(key, letter, int(time.time()), content),
                "Content-Type": "application/json; charset=utf-8",
            }
            async with (
                asyncio.timeout(DELIVERY),
                self._request(site, "POST", path, data=content, headers=headers) as answer,
            ):
                status = answer.status
        except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            self._breaker.note(site.url, well=False)
            raise NotDelivered(str(error) or type(error).__name__) from error
        self._breaker.note(site.url, well=status not in AGAIN)
        if not 200 <= status < 300:
            raise NotDelivered(f"status {status}")

    async def _attempts(self, fetch: Fetch, site: Site) -> Fetched | None:
        for attempt in range(1, fetch.attempts + 1):
            try:
                return await self._once(fetch, site)
            except _FAULTS as error:
                log.warning(
                    "look-up failed remote=%s attempt=%d: %s", site.name, attempt, error or type(error).__name__
                )
                if fetch.method == "POST" and not isinstance(error, aiohttp.ClientConnectorError):
                    return None
        return None

    async def _once(self, fetch: Fetch, site: Site) -> Fetched:
        fields = dict(fetch.fields)
        asked: dict[str, Any] = {"params": fields} if fetch.method == "GET" else {"json": fields}
        headers = await self._headers(site)
        async with self._request(site, fetch.method, fetch.path, headers=headers, **asked) as answer:
            if answer.status == 404:
                return Fetched("not_found")
            if not 200 <= answer.status < 300:
                raise (_Broken if answer.status in AGAIN else _Wrong)(f"status {answer.status}")
            return Fetched("found", taken(await _whole(answer), fetch.take))

    async def _headers(self, site: Site) -> dict[str, str]:
        # What is compressed may be larger than it looks.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "ivr"}
        if site.token:
            headers["Authorization"] = f"Bearer {await asyncio.to_thread(self._token, site.token)}"
        return headers

    def _request(self, site: Site, method: str, path: str, **asked: Any) -> Any:
        # `Any`: aiohttp's context manager of a request has no public name.
        return self._sessions[site.private].request(method, site.at(path), allow_redirects=False, **asked)


def _session(private: bool) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(socket_factory=opened(private), limit_per_host=20, ttl_dns_cache=10),
        trust_env=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    )


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for part in answer.content.iter_any():
        content += part
        if len(content) > LARGEST:
            raise _Broken(f"more than {LARGEST} bytes")
    return bytes(content)


def taken(content: bytes, take: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The values wanted of an answer; what it does not have is left out.  Raises ``ValueError``."""
    try:
        found = json.loads(content or b"{}")
    except (ValueError, RecursionError):
        raise _Broken("the answer is not JSON") from None
    return {name: value for name, place in take if (value := _at(found, place)) is not None}


def _at(found: Any, place: str) -> str | None:
    """The value at a place like ``customer.name`` or ``orders.0.state``, as text."""
    for step in place.split("."):
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    if isinstance(found, bool):
        return "yes" if found else "no"
    return str(found)[:LONGEST_VALUE] if isinstance(found, str | int | float) else None
