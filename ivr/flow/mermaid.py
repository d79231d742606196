"""A chart as Mermaid text, for wikis and pull requests that draw it themselves."""

from collections.abc import Iterator

from ivr.flow.chart import Box, Charge, Chart

_STYLES = {
    Charge.FREE: "fill:#ffffff,stroke:#1a6b45,stroke-dasharray:6 4",
    Charge.RINGING: "fill:#f4f2fb,stroke:#4b3f8f,stroke-dasharray:10 4 2 4",
    Charge.CHARGED: "fill:#fdf0e6,stroke:#b3470c,stroke-width:3px",
}
_ARROWS = {Charge.FREE: "-.->", Charge.RINGING: "-.->", Charge.CHARGED: "==>"}


def mermaid(chart: Chart) -> str:
    """The chart in Mermaid's own words; each flow is a subgraph."""
    return "\n".join(["---", f"title: {_text(chart.title)}", "---", "flowchart TD", *_lines(chart), ""])


def _lines(chart: Chart) -> Iterator[str]:
    starts = {panel.flow: f"{panel.flow}.{box.name}" for panel in chart.panels for box in panel.boxes if box.start}
    for panel in chart.panels:
        yield f'  subgraph {_id(panel.flow)}["flow {panel.flow}"]'
        for box in panel.boxes:
            yield f"    {_id(f'{panel.flow}.{box.name}')}{_shape(box)}:::{box.charge.name.lower()}"
        for arrow in panel.arrows:
            source, target = _id(f"{panel.flow}.{arrow.source}"), _id(f"{panel.flow}.{arrow.target}")
            yield f'    {source} {_ARROWS[arrow.charge]}|"{_text(", ".join(arrow.exits))}"| {target}'
        yield "  end"
    for panel in chart.panels:
        for name, flow in panel.runs.items():
            if flow in starts:
                yield f"  {_id(f'{panel.flow}.{name}')} -.- {_id(starts[flow])}"
    for charge, style in _STYLES.items():
        yield f"  classDef {charge.name.lower()} {style}"


def _shape(box: Box) -> str:
    words = "<br/>".join([f"<b>{_text(box.name)}</b> {_text(box.kind)}", *map(_text, box.lines)])
    if box.start:
        return f'(["{words}"])'
    return f'[["{words}"]]' if box.ends else f'["{words}"]'


def _id(name: str) -> str:
    """A name that Mermaid takes for nothing else: `end` is a word of its own."""
    return "n_" + "".join(sign if sign.isalnum() else f"_{ord(sign):x}_" for sign in name)


def _text(text: str) -> str:
    """Text that cannot end the quotes it stands in, nor begin a tag."""
    for sign, name in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;"), ("`", "#96;")):
        text = text.replace(sign, name)
    return text
