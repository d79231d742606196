"""A certificate as a page that people read: in French, with the keys of the JSON beside; HTML and PDF say the same."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from textwrap import shorten
from typing import Any
from zoneinfo import ZoneInfo

from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos

HERE = ZoneInfo("Europe/Paris")
TITLE = "Certificat d’appel"
_MOST_REFUNDS, _LONGEST_REASON = 3, 160  # in words on the page, which is one
Line = tuple[str, str, str]  # label, key, value

_WHEN = {
    "started": "Appel reçu (INVITE)",
    "progress": "Ouverture du son, sans facturation (183)",
    "announced_from": "Début de l’annonce tarifaire",
    "announced_to": "Fin de l’annonce tarifaire",
    "beep_from": "Début du bip",
    "beep_to": "Fin du bip",
    "answered": "Décroché, début de la facturation (200)",
    "ended": "Fin de l’appel (BYE)",
}
_ENDED = {
    "caller": "l’appelant a raccroché",
    "flow": "le service a pris fin",
    "limit": "la durée maximale légale était atteinte",
    "ceiling": "le plafond mensuel de l’appelant était atteint",
    "failed": "une panne du service",
    "shutdown": "l’arrêt du service",
    "lost": "la liaison était perdue",
}


_SILENT = {
    "operator": "l’opérateur la diffuse avant que l’appel ne nous parvienne",
    "professionals": "numéro réservé aux professionnels, dispensé (arrêté du 10 juin 2009, art. 5)",
    "machines": "appels entre machines sous contrat écrit, dispensés (arrêté du 10 juin 2009, art. 5)",
    "free": "ce numéro n’est pas surtaxé, le service et l’appel sont gratuits",
    "plain": "ce numéro n’est pas surtaxé, le service est gratuit",
    # of calls of before every surcharge was announced
    "cheap": "le prix est sous le seuil à partir duquel le pays du numéro veut une annonce",
}


def sections(told: Mapping[str, Any]) -> list[tuple[str, list[Line]]]:
    """All that the page says, by heading."""
    record = told["record"]
    service = [("Numéro appelé", "number", record["number"])]
    if told.get("owner"):
        service.append(("Titulaire", "owner", told["owner"]))
    service += [
        ("Appelant", "caller", told["caller"]),
        ("Tarif en vigueur", "tariff", _tariff(record)),
        ("Référence de l’appel", "id", record["id"]),
    ]
    said = record.get("announced_text")
    heard = [("Texte de l’annonce", "announced_text", said or f"aucune : {_silent(told)}")]
    if said:
        heard.append(("Écourtée par la touche dièse", "skipped", "oui" if record["skipped"] else "non"))
    for audio in (record.get("announced_audio") or "").split():
        kind, _, sum_ = audio.partition(":")
        heard.append((f"Empreinte du son (SHA-256, {kind})", "announced_audio", sum_))
    amount = _amount(record["amount_cents"], record)
    charged = [
        ("Appel décroché", "answered", "oui" if record.get("answered") else "non : rien n’a été facturé"),
        ("Durée facturée", "billed_seconds", f"{record['billed_seconds']} s"),
        ("Montant du service, TTC", "amount_cents", amount),
        *(("Remboursé", "refunds", said) for said in _refunds(told.get("refunds", ()))),
        ("L’appel a pris fin parce que", "ending", _ENDED.get(record["ending"], record["ending"])),
    ]
    head = told["head"]
    proof = [
        ("Version des règles (livre)", "book", record["book"]),
        ("Rang dans le registre", "place", f"{record['place']} ({_calls(head['records'])} au registre à l’émission)"),
        *(
            ("Remboursements au registre", "refunds_head", f"{one['records']} à l’émission")
            for one in [told.get("refunds_head")]
            if one
        ),
        ("Empreinte de l’appel", "hash", told["hash"]),
        ("Empreinte de l’appel précédent", "previous", record["previous"]),
        ("Clé publique (Ed25519)", "key", told["key"]),
        ("Signature", "signature", told["signature"]),
    ]
    return [
        ("Le service", service),
        ("L’annonce entendue", heard),
        ("La facturation", charged),
        ("La preuve", proof),
    ]


def _silent(told: Mapping[str, Any]) -> str:
    """Why nothing was announced."""
    record = told["record"]
    if told.get("silence") in _SILENT:
        return _SILENT[told["silence"]]
    if record.get("mode") in ("free", "plain"):
        return _SILENT[record["mode"]]
    if not record.get("answered"):
        return "l’appel a pris fin sans atteindre un service facturé"
    return "le livre de cet appel n’est plus là pour dire pourquoi"


def axis(told: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """Each instant: its name, key, seconds since the call came in, hour in Paris."""
    record = told["record"]
    lines = []
    for key, name in _WHEN.items():
        if key in told["seconds"]:
            hour = datetime.fromisoformat(record[key]).astimezone(HERE)
            seconds = f"{told['seconds'][key]} s".replace(".", ",")
            lines.append((name, key, seconds, f"{hour:%d/%m/%Y %H:%M:%S},{hour.microsecond // 1000:03d}"))
    return lines


def foot(told: Mapping[str, Any]) -> str:
    """What the reader can do with it."""
    issued = datetime.fromisoformat(told["issued"]).astimezone(HERE)
    return (
        f"Émis le {issued:%d/%m/%Y à %H:%M:%S}. Ce document résume un certificat signé ; seul le fichier JSON du "
        "même appel fait foi, et se vérifie par « ivr certificate --verify FICHIER --key CLÉ ». Heures de Paris."
    )


def html(told: Mapping[str, Any]) -> str:
    """One page of HTML, without anything from elsewhere."""
    body = []
    for place, (heading, lines) in enumerate(sections(told)):
        body.append(f"<h2>{escape(heading)}</h2>{_table((a, b, (c,)) for a, b, c in lines)}")
        if place == 1:
            course = _table((name, key, (seconds, hour)) for name, key, seconds, hour in axis(told))
            body.append(f"<h2>Le déroulement</h2>{course}")
    number = escape(told["record"]["number"])
    return (
        f'<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8"><title>{TITLE} {number}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{TITLE}</h1>{''.join(body)}<p>{escape(foot(told))}</p></body></html>\n"
    )


def _table(lines: Iterable[tuple[str, str, tuple[str, ...]]]) -> str:
    rows = []
    for label, key, values in lines:
        cells = "".join(f"<td>{escape(value)}</td>" for value in values)
        rows.append(f"<tr><th>{escape(label)}<small>{escape(key)}</small></th>{cells}</tr>")
    return f"<table>{''.join(rows)}</table>"


_STYLE = """
@page{size:A4;margin:14mm}
body{font:9.5pt/1.35 "DejaVu Sans",Arial,sans-serif;color:#111;max-width:180mm;margin:8mm auto}
h1{font-size:18pt;margin:0 0 3mm;border-bottom:1.5pt solid #134;padding-bottom:2mm;color:#134}
h2{font-size:10.5pt;margin:4mm 0 1mm;color:#134}
table{border-collapse:collapse;width:100%}
th{text-align:left;font-weight:normal;width:66mm;vertical-align:top}
th small{color:#777;margin-left:2mm;font-size:7pt}
th,td{border-bottom:.4pt solid #ccc;padding:.7mm 1mm}
td{overflow-wrap:anywhere}
p{color:#444;font-size:8pt;margin-top:5mm}
"""


def pdf(told: Mapping[str, Any]) -> bytes:
    """The same as one page of PDF, with the fonts that every reader has."""
    page = FPDF(format="A4")
    page.core_fonts_encoding = "cp1252"  # € and œ, which Latin-1 lacks
    page.set_title(f"{TITLE} {told['record']['id']}")
    page.set_lang("fr-FR")
    page.set_auto_page_break(auto=True, margin=10)
    page.add_page()
    page.set_text_color(17, 51, 68)
    page.set_font("helvetica", "B", 18)
    _cell(page, 0, TITLE, height=10, last=True)
    page.line(page.l_margin, page.get_y(), page.w - page.r_margin, page.get_y())
    for number, (heading, lines) in enumerate(sections(told)):
        _heading(page, heading)
        for label, key, value in lines:
            _line(page, label, key, value)
        if number == 1:
            _heading(page, "Le déroulement")
            for name, key, seconds, hour in axis(told):
                _line(page, name, key, hour, seconds)
    page.ln(3)
    page.set_font("helvetica", size=7.5)
    page.multi_cell(0, 3.6, _plain(foot(told)))
    return bytes(page.output())


def _heading(page: FPDF, text: str) -> None:
    page.ln(1.5)
    page.set_text_color(17, 51, 68)
    page.set_font("helvetica", "B", 10.5)
    _cell(page, 0, text, height=6, last=True)
    page.set_text_color(20, 20, 20)


def _line(page: FPDF, label: str, key: str, value: str, seconds: str = "") -> None:
    page.set_font("helvetica", size=8.5)
    _cell(page, 62, label)
    page.set_font("helvetica", size=6)
    _cell(page, 22, key)
    page.set_font("helvetica", size=8.5)
    if seconds:
        page.cell(20, 4.8, _plain(seconds), align="R", new_x=XPos.RIGHT, new_y=YPos.TOP)
        page.cell(5, 4.8, "", new_x=XPos.RIGHT, new_y=YPos.TOP)
    # Digests have no space to break at: a letter is as good.
    page.multi_cell(0, 4.8, _plain(value), wrapmode=WrapMode.WORD if " " in value else WrapMode.CHAR, align="L",
                    new_x=XPos.LMARGIN, new_y=YPos.NEXT)  # fmt: skip
    page.set_draw_color(200, 200, 200)
    page.line(page.l_margin, page.get_y(), page.w - page.r_margin, page.get_y())


def _cell(page: FPDF, width: float, text: str, *, height: float = 4.8, last: bool = False) -> None:
    new_x, new_y = (XPos.LMARGIN, YPos.NEXT) if last else (XPos.RIGHT, YPos.TOP)
    page.cell(width, height, _plain(text), new_x=new_x, new_y=new_y)


def _refunds(given: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Each one, or their sum where they would fill the page."""
    if len(given) > _MOST_REFUNDS:
        cents, last = sum(one["amount_cents"] for one in given), given[-1]
        yield f"{_amount(cents, last)} en {len(given)} fois, la dernière le {_day(last)} (détail : fichier JSON)"
        return
    for one in given:
        yield f"{_amount(one['amount_cents'], one)} le {_day(one)} : {shorten(one['reason'], _LONGEST_REASON)}"


def _amount(cents: int, of: Mapping[str, Any]) -> str:
    return f"{cents // 100},{cents % 100:02d} {_currency(of['currency'])}"


def _day(refund: Mapping[str, Any]) -> str:
    return f"{datetime.fromisoformat(refund['at']).astimezone(HERE):%d/%m/%Y}"


def _plain(text: str) -> str:
    """What the fonts of every reader have; a stranger letter becomes a question mark, never an error."""
    return text.encode("cp1252", "replace").decode("cp1252")


def _calls(count: int) -> str:
    return f"{count} appel" if count < 2 else f"{count} appels"


def _currency(code: str) -> str:
    return "€" if code == "EUR" else code


def _tariff(record: Mapping[str, Any]) -> str:
    price = str(record.get("price", "")).replace(".", ",")
    match record.get("mode"):
        case "per_minute":
            return f"{price} € par minute + prix appel ({record['tariff']})"
        case "per_call":
            return f"{price} € par appel + prix appel ({record['tariff']})"
        case "free":
            return f"service et appel gratuits ({record['tariff']})"
        case "plain":
            return f"service gratuit + prix appel ({record['tariff']})"
    return str(record["tariff"])
