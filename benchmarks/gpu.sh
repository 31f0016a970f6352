#!/usr/bin/env bash
# Everything on a machine with a GPU, in one call of less than nine minutes:
#     bash benchmarks/gpu.sh [FOLDER FOR RESULTS]
# Wheels in wheels/ (emtwin, cupy-cuda12x, pytest, hypothesis, ...) are installed from there, without a
# network. A part that fails is named at the end, and the parts after it still run. The number after a
# part's name is the seconds that it may take.
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
  part install 50 "$python" -m pip install --no-index --find-links wheels --quiet wheels/*.whl
fi
read -ra workers <<< "$("$python" -c 'import xdist; print("-n 4")' 2> /dev/null)"
export EMTWIN_REQUIRE_CUDA=1
part machine 10 nvidia-smi
part tests 80 "$python" -m pytest -m gpu -q "${workers[@]}" tests/kernels tests/unit
part benchmark 170 "$python" -m benchmarks.gpu --out "$out/gpu.json"
part large 100 "$python" -m benchmarks.gpu --large --out "$out/gpu-large.json"
if command -v ncu > /dev/null; then
  part profile 40 ncu --kernel-name 'regex:yee|step_pass' --launch-skip 28 --launch-count 18 \
    --section SpeedOfLight --section Occupancy --section MemoryWorkloadAnalysis --section LaunchStats \
    "$python" -m benchmarks.gpu --profile
else
  echo "ncu is not on this machine: no profile"
fi
part physics 85 "$python" -m pytest -m "gpu and quick" -q "${workers[@]}" tests/physics tests/convergence tests/properties

if [ ${#failed[@]} -gt 0 ]; then
  printf 'failed: %s\n' "${failed[@]}"
  exit 1
fi
echo "all parts passed"
