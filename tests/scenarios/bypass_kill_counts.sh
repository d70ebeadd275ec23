#!/usr/bin/env bash
# `kill -9` before every changing call of the commands of bypass_udp, while a flow is in use: right afterwards its packets
# go around the stack as before, and when the same command has been typed again, its counts are exact, both ways. What
# else is left of a killed command: bypass_kill.sh.
# shellcheck disable=SC2119  # arguments may be left out
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_bypass.sh"
need strace

make_lab
attach_bypass
served server server 10.77.1.2:7 '[fd77:1::2]:7'
stays=("10.77.0.2:4001 > 10.77.0.1:53" "[fd77::2]:4001 > [fd77::1]:53")
other="10.77.0.2:4002 > 10.77.0.1:53"
printf '%s both\n' "${stays[0]} => *:* > 10.77.1.2:7" "${stays[1]} => *:* > [fd77:1::2]:7" >"$work/old.flows"
{ cat "$work/old.flows" && echo "$other => *:* > 10.77.1.2:7 both"; } >"$work/new.flows"
old_flows() {
	bypass --flow-file "$work/old.flows"
}
new_flows() {
	bypass --flow-file "$work/new.flows"
}
included() {
	bypass --no-exclude 10.88.0.0/16
}
excluded() {
	bypass --exclude 10.88.0.0/16
}

changing=bpf,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,sendto,sendmsg,exit_group
# list_points OPTION...: the changing calls of an undisturbed run, NAME NUMBER each.
list_points() {
	strace -qq -s 0 -o "$work/trace" -e trace="$changing" -e signal=none "$build/bin/bypass_udp" --bpffs "$bpffs" "$@" >/dev/null 2>&1
	awk '{
		name = $0; sub(/\(.*/, "", name); number[name]++
		if (name != "bpf" || /BPF_(OBJ_PIN|MAP_UPDATE_ELEM|MAP_UPDATE_BATCH|MAP_DELETE_ELEM|MAP_DELETE_BATCH|LINK_CREATE|LINK_UPDATE|LINK_DETACH|PROG_TEST_RUN)/)
			print name, number[name]
	}' "$work/trace"
}
asked_so_far=0
# use: one echo of each flow.
use() {
	asked_so_far=$((asked_so_far + 1))
	in_ns client "$senders/udp_ask" "${stays[0]% > *}" "${stays[0]#* > }" 9 >/dev/null || wrong "IPv4: no echo: $(went_up | xargs)"
	in_ns client "$senders/udp_ask" "${stays[1]% > *}" "${stays[1]#* > }" 9 >/dev/null || wrong "IPv6: no echo: $(went_up | xargs)"
}
wrong() {
	echo "$*" >>"$work/wrong"
}
# exact: what both flows have counted, both ways.
exact() {
	bypass --flow-show --json 2>/dev/null | jq -r --arg four "${stays[0]}" --arg six "${stays[1]}" \
		'[.flows[] | select(.in == $four or .in == $six).state | "\(.packets)/\(.bytes) \(.back_packets)/\(.back_bytes)"] | sort | join(" ")'
}
exact_is() {
	local n=$asked_so_far
	printf '%s\n' "$n/$((n * 51)) $n/$((n * 51))" "$n/$((n * 71)) $n/$((n * 71))" | sort | paste -s -d ' '
}

points=0
# story WHAT BEFORE OPTION...: BEFORE makes the state that the command is killed in.
story() {
	local what=$1 before=$2 list name number count=0
	shift 2
	$before >/dev/null 2>&1
	list=$(list_points "$@")
	while read -r name number; do
		count=$((count + 1))
		: >"$work/wrong"
		$before >/dev/null 2>&1
		{
			strace -qq -o /dev/null -e trace="$name" -e inject="$name:signal=SIGKILL:when=$number" \
				"$build/bin/bypass_udp" --bpffs "$bpffs" "$@" >/dev/null
		} 2>/dev/null
		[ $? -eq 137 ] || wrong "was not killed"
		use
		bypass "$@" >/dev/null 2>&1
		[ "$(exact)" = "$(exact_is)" ] || wrong "the same again: counts are $(exact), not $(exact_is)"
		if [ -s "$work/wrong" ]; then
			fail "$what: killed before $name $number" "$work/wrong"
		else
			ok "$what: killed before $name $number"
		fi
	done <<<"$list"
	check "$what: has crash points" test "$count" -gt 3
	points=$((points + count))
}
check "flows" old_flows
story "flow-file" old_flows --flow-file "$work/new.flows"
story "upgrade" old_flows --attach --no-config --interface eth0
story "flow-add" old_flows --flow-add "$other => *:* > 10.77.1.2:7" --both
story "flow-del" new_flows --flow-del "$other" --both
story "exclude" included --exclude 10.88.0.0/16
story "no-exclude" excluded --no-exclude 10.88.0.0/16
equal "nothing went up the stack all the while" "" "$(went_up)"
echo "$points crash points, $((2 * asked_so_far)) echoes"
served_ends server
equal "the server has met each" "$asked_so_far $asked_so_far" "$(came server 10.77.1.2:7) $(came server '[fd77:1::2]:7')"
detach_all
