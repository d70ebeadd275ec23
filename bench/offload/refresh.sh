#!/usr/bin/env bash
# All figures anew: paths_costs.tsv, relay_costs.tsv and tcp_costs.tsv, from them docs/offload_cost.svg and the tables in
# README.md. On a quiet machine; four minutes.
#
#   bench/offload/refresh.sh [ROUNDS]   30
#
# ECBPF_BUILD names the build, build/ by default.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rounds=${1:-30}

for kind in paths relay tcp; do
	chrt -f 1 "$here/run.sh" "$kind" --rounds "$rounds" >"$here/${kind}_costs.tsv"
done
"$here/figures.py"
grep -h '^#' "$here"/*_costs.tsv
