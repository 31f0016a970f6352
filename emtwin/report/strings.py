"""Every fixed text of the reports, in English and Korean."""

from __future__ import annotations

from types import MappingProxyType

from emtwin.errors import InputError
from emtwin.report import audit_texts, titles

ENGLISH = {
    **titles.ENGLISH,
    **audit_texts.ENGLISH,
    "title": "Virtual EMC test report",
    "status": "Pre-compliance simulation. Not a test report of an accredited laboratory.",
    "what_1": "This report shows what a full-wave simulation (FDTD) of the device described in "
    "the twin file says about EMC tests of IEC 60601-1-2 and CISPR 11.",
    "what_2": "It helps to decide what to change before the laboratory. It does not replace the "
    "test, and it does not show conformity. Basic safety and essential performance remain the "
    "manufacturer's own criterion.",
    "made": "Made",
    "verdicts": "Verdicts",
    "test": "Test",
    "clause": "Clause",
    "outcome": "Outcome",
    "worst": "Worst case",
    "margin": "Margin",
    "uncertainty": "Uncertainty",
    "verified": "Verified by refinement",
    "verified_yes": "verified by refinement",
    "verified_no": "not verified by refinement",
    "band": "{low} to {high}",
    "band_part": "{computed} of {asked}",
    "rule": "Pass: margin above the uncertainty. Marginal: margin within the uncertainty. "
    "Fail: below the limit by more than the uncertainty.",
    "no_verdicts": "This campaign holds no verdict.",
    "pass": "Pass",
    "marginal": "Marginal",
    "fail": "Fail",
    "not_applicable": "Not applicable",
    "outside_method": "Outside method",
    "warnings": "Warnings",
    "information": "Information",
    "no_warnings": "The run raised no warning.",
    "setup": "Set-up",
    "model": "Model in the grid",
    "drawn_flat": "Pictures were drawn without 3-D rendering, as projections and slices.",
    "spectrum": "Spectrum",
    "field": "Field",
    "assumptions": "Assumptions and notes",
    "contributions": "Contributions to the uncertainty",
    "contribution": "Contribution",
    "size": "Size",
    "no_notes": "No further assumption was recorded.",
    "part": "Part",
    "kind": "Kind",
    "material": "Material",
    "cells": "Cells",
    "edges": "Edges",
    "volume_before": "Volume",
    "volume_after": "In the grid",
    "change": "Change",
    "notes": "Notes",
    "runs": "Grid and runs",
    "site": "Site",
    "grid": "Grid",
    "cell_size": "Cell size",
    "step": "Time step",
    "port": "Port",
    "steps": "Steps",
    "decay": "Decay reached",
    "finished_by": "Finished by",
    "time": "Time",
    "stages": "Time by stage",
    "stage": "Stage",
    "share": "Share",
    "convergence": "Levels of refinement, × 1 as declared",
    "relative_cell": "Wanted cells",
    "device_cell": "Mean cell in device",
    "ratio": "Finer by",
    "not_computed": "not computed",
    "estimates": "Richardson estimates",
    "quantity": "Quantity",
    "finest_grid": "Finest grid",
    "extrapolated": "Extrapolated",
    "mesh_error": "Mesh error",
    "order": "Order",
    "obtained": "Obtained from",
    "observed_order": "observed order",
    "assumed_order": "assumed order",
    "spread": "spread",
    "divergent": "3 times the spread",
    "estimates_note": "Each quantity on the finest grid and on an infinitely fine one, and how far "
    "the finest may be off. The mesh error of a margin is in its uncertainty, as mesh refinement.",
    "provenance": "Provenance",
    "input": "Input",
    "twin_hash": "SHA-256 of the twin file",
    "backend": "Backend",
    "precision": "Precision",
    "accuracy": "Accuracy",
    "machine": "Machine",
    "versions": "Versions",
    "twin_text": "Twin file, as run",
    "limits": "Limits of the method",
    "limit_1": "The device is linear apart from its ports. Metals are perfect conductors; "
    "materials have constant permittivity and conductivity.",
    "limit_2": "Geometry is resolved to the cell sizes given above. Smaller gaps, contacts and "
    "coatings are not in the model unless they were declared.",
    "limit_3": "Cables follow the declared path. A real layout varies, and with it the result.",
    "limit_4": "Frequencies that the mesh cannot carry are marked as outside the run. Nothing is "
    "extrapolated to them.",
    "limit_5": "An immunity verdict compares a port voltage with a declared threshold. It does "
    "not predict how the device behaves.",
    "caption_setup": "Set-up for {name}. Housing translucent; the worst direction is highlighted.",
    "caption_voxels": "The device as grid cells, site {name}.",
    "caption_field": "Field strength at the worst frequency.",
    "caption_surface_field": "Field strength on the surface at the worst frequency.",
    "caption_spectrum": "Spectrum of the test; the worst point is circled.",
    "method": "Method",
    "full wave": "full wave",
    "without_verdict": "By the plan these tests apply too, or may; emtwin gives no verdict of them "
    "yet:",
    "frequency": "frequency",
    "face": "face",
    "polarisation": "polarisation",
    "height": "height",
    "angle": "angle",
    "distance": "distance",
    "voltage": "voltage",
    "threshold": "threshold",
    "level": "level",
    "limit": "limit",
    "level_dbuv_per_m": "level",
    "limit_dbuv_per_m": "limit",
    "termination": "termination",
    "free_space": "free space",
    "over_floor": "over a conducting floor",
}

