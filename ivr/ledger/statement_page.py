"""A statement as a page that owners of numbers read: in French, as PDF with the fonts that every reader has."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from ivr.ledger.statement import Line, Statement

HERE = ZoneInfo("Europe/Paris")
TITLE = "Relevé mensuel"
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)
# Heading, width in millimetres, whether it is a figure.
_COLUMNS = (
    ("Numéro", 24, False),
    ("Territoire", 40, False),
    ("TVA", 18, True),
    ("Appels", 17, True),
    ("Décrochés", 20, True),
    ("Durée (s)", 22, True),
    ("TTC", 25, True),
    ("HT", 25, True),
    ("Reversement", 28, True),
    ("Remboursé", 25, True),
)
_HEIGHT = 5.6


def pdf(told: Statement, issued: datetime) -> bytes:
    """The statement, in as many pages as it takes."""
    page = FPDF(format="A4", orientation="landscape")
    page.core_fonts_encoding = "cp1252"  # € and œ, which Latin-1 lacks
    month = f"{_MONTHS[told.month.month - 1]} {told.month.year}"
    page.set_title(f"{TITLE} {month}")
    page.set_lang("fr-FR")
    page.set_auto_page_break(auto=True, margin=12)
    page.add_page()
    page.set_text_color(17, 51, 68)
    page.set_font("helvetica", "B", 18)
    so_far = "" if told.over else " (mois en cours)"
    _text(page, f"{TITLE}, {month}{so_far}", 10)
    page.line(page.l_margin, page.get_y(), page.w - page.r_margin, page.get_y())
    owners = list(dict.fromkeys(one.holder for one in told.lines))
    for name in dict.fromkeys(holder.company or holder.owner for holder in owners):
        lines = [one for one in told.lines if (one.holder.company or one.holder.owner) == name]
        page.ln(3)
        page.set_font("helvetica", "B", 11)
        _text(page, name or "Numéros sans titulaire dans le livre", 7)
        _row(page, [heading for heading, _, _ in _COLUMNS], bold=True)
        for one in lines:
            _row(page, _cells(one))
        _row(page, _sums(lines), bold=True)
    if not told.lines:
        page.set_font("helvetica", size=10)
        _text(page, "Aucun appel.", 8)
    _refunds(page, told)
    page.ln(3)
    page.set_font("helvetica", size=7.5)
    page.multi_cell(0, 3.6, _plain(_foot(told, issued)))
    return bytes(page.output())


def _cells(one: Line) -> list[str]:
    unsure = "" if one.verified or one.percent is None else " *"
    vat = (
        ""
        if not one.territory
        else "inconnue"
        if one.percent is None
        else f"{_figure(one.percent.normalize())} %{unsure}"
    )
    payout = "non renseigné" if one.unpaid else _euros(one.payout)
    return [
        one.number,
        one.territory or "-",
        vat or "-",
        str(one.calls),
        str(one.answered),
        str(one.seconds),
        _euros(one.taxed),
        "inconnu" if one.untaxed is None else _euros(one.untaxed),
        payout,
        _euros(one.refunded),
    ]


def _sums(lines: list[Line]) -> list[str]:
    known = all(one.untaxed is not None for one in lines)
    paid = not any(one.unpaid for one in lines)
    return [
        "Total",
        "",
        "",
        str(sum(one.calls for one in lines)),
        str(sum(one.answered for one in lines)),
        str(sum(one.seconds for one in lines)),
        _euros(sum((one.taxed for one in lines), Decimal(0))),
        _euros(sum((one.untaxed or Decimal(0) for one in lines), Decimal(0))) if known else "inconnu",
        _euros(sum((one.payout for one in lines), Decimal(0))) if paid else "non renseigné",
        _euros(sum((one.refunded for one in lines), Decimal(0))),
    ]


def _refunds(page: FPDF, told: Statement) -> None:
    if not told.refunds:
        return
    page.ln(3)
    page.set_font("helvetica", "B", 11)
    _text(page, "Remboursements", 7)
    page.set_font("helvetica", size=8.5)
    for one in told.refunds:
        when = datetime.fromisoformat(one["at"]).astimezone(HERE)
        amount = _euros(Decimal(one["amount_cents"]).scaleb(-2))
        said = f"{when:%d/%m/%Y}   {one['number']}   appel {one['call']}   {amount}   {one['reason']}"
        page.multi_cell(0, 5, _plain(said), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _foot(told: Statement, issued: datetime) -> str:
    told_of = [
        f"Émis le {issued.astimezone(HERE):%d/%m/%Y à %H:%M:%S}. Mois et heures de Paris ; un appel compte dans le "
        "mois où il a commencé, un remboursement dans le mois où il a été accordé. Le prix du service seul (S), TTC ; "
        "le prix de l'appel (C) n'est pas de notre ressort. Le HT est calculé par ligne."
    ]
    if told.unverified:
        told_of.append(f"* Taux de TVA non vérifié, à confirmer : {', '.join(told.unverified)}.")
    if any(one.unpaid for one in told.lines):
        told_of.append(
            "Reversement non renseigné : le tarif de certains appels n'en indique pas (tariffs.yaml, payout)."
        )
    return " ".join(told_of)


def _row(page: FPDF, cells: list[str], *, bold: bool = False) -> None:
    page.set_font("helvetica", "B" if bold else "", 8.5)
    for (_, width, figure), cell in zip(_COLUMNS, cells, strict=True):
        page.cell(
            width, _HEIGHT, _plain(cell), border="B", align="R" if figure else "L", new_x=XPos.RIGHT, new_y=YPos.TOP
        )
    page.ln(_HEIGHT)


def _text(page: FPDF, text: str, height: float) -> None:
    page.cell(0, height, _plain(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _figure(value: Decimal) -> str:
    return f"{value:f}".replace(".", ",")


def _euros(value: Decimal) -> str:
    return f"{value:,.2f} €".replace(",", "\u00a0").replace(".", ",")


def _plain(text: str) -> str:
    """What the fonts of every reader have; a stranger letter becomes a question mark, never an error."""
    return text.encode("cp1252", "replace").decode("cp1252")
