"""A first twin file from a mesh's regions, with blanks where the user decides."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emtwin.scene.document import BLANK, as_yaml, parse, written
from emtwin.units import format_si

Region = tuple[str, str, tuple[float, float, float]]
"""Name, kind (``solid`` or ``sheet``) and extent along x, y, z in metres."""


@dataclass(frozen=True)
class MeshRegions:
    """A mesh with what is in it.

    Parameters
    ----------
    path : Path
        As seen from the new file's folder.
    unit : str
        Unit of its coordinates, for example ``mm``; empty where the file has its own or it is
        inferred, ``FILL_IN`` where the user has to give it (the extents of the regions are then
        numbers of the file).
    regions : sequence of Region
        Named regions.
    comment : str, optional
        What is known of the unit, one sentence.
    """

    path: Path
    unit: str
    regions: Sequence[Region]
    comment: str = ""


def template(*meshes: MeshRegions) -> str:
    """Commented twin file for one mesh, or for parts with a mesh each.

    Parameters
    ----------
    *meshes : MeshRegions
        One at least.

    Returns
    -------
    str
        YAML text. Each value that the user has to give is the word
        ``FILL_IN`` with a comment that says what fits; the head of the file
        lists them (`blanks` does so for a program). With the blanks filled
        the file loads.
    """
    body = _device(meshes) + _FIXED
    return _head(body) + body


def blanks(text: str) -> list[str]:
    """Field paths that still hold a blank, in the order of the file.

    Parameters
    ----------
    text : str
        Text of a twin file.

    Returns
    -------
    list of str
        For example ``device.parts[0].material``.
    """
    document = parse(text, Path())
    ordered = sorted(document.blanks, key=lambda path: list(document.lines).index(path))
    return [written(path) for path in ordered]


def _head(body: str) -> str:
    listed = "".join(f"#   {field}\n" for field in blanks(body))
    return _HEAD.format(blank=BLANK, listed=listed)


def _device(meshes: Sequence[MeshRegions]) -> str:
    found = [(mesh, region) for mesh in meshes for region in mesh.regions]
    regions = [region for _, region in found]
    common = meshes[0] if len(meshes) == 1 else None
    parts = "".join(
        _part(region, name, rank, mesh, own=mesh is not common)
        for (mesh, region), name, rank in zip(
            found, _part_names(regions), _priorities(regions), strict=True
        )
    )
    head = _DEVICE.format(name=_quoted(meshes[0].path.stem))
    return head + (_mesh(common, "  ") if common else "") + _PARTS + parts


def _mesh(mesh: MeshRegions, indent: str) -> str:
    lines = ["mesh:", f"  file: {_quoted(mesh.path.as_posix())}"]
    lines += [f"  # {line}" for line in textwrap.wrap(" ".join(mesh.comment.split()), 90)]
    lines += [f"  unit: {mesh.unit}"] if mesh.unit else []
    return "".join(f"{indent}{line}\n" for line in lines)


def _part(region: Region, name: str, rank: int, mesh: MeshRegions, *, own: bool) -> str:
    original, kind, extent = region
    size = " x ".join(format_si(length, "m") for length in extent)
    if mesh.unit == BLANK:
        size = " x ".join(f"{length:.4g}" for length in extent) + " in the file's unit"
    different = f"      region: {_quoted(original)}\n" if name != original else ""
    return (
        f"    - name: {_quoted(name)}   # {kind}, {size}\n{different}"
        + (_mesh(mesh, "      ") if own else "")
        + f"      material: {BLANK}   # such as abs, fr4, glass, copper, aluminium, steel\n"
        f"      priority: {rank}\n"
    )


def _part_names(regions: Sequence[Region]) -> list[str]:
    """Region names made fit for parts, each one once."""
    names: list[str] = []
    for region, _, _ in regions:
        plain = re.sub(r'[./\\\[\]"\x00-\x1f]+', "_", region).strip() or "part"
        copies = sum(name == plain or name.startswith(f"{plain}_copy") for name in names)
        names.append(f"{plain}_copy{copies}" if copies else plain)
    return names


def _priorities(regions: Sequence[Region]) -> list[int]:
    """Rank 1 for the largest solid; what is smaller or thinner usually lies inside it."""

    def weight(index: int) -> tuple[bool, float]:
        _, kind, (x, y, z) = regions[index]
        return kind == "sheet", -x * y * z

    order = sorted(range(len(regions)), key=weight)
    return [order.index(index) + 1 for index in range(len(regions))]


def _quoted(text: str) -> str:
    return as_yaml(text, width=10_000).removesuffix("...\n").rstrip("\n")


_HEAD = """\
# A twin file for emtwin. Replace every {blank}; the comment beside it says what fits.
# Then: emtwin check THIS_FILE
# Blanks:
{listed}
"""

_DEVICE = """\
emtwin: 1
device:
  name: {name}
  # Frame of the device: z up, bottom of the housing at z = 0, front towards -y.
