#!/usr/bin/env bash
# The nine counters that the users of the original know: a frame for each, sent over a real link, moves exactly
# those it should.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_filter.sh"
need bpftool
/usr/bin/python3 -c 'import scapy.all' 2>/dev/null || skip "not installed: python3-scapy"

NINE="eth_frame_err ip_header_err ip6_header_err ip_drop_count ip6_drop_count ip_frag_drop_count ptb_sent_count
	ptb_err_count ptb_mem_err_count"

add_namespace client
add_link eth0 client peer0
take_native_xdp client peer0
silence client

nine() {
	local name
	for name in $NINE; do
		filter_says ".stats.$name"
	done | xargs
}
nine_is() {
	[ "$(nine)" = "$*" ]
}
# moves "COUNT…" FRAME…: the nine, since the last one, after these frames.
moves() {
	local before now expected i
	read -r -a before <<<"$(nine)"
	read -r -a expected <<<"$1"
	now=()
	for i in "${!before[@]}"; do
		now+=("$((before[i] + expected[i]))")
	done
	send client:peer0 "${@:2}"
	check "${*:2}: $1" wait_until 10 nine_is "${now[@]}"
}

check "a root" loader --attach --interface eth0
check "the filter" filter --attach --no-config --frags-drop --ptb-max-pps 1000000 --evil-bit drop --martian-source drop
check "a list" filter --drop --ips 203.0.113.0/24,2001:db8:bad::/48
equal "all begin at 0" "0 0 0 0 0 0 0 0 0" "$(nine)"
#      eth  ip ip6 drop drop6 frag sent err mem
moves "1 0 0 0 0 0 0 0 0" cut-vlan
moves "1 0 0 0 0 0 0 0 0" three-vlans
moves "0 1 0 0 0 0 0 0 0" evil
moves "0 1 0 0 0 0 0 0 0" bad-checksum
moves "0 1 0 0 0 0 0 0 0" martian
moves "0 0 1 0 0 0 0 0 0" bad-length-6
moves "0 0 1 0 0 0 0 0 0" martian-6
moves "0 0 0 1 0 0 0 0 0" udp-listed
moves "0 0 0 0 1 0 0 0 0" udp-6-listed
moves "0 0 0 0 0 1 0 0 0" later
moves "0 0 0 0 0 1 0 0 0" later-6
moves "0 0 0 0 0 1 1 0 0" fragment
moves "0 0 0 0 0 1 1 0 0" fragment-6
moves "0 0 0 0 0 1 0 1 0" tiny
moves "0 0 0 0 0 0 0 0 0" udp udp-6 arp
check "no answers any more" filter --set --ptb-max-pps 0
moves "0 0 0 0 0 1 0 0 0" fragment
fragments_are() {
	[ "$(filter_says .stats.ip_frag_drop_count)" -eq "$1" ]
}
check "one answer in twenty milliseconds" filter --set --ptb-max-pps 50
all=$(($(filter_says .stats.ip_frag_drop_count) + 3))
send client:peer0 fragment fragment fragment
check "all three have come" wait_until 10 fragments_are "$all"
# One of them is tiny's.
check "what is over the rate is in ptb_err_count" test "$(filter_says .stats.ptb_err_count)" -ge 3

echo "# a program in front of the filter leaves no headroom"
check "answers again" filter --set --ptb-max-pps 1000000
check "the program" loader --slot 1 --load "$build/test_objects/frame_move.o" --interface eth0
# What it puts in front of every frame is a first fragment.
front=$(/usr/bin/python3 -c '
from scapy.all import Ether, IP, UDP, Raw
import struct
packet = Ether(dst="02:00:00:00:00:01", src="02:00:00:00:00:02") / IP(src="192.0.2.1", dst="198.51.100.1", flags="MF", len=180) \
    / UDP(sport=1, dport=2, len=1000) / Raw(bytes(166))
value = struct.pack("=IIII", 0, 1, 0, 0) + bytes(packet)[:208]
assert len(value) == 224
print(*[f"0x{byte:02x}" for byte in value])')
# shellcheck disable=SC2086 # one word a byte
check "its map" bpftool map update pinned "$bpffs/ecbpf/eth0/slot_1/frame_move" key 0 0 0 0 value $front
moves "0 0 0 0 0 1 0 0 1" udp
echo "# what the root's status calls the reasons"
names='[.reasons[] | select(.slot == 2) | "\(.reason) \(.name)"] | unique | .[]'
check "one of the filter's own" grep -qx "18 fragment_ipv4" <(status_of eth0 "$names")
check "one that is general" grep -qx "2 short_ethernet" <(status_of eth0 "$names")
check "--detach" loader --detach --interface eth0
equal "nothing is pinned" "" "$(pin_tree)"
