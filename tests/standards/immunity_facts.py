"""Levels of IEC 60601-1-2:2014+A1:2020, typed again as tables; the rows are held against them.

One entry: (test, what tells it apart, environments): what is asked for.
"""

from __future__ import annotations

BOTH = ("professional", "home")
PROFESSIONAL, HOME = ("professional",), ("home",)
ISM, ISM_AND_AMATEUR = ("ism",), ("ism", "amateur")

# port: {(test, coupling or bands, environments): (levels, unit)}
ESD = {
    ("esd", "contact", BOTH): ((8.0,), "kV"),
    ("esd", "air", BOTH): ((2.0, 4.0, 8.0, 15.0), "kV"),
}
SURGE = {
    ("surge", "line_to_line", BOTH): ((0.5, 1.0), "kV"),
    ("surge", "line_to_ground", BOTH): ((0.5, 1.0, 2.0), "kV"),
}
CONDUCTED = {
    ("conducted_immunity", ("outside", ISM), PROFESSIONAL): ((3.0,), "V"),
    ("conducted_immunity", ("inside", ISM), PROFESSIONAL): ((6.0,), "V"),
    ("conducted_immunity", ("outside", ISM_AND_AMATEUR), HOME): ((3.0,), "V"),
    ("conducted_immunity", ("inside", ISM_AND_AMATEUR), HOME): ((6.0,), "V"),
}
SWEPT_AND_PULSED = {
    ("enclosure", "Table 4"): ESD
    | {
        ("radiated_immunity", None, PROFESSIONAL): ((3.0,), "V/m"),
        ("radiated_immunity", None, HOME): ((10.0,), "V/m"),
        ("power_frequency_magnetic", None, BOTH): ((30.0,), "A/m"),
    },
    ("ac_mains", "Table 5"): {("eft", None, BOTH): ((2.0,), "kV")} | SURGE | CONDUCTED,
    ("dc_input", "Table 6"): {("eft", "direct", BOTH): ((2.0,), "kV")} | SURGE | CONDUCTED,
    ("patient", "Table 7"): ESD | CONDUCTED,
    ("signal", "Table 8"): ESD
    | {
        ("eft", None, BOTH): ((1.0,), "kV"),
        ("surge", "line_to_ground", BOTH): ((2.0,), "kV"),
    }
    | CONDUCTED,
}

# residual %, cycles at 50 Hz, cycles at 60 Hz: phase angles
DIPS = {
    ("dips", 0, 0.5, 0.5): (0, 45, 90, 135, 180, 225, 270, 315),
    ("dips", 0, 1, 1): (0,),
    ("dips", 70, 25, 30): (0,),
    ("interruptions", 0, 250, 300): (),
}

# spots MHz: (band MHz, services, modulation, largest power W, distance m, level V/m)
PROXIMITY = {
    (385,): ((380, 390), 1, "pulse 18", 1.8, 0.3, 27),
    (450,): ((430, 470), 2, "FM 5k 1k", 2, 0.3, 28),
    (710, 745, 780): ((704, 787), 2, "pulse 217", 0.2, 0.3, 9),
    (810, 870, 930): ((800, 960), 5, "pulse 18", 2, 0.3, 28),
    (1720, 1845, 1970): ((1700, 1990), 6, "pulse 217", 2, 0.3, 28),
    (2450,): ((2400, 2570), 4, "pulse 217", 2, 0.3, 28),
    (5240, 5500, 5785): ((5100, 5800), 1, "pulse 217", 0.2, 0.3, 9),
}

# Hz: (modulation, A/m, environments)
PROXIMITY_MAGNETIC = {
    30e3: ("CW", 8.0, HOME),
    134.2e3: ("pulse 2100", 65.0, BOTH),
    13.56e6: ("pulse 50000", 7.5, BOTH),
}

# MHz
BANDS = {
    "ism": ((6.765, 6.795), (13.553, 13.567), (26.957, 27.283), (40.66, 40.70)),
    "amateur": (
        *((1.8, 2.0), (3.5, 4.0), (5.3, 5.4), (7.0, 7.3), (10.1, 10.15), (14.0, 14.2)),
        *((18.07, 18.17), (21.0, 21.4), (24.89, 24.99), (28.0, 29.7), (50.0, 54.0)),
    ),
}

# Tests that each port has a level for; a special environment takes all of them from its
# risk management.
TESTS_OF_PORT = {
    "enclosure": {
        *("esd", "radiated_immunity", "proximity_rf", "power_frequency_magnetic"),
        "proximity_magnetic",
    },
    "ac_mains": {"eft", "surge", "conducted_immunity", "dips", "interruptions"},
    "dc_input": {"eft", "surge", "conducted_immunity", "supply_transients"},
    "patient": {"esd", "conducted_immunity"},
    "signal": {"esd", "eft", "surge", "conducted_immunity"},
}

