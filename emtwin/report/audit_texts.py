"""Texts of the geometry audit in a report, in English and Korean."""

from __future__ import annotations

ENGLISH = {
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
}

KOREAN = {
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
}
