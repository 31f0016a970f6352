"""What each test is called in a report, in English and Korean."""

from __future__ import annotations

ENGLISH = {
    "esd": "electrostatic discharge",
    "proximity_rf": "RF proximity fields",
    "power_frequency_magnetic": "power frequency magnetic field",
    "proximity_magnetic": "proximity magnetic fields",
    "eft": "fast transients (EFT/burst)",
    "surge": "surge",
    "conducted_immunity": "conducted RF immunity",
    "dips": "voltage dips",
    "interruptions": "voltage interruptions",
    "supply_transients": "vehicle supply transients",
    "conducted_emission": "conducted emission",
    "magnetic_emission": "magnetic field emission",
    "harmonics": "harmonic currents",
    "flicker": "flicker",
    "radiated_immunity": "Radiated RF immunity",
    "radiated_emission": "Radiated emission",
}

KOREAN = {
    "esd": "정전기 방전",
    "proximity_rf": "근접 RF 전자계",
    "power_frequency_magnetic": "전원 주파수 자기장",
    "proximity_magnetic": "근접 자기장",
    "eft": "전기적 빠른 과도현상(버스트)",
    "surge": "서지",
    "conducted_immunity": "전도 RF 내성",
    "dips": "전압 강하",
    "interruptions": "순간 정전",
    "supply_transients": "차량 전원 과도현상",
    "conducted_emission": "전도 방출",
    "magnetic_emission": "자기장 방출",
    "harmonics": "고조파 전류",
    "flicker": "플리커",
    "radiated_immunity": "방사 RF 내성",
    "radiated_emission": "방사 방출",
}
