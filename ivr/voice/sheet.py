"""The contact sheet: one page of HTML with every prompt, its text and a player, for those who judge voices.

The page holds the sounds itself (16 kHz), so that it can be mailed to whoever records; it needs no network.
"""

import base64
from collections.abc import Iterable
from html import escape
from pathlib import Path

from ivr.voice.inventory import Row
from ivr.voice.samples import decode, wav

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#1b1b1b;background:#fff}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.5rem .7rem;
border-bottom:1px solid #ddd}th{position:sticky;top:0;background:#fff}
th:first-child{width:20rem}td:first-child b{overflow-wrap:anywhere}
audio{width:15rem;height:2rem}small{color:#666;display:block}.stale{color:#a40000;font-weight:600}
input{font:inherit;padding:.4rem;width:22rem;margin:0 0 1rem}td.n{text-align:right;white-space:nowrap}
td.s{white-space:nowrap}
"""
_FIND = """
const rows=[...document.querySelectorAll('tbody tr')];
document.querySelector('input').addEventListener('input',e=>{const w=e.target.value.toLowerCase();
rows.forEach(r=>r.hidden=!r.textContent.toLowerCase().includes(w))});
"""


def sheet(rows: Iterable[Row], title: str) -> str:
    """The page.  A prompt without a sound has its text and says that it is not baked."""
    told = list(rows)
    stale = sum(bool(row.stale) for row in told)
    seconds = sum(row.seconds or 0 for row in told)
    head = f"{len(told)} prompts, {seconds / 60:.0f} minutes, {stale} recordings to look at"
    body = "\n".join(map(_row, told))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head>\n<body><h1>{escape(title)}</h1><p>{head}</p>"
        '<input type="search" placeholder="Find a prompt, a word, a flow" aria-label="Find">'
        "<table><thead><tr><th>Prompt</th><th>What callers hear</th><th>Listen</th><th>Seconds</th><th>LUFS</th>"
        f"<th>Source</th></tr></thead><tbody>\n{body}\n</tbody></table><script>{_FIND}</script></body></html>\n"
    )


def _row(row: Row) -> str:
    flows = escape(", ".join(row.flows) or "nobody")
    stale = f'<small class="stale">{escape(row.stale)}</small>' if row.stale else ""
    number = f" · {row.number}" if row.number else ""
    seconds = "" if row.seconds is None else f"{row.seconds:.1f}"
    loud = "" if row.loudness is None else f"{row.loudness:.1f}"
    return (
        f"<tr><td><b>{escape(row.id)}</b><small>{escape(row.language)}{number} · {flows}</small></td>"
        f'<td lang="{escape(row.language)}">{escape(row.text)}</td><td>{_player(row)}</td>'
        f'<td class="n">{seconds}</td><td class="n">{loud}</td><td class="s">{escape(row.source)}{stale}</td></tr>'
    )


def _player(row: Row) -> str:
    path = Path(f"{row.path}.g722")
    if not row.path or not path.is_file():
        return "not baked"
    sound = base64.b64encode(wav(*decode(path))).decode()
    return f'<audio controls preload="none" src="data:audio/wav;base64,{sound}"></audio>'
