"""report.html: one file that holds everything, to read, print and archive."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emtwin.report import wording
from emtwin.report.convergence import convergence_notes, level_rows, quantity_rows
from emtwin.report.netlist import netlist
from emtwin.report.strings import Texts
from emtwin.report.walls import gap_rows, models, wall_rows
from emtwin.results import Campaign, Pictures
from emtwin.units import format_si
from emtwin.voxel.audit.parts import only_faces

LIMITS = ("limit_1", "limit_2", "limit_3", "limit_4", "limit_5")
VOLUME_ALARM = 0.2


def write_report(
    campaign: Campaign, pictures: Mapping[str, Path], path: Path, language: str = "en"
) -> Path:
    """Write the report as one self-contained HTML file.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign.
    pictures : mapping of str to Path
        PNG and SVG files by name, as `emtwin.viz.pictures` returns them; a
        picture that is missing is left out.
    path : Path
        File to write.
    language : str, default "en"
        ``en`` or ``ko``; texts that come from the run stay as they are.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If there is no catalogue for `language`.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    texts = Texts(language)
    environment = Environment(
        loader=PackageLoader("emtwin.report", "templates"),
        autoescape=select_autoescape(["j2", "html"], default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "db": wording.decibel,
        "si": format_si,
        "cm3": wording.volume,
        "cm2": wording.area,
    }
    environment.globals |= {"change": wording.change, "contributions": wording.contributions}
    template = environment.get_template("report.html.j2")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(template.render(_context(campaign, pictures, texts)), encoding="utf-8")
    return path


def _context(campaign: Campaign, pictures: Mapping[str, Path], texts: Texts) -> dict[str, Any]:
    meta = campaign.meta
    return {
        "t": texts,
        "meta": meta,
        "name": meta.get("name") or Path(str(meta.get("twin_file", "twin"))).stem,
        "verdicts": [_verdict(entry, texts) for entry in campaign.verdicts],
        "warnings": wording.notices(meta, "warning"),
        "information": wording.notices(meta, "information"),
        "without_verdict": [texts(test) for test in meta.get("tests_without_verdict", [])],
        "flat_note": pictures.note if isinstance(pictures, Pictures) else "",
        "setup": _figures(pictures, "setup/", texts),
        "voxels": _figures(pictures, "voxels/", texts)[:1],
        "tests": [_test(entry, campaign, pictures, texts) for entry in campaign.verdicts],
        "audit": [_audit(entry, texts) for entry in meta.get("audit", [])],
        "audit_pictures": _figures(pictures, "geometry_audit/", texts),
        "netlists": [netlist(site) for site in meta.get("sites", []) if site.get("netlist")],
        "walls": [(site["name"], wall_rows(site, texts)) for site in meta.get("sites", [])],
        "gaps": [(site["name"], gap_rows(site, texts)) for site in meta.get("sites", [])],
        "runs": [(site, run) for site in meta.get("sites", []) for run in site.get("runs", [])],
        "timing": {str(k): f"{float(v):.1f} s" for k, v in meta.get("timing", {}).items()},
        "studies": _studies(campaign, texts),
        "facts": _facts(meta, texts),
        "limits": [texts(key) for key in LIMITS],
        "style": _resource("style.css"),
    }


def _studies(campaign: Campaign, texts: Texts) -> list[dict[str, Any]]:
    """Tables of a refinement study, none without one."""
    if "convergence" not in campaign.meta:
        return []
    tables = (
        ("convergence", level_rows(campaign, texts), convergence_notes(campaign, texts.language)),
        ("estimates", quantity_rows(campaign, texts), [texts("estimates_note")]),
    )
    return [
        {"title": texts(name), "heads": heads, "rows": rows, "notes": notes}
        for name, (heads, rows), notes in tables
        if rows
    ]


def _verdict(verdict: dict[str, Any], texts: Texts) -> dict[str, Any]:
    place = wording.worst_case(verdict.get("worst"), texts)
    return verdict | {"place": place, "covered": wording.covered(verdict, texts)}


def _test(
    verdict: dict[str, Any], campaign: Campaign, pictures: Mapping[str, Path], texts: Texts
) -> dict[str, Any]:
    """One test's section: its verdict, spectrum and field pictures."""
    test = str(verdict["test"])
    figures = []
    for view in ("spectrum", "field", "surface_field"):
        stored = campaign.datasets.get(f"{view}/{test}")
        caption = texts(f"caption_{view}")
        if stored is not None:
            caption = f"{caption} {stored.attrs['caption']}"
        if f"{view}/{test}" in pictures:
            figures.append(_figure(pictures[f"{view}/{test}"], caption, f"{view}-{test}"))
    return _verdict(verdict, texts) | {"figures": figures}


def _figures(pictures: Mapping[str, Path], prefix: str, texts: Texts) -> list[dict[str, str]]:
    found = []
    for name, file in pictures.items():
        if name.startswith(prefix):
            subject = texts(name[len(prefix) :])
            caption = texts(f"caption_{prefix[:-1]}", name=subject)
            found.append(_figure(file, caption, name.replace("/", "-")))
    return found


def _figure(file: Path, caption: str, name: str) -> dict[str, str]:
    """A picture as markup: SVG inline, PNG as base64."""
    from markupsafe import Markup

    if file.suffix == ".svg":
        return {
            "svg": Markup(inline_svg(file.read_text("utf-8"), name, caption)),
            "caption": caption,
        }
    data = base64.b64encode(file.read_bytes()).decode()
    return {"png": f"data:image/png;base64,{data}", "caption": caption}


def inline_svg(text: str, name: str, title: str) -> str:
    """SVG fit to stand inside HTML beside others.

    Parameters
    ----------
    text : str
        SVG file as matplotlib writes it.
    name : str
        Prefix that makes its ids unique within the page.
    title : str
        Description for screen readers.

    Returns
    -------
    str
        The ``svg`` element alone, without global style rules.
    """
    from markupsafe import escape

    svg = text[text.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<style[^>]*>.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'(xlink:href|href)="#', rf'\1="#{name}-', svg)
    svg = svg.replace("url(#", f"url(#{name}-")
    label = str(escape(title))
    return svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)


