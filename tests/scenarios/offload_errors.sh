#!/usr/bin/env bash
# What tc_offload refuses, word for word, with every verb: one line on stderr, an exit status that is not 0, and pins,
# programs, qdiscs, sysctls, flows and their counts are as before: a list of interfaces is attached as a whole or not at all,
# flows are added both or none. The same for a kernel without memory at calls of --attach. --check changes nothing.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_offload.sh"
. "$(dirname "$0")/lib_offload_router.sh"
need setpriv strace timeout tc sysctl

here=$source_dir/tests/scenarios
tc_offload=$build/bin/tc_offload
make_router
# everything: all that an error must not change.
everything() {
	pin_tree
	offload --status --json 2>/dev/null | jq -c 'del(.places[].packets)'
	offload --flows --json 2>/dev/null | jq -c '.flows[]? | del(.state.first_ms, .state.last_ms)' | sort
	tc qdisc show
	for side in ingress egress; do
		for name in lo eth0 eth1; do
			"$here/foreign_tcx.py" list $name $side 2>/dev/null
			tc filter show dev $name $side 2>/dev/null
		done
	done
	sysctl net.ipv4.conf.lo.route_localnet net.ipv4.conf.lo.accept_local
}
# refused TEXT STATUS COMMAND...: fails with exactly this one line.
refused() {
	expect_error "$@"
	[ "$(wc -l <"$work/error")" -eq 1 ] || fail "  in one line" "$work/error"
}
# unharmed: and nothing has changed.
unharmed() {
	equal "nothing has changed" "$before" "$(everything)"
}
told() { # OPTION...
	timeout 20 "$tc_offload" --bpffs "$bpffs" "$@"
}
# line TEXT OPTION...: the command line is wrong, whatever is attached.
line() {
	refused "$1" 2 told "${@:2}"
}
# bad TEXT OPTION...: a value is wrong, or something is not as it should be.
bad() {
	refused "$1" 1 told "${@:2}"
}
# bad_rule TEXT RULE: as it was typed; bad_flow: as it was understood.
bad_rule() {
	bad "--flow-add '$2': $1" --flow-add "$2"
}
bad_flow() {
	bad "$2: $1" --flow-add "$2"
}
before=$(everything)
known="10.77.0.2:4000 > 10.99.0.1:9"
attaching="--attach --no-config --interface eth0"

echo "# the command line"
line "no verb given: say one of --attach, --detach, --reload, --flow-add, --flow-del, --flow-show, --flow-file, --flows, --explain, --run, --status, --check, --metrics, --check-config, --wanted; see --help"
line "--attach and --detach are both verbs: give one" --attach --detach
line "--max-flows does not go with --detach" --detach --max-flows 3
line "--set-sysctls does not go with --check" --check --set-sysctls
line "--both does not go with --flow-show" --flow-show --both
line "--interface does not go with --run" --run --interface eth0
line "--interface does not go with --flow-add" --flow-add "$known => l2" --interface eth0
line "--json does not go with --flow-add" --flow-add "$known => l2" --json
line "--flow-add needs a value: RULE" --flow-add
line "--at: 'above' is not one of ingress, egress, both" --attach --interface eth0 --at above
line "--by: 'size' is not one of pps, bps, packets, bytes" --flows --by size
line "--top: '0' is not a number from 1 to 4294967295" --flows --top 0
line "--max-flows: '0' is not a number from 1 to 16777216" --attach --interface eth0 --max-flows 0
line "--max-flows: '16777217' is not a number from 1 to 16777216" --attach --interface eth0 --max-flows 16777217
line "--interface: 'eth0/1' is not an interface name: 1 to 15 characters, no '/', ':' or white space" --attach --interface eth0/1
line "unknown option '--flows-add'; see --help" --flows-add x
bad "--attach needs --interface LIST, or \"interfaces\" in the section tc_offload of the configuration file" --attach --no-config
bad "--detach needs --interface LIST; \"all\" is whatever is attached" --detach
unharmed

echo "# configuration files"
bad "$work/none.json: no such configuration file" --attach --interface eth0 --config "$work/none.json"
bad "--config and --no-config contradict each other: give one" --attach --interface eth0 --no-config --config "$work/none.json"
# bad_config TEXT CONTENT
bad_config() {
	printf '{ "tc_offload": {\n%s\n} }' "$2" >"$work/bad.json"
	bad "$work/bad.json: line 2: tc_offload.$1" --attach --interface eth0 --config "$work/bad.json"
	bad "$work/bad.json: line 2: tc_offload.$1" --reload --config "$work/bad.json"
}
bad_config "at: is ingress, egress or both, not 'above'" '"at": "above"'
bad_config "max_flows: is 1 to 16777216, not 0" '"max_flows": 0'
unharmed

