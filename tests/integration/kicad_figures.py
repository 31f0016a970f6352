"""What KiCad finds in a board, as JSON. Run by a Python that has KiCad's module pcbnew (6 to 9)."""

from __future__ import annotations

import json
import sys

import pcbnew

OLD = int(pcbnew.GetBuildVersion().split(".")[0]) < 7
board = pcbnew.LoadBoard(sys.argv[1])
copper = list(board.GetEnabledLayers().CuStack())
name = board.GetStandardLayerName


def shown(net):
    """A net's name as KiCad shows it."""
    return str(net).replace("{slash}", "/")


def polygon(item, layer):
    """Outline of an item on a layer."""
    shape = pcbnew.SHAPE_POLY_SET()
    if OLD:
        item.TransformShapeWithClearanceToPolygon(shape, layer, 0, 5000, pcbnew.ERROR_INSIDE)
        shape.Simplify(pcbnew.SHAPE_POLY_SET.PM_FAST)
    else:
        item.TransformShapeToPolygon(shape, layer, 0, 5000, pcbnew.ERROR_INSIDE)
        shape.Simplify()
    return shape


def pad_of(part, pad):
    """Label, net, layers, corners of the copper and sides of the hole in mm."""
    layers = [layer for layer in copper if pad.IsOnLayer(layer)]
    shape, hole = polygon(pad, layers[0]), pad.GetDrillSize()
    outline = shape.Outline(0)  # belongs to the shape
    corners = [outline.CPoint(n) for n in range(outline.PointCount())]
    return [
        f"{part.GetReference()}.{pad.GetNumber()}",
        shown(pad.GetNetname()),
        [name(layer) for layer in layers],
        [[corner.x * 1e-6, corner.y * 1e-6] for corner in corners],
        [hole.x * 1e-6, hole.y * 1e-6],
    ]


def via_of(via):
    """Place, diameters in mm, layers, net."""
    place, top = via.GetPosition(), via.TopLayer()
    width = via.GetWidth(top) if hasattr(via, "Padstack") else via.GetWidth()
    numbers = [place.x, place.y, width, via.GetDrillValue()]
    layers = [name(top), name(via.BottomLayer())]
    return [*(number * 1e-6 for number in numbers), *layers, shown(via.GetNetname())]


parts = list(board.GetFootprints())
tracks, zones, vias = {}, {}, []
for track in board.GetTracks():
    if track.Type() == pcbnew.PCB_VIA_T:
        vias.append(via_of(track))
    else:
        key = f"{name(track.GetLayer())} {shown(track.GetNetname())}"
        tracks[key] = tracks.get(key, 0.0) + track.GetLength() * 1e-6
for zone in [*board.Zones(), *(zone for part in parts for zone in part.Zones())]:
    for layer in [] if zone.GetIsRuleArea() else list(zone.GetLayerSet().CuStack()):
        key = f"{name(layer)} {shown(zone.GetNetname())}"
        zones[key] = zones.get(key, 0.0) + zone.GetFilledPolysList(layer).Area() * 1e-12
outline = pcbnew.SHAPE_POLY_SET()
board.GetBoardPolygonOutlines(outline)
drawings = [*board.GetDrawings(), *(item for part in parts for item in part.GraphicalItems())]
shapes = [item for item in drawings if item.GetClass() in ("PCB_SHAPE", "FP_SHAPE")]
drawn = sum(polygon(i, i.GetLayer()).Area() for i in shapes if i.GetLayer() in copper)
found = {
    "layers": [name(layer) for layer in copper],
    "nets": [shown(net) for net in sorted(map(str, board.GetNetsByName())) if net],
    "tracks": tracks,
    "zones": zones,
    "vias": vias,
    "outline": outline.Area() * 1e-12,
    "drawings": drawn * 1e-12,
    "pads": [pad_of(part, pad) for part in parts for pad in part.Pads()],
}
sys.stdout.write("\n" + json.dumps(found) + "\n")
