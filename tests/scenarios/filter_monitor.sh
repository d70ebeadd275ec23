#!/usr/bin/env bash
# Monitor mode has no effect on packets: of mixed traffic (listed sources, fragments, bad headers) the receiver
# gets the same bytes with the filter in monitor mode as without any filter, and no reply is sent; but every
# counter and hit moves as it does without monitor mode.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_filter.sh"
need tcpdump

add_namespace client
add_link eth0 client peer0
take_native_xdp client peer0
# As tests/senders/named_frame.c has them; cut-vlan never reaches a socket.
good=(udp udp-options udp-6 udp-6-extensions udp-vlan udp-two-vlans gre esp icmp arp lldp)
listed=(udp-listed udp-listed.9 udp-6-listed)
fragments=(fragment fragment-6 later later-6 tiny overlap)
bad=(evil same martian bad-length bad-checksum bad-header-length bad-version cut-ipv4 cut-options same-6 martian-6
	bad-length-6 bad-version-6 repeated-6 long-chain-6 cut-ipv6 cut-extension-6 three-vlans cut-vlan)
traffic=("${good[@]}" "${listed[@]}" "${fragments[@]}" "${bad[@]}" "${fragments[@]}" "${good[@]}")
ROUNDS=20
[ -z "${ECBPF_TEST_QUICK:-}" ] || ROUNDS=3

# received NAME: what a capture holds, byte by byte.
received() {
	tcpdump -r "$work/$1.pcap" -t -nn -e -xx 2>/dev/null
}
ends() { # NAME: the marker behind everything has come
	[ "$(tcpdump -r "$work/$1.pcap" -nn 'udp dst port 4242' 2>/dev/null | wc -l)" -ge 1 ]
}
# expose NAME: sends the traffic; what the kernel here gets is in NAME.pcap, what comes back to the sender in
# NAME-reply.pcap.
expose() {
	local i
	capture_starts "$1" here eth0 -Q in
	capture_starts "$1-reply" client peer0 -Q in
	for ((i = 0; i < ROUNDS; i++)); do
		send client:peer0 "${traffic[@]}"
	done
	send client:peer0 udp.4242
	check "$1: all has come" wait_until 10 ends "$1"
	capture_ends "$1"
	capture_ends "$1-reply"
}
# set_everything OPTION...: every policy at its strictest.
strict() {
	filter --set --frags-drop --ptb-mtu 1280 --ptb-max-pps 1000000 --bad-frame drop --bad-length drop \
		--bad-version drop --ipv4-options drop --evil-bit drop --bad-checksum drop \
		--source-is-destination drop --martian-source drop --extension-chain drop "$@"
}
list_sources() {
	filter --drop --ips 203.0.113.0/24,2001:db8:bad::/48 --tags a,b
	filter --allow --ips 192.0.2.1
}
entries() {
	filter_says '.sources[] | "\(.prefix) \(.action) \(.packets) \(.bytes)"' | sort
}

echo "# without any program"
expose bare
echo "# with an empty root"
check "a root" loader --attach --interface eth0
expose root
check "all passes" cmp <(received bare) <(received root)

echo "# in monitor mode"
check "the filter" filter --attach --no-config --monitor
check "lists" list_sources
check "strict, in monitor mode" strict --monitor
loader --clear --interface eth0
expose monitor
check "the receiver gets the same bytes" cmp <(received bare) <(received monitor)
equal "no reply is sent" "" "$(received monitor-reply)"
equal "the slot decided nothing, the root let everything pass" "0 0 0 $((ROUNDS * ${#traffic[@]} + 1))" \
	"$(counter eth0 2 DROP) $(counter eth0 2 TX) $(counter eth0 2 PASS) $(counter eth0 root PASS)"
check "status says so" grep -q "monitor mode: everything is counted, nothing is done" <(filter --status --interval 0)
moved_counters >"$work/counters-monitor"
entries >"$work/entries-monitor"

echo "# without monitor mode"
check "--detach" filter --detach
check "the filter, anew" filter --attach --no-config
check "the same lists" list_sources
check "strict" strict --no-monitor
loader --clear --interface eth0
expose strict
check "the receiver gets less" test "$(received strict | wc -l)" -lt "$(received bare | wc -l)"
check "replies are sent" test -n "$(received strict-reply)"
moved_counters >"$work/counters-strict"
entries >"$work/entries-strict"
equal "all counters moved in monitor mode as they do here" "$(cat "$work/counters-strict")" "$(cat "$work/counters-monitor")"
equal "and all hits" "$(cat "$work/entries-strict")" "$(cat "$work/entries-monitor")"
echo "moved: $(xargs <"$work/counters-strict")"
for name in source_ipv4 source_ipv6 fragment_ipv4 fragment_ipv6 ptb_ipv4 ptb_ipv6 many_tags short_ipv4 short_ipv6 \
	bad_ipv4 bad_ipv6 version_ipv4 version_ipv6 options evil checksum same_ipv4 same_ipv6 martian_ipv4 \
	martian_ipv6 short_extension long_chain repeated_extension first_ipv4 later_ipv4 tiny_ipv4 overlap_ipv4 \
	first_ipv6 later_ipv6 ptb_refused short_ethernet; do
	check "$name is one of them" grep -q "^$name " "$work/counters-monitor"
done
check "what is dropped or answered is in the slot's row" test "$(counter eth0 2 DROP)" -gt 0 -a "$(counter eth0 2 TX)" -gt 0

echo "# and back, live"
check "--monitor" filter --set --monitor
expose again
check "the receiver gets the same bytes" cmp <(received bare) <(received again)
equal "no reply is sent" "" "$(received again-reply)"
check "--detach" loader --detach --interface eth0
equal "nothing is pinned" "" "$(pin_tree)"
