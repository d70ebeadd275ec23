#!/usr/bin/env bash
# What bypass_udp refuses, word for word, with every verb: one line on stderr, an exit status that is not 0, and pins,
# programs, settings, flows, their counts and next hops are as before. The same for a kernel without memory at every
# call of --flow-file.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_bypass.sh"
need setpriv strace timeout

make_lab
bypass_udp=$build/bin/bypass_udp
# everything: all that an error must not change.
everything() {
	pin_tree
	loader --status --json 2>&1 | jq -c '.interfaces[] | [.xdp_program_id, [.subprograms[] | [.id, .name, .load_time]]]'
	bypass --status --json 2>/dev/null | jq -c 'del(.host.daemon.heard_ms, .host.nexthops, .interfaces[].packets, .interfaces[].driver_lost)'
	bypass --flows --json 2>/dev/null | jq -c '.flows[]? | del(.state.first_ms, .state.last_ms)' | sort
	ip link show | grep -oE '^[0-9]+: [^:]+|xdp[a-z]* qdisc|prog/xdp.*'
	find "$work" -maxdepth 1 -name 'made*'
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
	timeout 20 "$bypass_udp" --bpffs "$bpffs" "$@"
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
daemon_is_silent() {
	bypass_says_is .host.daemon.state silent
}
before=$(everything)
known="10.77.0.2:4000 > 10.99.0.1:9"

echo "# the command line"
line "no verb given: say one of --attach, --detach, --reload, --set, --flow-add, --flow-del, --flow-show, --flow-file, --exclude, --no-exclude, --explain, --flows, --run, --status, --stats, --stats-configured, --metrics, --check-config, --wanted; see --help"
line "--attach and --detach are both verbs: give one" --attach --detach
line "--monitor does not go with --detach" --detach --monitor on
line "--max-flows does not go with --set" --set --max-flows 3
line "--both does not go with --flow-show" --flow-show --both
line "--interface does not go with --run" --run --interface eth0
line "--interface does not go with --flow-add" --flow-add "$known => l2" --interface eth0
line "--json does not go with --flow-add" --flow-add "$known => l2" --json
line "--flow-add needs a value: RULE" --flow-add
line "--exclude needs a value: LIST" --exclude ""
line "--slot: '8' is not a number from 0 to 7" --detach --slot 8
line "--by: 'size' is not one of pps, bps, packets, bytes" --flows --by size
line "--top: '0' is not a number from 1 to 4294967295" --flows --top 0
line "--format: 'xml' is not one of json, statsd, prometheus" --stats 1 --format xml
line "unknown option '--flows-add'; see --help" --flows-add x
bad "--stats takes a number of seconds from 1 to 86400, not '0'" --stats 0
bad "--attach needs --interface LIST" --attach --no-config
bad "--detach needs --interface LIST" --detach
bad "--set needs something to set, --idle-timeout for one; see --help" --set
unharmed

echo "# words of the settings"
for verb in --set "--attach --no-config --interface eth0"; do
	# shellcheck disable=SC2086  # several words
	{
		bad "--monitor: 'yes' is neither on nor off" $verb --monitor yes
		bad "--idle-timeout: '5' is not a duration: a number and s, m, h or d (15m, 7d), at most 3650d" $verb --idle-timeout 5
		bad "--idle-timeout: 'ftp' is none of the classes other, dns, quic" $verb --idle-timeout 9s,ftp=5s
		bad "--idle-timeout: a time for dns is given twice" $verb --idle-timeout dns=5s,dns=6s
		bad "--idle-timeout: a time for all classes is given twice" $verb --idle-timeout 5s,6s
		bad "--sample: '5ms' is not a time from 10ms to 60s (500ms, 2s)" $verb --sample 5ms
		bad "--learn: '1' is neither on nor off" $verb --learn 1
		bad "--learn-mark: '0x10/0x0f': no mark is like that: the mask leaves out bits of the mark" $verb --learn-mark 0x10/0x0f
		bad "--learn-mark: 'x' is neither off nor MARK/MASK, as 0x10/0xff" $verb --learn-mark x
		bad "--observe-after: '0' is not a number from 1 to 4294967295" $verb --observe-after 0
	}
done
bad "--max-flows: '16777217' is not a number from 1 to 16777216" --attach --no-config --interface eth0 --max-flows 16777217
bad "--max-learned: '0' is not a number from 1 to 16777216" --attach --no-config --interface eth0 --max-learned 0
unharmed

echo "# configuration files"
bad "$work/none.json: no such configuration file" --attach --interface eth0 --config "$work/none.json"
bad "--config and --no-config contradict each other: give one" --attach --interface eth0 --no-config --config "$work/none.json"
printf '{ "bypass_udp": {\n"learn": "on",\n"monitor": "maybe"\n} }' >"$work/bad.json"
bad "$work/bad.json: line 3: bypass_udp.monitor: 'maybe' is neither on nor off" --attach --interface eth0 --config "$work/bad.json"
bad "$work/bad.json: line 3: bypass_udp.monitor: 'maybe' is neither on nor off" --reload --config "$work/bad.json"
printf '{ "bypass_udp": {\n"flows": [ { "in": "10.0.0.1:1 > 10.0.0.2:0", "out": "l2" } ]\n} }' >"$work/bad.json"
bad "$work/bad.json: line 2: bypass_udp.flows[0]: destination port 0: packets with it belong to no flow, give 1 to 65535: '10.0.0.1:1 > 10.0.0.2:0 => l2'" \
	--attach --interface eth0 --config "$work/bad.json"
unharmed

echo "# nothing to work on"
echo '{}' >"$work/empty.json"
nowhere="bypass_udp is attached to no interface of this network namespace; run: bypass_udp --attach --interface NAME"
# every_verb TEXT
every_verb() {
	bad "$1" --set --learn off
	bad "$1" --flow-add "$known => l2"
	bad "$1" --flow-del "$known"
	bad "$1" --flow-show
	bad "$1" --flow-file /dev/null
	bad "$1" --exclude 10.0.0.0/8
	bad "$1" --no-exclude 10.0.0.0/8
	bad "$1" --explain "$known"
	bad "$1" --flows
	bad "$1" --reload --config "$work/empty.json"
}
every_verb "$nowhere"
bad "no_such: no such interface in this network namespace" --attach --no-config --interface no_such
bad "no_such: no such interface in this network namespace" --detach --interface no_such
bad "eth0: bypass_udp is not attached; run: bypass_udp --attach --interface eth0" --detach --interface eth0
bad "eth0: slot 3 is empty, bypass_udp is not attached there" --detach --interface eth0 --slot 3
bad "lo: no root array is attached here; run: xdp_root_loader --attach --interface lo" --attach --no-config --interface lo
refused "no bpffs at $work/none: -ENOENT (No such file or directory)" 1 "$bypass_udp" --bpffs "$work/none" --interface eth0 --attach --no-config
unharmed

echo "# a slot that others have"
check "another program in slot 7" loader --load "$objects/continue_only.o" --slot 7 --interface eth0
before=$(everything)
taken="eth0: slot 7 holds continue_only (id $(status_of eth0 '.subprograms[7].id')), not bypass_udp"
bad "$taken; take it out with xdp_root_loader --slot 7 --unload --interface eth0, or name another slot with --slot N" --attach --no-config --interface eth0
bad "$taken; take it out with xdp_root_loader --slot 7 --unload --interface eth0, or name another slot with --slot N" --attach --no-config --interface eth0 --slot 7
bad "$taken" --detach --interface eth0 --slot 7
unharmed
check "it goes" loader --unload --slot 7 --interface eth0

echo "# rights"
needed="(needed: CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON): run as root, or grant them, for example with setcap or AmbientCapabilities="
with() { # CAPABILITIES OPTION...
	timeout 20 setpriv --bounding-set "-all$1" "$bypass_udp" --bpffs "$bpffs" "${@:2}"
}
for verb in --status --flows --flow-show "--explain '$known'" --metrics "--stats 1"; do
	word=${verb#--}
	eval "refused '${word%% *}: missing CAP_BPF, without which the kernel shows nothing of BPF: run as root, or grant it, for example with setcap or AmbientCapabilities=' 1 with ,+net_admin,+perfmon $verb"
done
before=$(everything)
# each_right VERB OPTION...: each of the three is needed, and named.
each_right() {
	refused "$1: missing CAP_BPF $needed" 1 with ,+net_admin,+perfmon "${@:2}"
	refused "$1: missing CAP_NET_ADMIN $needed" 1 with ,+bpf,+perfmon "${@:2}"
	refused "$1: missing CAP_PERFMON $needed" 1 with ,+bpf,+net_admin "${@:2}"
	refused "$1: missing CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON $needed" 1 with "" "${@:2}"
}
each_right attach --attach --no-config --interface eth0
unharmed
check "the three are enough" with ,+bpf,+net_admin,+perfmon --attach --no-config --interface eth0,eth1,eth2 --max-flows 4
check "for --flow-add" with ,+bpf,+net_admin,+perfmon --flow-add "$known => l2 via 10.77.1.2" --both
before=$(everything)
each_right flow-add --flow-add "10.77.0.2:4003 > 10.77.1.2:9 => l2"
each_right flow-del --flow-del "$known"
each_right flow-file --flow-file /dev/null
each_right set --set --learn off
each_right exclude --exclude 10.0.0.0/8
each_right detach --detach --interface eth0
for capabilities in "" ,+bpf ,+net_admin,+perfmon; do
	refused "run: missing CAP_BPF or CAP_NET_ADMIN: run as root, or grant them, for example with AmbientCapabilities=" 1 with "$capabilities" --run
done
unharmed

echo "# with it attached"
bad "the table of static flows has room for 4 already: max_flows in the configuration file and --reload change that" --attach --no-config --interface eth0 --max-flows 5
bad "the table of learned flows has room for 65536 already, until bypass_udp is detached from all interfaces" --attach --no-config --interface eth0 --max-learned 5
bad "eth0: bypass_udp is in slot 7 already; to move it, run bypass_udp --detach --interface eth0 first" --attach --no-config --interface eth0 --slot 3
bad "no_such: no such interface in this network namespace" --set --monitor on --interface no_such
unharmed

echo "# rules"
bad_rule "'x' is no address and port: write 10.0.0.1:5000, or [fd00::1]:5000 for IPv6" "x"
bad_rule "no '=>': a rule is written IN => OUT, OUT may be l2" "$known"
bad_rule "nothing behind '=>': write l2, or what the packets leave with" "$known =>"
bad_rule "'l3' is no address and port: write 10.0.0.1:5000, or [fd00::1]:5000 for IPv6" "$known => l3"
bad_rule "the end where a '>' between source and destination belongs" "$known => *:*"
bad_rule "from IPv4 to IPv6: a flow stays what it is" "$known => *:* > [fd00::1]:3"
bad_rule "from IPv6 to IPv4: source and destination of a flow are both IPv4 or both IPv6" "[fd00::1]:4 > 10.0.0.1:3 => l2"
bad_rule "'fd00::1:4' is no address and port: IPv6 is written [fd00::1]:5000" "fd00::1:4 > fd00::2:4 => l2"
bad_rule "packets would leave as they came: write l2 to forward them without rewriting" "$known => *:* > *:*"
bad_rule "source and destination are only changed over: the packets would go back to who sent them" "$known => 10.99.0.1:9 > 10.77.0.2:4000"
bad_rule "source port 0: packets with it belong to no flow, give 1 to 65535" "10.77.0.2:0 > 10.99.0.1:9 => l2"
bad_rule "destination port 0: packets with it belong to no flow, give 1 to 65535" "$known => *:* > 10.99.0.2:0"
bad_rule "'10.99.0.1:70000' does not end in a port from 1 to 65535" "10.77.0.2:1 > 10.99.0.1:70000 => l2"
bad_rule "224.0.0.1 is a multicast address: give the source address of one host" "224.0.0.1:3 > 10.99.0.1:9 => l2"
bad_rule "255.255.255.255 is the broadcast address: give the destination address of one host" "10.77.0.2:3 > 255.255.255.255:3 => l2"
bad_rule "0.0.0.0 is the unspecified address: give the source address of one host" "0.0.0.0:3 > 10.99.0.1:9 => l2"
bad_rule "ff02::1 is a multicast address: give the destination address of one host" "[fd00::1]:3 > [ff02::1]:3 => l2"
bad_rule "source and destination are the same" "10.77.0.2:3 > 10.77.0.2:3 => l2"
bad_rule "dev without via or mac: name the next hop, or leave it to the routes altogether" "$known => l2 dev eth1"
bad_rule "vlan without via or mac: name the next hop, or leave it to the routes altogether" "$known => l2 vlan 5"
bad_rule "mac without dev: say which device sends" "$known => l2 mac 02:00:00:00:00:01"
bad_rule "the mac is that of no single host" "$known => l2 mac 01:00:5e:00:00:01 dev eth1"
bad_rule "'02:00' is no MAC address like 02:00:00:00:00:01" "$known => l2 mac 02:00 dev eth1"
bad_rule "via and mac both name the next hop: give one of them" "$known => l2 mac 02:00:00:00:00:01 via 10.77.1.2 dev eth1"
bad_rule "an IPv6 flow via an IPv4 address: give an IPv6 one" "[fd77::2]:3 > [fd99::1]:9 => l2 via 10.77.1.2"
bad_rule "via a link-local address: say on which device with dev" "[fd77::2]:3 > [fd99::1]:9 => l2 via fe80::1"
bad_rule "224.0.0.1 is a multicast address: give the via address of one host" "$known => l2 via 224.0.0.1"
bad_rule "'4095' is no VLAN: write an id from 1 to 4094, two like 10.20 with the outer one first, or none" "$known vlan 4095 => l2"
bad_rule "'via' is one too many: the same was said before it" "$known => l2 via 10.77.1.2 via 10.77.1.2"
bad_rule "'now' where one of both, via, dev, mac, vlan, peer, keep-ttl may stand" "$known => l2 now"
bad_rule "'10.99.0.1:9=>l2' has a '>' in it: put spaces around > and =>" "10.77.0.2:4000 > 10.99.0.1:9=>l2"
bad_flow "via fd77:1::2: not of the family of the flow" "$known => l2 via fd77:1::2"
bad_flow "via 10.77.0.1: an address of this host" "$known => l2 via 10.77.0.1"
bad_flow "via 10.98.0.1: no route leads there; name its device: dev DEVICE" "$known => l2 via 10.98.0.1"
bad_flow "no_such: no such interface in this network namespace" "$known => l2 dev no_such mac 02:00:00:00:00:01"
bad_flow "dev lo: has no MAC addresses, frames cannot be sent to it" "$known => l2 dev lo mac 02:00:00:00:00:01"
bad_flow "no_such: no such interface in this network namespace" "$known on no_such => l2"
bad_flow "bypass_udp forwards UDP only" "$known tcp => l2"
unharmed

echo "# flows"
bad "flow $known is already in the static table" --flow-add "$known => l2"
bad "flow 10.99.0.1:9 > 10.77.0.2:4000 is already in the static table" --flow-add "10.77.0.2:4001 > 10.77.1.2:9 => 10.77.0.2:4000 > 10.99.0.1:9" --both
bad "flow 10.77.0.2:4002 > 10.77.1.2:9 is not in the static table" --flow-del "10.77.0.2:4002 > 10.77.1.2:9"
bad "--flow-del '$known => l2': '=>' does not belong here: only what packets arrive with does" --flow-del "$known => l2"
unharmed
check "two more" told --flow-add "10.77.0.2:4001 > 10.77.1.2:9 => l2" --both
before=$(everything)
bad "the static IPv4 table is full: room for 4 flows, 4 in it, 2 to be added" --flow-add "10.77.0.2:4002 > 10.77.1.2:9 => l2" --both
bad "the static IPv4 table is full: room for 4 flows, 4 in it, 1 to be added" --flow-add "10.77.0.2:4002 > 10.77.1.2:9 => l2"
unharmed

echo "# files of flows"
# bad_file TEXT LINES
bad_file() {
	printf '%b' "$2" >"$work/bad.flows"
	bad "$work/bad.flows: $1" --flow-file "$work/bad.flows"
}
bad "$work/none: cannot be opened: -ENOENT (No such file or directory)" --flow-file "$work/none"
bad "$work: cannot read on behind line 0: -EISDIR (Is a directory)" --flow-file "$work"
bad_file "line 2: 'x': 'x' is no address and port: write 10.0.0.1:5000, or [fd00::1]:5000 for IPv6" "# flows\nx\n"
bad_file "line 2: '10.0.0.1:1 > 10.0.0.2:9 => l2': 10.0.0.1:1 > 10.0.0.2:9 is there already: '10.0.0.1:1 > 10.0.0.2:9 => l2'" "10.0.0.1:1 > 10.0.0.2:9 => l2\n10.0.0.1:1 > 10.0.0.2:9 => l2"
bad_file "line 2: '10.0.0.2:9 > 10.0.0.1:1 => l2': 10.0.0.2:9 > 10.0.0.1:1 is there already: the way back of '10.0.0.1:1 > 10.0.0.2:9 => l2 both'" \
	"10.0.0.1:1 > 10.0.0.2:9 => l2 both\n10.0.0.2:9 > 10.0.0.1:1 => l2\n"
bad_file "line 1: flows[0].boht: no such setting; did you mean 'both'?" '{"flows": [{"in": "10.0.0.1:1 > 10.0.0.2:9", "out": "l2", "boht": true}]}'
bad_file "line 1: flows[0]: no \"out\": a flow has \"in\" and \"out\"" '{"flows": [{"in": "10.0.0.1:1 > 10.0.0.2:9"}]}'
bad_file "line 1: no \"flows\": [...] in it" '{"flow": []}'
seq -f "10.77.0.2:%.0f > 10.77.1.2:9 => l2" 5 >"$work/many.flows"
bad "no room for 5 flows in the static IPv4 table: it holds 4" --flow-file "$work/many.flows"
echo "10.77.0.2:1 > 10.77.1.2:9 tcp => l2" >"$work/bad.flows"
bad "10.77.0.2:1 > 10.77.1.2:9 tcp => l2: bypass_udp forwards UDP only" --flow-file "$work/bad.flows"
unharmed

echo "# excluded prefixes, explanations, statistics"
bad "--exclude: 'x' is not an address or prefix, as 10.0.0.0/8 or 2001:db8::1" --exclude 10.0.0.0/8,x
bad "--exclude: '10.0.0.1/8' has bits set behind its length; 10.0.0.0/8 may be meant" --exclude 10.0.0.1/8
bad "--no-exclude: 11.0.0.0/8 is not excluded" --no-exclude 11.0.0.0/8
bad "--explain: a packet arrives at one interface: give one" --explain "$known" --interface eth0,eth1
bad "--explain: 'on eth1' and --interface eth0 contradict each other" --explain "$known on eth1" --interface eth0
bad "--explain: bypass_udp forwards UDP only" --explain "$known tcp"
bad "no_such: no such interface in this network namespace" --explain "$known" --interface no_such
bad "no_such: no such interface in this network namespace" --status --interface no_such
bad "lo: no root array, or one without its pins; run: xdp_root_loader --attach --interface lo" --status --json --interface lo
equal "  and nothing on stdout" "" "$(told --status --interface no_such 2>/dev/null)"
bad "--interface and --configured exclude each other: give one" --attach --interface eth0 --configured
bad "--interface and --attached exclude each other: give one" --detach --interface eth0 --attached
bad "--flow 'x': 'x' is no address and port: write 10.0.0.1:5000, or [fd00::1]:5000 for IPv6" --flow-show --flow x
bad "--to: 'x': expected HOST:PORT, an IPv6 address in brackets" --stats 1 --to udp:x
unharmed

echo "# a second daemon"
daemon_starts
before=$(everything)
bad "another bypass_udp --run (process $daemon) serves this network namespace: end it first" --run
unharmed
daemon_ends KILL
contains "status tells of a killed one" "DISAGREES: the daemon (process $daemon) was last heard of" <(wait_until 10 daemon_is_silent && bypass --status 2>/dev/null)
check "another one can begin" daemon_starts
daemon_ends

echo "# a kernel without memory, at every call of --flow-file"
served server server 10.77.1.2:7
echo "10.77.0.2:4001 > 10.77.0.1:53 => *:* > 10.77.1.2:7 both" >"$work/old.flows"
{ cat "$work/old.flows" && echo "10.77.0.2:4002 > 10.77.0.1:53 => *:* > 10.77.1.2:7 both"; } >"$work/new.flows"
check "flows" bypass --flow-file "$work/old.flows"
asks "they echo" client --count 3 10.77.0.2:4001 10.77.0.1:53 10
old_flows=$(all_counts) pins=$(pin_tree)
strace -qq -o "$work/trace" -e trace=bpf "$bypass_udp" --bpffs "$bpffs" --flow-file "$work/new.flows" >/dev/null 2>&1
new_flows=$(all_counts)
equal "undisturbed, there are more, and counts stay" "$({ echo "$old_flows" && printf '0 %s\n' "10.77.0.2:4002 > 10.77.0.1:53" "10.77.1.2:7 > 10.77.0.2:4002"; } | sort -k 2)" "$new_flows"
calls=$(grep -c '^bpf(' "$work/trace")
refusals=0
: >"$work/wrong"
bypass --flow-file "$work/old.flows" >/dev/null 2>&1
for ((call = 1; call <= calls; call++)); do
	strace -qq -o /dev/null -e trace=bpf -e inject="bpf:error=ENOMEM:when=$call" \
		"$bypass_udp" --bpffs "$bpffs" --flow-file "$work/new.flows" >"$work/output" 2>"$work/error"
	rc=$?
	now=$(all_counts)
	case $rc in
	0) [ "$now" = "$new_flows" ] || echo "call $call: exit status 0, but the flows are not the new ones" ;;
	1)
		refusals=$((refusals + 1))
		if grep -q ': \(some of \)*the new flows are in force' "$work/error"; then
			[ "$(cut -d ' ' -f 2- <<<"$now")" = "$(cut -d ' ' -f 2- <<<"$new_flows")" ] ||
				echo "call $call: the flows are not in force: $now"
		else
			[ "$now" = "$old_flows" ]
		fi || echo "call $call: refused, but the flows are not the old ones: $(cat "$work/error")"
		[ "$(wc -l <"$work/error")" -eq 1 ] || echo "call $call: not one line: $(cat "$work/error")"
		;;
	*) echo "call $call: exit status $rc: $(cat "$work/error")" ;;
	esac >>"$work/wrong"
	if ! bypass --flow-file "$work/old.flows" >/dev/null 2>"$work/error" || [ "$(pin_tree)" != "$pins" ] || [ "$(all_counts)" != "$old_flows" ]; then
		echo "call $call: after it a command does not work, or pins or counts differ: $(cat "$work/error") $(all_counts)" >>"$work/wrong"
	fi
