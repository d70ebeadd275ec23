#!/usr/bin/env bash
# A flood of packets that each begin a flow of their own, from sources that do not exist, through nftables' DNAT:
# nothing is learned of it, the daemon does not grow, and flows that are there go on around the stack
# without a loss. The same with flows learned by their mark.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_bypass.sh"
. "$(dirname "$0")/lib_bypass_learn.sh"

FLOOD=1000000
MARKED_FLOOD=200000
[ -z "${ECBPF_TEST_QUICK:-}" ] || FLOOD=50000 MARKED_FLOOD=20000
GROWTH=4096 # kilobytes that the daemon may take more
names=(dnat dnat-6 routed)

daemon_memory() { # the most it has had, in kilobytes
	awk '/^VmHWM:/ { print $2 }' "/proc/$daemon/status"
}
# floods WHAT COUNT: by a link that nothing else goes by, else the rings of the others would lose packets.
floods() {
	local before_flows before_packets before_up memory name sent=0 more
	before_flows=$(learned_flows | cut -d ' ' -f 1) before_packets=$(bypassed) before_up=$(went_up_for no_flow)
	memory=$(daemon_memory)
	for name in "${names[@]}"; do
		sent=$((sent - $(so_far "$name" sent)))
	done
	check "$1: $2 packets" "$senders/spoofed_flood" spare:peer2 "$(mac_of sparepeer2)" "$(mac_of eth2)" 10.77.0.1 5098 "$2"
	paste -s -d ' ' "$work/output"
	check "$1: all have come" test $(($(went_up_for no_flow) - before_up)) -ge "$2"
	for name in "${names[@]}"; do
		sent=$((sent + $(so_far "$name" sent)))
	done
	more=$(($(bypassed) - before_packets))
	equal "$1: what is learned is as before" "$before_flows" "$(learned_flows | cut -d ' ' -f 1)"
	equal "$1: nothing was learned, or refused for want of room" "$learned 0" "$(ledger learned) $(ledger refused)"
	echo "$1: meanwhile $sent packets and their answers, $more of them went by XDP"
	check "$1: at least 99 % of the flows that were there bypass" test $((more * 100)) -ge $((2 * sent * 99))
	echo "$1: the daemon had $memory kB at most before, $(daemon_memory) now"
	check "$1: the daemon has not grown" test $(($(daemon_memory) - memory)) -le $GROWTH
	equal "$1: it waits for no flow" 0 "$(ledger candidates)"
	equal "$1: the daemon runs" running "$(bypass_says .host.daemon.state)"
}

arrived() { # where nobody listens
	in_ns spare cat /proc/net/snmp | awk '/^Udp:/ { number = $3 } END { print number }'
}
all_assured() {
	[ "$(conntrack -L -p udp 2>/dev/null | grep -c 'sport=6.*ASSURED')" = 3 ]
}

make_lab
firewall
attach_bypass --learn on
daemon_starts
served server server 10.77.1.2:7 '[fd77:1::2]:7'
stream_starts dnat 1000 10.77.0.2:6001 10.77.0.1:5001
stream_starts dnat-6 200 '[fd77::2]:6002' '[fd77::1]:5002'
stream_starts routed 200 10.77.0.2:6003 10.77.1.2:7
learns "three flows" 6
check "the daemon has told" wait_until 5 ledger_is learned 6
learned=6
# Else conntrack would make room for others in their place: it has to see, or be told, that they go on.
check "conntrack does not give them up" wait_until 10 all_assured

echo "# by conntrack"
floods "a flood" $FLOOD

echo "# by their mark"
# Conntrack's table is full, and gives nothing up for a new one any more: make room.
check "the flood's connections go" conntrack -D -p udp --orig-dst 10.77.0.1 --orig-port-dst 5098
nft add rule inet lab forward meta mark set 0x10
check "--learn-mark" bypass --set --learn-mark 0x10/0xff
sends_more dnat 1000
learns "all flows have been seen leaving again" 6
floods "a marked flood" $MARKED_FLOOD
stream_ends "${names[@]}"
for name in "${names[@]}"; do
	equal "$name: each packet has been answered, once" "$(so_far "$name" sent) 0" "$(so_far "$name" answered) $(so_far "$name" twice)"
done
served_ends server
check "the flood has come through, as much as conntrack has room for" test "$(arrived)" -ge 10000
daemon_ends TERM
conntrack -F 2>/dev/null
detach_all
