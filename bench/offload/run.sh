#!/usr/bin/env bash
# Client, router and server, by veth, with the offload and with its peers. Makes network namespaces that are
# gone afterwards.
#
#   bench/offload/run.sh paths|relay|tcp [bench_offload's options]
#
# ECBPF_BUILD names the build, build/ by default.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bench=${ECBPF_BUILD:-$here/../../build}/bin/bench_offload
. "$here/../bypass/lab.sh"
. "$here/namespaces.sh"
kind=${1:?paths, relay or tcp}
shift

mapfile -t labs < <("$bench" labs --kind "$kind")
relay=
clean_up() {
	[ -z "$relay" ] || kill "$relay" || true
	road_remove "${labs[@]}"
}
trap clean_up EXIT

listens() { nsenter --net="$1" ss -Hlun 'sport = 53' | grep -q .; }

# start_socat NAMESPACE: a relay with room for all that bench_offload sends at once. 33 is SO_RCVBUFFORCE.
start_socat() {
	local looks
	nsenter --net="$1" taskset -c 1 socat UDP4-LISTEN:53,bind=10.200.0.1,setsockopt-listen=1:33:i134217728 \
		UDP4:10.30.2.1:5353,bind=10.30.2.254:4000 &
	relay=$!
	for ((looks = 0; looks < 200; looks++)); do
		! listens "$1" || return 0
		sleep 0.05 # poll interval
	done
	echo "run.sh: socat does not listen" >&2
	return 1
}

for lab in "${labs[@]}"; do
	read -r number lab_kind <<<"$lab"
	road_make "$number" "$lab_kind"
	[ "$lab_kind" != socat ] || start_socat "/run/netns/ecbpf_bench_$number"
done
"$bench" "$kind" ${relay:+--socat "$relay"} "$@"