def _audit(part: dict[str, Any], texts: Texts) -> dict[str, Any]:
    part = part | {"model": models(part.get("models", []), texts)}
    if only_faces(part.get("cells", 1), part.get("edges", 0), part.get("area_after")):
        # It has no volume in the grid that could be compared.
        part = part | {"volume_after": None}
    before, after = part.get("volume_before"), part.get("volume_after")
    if part.get("kind") != "solid" or not before or after is None:
        return part | {"alarm": False, "solid": False}
    return part | {"alarm": abs(after / before - 1) > VOLUME_ALARM, "solid": True}


def _facts(meta: dict[str, Any], texts: Texts) -> list[tuple[str, str]]:
    """Provenance as (name, value)."""
    accuracy = meta.get("accuracy", {})
    facts = [
        ("emtwin", meta.get("emtwin_version")),
        (texts("made"), meta.get("created")),
        (texts("input"), meta.get("twin_file")),
        (texts("twin_hash"), meta.get("input_sha256")),
        *((f"SHA-256 {entry['file']}", entry["sha256"]) for entry in meta.get("inputs", [])),
        (texts("backend"), meta.get("backend")),
        (texts("precision"), meta.get("precision")),
        (texts("accuracy"), _pairs(accuracy)),
        (texts("machine"), _machine(meta.get("machine", {}))),
        (texts("versions"), _pairs(meta.get("versions", {}))),
    ]
    return [(str(name), str(value)) for name, value in facts if value]


def _pairs(values: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} {f'{value:g}' if isinstance(value, float) else value}"
        for name, value in values.items()
        if value is not None
    )


def _machine(values: Mapping[str, Any]) -> str:
    shown = dict(values)
    memory = shown.pop("memory_bytes", None)
    text = _pairs(shown)
    return f"{text}, memory {format_si(float(memory), 'B', 3)}" if memory else text


def _resource(name: str) -> str:
    from importlib.resources import files

    return (files("emtwin.report") / "templates" / name).read_text("utf-8")