# Parameters: id after "iec61000-4-": (value, unit, confidence)
BASIC = {
    "2-storage-capacitance": (150e-12, "F", "high"),
    "2-discharge-resistance": (330, "ohm", "high"),
    "2-discharges": (10, "1", "high"),
    "2-discharge-interval": (1, "s", "high"),
    "2-horizontal-plane-length": (1.6, "m", "high"),
    "2-horizontal-plane-width": (0.8, "m", "high"),
    "2-vertical-plane-side": (0.5, "m", "high"),
    "2-vertical-plane-distance": (0.1, "m", "high"),
    "2-bleed-resistance": (470e3, "ohm", "high"),
    "2-bleed-resistors": (2, "1", "high"),
    "2-strap-length": (2, "m", "high"),
    "4-coupling-capacitance": (33e-9, "F", "high"),
    "4-clamp-capacitance": (100e-12, "F", "high"),
    "4-clamp-length": (1, "m", "high"),
    "4-duration": (60, "s", "confirmed"),
    "5-coupling-capacitance-line-to-line": (18e-6, "F", "high"),
    "5-source-resistance-line-to-line": (2, "ohm", "high"),
    "5-coupling-capacitance-line-to-ground": (9e-6, "F", "high"),
    "5-added-resistance-line-to-ground": (10, "ohm", "high"),
    "5-source-resistance-line-to-ground": (12, "ohm", "high"),
    "5-added-resistance-signal": (40, "ohm", "high"),
    "5-source-resistance-signal": (42, "ohm", "high"),
    "5-pulses": (5, "1", "high"),
    "5-phase-angle-step": (90, "deg", "high"),
    "5-pulse-interval": (60, "s", "high"),
    "6-frequency-lowest": (150e3, "Hz", "confirmed"),
    "6-frequency-highest": (80e6, "Hz", "confirmed"),
    "6-modulation-depth": (0.8, "1", "confirmed"),
    "6-frequency-step": (1, "%", "confirmed"),
    "6-dwell": (0.5, "s", "confirmed"),
    "6-common-mode-impedance": (150, "ohm", "confirmed"),
    "6-level-setting-ratio": (6, "1", "confirmed"),
    "6-short-circuit-resistance": (150, "ohm", "confirmed"),
    "6-loop-resistance": (300, "ohm", "confirmed"),
    "6-cdn-corner": (26e6, "Hz", "confirmed"),
    "6-cdn-tolerance-lower-band": (20, "ohm", "confirmed"),
    "6-cdn-tolerance-upper-band-above": (60, "ohm", "confirmed"),
    "6-cdn-tolerance-upper-band-below": (45, "ohm", "confirmed"),
    "6-cdn-m1-resistance": (100, "ohm", "confirmed"),
    "6-cdn-m2-resistance": (200, "ohm", "confirmed"),
    "6-cdn-m3-resistance": (300, "ohm", "confirmed"),
    "6-cdn-capacitance": (10e-9, "F", "confirmed"),
    "8-coil-side": (1, "m", "confirmed"),
    "8-coil-factor": (0.9, "1/m", "confirmed"),
    "8-coil-factor-computed": (0.9003, "1/m", "confirmed"),
    "8-coil-factor-double": (0.66, "1/m", "confirmed"),
    "8-coil-factor-1-2.6m-computed": (0.682, "1/m", "confirmed"),
    "8-volume-length": (0.6, "m", "confirmed"),
    "8-volume-width": (0.6, "m", "confirmed"),
    "8-volume-height": (0.5, "m", "confirmed"),
    "8-volume-tolerance": (3, "dB", "confirmed"),
    "20-plates-over-height": (3, "1", "confirmed"),
    "20-secondary-components": (6, "dB", "high"),
    "20-secondary-share": (0.75, "1", "high"),
    "21-deviation-80-100mhz": (4, "dB", "high"),
    "21-deviation-above-400mhz": (3, "dB", "high"),
    "21-corners": (8, "1", "high"),
    "21-tuner-steps": (9, "1", "high"),
    "21-frequencies-exceeding": (3, "1", "high"),
    "21-excess": (1, "dB", "high"),
    "39-magnetic-lowest": (9e3, "Hz", "confirmed"),
    "39-magnetic-highest": (26e6, "Hz", "confirmed"),
    "39-near-field-highest": (6e9, "Hz", "confirmed"),
    "39-magnetic-distance": (0.5, "m", "confirmed"),
    "39-near-field-distance": (0.2, "m", "confirmed"),
    "39-loop-diameter": (0.12, "m", "confirmed"),
    "39-loop-turns": (20, "1", "confirmed"),
    "39-loop-distance": (0.05, "m", "confirmed"),
    "39-loop-factor": (75.56, "1/m", "confirmed"),
    "39-small-loop-diameter": (0.1, "m", "low"),
    "39-small-loop-turns": (3, "1", "low"),
    "39-small-loop-factor": (10.6, "1/m", "low"),
}

# (standard, ports, coupling): (levels, unit)
LADDERS = {
    ("IEC 61000-4-2", ("enclosure", "patient", "signal"), "contact"): ((2, 4, 6, 8), "kV"),
    ("IEC 61000-4-2", ("enclosure", "patient", "signal"), "air"): ((2, 4, 8, 15), "kV"),
    ("IEC 61000-4-4", ("ac_mains", "dc_input"), None): ((0.5, 1, 2, 4), "kV"),
    ("IEC 61000-4-4", ("signal",), None): ((0.25, 0.5, 1, 2), "kV"),
    ("IEC 61000-4-6", ("ac_mains", "dc_input", "patient", "signal"), None): ((1, 3, 10), "V"),
}
