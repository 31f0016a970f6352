"""Small boards written by hand, as the versions of KiCad write them."""

from __future__ import annotations

from pathlib import Path

from emtwin.geometry.kicad import Board, board_of

SQUARE = '(gr_rect (start 10 20) (end 30 30) (layer "Edge.Cuts") (width 0.1))'
LAYERS = '(layers (0 "F.Cu" signal) (31 "B.Cu" signal) (44 "Edge.Cuts" user))'


def text_of(
    *items: str, version: str = "20240108", layers: str = LAYERS, edge: str = SQUARE
) -> str:
    """Text of a board with those items."""
    body = "\n".join((layers, edge, *items))
    return f'(kicad_pcb (version {version}) (generator "test")\n{body}\n)\n'


def board(*items: str, **settings: str) -> Board:
    """The board read from `text_of`."""
    return board_of(text_of(*items, **settings), Path("test.kicad_pcb"))


KICAD_5 = """(kicad_pcb (version 20171130) (host pcbnew "(5.1.9)-1")
  (general (thickness 1.6) (drawings 4) (nets 3))
  (page A4)
  (layers (0 F.Cu signal) (1 In1.Cu power) (2 In2.Cu mixed) (31 B.Cu signal) (44 Edge.Cuts user))
  (net 0 "")
  (net 1 GND)
  (net 2 "Net-(R1-Pad1)")
  (module Resistor_SMD:R_0603 (layer F.Cu) (tedit 5B301BBD) (tstamp 0)
    (at 20 25 90)
    (fp_text reference R1 (at 0 -1.43 90) (layer F.SilkS))
    (pad 1 smd roundrect (at -0.7875 0 90) (size 0.875 0.95) (layers F.Cu F.Paste F.Mask)
      (roundrect_rratio 0.25) (net 2 "Net-(R1-Pad1)"))
    (pad 2 thru_hole circle (at 0.7875 0 90) (size 1.6 1.6) (drill 0.8) (layers *.Cu *.Mask)
      (net 1 GND))
  )
  (gr_line (start 10 20) (end 28 20) (layer Edge.Cuts) (width 0.1))
  (gr_arc (start 28 22) (end 28 20) (angle 90) (layer Edge.Cuts) (width 0.1))
  (gr_line (start 30 22) (end 30 30) (layer Edge.Cuts) (width 0.1))
  (gr_line (start 10 30) (end 30 30) (layer Edge.Cuts) (width 0.1))
  (gr_line (start 10 30) (end 10 20) (layer Edge.Cuts) (width 0.1))
  (segment (start 20 25.7875) (end 25 25.7875) (width 0.25) (layer F.Cu) (net 2))
  (via (at 25 25.7875) (size 0.8) (drill 0.4) (layers F.Cu B.Cu) (net 2))
  (zone (net 1) (net_name GND) (layer In1.Cu) (tstamp 0) (hatch edge 0.508)
    (connect_pads (clearance 0.508)) (min_thickness 0.2)
    (fill yes (arc_segments 32) (thermal_gap 0.508) (thermal_bridge_width 0.508))
    (polygon (pts (xy 10 20) (xy 30 20) (xy 30 30) (xy 10 30)))
    (filled_polygon (pts (xy 12 22) (xy 28 22) (xy 28 28) (xy 12 28)))
  )
)
"""
"""As KiCad 5 writes: module, bare words, arc by centre and angle, fills drawn with a pen."""

KICAD_10 = """(kicad_pcb (version 20260206) (generator "pcbnew") (generator_version "10.0")
  (layers (0 "F.Cu" signal) (2 "B.Cu" signal) (25 "Edge.Cuts" user))
  (gr_rect (start 10 20) (end 30 30) (stroke (width 0.1) (type default)) (layer "Edge.Cuts"))
  (footprint "R:R" (layer "F.Cu") (at 20 25)
    (property "Reference" "R1" (at 0 0))
    (pad "1" smd rect (at 1 0) (size 1 2) (layers "F.Cu") (net "/SDA")))
  (segment (start 21 25) (end 25 25) (width 0.25) (layer "F.Cu") (net "/SDA"))
  (via (at 25 25) (size 0.6) (drill 0.3) (layers "F.Cu" "B.Cu") (net "GND"))
  (zone (net "GND") (layers "F.Cu" "B.Cu") (hatch edge 0.5) (min_thickness 0.25)
    (filled_areas_thickness no)
    (polygon (pts (xy 10 20) (xy 30 20) (xy 30 30)))
    (filled_polygon (layer "F.Cu") (pts (xy 10 20) (xy 30 20) (xy 30 30)))
    (filled_polygon (layer "B.Cu") (pts (xy 10 20) (xy 30 20) (xy 30 30) (xy 10 30)))
  )
)
"""
"""Nets by name only, layers numbered anew."""
