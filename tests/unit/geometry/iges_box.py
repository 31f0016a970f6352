"""An IGES file of a box, as text: six bilinear surfaces (entity 128) that only touch."""

from __future__ import annotations

_FACES = ((0, 1, 2, 3), (4, 6, 5, 7), (0, 4, 1, 5), (2, 3, 6, 7), (0, 2, 4, 6), (1, 5, 3, 7))


def iges(size: tuple[float, float, float], flag: int = 2, unit: str = "MM") -> str:
    """IGES text of a box from the origin; `flag` and `unit` as in the global section."""
    corners = [[size[a] * (number >> (2 - a) & 1) for a in range(3)] for number in range(8)]
    directory: list[str] = []
    parameters: list[str] = []
    for face in _FACES:
        points = ",".join(f"{c:.6f}" for corner in face for c in corners[corner])
        text = f"128,1,1,1,1,0,0,1,0,0,0.,0.,1.,1.,0.,0.,1.,1.,1.,1.,1.,1.,{points},0.,1.,0.,1.;"
        first, entry = len(parameters) + 1, len(directory) + 1
        lines = list(_broken(text))
        for line in lines:
            parameters.append(f"{line:<64}{entry:8d}P{len(parameters) + 1:7d}")
        zeros = f"{0:8d}" * 6
        directory.append(f"{128:8d}{first:8d}{zeros}{'00000000'}D{entry:7d}")
        blanks = " " * 24
        directory.append(f"{128:8d}{0:8d}{0:8d}{len(lines):8d}{0:8d}{blanks}{0:8d}D{entry + 1:7d}")
    head = (
        "1H,,1H;,3Hbox,7Hbox.igs,4Hnone,3H1.0,32,38,6,308,15,3Hbox,1.,"
        f"{flag},{len(unit)}H{unit},1,0.01,15H20261126.000000,1.E-7,100.,4Hnone,4Hnone,11,0,"
        "15H20261126.000000;"
    )
    start = [f"{'box':<72}S{1:7d}"]
    cuts = [head[at : at + 72] for at in range(0, len(head), 72)]
    section = [f"{cut:<72}G{number:7d}" for number, cut in enumerate(cuts, start=1)]
    counts = f"S{1:7d}G{len(section):7d}D{len(directory):7d}P{len(parameters):7d}"
    return "\n".join([*start, *section, *directory, *parameters, f"{counts:<72}T{1:7d}"]) + "\n"


def _broken(text: str):
    """Lines of at most 64 characters that end in a comma."""
    while text:
        cut = text[:64]
        cut = cut if len(text) <= 64 else cut[: cut.rfind(",") + 1]
        yield cut
        text = text[len(cut) :]
