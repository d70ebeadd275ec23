#!/usr/bin/env bash
# bypass_udp --run as a service, with flows under way all the time: what it tells the service manager, the rights it
# keeps, a second one, reloading; interfaces and the program come and go; it is killed and starts again, and stays away:
# nothing is lost or forgotten. And --stats: where the counters are written to.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_bypass.sh"
. "$(dirname "$0")/lib_bypass_learn.sh"
. "$(dirname "$0")/lib_service_manager.sh"

names=(dnat dnat-6)

# known: what there is to know of learned flows but for what changes by itself.
known() {
	bypass --flows --learned --json | jq -c '.flows[] | [.in, .out, .state.nexthop, .state.flags]' | sort
}
# no_less BEFORE: no flow's count is less than it was.
no_less() {
	join <(echo "$1") <(learned_flows) | awk '$3 < $2 { less = 1 } END { exit less || NR != 4 }'
}
ends_well() { # PROCESS WHAT
	local rc=0
	check "$2: it ends" wait_until 10 test ! -e "/proc/$1/exe"
	kill -KILL "$1" 2>/dev/null
	wait "$1" || rc=$?
	equal "$2: well" 0 "$rc"
}

make_lab
firewall
served server server 10.77.1.2:7 '[fd77:1::2]:7'
echo "# it starts before there is anything to do"
export WATCHDOG_USEC=500000
"$build/bin/bypass_udp" --bpffs "$bpffs" --run >"$work/daemon" 2>&1 &
daemon=$!
unset WATCHDOG_USEC
told_manager "it is ready" READY=1
told_manager "and waits" 'STATUS=waits: .+'
attach_bypass --learn on
check "it runs" wait_until 10 daemon_runs
stream_starts dnat 1000 10.77.0.2:6001 10.77.0.1:5001
stream_starts dnat-6 200 '[fd77::2]:6002' '[fd77::1]:5002'
learns "two flows" 4
forget_messages
told_manager "the manager is told" 'STATUS=4 flows learned, 0 candidates, 0 wait for room'
check "it says that it is alive" wait_until 20 is_watched
equal "READY=1 comes once" 1 "$(grep -cx READY=1 "$work/messages")"
goes_around "learned" "${names[@]}"