done
equal "$calls calls: the old flows, told as refused, or the new ones, and then the counts are whole" "" "$(cat "$work/wrong")"
check "most of them do not go unnoticed" test "$refusals" -gt $((calls / 2))
asks "they echo" client 10.77.0.2:4001 10.77.0.1:53 10

echo "# pins that somebody has taken away"
host=$(find "$bpffs/ecbpf" -maxdepth 1 -name 'bypass_udp_*')
rm "$host/flow_nexthops"
expect_error "$host/flow_nexthops is gone, or was never made by another version: run bypass_udp --detach and --attach on all interfaces, which forgets flows and settings" 1 told --flow-show
rm -r "$host"
expect_error "$host is gone, and with it the flows of eth2 and of whatever else bypass_udp is attached to; run bypass_udp --detach on all of them, then --attach" 1 \
	told --attach --no-config --interface eth0
asks "the flows go on" client 10.77.0.2:4001 10.77.0.1:53 10
served_ends server

echo "# several interfaces: one that fails does not keep the others from being changed"
expect_error "no_such: no such interface in this network namespace" 1 told --detach --interface no_such,eth0
check "eth0 has no program any more" test "$(status_of eth0 '.subprograms[7].prog_loaded')" = false
check "--detach" bypass --detach --interface eth1,eth2
for name in eth0 eth1 eth2; do
	check "--detach of the root on $name" loader --detach --interface $name
done
equal "nothing is pinned" "" "$(pin_tree)"
