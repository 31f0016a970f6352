#!/usr/bin/env bash
# Everything on a machine with a GPU, in one call of less than nine minutes:
#     bash benchmarks/gpu.sh [FOLDER FOR RESULTS]
# Wheels in wheels/ (emtwin, cupy-cuda12x, pytest, hypothesis, ...) are installed from there, without a
# network. A part that fails is named at the end, and the parts after it still run.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
out=${1:-gpu-results}
mkdir -p "$out" || exit 2
python=${PYTHON:-python3}
export PYTHONPATH="$PWD${PYTHONPATH:+:$PYTHONPATH}"
failed=()

part() {  # part NAME SECONDS COMMAND...
  local name=$1 seconds=$2 status
  shift 2
  echo "== $name"
  timeout "$seconds" "$@" 2>&1 | tee "$out/$name.log"
  status=${PIPESTATUS[0]}
  if [ "$status" -ne 0 ]; then
    failed+=("$name (exit $status, $out/$name.log)")
  fi
}

if compgen -G "wheels/*.whl" > /dev/null; then
  part install 120 "$python" -m pip install --no-index --find-links wheels --quiet wheels/*.whl
fi
part machine 20 nvidia-smi
part tests 200 env EMTWIN_REQUIRE_CUDA=1 "$python" -m pytest -m gpu -q
part benchmark 180 "$python" -m benchmarks.gpu --out "$out/gpu.json"

if [ ${#failed[@]} -gt 0 ]; then
  printf 'failed: %s\n' "${failed[@]}"
  exit 1
fi
echo "all parts passed"
