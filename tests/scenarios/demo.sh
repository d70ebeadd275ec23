#!/usr/bin/env bash
# The README's other command, with clang instead of gcc: it succeeds and prints what the README shows, while another
# one beside it is stopped in the middle without a trace; neither leaves a namespace, mount or file behind.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work/tmp
mkdir "$TMPDIR"
failures=0

fail() {
	echo "FAIL $1"
	failures=$((failures + 1))
}

# What differs between two runs: numbers, and the white space that gives way to them.
plain() { sed -E 's/[0-9]+/N/g; s/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), N [A-Z][a-z]+/DAY/g; s/[ \t]+/ /g; s/ $//' "$1"; }

traces() { # everything a demo of ours could leave; only of the pids that ran here
	local pid
	for pid in "$@"; do
		ip netns list | grep -E -- "^ecbpf-(client|server)-$pid( |\$)"
	done
	grep -F "$TMPDIR" /proc/self/mounts
	ls -A "$TMPDIR"
}

# await_lab PID FILE: until the demo that prints there has made its lab, or has ended.
await_lab() {
	for ((i = 0; i < 3000; i++)); do
		! grep -q '^server#' "$2" && kill -0 "$1" 2>/dev/null || return 0
		sleep 0.1 # poll interval
	done
}
: >"$work/first"
env -u ECBPF_BUILD CC=clang scripts/demo.sh >"$work/first" 2>&1 &
first=$!
await_lab "$first" "$work/first"
: >"$work/stopped"
scripts/demo.sh >"$work/stopped" 2>&1 &
stopped=$!
# The second is stopped once its lab is there; the first, beside it, goes on.
await_lab "$stopped" "$work/stopped"
kill -TERM "$stopped" || fail "the second demo ended before it could be stopped: $(tail -n 20 "$work/stopped")"
wait "$stopped"
[ $? -eq 130 ] || fail "a stopped demo did not say so by its exit status"
wait "$first" || fail "the demo beside it: exit status $?"
[ -z "$(traces "$first" "$stopped")" ] || fail "left behind: $(traces "$first" "$stopped")"

sed -n '/^The demo prints:$/,/^## /s/^    //p; /^The demo prints:$/,/^## /s/^$//p' README.md |
	sed '/^## /d' >"$work/readme"
# Empty lines stand in the README also around the block.
if ! diff <(plain "$work/readme" | grep .) <(plain "$work/first" | grep . | grep -v '^installing') >"$work/difference"; then
	fail "the README shows something else (<) than the demo prints (>):"
	cat "$work/difference"
	tail -n 20 "$work/first"
fi

[ "$failures" -eq 0 ] && echo "the demo does what the README says, and cleans up" && exit 0
exit 1
