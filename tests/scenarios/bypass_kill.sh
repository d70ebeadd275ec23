#!/usr/bin/env bash
# `kill -9` before every call of a command of bypass_udp that changes anything in the kernel or the bpffs: the
# same command works afterwards and comes to what it would have come to undisturbed, --detach leaves no
# pin, no observer and no qdisc. All of them take five minutes, so a run takes every fourth call, in each
# story another fourth; ECBPF_TEST_ALL_POINTS=1 takes all. Rows L3, L4.
. "$(dirname "$0")/../harness/netns.sh"
need strace ethtool
[ -x "$build/bin/bypass_udp" ] || skip "no bypass_udp in this build"

bypass() {
	"$build/bin/bypass_udp" --bpffs "$bpffs" "$@"
}
for i in 0 1; do
	ip link add "r$i" address "02:00:00:00:0$i:fe" type veth peer name "p$i" || skip "no veth can be made"
	ethtool -K "p$i" gro on >/dev/null
	ip link set "p$i" up
	ip link set "r$i" up
	ip address add "10.$i.0.254/24" dev "r$i"
	ip neighbour add "10.$i.0.1" lladdr "02:00:00:00:0$i:01" nud permanent dev "r$i"
done
check "two roots" loader --attach --interface r0,r1
bare=$(pin_tree)

flow="10.0.0.1:5000 > 10.1.0.1:53"
printf '%s\n' "$flow => l2" '10.0.0.1:5001 > 10.1.0.1:53 => *:* > 10.1.0.1:54 both' >"$work/flows"
# known: settings, flows, excluded prefixes and who is attached, in a few lines.
known() {
	bypass --status --json 2>/dev/null | jq -c '[.host.settings, .host.excluded, (.host.tables // [] | map(.flows))]'
	bypass --flow-show --json 2>/dev/null | jq -c '[.flows // [] | .[] | [.in, .out]] | sort'
	pin_tree
}
forget() {
	bypass --detach --interface r0
	bypass --detach --interface r1
}
# What each story begins with.
attached() { bypass --attach --no-config --interface "${1:-r0}"; }
both_attached() { attached r0 && attached r1; }
with_flow() { attached && bypass --flow-add "$flow => l2"; }
with_flows() { attached && bypass --flow-file "$work/flows"; }
with_prefix() { with_flow && bypass --exclude 10.1.0.0/24; }

changing=bpf,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,sendto,sendmsg,exit_group
# list_points OPTION...: the changing calls of an undisturbed run, NAME NUMBER each.
list_points() {
	strace -qq -s 0 -o "$work/trace" -e trace="$changing" -e signal=none \
		"$build/bin/bypass_udp" --bpffs "$bpffs" "$@" >/dev/null 2>&1
	awk '{
		name = $0; sub(/\(.*/, "", name); number[name]++
		if (name != "bpf" || /BPF_(OBJ_PIN|MAP_UPDATE_ELEM|MAP_UPDATE_BATCH|MAP_DELETE_ELEM|MAP_DELETE_BATCH|LINK_CREATE|LINK_UPDATE|LINK_DETACH|PROG_TEST_RUN)/)
			print name, number[name]
	}' "$work/trace" | awk -v every="$every" -v first="$stories" 'NR % every == first % every'
}
wrong() {
	echo "$*" >>"$work/wrong"
}

points=0
stories=0
every=4
[ -z "${ECBPF_TEST_ALL_POINTS:-}" ] || every=1
# story WHAT BEFORE OPTION...: BEFORE makes the state that the command is killed in.
story() {
	local what=$1 before=$2 list name number count=0 expected answer
	shift 2
	stories=$((stories + 1))
	forget >/dev/null 2>&1
	$before >/dev/null 2>&1
	list=$(list_points "$@")
	expected=$(known)
	while read -r name number; do
		count=$((count + 1))
		: >"$work/wrong"
		forget >/dev/null 2>&1
		[ "$(pin_tree)" = "$bare" ] || wrong "not forgotten: $(diff <(echo "$bare") <(pin_tree))"
		$before >/dev/null 2>&1
		{
			strace -qq -o /dev/null -e trace="$name" -e inject="$name:signal=SIGKILL:when=$number" \
				"$build/bin/bypass_udp" --bpffs "$bpffs" "$@" >/dev/null
		} 2>/dev/null
		[ $? -eq 137 ] || wrong "was not killed"
		if [ $((count % 2)) -eq 1 ]; then
			answer=$(bypass "$@" 2>&1) || [[ $answer =~ (is not attached|already in the|no such static flow|is not in the static|is not excluded|attached to no interface) ]] ||
				wrong "the same again: $answer"
			[ "$(known)" = "$expected" ] || wrong "the same again: $(diff <(echo "$expected") <(known))"
		fi
		forget >/dev/null 2>&1
		[ "$(pin_tree)" = "$bare" ] || wrong "after --detach: $(diff <(echo "$bare") <(pin_tree))"
		if [ -s "$work/wrong" ]; then
			fail "$what: killed before $name $number" "$work/wrong"
		else
			ok "$what: killed before $name $number"
		fi
	done <<<"$list"
	check "$what: has crash points" test "$count" -gt 0
	points=$((points + count))
}
story "first attach" true --attach --no-config --interface r0
story "second attach" with_flow --attach --no-config --interface r1
story "upgrade" with_flow --attach --no-config --interface r0 --sample 2s
story "detach of one" both_attached --detach --interface r1
story "detach of the last" with_flow --detach --interface r0
story "flow-add" attached --flow-add "$flow => l2" --both
story "flow-del" with_flow --flow-del "$flow"
story "flow-file" with_flow --flow-file "$work/flows"
story "empty flow-file" with_flows --flow-file /dev/null
story "exclude" with_flow --exclude 10.1.0.0/24
story "no-exclude" with_prefix --no-exclude 10.1.0.0/24
echo "$points crash points"
