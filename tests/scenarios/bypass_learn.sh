#!/usr/bin/env bash
# Learned flows of bypass_udp: what nftables translates (DNAT and masquerade) or plainly routes goes around the stack
# after its first packets, in both directions and in order; conntrack keeps it while only XDP sees it, by the kernel's
# functions and by netlink; what the operator takes away (a conntrack entry, the rules, leave to pass) is off the fast
# path within a second; what is idle goes. Runs in the kernel matrix as well.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_bypass.sh"
. "$(dirname "$0")/lib_bypass_learn.sh"

STREAM_TIMEOUT=4 # seconds that conntrack keeps a flow that it does not see
RATE=10000 FEW=200 # packets a second
# An emulated machine is slow, and its clock runs ahead.
[ -z "${ECBPF_TEST_QUICK:-}" ] || STREAM_TIMEOUT=8 RATE=100 FEW=50
SOAK=$((2 * STREAM_TIMEOUT + 1))
flows=("dnat 10.77.0.2:6001 10.77.0.1:5001" "dnat-6 [fd77::2]:6002 [fd77::1]:5002" "routed 10.77.0.2:6003 10.77.1.2:7" "routed-6 [fd77::2]:6004 [fd77:1::2]:7")
names=(dnat dnat-6 routed routed-6)

# connections: those that conntrack has, by their ids.
connections() {
	conntrack -L -p udp -o id 2>/dev/null | sed -n 's/.*sport=\(60[0-9]*\) .*id=\([0-9]*\).*/\1 \2/p' | sort
}
# soak WHAT: for longer than twice the time that conntrack keeps a flow, all packets of all flows go by XDP.
soak() {
	local name before_forwarded before_bypassed before_connections sent=0 end more seen
	before_connections=$(connections) before_forwarded=$(forwarded) before_bypassed=$(bypassed)
	for name in "${names[@]}"; do
		sent=$((sent - $(so_far "$name" sent)))
	done
	end=$((SECONDS + SOAK + 1))
	check "$1: $SOAK s" wait_until $((SOAK + 10)) soaked "$end"
	for name in "${names[@]}"; do
		sent=$((sent + $(so_far "$name" sent)))
	done
	more=$(($(bypassed) - before_bypassed)) seen=$(($(forwarded) - before_forwarded))
	echo "$1: $sent packets and their answers; $more went by XDP, the stack forwarded $seen"
	# The numbers are not of one moment.
	check "$1: 99 % bypassed" test $((more * 100)) -ge $((2 * sent * 99))
	check "$1: the stack has forwarded less than 1 %" test $((seen * 100)) -le $((2 * sent))
	equal "$1: conntrack has the same connections" "$before_connections" "$(connections)"
}
soaked() {
	[ "$SECONDS" -ge "$1" ]
}

make_lab
take_native_xdp server peer1 # before 5.13 GRO is not enough
firewall
# A flow is one without a stream for its first two seconds.
for name in udp_timeout udp_timeout_stream; do
	echo "$STREAM_TIMEOUT" >"/proc/sys/net/netfilter/nf_conntrack_$name"
done
attach_bypass --learn on
daemon_starts
served server server 10.77.1.2:7 '[fd77:1::2]:7'

echo "# learning"
before=$(forwarded)
rate=$RATE # of the first one, the others are many fewer
for line in "${flows[@]}"; do
	read -r name from to <<<"$line"
	stream_starts "$name" $rate "$from" "$to"
	rate=$FEW
done
learns "all flows, both ways" 8
echo "the stack has forwarded $(($(forwarded) - before)) packets until then"
sends_more dnat $((RATE / 10))
learning_late=$(so_far dnat late)
echo "of the first $(so_far dnat sent) packets at $RATE a second, $learning_late came late"
bypass --flows --learned --json | jq -r '.flows[] | "\(.in) => \(.out)"' >"$work/output"
contains "NAT" "=> 10.77.1.1:6001 > 10.77.1.2:7" "$work/output"
contains "and back" "10.77.1.2:7 > 10.77.1.1:6001" "$work/output"
contains "plain routing" "[fd77::2]:6004 > [fd77:1::2]:7" "$work/output"

timers=$(on eth0 .conntrack_timers)
soak "timers by $timers"
echo "packets a second: $(($(so_far dnat sent) * 1000 / ($(so_far dnat time) - $(head -n 1 "$work/dnat.stream" | cut -d ' ' -f 1))))"
if [ "$timers" = kernel ]; then
	equal "the kernel sets all timers" 0 "$(ledger timers_set)"
	check "--attach, as on a kernel without these functions" without_kernel_functions "$build/bin/bypass_udp" --bpffs "$bpffs" \
		--attach --no-config --interface eth0,eth1,eth2
	equal "the daemon sets the timers now" netlink "$(on eth0 .conntrack_timers)"
	learned_count_is 8 || fail "an upgrade keeps the flows" "$work/output"
	soak "timers by netlink"
