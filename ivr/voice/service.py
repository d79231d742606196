"""A voice over HTTP: any service that takes a text and gives audio."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse, IncompleteRead

from ivr.values.speech import Speaker
from ivr.voice.engines import Engine, EngineFailed
from ivr.voice.recording import MAX_BYTES

Token = Callable[[Speaker], str]
"""The secret that is sent for a speaker as a bearer token, empty: none; raises OSError where it is not there."""


class _Stay(urllib.request.HTTPRedirectHandler):
    """A token does not travel to wherever the service points."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def _whole(answer: HTTPResponse, until: float) -> bytes:
    """All that is answered, up to a byte too much; raises TimeoutError, and IncompleteRead where less came than was
    promised: ``read`` of so many bytes takes a connection that breaks for the end.

    The time limit of a socket is for each piece, and pieces may come one by one.
    """
    content = b""
    while len(content) <= MAX_BYTES and (piece := answer.read1(MAX_BYTES + 1 - len(content))):
        content += piece
        if time.monotonic() > until:
            raise TimeoutError
    if answer.length and len(content) <= MAX_BYTES:
        raise IncompleteRead(content, answer.length)
    return content


def service(speaker: Speaker, token: Token) -> Engine:
    """The engine that asks this speaker's site: POST of ``{"text", "language", "voice"}``, answered with audio
    (WAV, or another kind that libsndfile reads).
    """
    site = speaker.site
    if site is None:
        raise ValueError(f"{speaker.name} has no site")
    opener = urllib.request.build_opener(_Stay, urllib.request.ProxyHandler({}))

    def ask(_: str, language: str, text: str, limit: float) -> bytes:
        body = json.dumps({"text": text, "language": language, "voice": speaker.voice}).encode()
        headers = {"Content-Type": "application/json", "Accept": "audio/wav, audio/*"}
        try:
            secret = token(speaker)
        except OSError as error:
            raise EngineFailed(f"{speaker.name} has no secret: ivr remotes token {site.token}") from error
        until = time.monotonic() + limit
        try:
            if secret:
                headers["Authorization"] = f"Bearer {secret}"
            request = urllib.request.Request(site.url, body, headers)  # noqa: S310 - http(s) only: values/site.py
            with opener.open(request, timeout=limit) as answer:
                content = _whole(answer, until)
        except urllib.error.HTTPError as error:
            raise EngineFailed(f"{speaker.name} answered {error.code}") from error
        except IncompleteRead as error:
            raise EngineFailed(f"{speaker.name} broke off in the middle of its answer") from error
        except TimeoutError as error:
            raise EngineFailed(f"{speaker.name} took more than {limit:g} s") from error
        except (OSError, HTTPException, ValueError) as error:
            why = getattr(error, "reason", None) or error.__class__.__name__
            raise EngineFailed(f"{speaker.name} cannot be reached ({why})") from error
        if not content or len(content) > MAX_BYTES:
            raise EngineFailed(f"{speaker.name} answered {'nothing' if not content else 'too much'}")
        return content

    return Engine(speaker.name, f"{speaker.version} {site.url} {speaker.voice}", site.url, ask)
