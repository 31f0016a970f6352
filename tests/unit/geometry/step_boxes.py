"""A STEP file (AP214) of boxes in an assembly, as text.

Each box is a product; an assembly of products places them by a shift, as CAD programs write it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

Vector = tuple[float, float, float]

# Corners of a box in binary order (x slowest), and its faces seen from outside.
_FACES = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
_NORMALS = ((-1, 0, 0), (1, 0, 0), (0, -1, 0), (0, 1, 0), (0, 0, -1), (0, 0, 1))
_IN_FACE = ((0, 0, 1), (0, 0, 1), (1, 0, 0), (1, 0, 0), (1, 0, 0), (1, 0, 0))
UNITS = {
    "mm": "( LENGTH_UNIT() NAMED_UNIT(*) SI_UNIT(.MILLI.,.METRE.) )",
    "m": "( LENGTH_UNIT() NAMED_UNIT(*) SI_UNIT($,.METRE.) )",
}


class Instance(NamedTuple):
    """A product in an assembly: name of the occurrence, product, shift."""

    name: str
    product: str
    shift: Vector


class _Writer:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, text: str) -> str:
        """Add an entity; its number."""
        self.lines.append(f"#{len(self.lines) + 1} = {text};")
        return f"#{len(self.lines)}"

    def point(self, p: Sequence[float]) -> str:
        return self.add("CARTESIAN_POINT('',(" + ",".join(f"{c:.6f}" for c in p) + "))")

    def direction(self, d: Sequence[float]) -> str:
        return self.add("DIRECTION('',(" + ",".join(f"{float(c)}" for c in d) + "))")

    def axes(self, origin: Sequence[float], z: Sequence[float], x: Sequence[float]) -> str:
        return self.add(
            f"AXIS2_PLACEMENT_3D('',{self.point(origin)},{self.direction(z)},{self.direction(x)})"
        )


def step(
    boxes: Mapping[str, Vector],
    assemblies: Mapping[str, Sequence[Instance]],
    unit: str = "mm",
) -> str:
    """STEP text of `boxes` (product name to size) put together in `assemblies`."""
    w = _Writer()
    app = w.add("APPLICATION_CONTEXT('core data for automotive mechanical design processes')")
    w.add(
        f"APPLICATION_PROTOCOL_DEFINITION('international standard','automotive_design',2000,{app})"
    )
    product_context = w.add(f"PRODUCT_CONTEXT('',{app},'mechanical')")
    definition_context = w.add(f"PRODUCT_DEFINITION_CONTEXT('part definition',{app},'design')")
    length = _inch(w) if unit == "inch" else w.add(UNITS[unit])
    angle = w.add("( NAMED_UNIT(*) PLANE_ANGLE_UNIT() SI_UNIT($,.RADIAN.) )")
    solid = w.add("( NAMED_UNIT(*) SI_UNIT($,.STERADIAN.) SOLID_ANGLE_UNIT() )")
    small = w.add(
        f"UNCERTAINTY_MEASURE_WITH_UNIT(LENGTH_MEASURE(1.E-07),{length},'distance_accuracy_value','')"
    )
    context = w.add(
        "( GEOMETRIC_REPRESENTATION_CONTEXT(3) "
        f"GLOBAL_UNCERTAINTY_ASSIGNED_CONTEXT(({small})) "
        f"GLOBAL_UNIT_ASSIGNED_CONTEXT(({length},{angle},{solid})) REPRESENTATION_CONTEXT('','') )"
    )
    definitions: dict[str, tuple[str, str]] = {}
    for name, size in boxes.items():
        frame = w.axes((0, 0, 0), (0, 0, 1), (1, 0, 0))
        body = _brep(w, size)
        shape = w.add(f"ADVANCED_BREP_SHAPE_REPRESENTATION('',({frame},{body}),{context})")
        definitions[name] = (_product(w, name, shape, product_context, definition_context), shape)
    for name, instances in assemblies.items():
        origin = w.axes((0, 0, 0), (0, 0, 1), (1, 0, 0))
        places = [w.axes(i.shift, (0, 0, 1), (1, 0, 0)) for i in instances]
        shape = w.add(f"SHAPE_REPRESENTATION('',({','.join([origin, *places])}),{context})")
        whole = _product(w, name, shape, product_context, definition_context)
        for instance, place in zip(instances, places, strict=True):
            _place(w, instance, definitions[instance.product], whole, shape, origin, place)
        definitions[name] = (whole, shape)
    head = (
        "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION(('boxes'),'2;1');\n"
        "FILE_NAME('boxes','2026-11-26T00:00:00',(''),(''),'','','');\n"
        "FILE_SCHEMA(('AUTOMOTIVE_DESIGN { 1 0 10303 214 1 1 1 1 }'));\nENDSEC;\nDATA;\n"
    )
    return head + "\n".join(w.lines) + "\nENDSEC;\nEND-ISO-10303-21;\n"


def _inch(w: _Writer) -> str:
    metre = w.add(UNITS["mm"])
    measure = w.add(f"LENGTH_MEASURE_WITH_UNIT(LENGTH_MEASURE(25.4),{metre})")
    exponents = w.add("DIMENSIONAL_EXPONENTS(1.,0.,0.,0.,0.,0.,0.)")
    return w.add(
        f"( CONVERSION_BASED_UNIT('INCH',{measure}) LENGTH_UNIT() NAMED_UNIT({exponents}) )"
    )


def _product(w: _Writer, name: str, shape: str, product_context: str, context: str) -> str:
    product = w.add(f"PRODUCT('{name}','{name}','',({product_context}))")
    w.add(f"PRODUCT_RELATED_PRODUCT_CATEGORY('part',$,({product}))")
    formation = w.add(f"PRODUCT_DEFINITION_FORMATION('','',{product})")
    definition = w.add(f"PRODUCT_DEFINITION('design','',{formation},{context})")
    meaning = w.add(f"PRODUCT_DEFINITION_SHAPE('','',{definition})")
    w.add(f"SHAPE_DEFINITION_REPRESENTATION({meaning},{shape})")
    return definition


def _place(
    w: _Writer,
    instance: Instance,
    part: tuple[str, str],
    whole: str,
    shape: str,
    origin: str,
    place: str,
) -> None:
    definition, part_shape = part
    usage = w.add(
        f"NEXT_ASSEMBLY_USAGE_OCCURRENCE('{instance.name}','{instance.name}','',{whole},"
        f"{definition},$)"
    )
    meaning = w.add(f"PRODUCT_DEFINITION_SHAPE('','',{usage})")
    shift = w.add(f"ITEM_DEFINED_TRANSFORMATION('','',{origin},{place})")
    relation = w.add(
        f"( REPRESENTATION_RELATIONSHIP('','',{part_shape},{shape}) "
        f"REPRESENTATION_RELATIONSHIP_WITH_TRANSFORMATION({shift}) "
        "SHAPE_REPRESENTATION_RELATIONSHIP() )"
    )
    w.add(f"CONTEXT_DEPENDENT_SHAPE_REPRESENTATION({relation},{meaning})")


def _brep(w: _Writer, size: Vector) -> str:
    corners = [
        tuple(size[axis] * (number >> (2 - axis) & 1) for axis in range(3)) for number in range(8)
    ]
    vertices = [w.add(f"VERTEX_POINT('',{w.point(corner)})") for corner in corners]
    edges: dict[tuple[int, int], str] = {}
    faces = []
    for face, normal, along in zip(_FACES, _NORMALS, _IN_FACE, strict=True):
        oriented = []
        for a, b in zip(face, (*face[1:], face[0]), strict=True):
            lo, hi = min(a, b), max(a, b)
            if (lo, hi) not in edges:
                run = [q - p for p, q in zip(corners[lo], corners[hi], strict=True)]
                length = sum(run)
                vector = w.add(f"VECTOR('',{w.direction([c / length for c in run])},1.)")
                line = w.add(f"LINE('',{w.point(corners[lo])},{vector})")
                edges[lo, hi] = w.add(f"EDGE_CURVE('',{vertices[lo]},{vertices[hi]},{line},.T.)")
            sense = ".T." if a == lo else ".F."
            oriented.append(w.add(f"ORIENTED_EDGE('',*,*,{edges[lo, hi]},{sense})"))
        loop = w.add(f"EDGE_LOOP('',({','.join(oriented)}))")
        bound = w.add(f"FACE_OUTER_BOUND('',{loop},.T.)")
        plane = w.add(f"PLANE('',{w.axes(corners[face[0]], normal, along)})")
        faces.append(w.add(f"ADVANCED_FACE('',({bound}),{plane},.T.)"))
    shell = w.add(f"CLOSED_SHELL('',({','.join(faces)}))")
    return w.add(f"MANIFOLD_SOLID_BREP('',{shell})")