KOREAN = {
    **titles.KOREAN,
    **audit_texts.KOREAN,
    "title": "가상 EMC 시험 보고서",
    "status": "사전 적합성 시뮬레이션입니다. 공인 시험소의 시험 성적서가 아닙니다.",
    "what_1": "이 보고서는 트윈 파일에 기술된 기기를 전파(full-wave) FDTD로 해석하여 "
    "IEC 60601-1-2와 CISPR 11의 EMC 시험 결과를 예측한 것입니다.",
    "what_2": "시험소 방문 전에 무엇을 고칠지 판단하는 데 도움을 줍니다. 실제 시험을 "
    "대신하지 않으며 적합성을 증명하지 않습니다. 기본 안전과 필수 성능의 기준은 제조자가 정합니다.",
    "made": "작성",
    "verdicts": "판정",
    "test": "시험",
    "clause": "조항",
    "outcome": "결과",
    "worst": "최악 조건",
    "margin": "여유",
    "uncertainty": "불확도",
    "verified": "격자 세분화 검증",
    "verified_yes": "격자 세분화로 검증됨",
    "verified_no": "격자 세분화로 검증되지 않음",
    "band": "{low}~{high}",
    "band_part": "{computed} (전체 {asked})",
    "rule": "적합: 여유가 불확도보다 큼. 경계: 여유가 불확도 이내. "
    "부적합: 불확도를 넘어 한계를 초과함.",
    "no_verdicts": "이 캠페인에는 판정이 없습니다.",
    "pass": "적합",
    "marginal": "경계",
    "fail": "부적합",
    "not_applicable": "해당 없음",
    "outside_method": "방법 범위 밖",
    "warnings": "경고",
    "information": "정보",
    "no_warnings": "계산 중 경고가 없었습니다.",
    "setup": "시험 배치",
    "model": "격자 모델",
    "drawn_flat": "그림은 3차원 렌더링 없이 투영도와 단면으로 그렸습니다.",
    "spectrum": "스펙트럼",
    "field": "전계",
    "assumptions": "가정과 참고 사항",
    "contributions": "불확도 기여 성분",
    "contribution": "성분",
    "size": "크기",
    "no_notes": "추가로 기록된 가정이 없습니다.",
    "part": "부품",
    "kind": "종류",
    "material": "재료",
    "cells": "셀",
    "edges": "모서리",
    "volume_before": "부피",
    "volume_after": "격자 부피",
    "change": "변화",
    "notes": "비고",
    "runs": "격자와 계산",
    "site": "환경",
    "grid": "격자",
    "cell_size": "셀 크기",
    "step": "시간 간격",
    "port": "포트",
    "steps": "스텝 수",
    "decay": "도달한 감쇠",
    "finished_by": "종료 방식",
    "time": "시간",
    "stages": "단계별 시간",
    "stage": "단계",
    "share": "비율",
    "convergence": "격자 세분 단계, × 1은 선언값",
    "relative_cell": "요청한 셀",
    "device_cell": "기기 내 평균 셀",
    "ratio": "세분 비율",
    "not_computed": "계산 안 됨",
    "estimates": "리처드슨 추정",
    "quantity": "물리량",
    "finest_grid": "가장 미세한 격자",
    "extrapolated": "외삽값",
    "mesh_error": "격자 오차",
    "order": "차수",
    "obtained": "산출 방법",
    "observed_order": "관측된 차수",
    "assumed_order": "가정한 차수",
    "spread": "산포",
    "divergent": "산포의 3배",
    "estimates_note": "가장 미세한 격자의 값, 무한히 미세한 격자로 외삽한 값, 가장 미세한 격자의 "
    "오차 한계입니다. 여유의 격자 오차는 mesh refinement로 판정 불확도에 포함됩니다.",
    "provenance": "출처와 이력",
    "input": "입력",
    "twin_hash": "트윈 파일의 SHA-256",
    "backend": "백엔드",
    "precision": "정밀도",
    "accuracy": "정확도 설정",
    "machine": "컴퓨터",
    "versions": "버전",
    "twin_text": "실행한 트윈 파일",
    "limits": "방법의 한계",
    "limit_1": "기기는 포트를 제외하고 선형입니다. 금속은 완전 도체이며, 재료의 유전율과 도전율은 "
    "일정합니다.",
    "limit_2": "형상은 위에 적은 셀 크기까지만 표현됩니다. 더 작은 틈, 접점, 코팅은 선언하지 않는 "
    "한 모델에 없습니다.",
    "limit_3": "케이블은 선언된 경로를 따릅니다. 실제 배치가 달라지면 결과도 달라집니다.",
    "limit_4": "격자가 다룰 수 없는 주파수는 계산 범위 밖으로 표시합니다. 외삽하지 않습니다.",
    "limit_5": "내성 판정은 포트 전압과 선언된 문턱값을 비교한 것입니다. 기기의 동작을 예측하지 "
    "않습니다.",
    "caption_setup": "{name} 시험 배치. 하우징은 반투명이며 최악의 방향을 강조했습니다.",
    "caption_voxels": "격자 셀로 나타낸 기기, 환경 {name}.",
    "caption_field": "최악 주파수에서의 전계 강도.",
    "caption_surface_field": "최악 주파수에서의 표면 전계 강도.",
    "caption_spectrum": "시험 스펙트럼. 최악의 점을 원으로 표시했습니다.",
    "method": "방법",
    "full wave": "전파(full-wave) 해석",
    "without_verdict": "시험 계획에 따라 다음 시험도 적용되거나 적용될 수 있지만, "
    "emtwin은 아직 판정을 내지 않습니다:",
    "frequency": "주파수",
    "face": "면",
    "polarisation": "편파",
    "height": "높이",
    "angle": "각도",
    "distance": "거리",
    "voltage": "전압",
    "threshold": "문턱값",
    "level": "레벨",
    "limit": "한계",
    "level_dbuv_per_m": "레벨",
    "limit_dbuv_per_m": "한계",
    "termination": "종단",
    "free_space": "자유 공간",
    "over_floor": "도전성 바닥 위",
}

CATALOGUES = MappingProxyType({"en": ENGLISH, "ko": KOREAN})


class Texts:
    """Fixed texts in one language; an unknown key reads as itself, without underscores.

    Parameters
    ----------
    language : str
        ``en`` or ``ko``.

    Raises
    ------
    InputError
        If there is no catalogue for `language`.
    """

    def __init__(self, language: str) -> None:
        if language not in CATALOGUES:
            raise InputError.single(
                f"there is no report in language {language!r}",
                field="language",
                remedy=f"choose one of {', '.join(CATALOGUES)}",
            )
        self.language = language
        self._texts = CATALOGUES[language]

    def __call__(self, key: str, **values: str) -> str:
        text = self._texts.get(key)
        if text is None:
            return key.replace("_", " ")
        return text.format(**values) if values else text