echo "# nothing to work on"
nowhere="tc_offload is attached to no interface of this network namespace; run: tc_offload --attach --interface NAME"
for verb in "--flow-add '$known => l2'" "--flow-del '$known'" --flow-show "--flow-file /dev/null" "--explain '$known'" --flows; do
	eval "bad '$nowhere' $verb"
done
check "--status of nothing is no error" told --status
equal "  and nothing on stdout" "" "$(told --status --interface eth0 2>/dev/null)"
check "that of an interface is one" test "$(told --status --interface eth0 >"$work/status" 2>&1 && echo 0 || echo $?)" = 1
contains "  and says: $nowhere" "tc_offload: $nowhere" "$work/status"
bad "tc_offload is not attached to eth0; tc_offload --status shows where it is" --detach --interface eth0
bad "tc_offload is not attached to any interface of this network namespace; tc_offload --status shows where it is" --detach --interface all
bad "no_such: there is no such interface in this network namespace" --detach --interface no_such
bad "all: there is no physical interface, bond or wireguard here that is not part of a bond or bridge; name interfaces" --attach --no-config --interface all
for list in no_such no_such,eth0 eth0,no_such,eth1 eth0,eth1,no_such; do
	for at in ingress both; do
		bad "no_such: there is no such interface in this network namespace (ip link shows those that are)" --attach --no-config --interface $list --at $at --set-sysctls
	done
done
unharmed
mkdir "$work/directory"
for verb in "$attaching" "--detach --interface eth0" --status --flows "--flow-file /dev/null" "--explain '$known'"; do
	eval "refused 'no bpffs at $work/directory: mount one (mount -t bpf bpf /sys/fs/bpf) or name another with --bpffs' 1 timeout 20 $tc_offload --bpffs $work/directory $verb"
	eval "refused 'no bpffs at $work/none: -ENOENT (No such file or directory)' 1 timeout 20 $tc_offload --bpffs $work/none $verb"
done
equal "nothing was made there" "" "$(ls "$work/directory")"
unharmed

echo "# a kernel without memory, at calls of --attach"
every=4
[ -z "${ECBPF_TEST_ALL_POINTS:-}" ] || every=1
printf '{ "tc_offload": { "interfaces": ["eth0", "lo"], "at": "both", "set_sysctls": true,
	"flows": [ { "in": "10.77.0.2:1 > 10.99.0.1:7", "out": "10.77.1.1:1 > 10.77.1.2:7", "both": true } ] } }' >"$work/good.json"
# small: all that an attached program leaves.
small() {
	pin_tree
	cat /proc/sys/net/ipv4/conf/lo/{route_localnet,accept_local}
}
nothing=$(small)
strace -qq -o "$work/trace" -e trace=bpf "$tc_offload" --bpffs "$bpffs" --attach --config "$work/good.json" >/dev/null 2>&1
all=$(small)
equal "undisturbed, sysctls are set" "1 1" "$(tail -n 2 <<<"$all" | paste -s -d ' ')"
check "--detach" told --detach --interface all
equal "and they are given back" "$nothing" "$(small)"
calls=$(grep -c '^bpf(' "$work/trace")
refusals=0
: >"$work/wrong"
for ((call = 1; call <= calls; call += every)); do
	strace -qq -o /dev/null -e trace=bpf -e inject="bpf:error=ENOMEM:when=$call" \
		"$tc_offload" --bpffs "$bpffs" --attach --config "$work/good.json" >"$work/output" 2>"$work/error"
	rc=$?
	now=$(small)
	if [ $rc -eq 0 ]; then
		[ "$now" = "$all" ] || echo "call $call: exit status 0, but: $(diff <(echo "$all") <(echo "$now"))"
		told --detach --interface all >/dev/null 2>&1
	else
		refusals=$((refusals + 1))
		grep -q '^tc_offload: ' "$work/error" || echo "call $call: exit status $rc, and nothing is said"
		[ "$now" = "$nothing" ] || echo "call $call: refused, but: $(head -n 1 "$work/error") $(diff <(echo "$nothing") <(echo "$now"))"
	fi >>"$work/wrong"
