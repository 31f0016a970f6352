"""Quantities as people write them ("1.6 mm", "24 MHz"), read into SI floats.

Decimal arithmetic keeps "1.6 mm" and "0.0016 m" the same float, so that
two ways of writing one coordinate give one grid line and not two.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

NUMBER_PATTERN = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
"""Regular expression of a number, shared with the JSON schema."""

_QUANTITY = re.compile(rf"({NUMBER_PATTERN})(.*)", re.DOTALL)
_PREFIXES = {"f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12}
_BINARY = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
# Greek and CJK look-alikes that keyboards and data sheets produce.
_SPELLINGS = str.maketrans({"\u00b5": "u", "\u03bc": "u", "\u03a9": "ohm", "\u2126": "ohm"})


class UnitError(ValueError):
    """A quantity that cannot be read; the message says what was expected."""


@dataclass(frozen=True)
class Dimension:
    """One physical dimension: its SI unit, its accepted units and examples.

    Parameters
    ----------
    name : str
        Name used by `parse`, for example ``length``.
    unit : str
        Symbol of the SI unit, for example ``m``.
    factors : dict of str to Decimal
        Every accepted unit symbol with its size in the SI unit.
    examples : tuple of str
        Values to show in a message.
    """

    name: str
    unit: str
    factors: dict[str, Decimal]
    examples: tuple[str, ...]


def _dimension(name: str, unit: str, *examples: str, **extra: str | int) -> Dimension:
    prefixed = {prefix + unit: Decimal(10) ** power for prefix, power in _PREFIXES.items()}
    named = {symbol: Decimal(size) for symbol, size in extra.items()}
    return Dimension(name, unit, prefixed | named, examples)


DIMENSIONS = MappingProxyType(
    {
        dimension.name: dimension
        for dimension in (
            _dimension(
                "length", "m", "1.6 mm", "25 um", "0.8 m", cm="0.01", inch="0.0254", mil="2.54e-5"
            ),
            _dimension("frequency", "Hz", "24 MHz", "2.7 GHz"),
            _dimension("time", "s", "1.5 ns", "200 ps"),
            _dimension("resistance", "ohm", "50 ohm", "1 kohm"),
            _dimension("capacitance", "F", "100 pF", "2.2 nF"),
            _dimension("inductance", "H", "50 uH", "5 uH"),
            _dimension("voltage", "V", "0.2 V", "500 mV"),
            _dimension("impulse area", "Vs", "0.316 uVs", "13.5 uVs"),
            _dimension("conductivity", "S/m", "0.01 S/m", "5 mS/m"),
            _dimension("field", "V/m", "3 V/m", "500 mV/m"),
            _dimension("magnetic_field", "A/m", "30 A/m", "100 mA/m"),
            _dimension("current", "A", "0.5 A", "150 mA"),
            _dimension("power", "W", "2 W", "200 mW"),
            _dimension("apparent power", "VA", "20 kVA", "75 kVA"),
            _dimension("memory", "B", "6 GiB", "500 MB", **_BINARY),
        )
    }
)
"""Every dimension that a twin file or a row of the standards can hold, by name."""


def parse(value: object, dimension: str) -> float:
    """Read one quantity with its unit.

    Parameters
    ----------
    value : str
        Number and unit, with or without a blank between them. Anything else,
        a number without a unit included, is refused.
    dimension : str
        Key of `DIMENSIONS`, for example ``length``.

    Returns
    -------
    float
        The quantity in the SI unit of its dimension (bytes for ``memory``).

    Raises
    ------
    UnitError
        If the number, the unit or the dimension does not fit; the message
        names the dimension and gives examples.

    Examples
    --------
    >>> parse("1.6 mm", "length")
    0.0016
    >>> parse("1kohm", "resistance")
    1000.0
    """
    kind = DIMENSIONS[dimension]
    number, symbol = _split(value, kind)
    if symbol not in kind.factors:
        raise UnitError(_wrong_unit(value, symbol, kind))
    try:
        quantity = float(Decimal(number) * kind.factors[symbol])
    except ArithmeticError:
        quantity = math.inf
    if not math.isfinite(quantity):
        raise UnitError(f"{value!r} is too large for a number; {_expected(kind)}")
    return quantity


def format_si(value: float, unit: str, digits: int = 4) -> str:
    """Write a quantity for people, with the SI prefix that reads best.

    Parameters
    ----------
    value : float
        Quantity in the SI unit.
    unit : str
        Symbol of the SI unit; ``B`` gets binary prefixes (``6 GiB``).
    digits : int, default 4
        Significant digits.

    Returns
    -------
    str
        Number, blank, prefixed unit.

    Examples
    --------
    >>> format_si(0.0016, "m")
    '1.6 mm'
    """
    if not math.isfinite(value) or value == 0:
        return f"{value:g} {unit}"
    if unit == "B":
        return _format_bytes(value, digits)
    rounded = float(f"{value:.{digits - 1}e}")
    power = 3 * math.floor(math.floor(math.log10(abs(rounded)) + 1e-12) / 3)
    power = min(max(power, -15), 12)
    prefix = next(name for name, exponent in _PREFIXES.items() if exponent == power)
    return f"{float(Decimal(repr(rounded)).scaleb(-power)):.{digits}g} {prefix}{unit}"


def duration(seconds: float) -> str:
    """Time for people: ``0.3 s``, ``12 s``, ``3 min 20 s``, ``1 h 5 min``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    hours, minutes = divmod(round(whole / 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def _format_bytes(value: float, digits: int) -> str:
    sizes = {"B": 1} | _BINARY
    symbol = max((s for s in sizes if sizes[s] <= abs(value)), key=sizes.__getitem__, default="B")
    return f"{value / sizes[symbol]:.{digits}g} {symbol}"


def _split(value: object, kind: Dimension) -> tuple[str, str]:
    """Number and unit symbol of a written quantity."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise UnitError(f"{value!r} is not a quantity; {_expected(kind)}")
    match = _QUANTITY.fullmatch(str(value).strip())
    if match is None:
        raise UnitError(f"{value!r} does not begin with a number; {_expected(kind)}")
    symbol = "".join(match[2].translate(_SPELLINGS).split())
    if not symbol:
        raise UnitError(f"{value!r} has no unit; {_expected(kind)}")
    if symbol.startswith(","):
        raise UnitError(f"{value!r} has a decimal comma; write a point; {_expected(kind)}")
    if symbol[0] in "0123456789.+-":
        raise UnitError(f"{value!r} holds more than one number; {_expected(kind)}")
    return match[1], symbol


def _wrong_unit(value: object, symbol: str, kind: Dimension) -> str:
    others = [d.name for d in DIMENSIONS.values() if symbol in d.factors]
    alike = [name for name in kind.factors if name.casefold() == symbol.casefold()]
    if others:
        return f"{value!r} is a {others[0]}; {_expected(kind)}"
    hint = f" (did you mean {' or '.join(alike)}?)" if alike else ""
    return f"{value!r} has the unknown unit {symbol!r}{hint}; {_expected(kind)}"


def _expected(kind: Dimension) -> str:
    return f"expected a {kind.name} such as {', '.join(kind.examples)}"
