#!/usr/bin/env bash
# Runs every test: installs what is missing, builds (gcc, clang with sanitizers) and tests, in a folder of
# its own that is gone afterwards. The last line counts: "N passed, N failed, N skipped".
#
# Usage: scripts/test.sh [--only REGEX] [--list]
#   --only REGEX   only items whose name matches, and the builds they need
#   --list         names of the items, as far as they are known without a build
#
# ECBPF_BUILD_DIR=DIR keeps the builds in DIR and uses them again. tests/README.md tells what an item is.
set -uo pipefail
exec </dev/null
cd "$(dirname "$0")/.." || exit 1
source_dir=$PWD
readonly TIME_LIMIT=$((45 * 60))
readonly FUZZ_SECONDS=6

only=
list=
while [ $# -gt 0 ]; do
	case $1 in
	--only) only=${2:?--only needs a regular expression} && shift 2 ;;
	--list) list=1 && shift ;;
	*) sed -n '5,10s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
	esac
done

if [ -n "$only" ]; then # what the items need
	[[ ! $only =~ sanitize|fuzz ]] || only+='|^build:sanitize$'
	only+='|^(install|build:gcc)$'
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/ecbpf-test.XXXXXX") || exit 1
builds=${ECBPF_BUILD_DIR:-$work}
chmod 711 "$work" # scenarios also run commands without root's rights
mkdir -p "$work/tmp" "$work/logs" "$work/status" "$builds"
builds=$(cd "$builds" && pwd)
export TMPDIR=$work/tmp
export ECBPF_BUILD=$builds/gcc

# Commands are children of the items' shells, which do not wait for them any more. They clean up after themselves;
# `timeout` gives them 10 s for that.
clean_up() {
	trap '' INT TERM HUP
	local child commands=() looks=0
	for child in $(jobs -pr); do
		mapfile -t -O "${#commands[@]}" commands < <(pgrep -P "$child")
		kill "$child"
	done 2>/dev/null
	if [ "${#commands[@]}" -gt 0 ]; then
		kill "${commands[@]}" 2>/dev/null
		while kill -0 "${commands[@]}" 2>/dev/null && [ $((looks += 1)) -lt 120 ]; do
			sleep 0.1 # poll interval
		done
	fi
	wait
	rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'echo "interrupted" >&2; exit 130' INT TERM HUP

# wanted NAME: whether --only asks for the item.
wanted() { [[ -z $only || $1 =~ $only ]]; }

# report TEXT [LOG]: one item's line, and its log when it failed, not mixed with those of others.
report() {
	(
		flock 9
		printf '%s\n' "$1"
		[ $# -lt 2 ] || tail -n 300 "$2" | sed 's/^/    /'
	) 9>"$work/report.lock"
}

# item NAME LIMIT COMMAND...: runs the command, at most LIMIT seconds, if --only does not exclude it.
# Exit status 77 is "skipped"; the reason is the last line with SKIP in the output. Returns 1 if it failed.
item() {
	local name=$1 limit=$2 log started left rc=0 reason
	shift 2
	wanted "$name" || return 0
	[ -z "$list" ] || { echo "$name" && return 0; }
	log=$work/logs/${name//[^A-Za-z0-9_.-]/_}
	started=$SECONDS
	left=$((TIME_LIMIT - SECONDS))
	[ "$limit" -le "$left" ] || limit=$left
	if [ "$limit" -le 0 ]; then
		echo "no time left of $TIME_LIMIT s" >"$log"
		rc=1
	else
		timeout -k 10 "$limit" "$@" >"$log" 2>&1 &
		{ wait $! || rc=$?; } 2>/dev/null # "Aborted" is in the log
		[ "$rc" -ne 124 ] || echo "ended after $limit s" >>"$log"
	fi
	echo "$rc" >"$work/status/$(basename "$log")"
	case $rc in
	0) report "ok $name ($((SECONDS - started)) s)" ;;
	77)
		reason=$(grep SKIP "$log" | tail -n 1 | sed 's/^.*SKIP[: ]*//')
		report "skip $name: ${reason:-it does not say why}"
		;;
	*)
		report "FAIL $name (exit status $rc, $((SECONDS - started)) s)" "$log"
		return 1
		;;
	esac
}

