"""Circuit boards that are read from KiCad files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    GetJsonSchemaHandler,
    StrictInt,
    ValidationInfo,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from emtwin.scene.ends import BoardPlace
from emtwin.scene.quantities import Declared, Length, Name, Point3, Text


def beside_twin_file(path: Path, info: ValidationInfo) -> Path:
    """Absolute path of a file that a twin file names relative to itself."""
    folder = (info.context or {}).get("folder")
    return path if folder is None else Path(folder, path).resolve()


def _quarter(degrees: int) -> int:
    if degrees not in (0, 90, 180, 270):
        raise ValueError(
            f"cannot be {degrees} degrees: the tracks run along the axes of the grid; "
            "write 0, 90, 180 or 270"
        )
    return degrees


def _some_net(nets: tuple[str, ...]) -> tuple[str, ...]:
    if not nets:
        raise ValueError("holds no net; name the net of the ground plane at least")
    return nets


class BoardTrace(Declared):
    """A net whose tracks are kept as a trace: its name, or a mapping with its ends.

    Parameters
    ----------
    net : str
        Name of the net.
    start, end : BoardPlace, optional
        Pads between which the trace runs, with a port or load to the plane; an
        end without either is open. A net with two pads needs neither.
    """

    net: Text
    start: BoardPlace | None = None
    end: BoardPlace | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_word(cls, value: Any) -> Any:
        return {"net": value} if isinstance(value, str) else value

    @model_serializer(mode="wrap")
    def _to_word(self, handler: Any) -> Any:
        given = {key: value for key, value in handler(self).items() if value is not None}
        return self.net if set(given) == {"net"} else given

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        mapping = handler.resolve_ref_schema(handler(core))
        return {"anyOf": [{"type": "string", "minLength": 1}, mapping]}


class Components(Declared):
    """What is mounted on the front of a board, as one body.

    Parameters
    ----------
    height : float
        Over the board's front in metres, above 0.
    material : str
        Name of a lossy material that stands for the mixture.
    """

    height: Length
    material: Text


class Board(Declared):
    """A circuit board from a ``.kicad_pcb`` file.

    Parameters
    ----------
    name : str
        Name, unique among boards; the parts made from it begin with it.
    file : Path
        The board file; in a twin file relative to the twin file's folder.
    at : tuple of float
        Where the middle of the outline's bounding box (x, y) and the lower
        face of the board (z) come to, in metres.
    rotate : int, default 0
        Degrees counter-clockwise seen from above: 0, 90, 180 or 270.
    side : str, default "up"
        ``up``: the front (F.Cu) is above; ``down``: the board is turned about
        its own y axis before it is rotated.
    planes : tuple of str
        Nets whose copper is kept as sheets, the most important first.
    traces : tuple of BoardTrace
        Nets whose tracks are kept as traces over those planes.
    detail : float, default 1.5e-3
        Copper, holes and distances below this are not kept, in metres.
    components : Components, optional
        What is mounted on the front; left out, the front is bare.
    priority : int, default 5
        Priority of the substrate; the components have one less.
    """

    name: Name
    file: Annotated[Path, AfterValidator(beside_twin_file)]
    at: Point3
    rotate: Annotated[
        StrictInt, AfterValidator(_quarter), Field(json_schema_extra={"enum": [0, 90, 180, 270]})
    ] = 0
    side: Literal["up", "down"] = "up"
    planes: Annotated[
        tuple[Text, ...], AfterValidator(_some_net), Field(json_schema_extra={"minItems": 1})
    ]
    traces: tuple[BoardTrace, ...] = ()
    detail: Length = 1.5e-3
    components: Components | None = None
    priority: StrictInt = 5