done
equal "$calls calls: all of it or nothing" "" "$(cat "$work/wrong")"
check "some are refused" test $refusals -gt 5
unharmed

echo "# rights"
needed="(needed: CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON): run as root, or grant them, for example with setcap or AmbientCapabilities="
with() { # CAPABILITIES OPTION...
	timeout 20 setpriv --bounding-set "-all$1" "$tc_offload" --bpffs "$bpffs" "${@:2}"
}
for verb in --status --flows --flow-show "--explain '$known'" --metrics; do
	word=${verb#--}
	[ "$verb" != --flow-show ] || word=flows
	eval "refused '${word%% *}: missing CAP_BPF, without which the kernel shows nothing of BPF: run as root, or grant it, for example with setcap or AmbientCapabilities=' 1 with ,+net_admin,+perfmon $verb"
done
for verb in status metrics; do
	refused "$verb: missing CAP_NET_ADMIN, without which the kernel does not show what is attached at tc: run as root, or grant it" 1 with ,+bpf,+perfmon --$verb
done
# each_right VERB OPTION...: each of the three is needed, and named.
each_right() {
	refused "$1: missing CAP_BPF $needed" 1 with ,+net_admin,+perfmon "${@:2}"
	refused "$1: missing CAP_NET_ADMIN $needed" 1 with ,+bpf,+perfmon "${@:2}"
	refused "$1: missing CAP_PERFMON $needed" 1 with ,+bpf,+net_admin "${@:2}"
	refused "$1: missing CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON $needed" 1 with "" "${@:2}"
}
each_right attach --attach --no-config --interface eth0
unharmed
three=,+bpf,+net_admin,+perfmon
check "the three are enough" with $three --attach --no-config --interface eth0,eth1 --at both --max-flows 4
check "for --flow-add" with $three --flow-add "$known => l2 via 10.77.1.2" --both
before=$(everything)
each_right flow-add --flow-add "10.77.0.2:4003 > 10.77.1.2:9 => l2"
each_right flow-del --flow-del "$known"
each_right flow-file --flow-file /dev/null
each_right detach --detach --interface eth0
for capabilities in "" ,+bpf ,+net_admin,+perfmon; do
	refused "run: missing CAP_BPF or CAP_NET_ADMIN: run as root, or grant them, for example with AmbientCapabilities=" 1 with "$capabilities" --run
done
unharmed

echo "# rules"
bad_rule "'x' is no address and port: write 10.0.0.1:5000, or [fd00::1]:5000 for IPv6" "x"
bad_rule "no '=>': a rule is written IN => OUT, OUT may be l2" "$known"
bad_rule "from IPv4 to IPv6: a flow stays what it is" "$known => *:* > [fd00::1]:3"
bad_rule "packets would leave as they came: write l2 to forward them without rewriting" "$known => *:* > *:*"
bad_rule "destination port 0: packets with it belong to no flow, give 1 to 65535" "$known tcp => *:* > 10.99.0.2:0"
bad_rule "peer without dev: say which veth leads to the other network namespace" "$known => l2 peer"
bad_rule "'now' where one of both, via, dev, mac, vlan, peer, keep-ttl may stand" "$known => l2 now"
bad_flow "no_such: no such interface in this network namespace" "$known on no_such => l2"
bad_flow "via 10.98.0.1: no route leads there; name its device: dev DEVICE" "$known => l2 via 10.98.0.1"
unharmed

echo "# flows, both or none, and a full table"
bad "flow $known is already in the static table" --flow-add "$known => l2"
bad "flow 10.99.0.1:9 > 10.77.0.2:4000 is already in the static table" --flow-add "10.77.0.2:4001 > 10.77.1.2:9 => 10.77.0.2:4000 > 10.99.0.1:9" --both
bad "flow 10.77.0.2:4002 > 10.77.1.2:9 is not in the static table" --flow-del "10.77.0.2:4002 > 10.77.1.2:9"
bad "flow 10.77.0.2:4000 > 10.99.0.1:9 tcp is not in the static table" --flow-del "$known tcp"
unharmed
served echo server 10.77.1.2:7
check "a pair" told --flow-add "10.77.0.2:4001 > 10.99.0.1:7 => 10.77.1.1:4001 > 10.77.1.2:7" --both
asks "it works" client 10.77.0.2:4001 10.99.0.1:7 10
before=$(everything)
bad "the static IPv4 table is full: room for 4 flows, 4 in it, 2 to be added" --flow-add "10.77.0.2:4002 > 10.77.1.2:9 => l2" --both
bad "the static IPv4 table is full: room for 4 flows, 4 in it, 1 to be added" --flow-add "10.77.0.2:4002 > 10.77.1.2:9 tcp => l2"
unharmed
check "one goes" told --flow-del "10.99.0.1:9 > 10.77.0.2:4000"
before=$(everything)
bad "the static IPv4 table is full: room for 4 flows, 3 in it, 2 to be added" --flow-add "10.77.0.2:4002 > 10.77.1.2:9 => l2" --both
unharmed
check "into the last place" told --flow-add "10.77.0.2:4002 > 10.77.1.2:9 => l2"
asks "the pair works still" client 10.77.0.2:4001 10.99.0.1:7 10
check "IPv6 has a table of its own" told --flow-add "[fd77::2]:4001 > [fd99::1]:7 => [fd77:1::1]:4001 > [fd77:1::2]:7" --both
before=$(everything)
# bad_flows TEXT LINES
bad_flows() {
	printf '%b' "$2" >"$work/bad.flows"
	bad "$work/bad.flows: $1" --flow-file "$work/bad.flows"
}
bad "$work/none: cannot be opened: -ENOENT (No such file or directory)" --flow-file "$work/none"
bad_flows "line 2: 'x': 'x' is no address and port: write 10.0.0.1:5000, or [fd00::1]:5000 for IPv6" "# flows\nx\n"
bad_flows "line 2: '10.0.0.1:1 > 10.0.0.2:9 => l2': 10.0.0.1:1 > 10.0.0.2:9 is there already: '10.0.0.1:1 > 10.0.0.2:9 => l2'" "10.0.0.1:1 > 10.0.0.2:9 => l2\n10.0.0.1:1 > 10.0.0.2:9 => l2"
seq -f "10.77.0.2:%.0f > 10.77.1.2:9 => l2" 5 >"$work/many.flows"
bad "no room for 5 flows in the static IPv4 table: it holds 4" --flow-file "$work/many.flows"
bad "--explain: a packet arrives at one interface: give one" --explain "$known" --interface eth0,eth1
bad "no_such: no such interface in this network namespace" --explain "$known" --interface no_such
unharmed

echo "# interfaces, attached or not"
for list in no_such eth0,no_such,eth1 lo,no_such; do
	bad "no_such: there is no such interface in this network namespace (ip link shows those that are)" --attach --no-config --interface $list --at both --set-sysctls
	bad "no_such: there is no such interface in this network namespace" --detach --interface ${list/lo/eth0}
done
bad "tc_offload is not attached to lo; tc_offload --status shows where it is" --detach --interface eth0,lo
unharmed

echo "# --check changes nothing"
# machine: links, features, sysctls, qdiscs, what is attached and pinned.
machine() {
	everything
	ip -d link show
	ip neighbour show nud permanent
	offload_features
	sysctl -a --ignore 2>/dev/null | grep -E '^net\.' | grep -v nf_conntrack_count
	find /run -maxdepth 2
}
machine >"$work/before"
for options in "" --json "--interface lo,eth0" "--interface all" "--interface no_such"; do
	# shellcheck disable=SC2086  # several words
	told --check $options >"$work/check" 2>&1
	check "  ends by itself, and says something" test $? -lt 2 -a -s "$work/check"
done
check "a process without rights is told what it lacks" grep -qx 'missing capabilities: this process lacks CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON' \
	<(with "" --check 2>/dev/null)
machine >"$work/after"
check "links, features, sysctls, qdiscs, pins are as they were" diff "$work/before" "$work/after"
echo 1 >/proc/sys/net/ipv4/conf/eth0/rp_filter
told --check --json >"$work/check" 2>/dev/null
check "its JSON is whole" jq -e .interfaces.eth0 "$work/check"

echo "# pins that somebody has taken away"
host=$(find "$bpffs/ecbpf" -maxdepth 1 -name 'tc_offload_*')
rm "$host/flow_nexthops"
asks "the flows go on" client 10.77.0.2:4001 10.99.0.1:7 10
refused "$host/flow_nexthops is gone, or was never made by another version: run tc_offload --detach --interface all, then --attach, which forgets flows" 1 told --flow-show
check "--detach" told --detach --interface all
equal "nothing is pinned" "" "$(pin_tree)"
served_ends echo
