"""Every fixed text of the reports, in English and Korean."""

from __future__ import annotations

from types import MappingProxyType

from emtwin.errors import InputError
from emtwin.report import titles

ENGLISH = {
    **titles.ENGLISH,
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
    "rule": "Pass: margin above the uncertainty. Marginal: margin within the uncertainty. "
    "Fail: below the limit by more than the uncertainty.",
    "no_verdicts": "This campaign holds no verdict.",
    "pass": "Pass",
    "marginal": "Marginal",
    "fail": "Fail",
    "not_applicable": "Not applicable",
    "outside_method": "Outside method",
    "warnings": "Warnings",
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
    "audit": "Geometry audit",
    "audit_note": "How each part became grid cells. A large change of volume or surface means "
    "that the grid is too coarse for the part. The surface in the grid is that of its cell faces, "
    "each weighted with the direction of the surface there, so that the staircase of an oblique "
    "face does not inflate it.",
    "area_before": "Surface",
    "caption_geometry_audit": "Metal in the grid, coloured by conductor, site {name}. Lines: the "
    "geometry as drawn. Rings: changes of the netlist, and parts that nearly touch.",
    "wall_model": "Model",
    "walls": "Walls",
    "walls_note": "A wall thinner than its cell does not vanish: metal becomes conducting faces of "
    "cells, what insulates is averaged into them. Shielding is that of the wall alone at the "
    "lowest frequency, where it is thinnest. Marked: another part of higher priority took metal.",
    "wall_conducts": "Conductivity",
    "wall_square": "Resistance of a square",
    "wall_shields": "Shields by itself",
    "wall": "Wall, median",
    "wall_thinnest": "Thinnest",
    "wall_thin": "Thinner than a cell",
    "in_the_grid": "In the grid",
    "gaps": "Gaps between conductors",
    "gaps_note": "Marked: the grid shuts the gap, metal bridges it, or it has less than two cells "
    "across; its coupling is then not resolved.",
    "gap_parts": "In or between",
    "gap_width": "Width",
    "gap_length": "Length",
    "gap_cells": "Cells across",
    "gap_open": "open",
    "gap_bridged": "bridged",
    "gap_closed": "shut",
    "gap_slot": "slot model in a row of cells",
    "model_metal": "metal cells",
    "model_faces": "perfectly conducting cell faces",
    "model_resistive": "resistive sheet on cell faces",
    "model_two_sided": "metal sheet with two sides on cell faces",
    "model_averaged": "averaged into the cells",
    "model_cells": "cells",
    "netlist": "Which metal touches which",
    "netlist_note": "As drawn, metal touches where its surfaces are within {tolerance} of each "
    "other or one lies inside the other. In the grid it touches where metal edges share a node. "
    "Cables and traces are not part of this list.",
    "conductor": "Conductor as drawn",
    "touching": "Metal",
    "in_grid": "Conductor in the grid",
    "netlist_same": "The grid has the conductors of the geometry: no contact formed and none "
    "opened.",
    "netlist_change": "Difference",
    "netlist_contact": "contact formed",
    "netlist_open": "contact opened",
    "netlist_lost": "metal lost",
    "netlist_near": "do not touch, but nearly",
    "gap": "Gap",
    "place": "Place",
    "reason": "Allowed because",
    "wire_end": "End of cable or trace",
    "end_wanted": "Is to meet",
    "end_found": "Meets in the grid",
    "end_distance": "Distance as drawn",
    "end_moved": "Moved by",
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
    "convergence": "Levels of refinement",
    "relative_cell": "Cell size",
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
    "rule": "적합: 여유가 불확도보다 큼. 경계: 여유가 불확도 이내. "
    "부적합: 불확도를 넘어 한계를 초과함.",
    "no_verdicts": "이 캠페인에는 판정이 없습니다.",
    "pass": "적합",
    "marginal": "경계",
    "fail": "부적합",
    "not_applicable": "해당 없음",
    "outside_method": "방법 범위 밖",
    "warnings": "경고",
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
    "audit": "형상 점검",
    "audit_note": "각 부품이 격자 셀로 바뀐 결과입니다. 부피나 표면적 변화가 크면 그 부품에 비해 "
    "격자가 너무 거칠다는 뜻입니다. 격자 표면적은 셀 면의 합이며, 비스듬한 면의 계단 때문에 "
    "부풀려지지 않도록 각 면에 그 위치의 표면 방향으로 가중치를 둡니다.",
    "area_before": "표면적",
    "caption_geometry_audit": "격자 안의 금속을 도체별로 색칠한 그림, 환경 {name}. 선: 원래 형상. "
    "고리: 연결이 달라진 곳과 거의 닿은 부품.",
    "wall_model": "모델",
    "walls": "벽",
    "walls_note": "셀보다 얇은 벽도 사라지지 않습니다. 금속은 셀의 도체 면이 되고 "
    "절연체는 셀에 평균화됩니다. 차폐는 가장 얇은 곳의 벽 자체가 최저 주파수에서 갖는 값입니다. "
    "표시된 행: 우선순위가 높은 다른 부품이 금속을 차지했습니다.",
    "wall_conducts": "도전율",
    "wall_square": "단위 정사각형 저항",
    "wall_shields": "벽 자체의 차폐",
    "wall": "벽 두께(중앙값)",
    "wall_thinnest": "가장 얇은 곳",
    "wall_thin": "셀보다 얇은 비율",
    "in_the_grid": "격자에서",
    "gaps": "도체 사이의 틈",
    "gaps_note": "표시된 행: 격자가 틈을 막았거나, 금속이 틈을 이었거나, "
    "틈을 가로지르는 셀이 두 개보다 적습니다. 이 틈의 결합은 분해되지 않습니다.",
    "gap_parts": "부품",
    "gap_width": "폭",
    "gap_length": "길이",
    "gap_cells": "가로지르는 셀 수",
    "gap_open": "열림",
    "gap_bridged": "이어짐",
    "gap_closed": "막힘",
    "gap_slot": "셀 한 줄의 슬롯 모델",
    "model_metal": "금속 셀",
    "model_faces": "완전도체 셀 면",
    "model_resistive": "셀 면의 저항 시트",
    "model_two_sided": "셀 면의 양면 금속 시트",
    "model_averaged": "셀에 평균화",
    "model_cells": "셀",
    "netlist": "금속 부품의 접촉 관계",
    "netlist_note": "원래 형상에서는 표면 사이가 {tolerance} 이내이거나 한쪽이 다른 쪽 안에 있으면 "
    "접촉으로 봅니다. 격자에서는 금속 모서리가 절점을 공유하면 접촉입니다. "
    "케이블과 배선은 이 목록에 포함되지 않습니다.",
    "conductor": "원래 형상의 도체",
    "touching": "금속",
    "in_grid": "격자의 도체",
    "netlist_same": "격자의 도체가 원래 형상과 같습니다. 새로 생기거나 끊어진 접촉이 없습니다.",
    "netlist_change": "차이",
    "netlist_contact": "접촉이 생김",
    "netlist_open": "접촉이 끊어짐",
    "netlist_lost": "금속이 사라짐",
    "netlist_near": "닿지 않지만 거의 닿음",
    "gap": "간격",
    "place": "위치",
    "reason": "허용 사유",
    "wire_end": "케이블·배선의 끝",
    "end_wanted": "연결할 부품",
    "end_found": "격자에서 닿은 부품",
    "end_distance": "형상에서의 거리",
    "end_moved": "이동량",
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
    "convergence": "격자 세분 단계",
    "relative_cell": "셀 크기",
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
