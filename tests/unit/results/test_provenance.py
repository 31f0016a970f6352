"""Where a result came from."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path

from emtwin.results import provenance


def test_collect_holds_input_and_mesh_hashes(tmp_path: Path) -> None:
    mesh = tmp_path / "pump.msh"
    mesh.write_bytes(b"mesh")
    found = provenance.collect(Path("twin.yaml"), "emtwin: 1\n", [mesh, mesh])
    assert found["input_sha256"] == hashlib.sha256(b"emtwin: 1\n").hexdigest()
    expected = {"file": "pump.msh", "sha256": hashlib.sha256(b"mesh").hexdigest(), "bytes": 4}
    assert found["inputs"] == [expected]
    assert datetime.fromisoformat(found["created"]).tzinfo is not None
    assert found["machine"]["cores"] >= 1
    assert json.loads(json.dumps(found)) == found


def test_unknown_package_has_no_version() -> None:
    assert provenance.version_of("no-such-package-at-all") == "not installed"