# beside ITEM...: the same in the background, at most $at_once at a time and $lasting more, that nobody waits for.
# Ends with `settle`.
at_once=$(nproc)
lasting=0
settle() { # [MOST]: until no more than that are left of them
	while [ "$(jobs -pr | wc -l)" -gt $((${1:-0} + lasting)) ]; do
		wait -n
	done
}
beside() {
	settle $((at_once - 1))
	item "$@" &
}

finish() {
	wait
	[ -z "$list" ] || exit 0
	local counts passed failed skipped
	counts=$(cat /dev/null "$work"/status/* 2>/dev/null)
	passed=$(grep -cx 0 <<<"$counts")
	skipped=$(grep -cx 77 <<<"$counts")
	failed=$(grep -cvx -e 0 -e 77 -e '' <<<"$counts")
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ] && [ $((passed + skipped)) -gt 0 ]
	exit
}

# build NAME OPTION...: configures and builds $builds/NAME.
build() {
	cmake --log-level=WARNING -S "$source_dir" -B "$builds/$1" -DCMAKE_RULE_MESSAGES=OFF "${@:2}" &&
		cmake --build "$builds/$1" -j "$(nproc)"
}
export -f build
export source_dir builds

# units PREFIX BUILD: every test that CTest knows there.
units() {
	local name command
	while IFS=$'\t' read -r name command; do
		[ -z "$name" ] || beside "$1:$name" 300 bash -c "cd '$builds/$2' && exec $command"
	done < <(ctest --test-dir "$builds/$2" --show-only=json-v1 2>/dev/null |
		jq -r '.tests[] | [.name, (.command // ["cat", "not built"] | @sh)] | @tsv')
	settle
}

item install 900 scripts/install_dependencies.sh test || finish
[ -n "$list" ] || [ "$(stat -f -c %T /sys/fs/bpf 2>/dev/null)" = bpf_fs ] ||
	mount -t bpf bpf /sys/fs/bpf || echo "no bpffs at /sys/fs/bpf, and none can be mounted"
item build:gcc 900 bash -c 'build "$@"' - gcc -DCMAKE_C_COMPILER=gcc || finish
# The demo builds what is shipped with clang alone.
item build:sanitize 900 bash -c 'build "$@"' - sanitize -DCMAKE_C_COMPILER=clang -DECBPF_FUZZ=ON &&
	sanitized=1

for check in tests/checks/*; do
	[ ! -x "$check" ] || beside "check:$(basename "${check%.*}")" 900 "$check"
done
settle
# Machines mostly compute, everything below also waits: side by side they take two thirds of the time.
if [ -x tests/kernels/suite.sh ]; then
	item kernels 2200 nice -n 5 tests/kernels/suite.sh &
	[ -n "$list" ] || ! wanted kernels || lasting=1
fi
at_once=$(($(nproc) + 1)) # some of them wait for packets and timers
units unit gcc
# What the sanitizers look for does not need the numbers.
[ -z "${sanitized:-}" ] || ECBPF_TEST_QUICK=1 units sanitize sanitize
at_once=$(nproc)
for fuzzer in ${sanitized:+"$builds"/sanitize/fuzz/*}; do
	name=$(basename "$fuzzer")
	[ ! -x "$fuzzer" ] || beside "fuzz:${name/_fuzz_//}" $((FUZZ_SECONDS + 60)) env -C "$TMPDIR" \
		"$fuzzer" -max_total_time=$FUZZ_SECONDS -timeout=10 -print_final_stats=1
done
settle
# Scenarios go in two rows: those with floods, counts and clocks of packets, then the gates; and beside them those that
# wait most of all and measure nothing: what kills at every step, boots systems, or is about words and files.
scenarios() { # FILE...
	local scenario
	for scenario in "$@"; do
		item "scenario:$(basename "$scenario" .sh)" 900 "$scenario"
	done
}
waiting=()
others=()
for scenario in tests/scenarios/*.sh; do
	case $(basename "$scenario") in
	'*.sh' | _* | lib*) ;;
	*kill* | system* | fleet.sh | smoke.sh | demo.sh | front_door.sh | *configured.sh | doctor.sh | metrics.sh | \
		*errors.sh | two_loaders.sh | foreign_hands.sh) waiting+=("$scenario") ;;
	*) others+=("$scenario") ;;
	esac
done
scenarios "${waiting[@]}" &
scenarios "${others[@]}"
for gate in bench/*/gate.sh; do
	[ ! -x "$gate" ] || item "gate:$(basename "$(dirname "$gate")")" 600 "$gate"
done
finish
