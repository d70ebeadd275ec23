#!/usr/bin/env bash
# One reader that writes pcapng against tcpdump: live frames of 512 bytes come out of a veth pair with
# xdp_root, the same load for each of
#
#   nobody    nobody reads
#   tcpdump   tcpdump -w
#   t128      tcpdump -s 128 -w, with as much memory as the sampler's ring
#   sampler   xdp_sampler --capture --rate 1 --write: 128 bytes
#
# Frames are made and received on CPU 0, readers run on CPU 1. Makes namespaces that are gone afterwards.
#
#   bench/sampler/run_reader.sh [RATE]...   frames a second, 0: all there is; 100000, 300000 and 0
#
# ECBPF_BUILD names the build, build/ by default. ECBPF_ROUNDS: 3. Files are written to $TMPDIR.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${ECBPF_BUILD:-$here/../../build}
[ $# -gt 0 ] || set -- 100000 300000 0
readonly SECONDS_OF_LOAD=5 UNPACED=3000000
readers=(nobody tcpdump t128 sampler)

if [ -z "${ECBPF_READER_DIR:-}" ]; then
	ECBPF_READER_DIR=$(mktemp -d)
	export ECBPF_READER_DIR
	trap 'rm -rf "$ECBPF_READER_DIR"' EXIT
	unshare --net --mount "$0" "$@"
	exit
fi
cd "$ECBPF_READER_DIR"
mkdir bpf
mount -t bpf bpf bpf
for name in "${readers[@]}"; do
	ip link add "${name}_from" type veth peer name "${name}_to"
	for end in from to; do # no frames but those of the benchmark
		ip link set "${name}_$end" addrgenmode none
		ip link set "${name}_$end" up
	done
	"$build/bin/xdp_root_loader" --attach --interface "${name}_to" --bpffs bpf
done

# until COMMAND...: looks again and again, at most ten seconds.
until_true() {
	local looks
	for ((looks = 0; looks < 200; looks++)); do
		! "$@" || return 0
		sleep 0.05 # poll interval
	done
	echo "run_reader.sh: $* did not come true" >&2
	return 1
}

# The file has not grown for longer than the kernel holds back what fills no block of tcpdump's memory.
is_still() {
	size=$(stat -c %s file)
	[ "$size" = "$last" ] || still=0
	last=$size
	[ $((still++)) -ge 30 ]
}

# capture INTERFACE OPTION...
capture() {
	taskset -c 1 tcpdump -w file -i "$@" 2>log &
	reader=$!
	until_true grep -q 'listening on' log
}
start_tcpdump() { capture tcpdump_to; }
start_t128() { capture t128_to -s 128 -B 16384; }

start_sampler() {
	taskset -c 1 "$build/bin/xdp_sampler" --capture --rate 1 --interface sampler_to --bpffs bpf \
		--write file >log 2>&1 &
	reader=$!
	until_true sampler_runs
}

sampler_runs() {
	"$build/bin/xdp_sampler" --status --interface sampler_to --bpffs bpf --json 2>status_log |
		grep -q '"state": "running"'
}

# milliseconds FILE: what times(1) of the shell says of the children that have been waited for.
milliseconds() {
	sed -n '2{s/[ms]/ /g;p}' "$1" | awk '{ printf "%.0f\n", ($1 * 60 + $2 + $3 * 60 + $4) * 1000 }'
}

# measure NAME RATE: one line: name, sent, kept, milliseconds of the reader, nanoseconds of the sender.
measure() {
	local name=$1 rate=$2 count=$UNPACED kept=0 used=0 last='' still=0 size
	[ "$rate" -eq 0 ] || count=$((rate * SECONDS_OF_LOAD))
	rm -f file
	: >log
	[ "$name" = nobody ] || "start_$name"
	"$build/bin/bench_sampler" --flood --cpu 0 --out "${name}_from" --rate "$rate" --count "$count" >sent
	if [ "$name" != nobody ]; then
		until_true is_still
		times >times_before
		kill "$reader"
		wait "$reader" || { cat log >&2 && return 1; }
		times >times_after
		used=$(($(milliseconds times_after) - $(milliseconds times_before)))
		kept=$(capinfos -Mc file | awk '/^Number of packets/ { print $NF }')
	fi
	[ "$name" != sampler ] || sed -n 's/^[1-9][0-9]* samples lost/sampler: &/p' log >&2
	printf '%-8s %8s %8s %8s %7s %10s\n' "$name" "$rate" "$(awk '{ print $2 }' sent)" "$kept" "$used" \
		"$(awk '{ print $6 }' sent)"
}

printf '%-8s %8s %8s %8s %7s %10s\n' reader rate sent kept 'cpu, ms' 'sender, ns'
for rate in "$@"; do
	for ((round = 0; round < ${ECBPF_ROUNDS:-3}; round++)); do
		for name in "${readers[@]}"; do
			measure "$name" "$rate"
		done
	done
done | tee measured

# Compared are the best rounds; `all` has what the kernel does for the reader, too: the price of a frame
# for its sender, less that without a reader.
awk '
	{
		key = $2 " " $1
		each = ($4 > 0) ? $5 * 1e6 / $4 : 0
		if (!(key in sender) || $6 < sender[key])
			sender[key] = $6
		if (!(key in least) || each < least[key])
			least[key] = each
		rates[$2] = 1
		if ($1 ~ /^t/)
			peers[$1] = 1
	}
	function all(rate, name) {
		return least[rate " " name] + sender[rate " " name] - sender[rate " nobody"]
	}
	END {
		for (rate in rates)
			for (peer in peers) {
				ratio = least[rate " " peer] / least[rate " sampler"]
				printf "rate %d, kept per second of CPU, sampler to %s: %.2f, at least 2: %s; all %.2f\n",
					rate, peer, ratio, (ratio >= 2 ? "holds" : "does not hold"),
					all(rate, peer) / all(rate, "sampler")
			}
	}' measured