"""

_PARTS = """\
  # Where parts overlap the higher priority wins. Remove the parts that do not matter.
  parts:
"""

_FIXED = f"""
  # A cable's outer conductor is an antenna: give its path in axis-aligned legs.
  # start, end: {{bond: PART}} | {{port: PORT, part: PART}} | {{load: 100 ohm, part: PART}} | open
  # end: floor   drops a mains or DC lead to the floor of the emission site.
  cables:
    - name: sensor_cable
      path:
        - [{BLANK}, {BLANK}, {BLANK}]   # x, y, z where it leaves the device, such as 10 mm
        - [{BLANK}, {BLANK}, {BLANK}]   # x, y, z of its far end, one coordinate changed
      radius: 0.5 mm   # of its outer conductor, at most half a cell
      start: {{port: sensor_input, part: {BLANK}}}   # the conducting part beside the input
      end: open
      # For `emtwin plan`: port: ac_mains | dc_input | patient | signal | internal
      # and the real length, such as length: 2.5 m

  # A trace keeps its true height over its plane.
  traces:
    - name: clock_trace
      plane: {BLANK}   # the conducting part under the trace, such as a ground plane
      path:
        - [{BLANK}, {BLANK}]   # x, y where it starts, such as -20 mm
        - [{BLANK}, {BLANK}]   # x, y where it ends, one coordinate changed
      height: {BLANK}   # over the plane, such as 0.36 mm
      width: {BLANK}   # such as 0.3 mm
      permittivity: fr4
      start: {{port: clock}}
      end: {{load: 75 ohm}}

  ports:
    - name: sensor_input
      termination: {{resistance: {BLANK}}}   # what the circuit shows, such as 1 kohm
      # threshold such as 0.2 V; quantity: carrier_rms | envelope_peak | demodulated
      immunity: {{threshold: {BLANK}, quantity: carrier_rms}}
    - name: clock
      termination: {{resistance: 50 ohm}}
      # such as 24 MHz, 3.3 V, 1.5 ns
      emission: {{frequency: {BLANK}, amplitude: {BLANK}, rise_time: {BLANK}}}

  # For `emtwin plan`, such as:
  # power: {{ac: {{voltage: [100 V, 240 V], current: 0.5 A}}, internal: true}}
  #   and/or dc: {{nominal: 12 V, fed_by: mains_adapter}}   # battery | vehicle | other_equipment
  # patient_contacts: [{{name: finger clip, cabled: true}}]   # or {{none: REASON}}
  # magnetically_sensitive: [Hall sensor of the drive]   # or {{none: REASON}}
  # highest_frequency: 480 MHz

environment: professional   # professional | home | special
# A test that does not apply needs a reason: {{not_applicable: REASON}}
tests:
  radiated_immunity: {{}}
  radiated_emission: {{class: B, distance: 3 m}}   # class A | B, distance 3 m | 10 m
accuracy: draft   # draft | normal | fine
"""
