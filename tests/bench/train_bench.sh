#!/usr/bin/env bash
# Training speed beside PyTorch on this machine, in the same run: rounds of ours and theirs take turns, and the medians
# over the rounds are compared.
#   tests/bench/train_bench.sh [ROUNDS [STEPS]]      (default: 5 rounds of 10 steps each; about 4 minutes on two cores)
# Builds build/release first if need be. Needs PyTorch with OpenBLAS: apt-get install python3-torch libopenblas0-openmp.
# Close everything else that computes: both sides use two threads.
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${1:-5} steps=${2:-10}
build=${HEADLIGHT_BENCH_BUILD:-build/release}
python=${HEADLIGHT_PYTHON:-/usr/bin/python3}

"$python" -c 'import torch' 2>/dev/null || { echo "no PyTorch in $python: apt-get install python3-torch libopenblas0-openmp" >&2; exit 2; }
[ -f "$build/build.ninja" ] || cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build "$build" --target bench_train >/dev/null
export MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=4294967296 MALLOC_TOP_PAD_=268435456

rate() { sed -n 's/.*"tokens_per_s": \([0-9.]*\).*/\1/p'; }
median() { sort -n | awk '{ x[NR] = $1 } END { print (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2 }'; }
ours=() theirs=()
for ((round = 1; round <= rounds; round++)); do
    mine=$("$build/tests/bench_train" "$steps")
    other=$("$python" tests/bench/train_torch.py --steps "$steps")
    ours+=("$(rate <<<"$mine")") theirs+=("$(rate <<<"$other")")
    [ "$round" -eq 1 ] && printf '%s\n%s\n' "headlight $mine" "pytorch   $other"
    printf 'round %d: headlight %s tokens/s, pytorch %s tokens/s\n' "$round" "${ours[-1]}" "${theirs[-1]}"
done
a=$(printf '%s\n' "${ours[@]}" | median) b=$(printf '%s\n' "${theirs[@]}" | median)
awk -v a="$a" -v b="$b" 'BEGIN { printf "median: headlight %.0f tokens/s, pytorch %.0f tokens/s, ratio %.2f\n", a, b, a / b }'
