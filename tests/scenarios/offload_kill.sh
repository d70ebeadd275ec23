#!/usr/bin/env bash
# `kill -9` before every call of a command of tc_offload that changes anything in the kernel or the bpffs: flows are those from
# before or those from after it, flows that are in both are carried all the same, the same command works afterwards and comes to
# what it would have come to undisturbed, and --detach leaves no pin, no program, no qdisc and the sysctls as they were. As with
# tcx, and as with clsact. A run takes every eighth call, in each story another eighth; ECBPF_TEST_ALL_POINTS=1 takes all.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_offload.sh"
. "$(dirname "$0")/lib_offload_router.sh"
need strace tc timeout

here=$source_dir/tests/scenarios
kinds=clsact
! "$here/foreign_tcx.py" list lo ingress >/dev/null 2>&1 || kinds="tcx clsact"
make_router
served echo server 10.77.1.2:7
carried="10.77.0.2:4000 > 10.99.0.1:7 => 10.77.1.1:4000 > 10.77.1.2:7"
other="10.77.0.2:4001 > 10.99.0.1:7 tcp => 10.77.1.1:4001 > 10.77.1.2:7"
printf '%s both\n' "$carried" "$other" >"$work/flows"

# command OPTION...: the command, as on a kernel of this kind, in $command.
command() {
	command=("$build/bin/tc_offload" --bpffs "$bpffs" "$@")
	[ "$kind" = tcx ] || command=("$here/without_tcx.py" "${command[@]}")
}
tool() {
	local command
	command "$@"
	timeout 20 "${command[@]}"
}
flows_now() {
	offload --flow-show --json 2>/dev/null | jq -c '[.flows[]? | [.in, .out]] | sort'
}
# machine: pins, qdiscs, filters and sysctls; that of an undisturbed run is compared, so no ids.
machine() {
	pin_tree
	tc qdisc show | grep clsact
	for name in eth0 eth1 lo; do
		tc filter show dev "$name" ingress
		tc filter show dev "$name" egress
	done 2>/dev/null | grep -oE 'pref [0-9]+ .*handle [^ ]+'
	cat /proc/sys/net/ipv4/conf/lo/{route_localnet,accept_local}
}
known() {
	offload --status --json 2>/dev/null |
		jq -c '[.host.tables, [.host.sysctls[]? | .set_here, .value], [.places[]? | [.interface, .side, .kind, .disagreements]]]'
	flows_now
	machine
}
forget() {
	tool --detach --interface all
}
is_carried() {
	in_ns client "$senders/udp_ask" 10.77.0.2:4000 10.99.0.1:7 10 >/dev/null
}
# What each story begins with.
attached() { tool --attach --no-config --interface eth0,eth1; }
with_flow() { attached && tool --flow-add "$carried" --both; }
with_flows() { attached && tool --flow-file "$work/flows"; }
with_sysctls() { tool --attach --no-config --interface eth0,eth1,lo --set-sysctls && tool --flow-add "$carried" --both; }

changing=bpf,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,sendto,sendmsg,write,exit_group
# list_points: the changing calls of an undisturbed run of $command, NAME NUMBER each.
list_points() {
	strace -qq -s 0 -o "$work/trace" -e trace="$changing" -e signal=none "${command[@]}" >/dev/null 2>&1
	awk '{
		name = $0; sub(/\(.*/, "", name); number[name]++
		if (name != "bpf" || /BPF_(OBJ_PIN|MAP_UPDATE_ELEM|MAP_UPDATE_BATCH|MAP_DELETE_ELEM|MAP_DELETE_BATCH|LINK_CREATE|LINK_UPDATE|LINK_DETACH|PROG_TEST_RUN)/)
			print name, number[name]
	}' "$work/trace" | awk -v every="$every" -v first="$stories" 'NR % every == first % every'
}
wrong() {
	echo "$*" >>"$work/wrong"
}
clean() {
	[ "$(machine)" = "$bare" ] || wrong "$1: $(diff <(echo "$bare") <(machine))"
}

points=0
stories=0
every=8
[ -z "${ECBPF_TEST_ALL_POINTS:-}" ] || every=1
# story WHAT BEFORE OPTION...: BEFORE makes the state that the command is killed in.
story() {
	local what=$1 before=$2 list name number count=0 expected answer command old new now
	shift 2
	stories=$((stories + 1))
	forget >/dev/null 2>&1
	$before >/dev/null 2>&1
	old=$(flows_now)
	command "$@"
	list=$(list_points)
	expected=$(known) new=$(flows_now)
	forget >/dev/null 2>&1
	while read -r name number; do
		count=$((count + 1))
		: >"$work/wrong"
		$before >/dev/null 2>&1
		{
			strace -qq -o /dev/null -e trace="$name" -e inject="$name:signal=SIGKILL:when=$number" \
				"${command[@]}" >/dev/null
		} 2>/dev/null
		[ $? -eq 137 ] || wrong "was not killed"
		now=$(flows_now)
		[ "$now" = "$old" ] || [ "$now" = "$new" ] || wrong "flows are neither old nor new: $now"
		if [[ $old = *:4000* && $new = *:4000* ]]; then
			is_carried || wrong "a flow that is in both is not carried"
		fi
		if [ $((count % 2)) -eq 1 ]; then
			answer=$(tool "$@" 2>&1) || [[ $answer =~ (is not attached|already in the|no such static flow|not in the static|attached to no interface) ]] ||
				wrong "the same again: $answer"
			[ "$(known)" = "$expected" ] || wrong "the same again: $(diff <(echo "$expected") <(known))"
		fi
		forget >/dev/null 2>&1
		clean "after --detach"
		if [ -s "$work/wrong" ]; then
			fail "$kind, $what: killed before $name $number" "$work/wrong"
		else
			ok "$kind, $what: killed before $name $number"
		fi
	done <<<"$list"
	forget >/dev/null 2>&1
	check "$kind, $what: has crash points" test "$count" -gt 0
	points=$((points + count))
}
bare=$(machine)
for kind in $kinds; do
	story "first attach, with sysctls" true --attach --no-config --interface eth0,lo --at both --set-sysctls
	story "second attach" with_flow --attach --no-config --interface eth0,lo --at both
	story "upgrade" with_flow --attach --no-config --interface eth0,eth1
	story "detach of one" with_sysctls --detach --interface lo
	story "detach of the last" with_sysctls --detach --interface all
	[ "$kind" = tcx ] || [ "$kinds" = clsact ] || continue
	story "flow-add" attached --flow-add "$carried" --both
	story "another flow-add" with_flow --flow-add "$other" --both
	story "flow-del" with_flow --flow-del "${carried% =>*}" --both
	story "flow-file" with_flow --flow-file "$work/flows"
	story "empty flow-file" with_flows --flow-file /dev/null
done
echo "$points crash points"
served_ends echo