fi
check "the daemon has set timers" test "$(ledger timers_set)" -ge 4
equal "none has been learned twice" 8 "$(ledger learned)"
equal "none has been removed" "0 0 0" "$(ledger removed_idle) $(ledger removed_gone) $(ledger removed_other)"
stream_ends dnat
late=$(so_far dnat late)
equal "each of $(so_far dnat sent) packets has been answered, once" "$(so_far dnat sent) 0" "$(so_far dnat answered) $(so_far dnat twice)"
equal "after learning none came late" "$learning_late" "$late"
for name in dnat-6 routed routed-6; do
	equal "$name: none came late" 0 "$(so_far "$name" late)"
	check "$name: nor is one lost, but for those under way" test $(($(so_far "$name" sent) - $(so_far "$name" answered))) -le 20
done
stream_starts dnat $((RATE > 1000 ? 1000 : RATE)) 10.77.0.2:6001 10.77.0.1:5001
learns "again" 8

echo "# conntrack -D"
gone=$(ledger removed_gone)
is_forwarded_more() {
	[ "$(forwarded)" -gt "$1" ]
}
# A machine that does much else may stall, but not each time.
for ((attempt = 1; attempt <= 3; attempt++)); do
	before=$(forwarded)
	check "a connection is deleted" conntrack -D -p udp --orig-src 10.77.0.2 --sport 6001
	deleted=$(milliseconds)
	check "its packets are on the slow path" wait_until 5 is_forwarded_more "$before"
	took=$(($(milliseconds) - deleted))
	# The daemon tells once a second what it has done.
	check "both directions are removed" wait_until 5 ledger_is removed_gone $((gone + 2 * attempt))
	learns "it is learned anew" 8
	[ "$took" -gt 1000 ] || break
done
check "within a second" test "$took" -le 1000
check "a rule against new ones" nft add rule inet lab forward udp sport 6001 ct state new drop
learns "those that are there go on" 8
goes_around "those that are there" "${names[@]}"
check "its connection is deleted" conntrack -D -p udp --orig-src 10.77.0.2 --sport 6001
deleted=$(milliseconds)
check "after a second nothing comes any more" wait_until 5 silent_by dnat $((deleted + 1000))
echo "the last answer came $(($(so_far dnat last) - deleted)) ms after it"
check "the others go on" wait_until 5 has_answers routed $(($(so_far routed answered) + 100))

echo "# rules"
nft flush chain inet lab forward
check "without the rule, it comes again" wait_until 10 has_answers dnat $(($(so_far dnat answered) + 100))
learns "and is learned" 8
goes_around "all" "${names[@]}"
check "a rule that drops" nft add rule inet lab forward meta l4proto udp drop
changed=$(milliseconds)
for name in "${names[@]}"; do
	check "$name: after a second nothing comes any more" wait_until 5 silent_by "$name" $((changed + 1000))
	echo "the last answer came $(($(so_far "$name" last) - changed)) ms after it"
done
nft flush chain inet lab forward
for name in "${names[@]}"; do
	check "$name: without the rule, it comes again" wait_until 10 has_answers "$name" $(($(so_far "$name" answered) + 50))
done
learns "all" 8
revalidated=$(went_up_for revalidate)
check "nft flush ruleset" nft flush ruleset
changed=$(milliseconds)
check "what was translated comes no more after a second" wait_until 5 silent_by dnat $((changed + 1000))
echo "the last answer came $(($(so_far dnat last) - changed)) ms after it"
check "the packets that came after it went up" test "$(went_up_for revalidate)" -gt "$revalidated"
check "what is routed goes on" wait_until 5 has_answers routed $(($(so_far routed answered) + 100))
stream_ends "${names[@]}"

echo "# idle"
firewall
for name in udp_timeout udp_timeout_stream; do
	echo 60 >"/proc/sys/net/netfilter/nf_conntrack_$name"
done
conntrack -F 2>/dev/null
check "no flow is left" wait_until 10 learned_count_is 0
served dns server 10.77.1.2:53
stream_starts dns 100 10.77.0.2:6005 10.77.1.2:53
stream_starts other 100 10.77.0.2:6006 10.77.1.2:7
learns "one of DNS and another one" 4
stream_ends dns other
equal "the classes" "dns other" "$(bypass --flows --learned --json | jq -r '[.flows[].state.class] | unique | join(" ")')"
removed=$(ledger removed_idle)
check "a second for DNS, while it runs" bypass --set --idle-timeout 60s,dns=1s
check "that of DNS goes" wait_until 10 learned_count_is 2
check "because it was idle" wait_until 5 ledger_is removed_idle $((removed + 2))
equal "the other one stays" "other other" "$(bypass --flows --learned --json | jq -r '[.flows[].state.class] | join(" ")')"
check "a second for all" bypass --set --idle-timeout 1s
check "it goes, too" wait_until 10 learned_count_is 0
served_ends dns server
daemon_ends TERM
detach_all