echo "# rights"
# Bits 12 and 39 are CAP_NET_ADMIN and CAP_BPF.
equal "it has CAP_BPF and CAP_NET_ADMIN only, and gets no other" "CapBnd: 0000008000001000
CapEff: 0000008000001000
CapInh: 0000000000000000
CapPrm: 0000008000001000" "$(cat /proc/"$daemon"/task/*/status | grep -E '^Cap(Inh|Prm|Eff|Bnd)' | tr -s '\t' ' ' | sort -u)"
expect_error "run: missing CAP_BPF or CAP_NET_ADMIN: run as root, or grant them, for example with AmbientCapabilities=" 1 \
	timeout 20 setpriv --bounding-set=-all,+net_admin "$build/bin/bypass_udp" --bpffs "$bpffs" --run

echo "# a second one, and --reload"
expect_error "another bypass_udp --run (process $daemon) serves this network namespace: end it first" 1 \
	timeout 20 "$build/bin/bypass_udp" --bpffs "$bpffs" --run
forget_messages
kill -HUP "$daemon"
told_manager "SIGHUP: it reloads" 'RELOADING=1\|MONOTONIC_USEC=[0-9]+'
told_manager "and has" READY=1
goes_around "as before" "${names[@]}"

echo "# an interface disappears"
ip link del eth2
goes_around "without eth2" "${names[@]}"
add_link eth2 spare peer2
add_addresses eth2 spare peer2 2
in_ns spare ip route add default via 10.77.2.1
in_ns spare ethtool -K peer2 tx off gro on >/dev/null
take_native_xdp spare peer2
served spare spare 10.77.2.2:7
check "it comes back: a root" loader --attach --interface eth2
check "and bypass_udp" bypass --attach --no-config --interface eth2
stream_starts other 200 10.77.0.2:6003 10.77.2.2:7
learns "a flow by way of it" 6
before=$(on eth2 .packets.bypassed)
sends_more other 100
check "its answers go around the stack" test $(($(on eth2 .packets.bypassed) - before)) -ge 90
stream_ends other
equal "each packet was answered" "$(so_far other sent)" "$(so_far other answered)"
served_ends spare
conntrack -D -p udp --orig-src 10.77.0.2 --sport 6003 >/dev/null 2>&1
learns "without it again" 4

echo "# killed, and started again"
known_flows=$(known) before_counts=$(learned_flows) learned=$(ledger learned)
daemon_ends KILL
daemon_starts
equal "all flows are there" "$known_flows" "$(known)"
check "with their counts" no_less "$before_counts"
goes_around "a new daemon" "${names[@]}"
equal "none has been learned again" "$learned" "$(ledger learned)"

echo "# and stays away"
before=$(went_up_for no_daemon)
daemon_ends KILL
is_bypassed_more() {
	[ "$(bypassed)" -gt "$1" ]
}
is_given_up() {
	[ "$(went_up_for no_daemon)" -gt $((before + 100)) ]
}
check "after five seconds learned flows go up" wait_until 10 is_given_up
learned_count_is 4 || fail "they stay in the table"
equal "status tells" silent "$(bypass_says .host.daemon.state)"
check "and its exit status" bash -c '! "$@"' - "$build/bin/bypass_udp" --bpffs "$bpffs" --status
before_bypassed=$(bypassed)
sends_more dnat 300
equal "nothing goes around the stack" "$before_bypassed" "$(bypassed)"
daemon_starts
check "a new daemon: they go around it again" wait_until 10 is_bypassed_more $((before_bypassed + 100))
goes_around "again" "${names[@]}"
equal "the same flows" "$known_flows" "$(known)"
equal "none has been learned again" "$learned" "$(ledger learned)"

echo "# detached and attached while it runs"
check "--detach" bypass --detach --interface eth0,eth1,eth2
forget_messages
told_manager "it waits" 'STATUS=waits: .+'
attach_bypass --learn on
check "it runs" wait_until 10 daemon_runs
learns "all flows are learned again" 4
goes_around "attached again" "${names[@]}"

echo "# --stats"
forget_messages
stats=()
"$build/bin/bypass_udp" --bpffs "$bpffs" --stats 1 --to "$work/stats.json" 2>"$work/stats1" &
stats+=($!)
told_manager "it is ready" READY=1
told_manager "and says what it does" 'STATUS=3 interfaces, 4 flows'
"$build/bin/bypass_udp" --bpffs "$bpffs" --stats 1 --format prometheus --to "$work/stats.prom" 2>"$work/stats2" &
stats+=($!)
"$build/bin/bypass_udp" --bpffs "$bpffs" --stats 1 >"$work/stats.out" 2>"$work/stats3" &
stats+=($!)
/usr/bin/python3 -u -c '
import socket
taker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
taker.bind(("127.0.0.1", 8125))
print("listening")
while True:
    print(taker.recv(65536).decode(), end="")' >"$work/stats.statsd" &
wait_until 10 grep -q listening "$work/stats.statsd" || fail "somebody who takes statsd"
"$build/bin/bypass_udp" --bpffs "$bpffs" --stats 1 --format statsd --to udp:127.0.0.1:8125 2>"$work/stats4" &
stats+=($!)
has_lines() { # FILE COUNT
	[ "$(wc -l <"$work/$1")" -ge "$2" ]
}
check "an object a line, into a file" wait_until 10 has_lines stats.json 3
check "and to stdout" wait_until 10 has_lines stats.out 2
equal "each is JSON, later and with more packets than the one before" true "$(head -n 3 "$work/stats.json" |
	jq -s '[.[] | [.time_ms, .interfaces.eth0.packets.bypassed]] | . == sort and (map(.[1]) | unique | length) == 3')"
equal "it is what --status says" "$(bypass --status --json | jq -c '.interfaces.eth0 | keys')" "$(head -n 1 "$work/stats.json" | jq -c '.interfaces.eth0 | keys')"
check "prometheus" wait_until 10 grep -qE '^ecbpf_bypass_sent_packets_total\{interface="eth0",mode="nat",action="redirect"\} [1-9][0-9]*$' "$work/stats.prom"
contains "with types" "# TYPE ecbpf_bypass_flows gauge" "$work/stats.prom"
contains "and tables" 'ecbpf_bypass_flows{table="learned",family="ipv6"} 2' "$work/stats.prom"
equal "one of each, the file is replaced" "" "$(grep -v '^#' "$work/stats.prom" | cut -d ' ' -f 1 | sort | uniq -d)"
check "statsd" wait_until 10 grep -qE '^ecbpf_bypass\.sent_packets_total\.eth0\.nat\.redirect:[1-9][0-9]*\|g$' "$work/stats.statsd"
equal "nothing else" "" "$(sed 1d "$work/stats.statsd" | grep -vxE '[a-z_]+(\.[a-zA-Z0-9_-]+)+:[0-9]+(\.[0-9]+)?\|g')"
forget_messages
for process in "${stats[@]}"; do
	kill "$process"
done
for process in "${stats[@]}"; do
	ends_well "$process" --stats
done
told_manager "it said so" STOPPING=1
equal "none had anything to say" "" "$(cat "$work"/stats[1-4])"

echo "# the end"
forget_messages
stream_ends "${names[@]}"
for name in "${names[@]}"; do
	equal "$name: each packet was answered, once" "$(so_far "$name" sent) 0" "$(so_far "$name" answered) $(so_far "$name" twice)"
done
kill "$daemon"
ends_well "$daemon" SIGTERM
told_manager "it said so" STOPPING=1
equal "the log" "bypass_udp: bypass_udp was detached from the last interface: waiting" "$(<"$work/daemon")"
equal "status: there is none" none "$(bypass_says .host.daemon.state)"
detach_all

echo "# --stats-configured"
echo "{ \"bypass_udp\": { \"stats\": { \"seconds\": 1, \"to\": \"configured.json\" } } }" >"$work/stats.conf"
"$build/bin/bypass_udp" --bpffs "$bpffs" --stats-configured --config "$work/stats.conf" 2>"$work/stats5" &
configured=$!
told_manager "it is ready" READY=1
check "it writes where the file says, beside the file" wait_until 10 has_lines configured.json 2
kill "$configured"
ends_well "$configured" --stats-configured
echo '{ "bypass_udp": {} }' >"$work/stats.conf"
forget_messages
check "without \"stats\" in the section there is nothing to do" bypass --stats-configured --config "$work/stats.conf"
told_manager "and it was ready all the same" READY=1
