#!/usr/bin/env bash
# Whole paths: client, router, server, by veth, with the bypass and with its peers. Makes network
# namespaces that are gone afterwards.
#
#   bench/bypass/run_paths.sh [bench_bypass's options]
#
# ECBPF_BUILD names the build, build/ by default.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bench=${ECBPF_BUILD:-$here/../../build}/bin/bench_bypass
. "$here/lab.sh"

only=()
for ((i = 1; i < $#; i++)); do
	[ "${!i}" != --only ] || { j=$((i + 1)) && only=(--only "${!j}"); }
done
mapfile -t labs < <("$bench" --labs "${only[@]}")
trap 'lab_remove "${labs[@]}"' EXIT
for lab in "${labs[@]}"; do
	read -r number kind <<<"$lab"
	lab_make "$number" "$kind"
done
"$bench" --paths "$@"
