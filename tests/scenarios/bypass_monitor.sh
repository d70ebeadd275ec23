#!/usr/bin/env bash
# Monitor mode has no effect on packets: of mixed traffic (flows of every kind, and all that goes up) the stack gets
# the same bytes, and sends the same on, with bypass_udp in monitor mode as without it; but every counter moves as it
# does without monitor mode.
# shellcheck disable=SC2119  # arguments may be left out
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_bypass.sh"
/usr/bin/python3 -c 'import scapy.all' 2>/dev/null || skip "not installed: python3-scapy"

client=$(mac_of clientpeer0) router=$(mac_of eth0)
nobody=02:00:00:00:00:99 # whose packets no stack answers
ROUNDS=5
[ -z "${ECBPF_TEST_QUICK:-}" ] || ROUNDS=1
make_lab

# Flows that the stack would forward by its routes, too, some to elsewhere; their packets, and others.
cat >"$work/flows" <<END
10.77.0.2:4001 > 10.77.1.2:9 => l2
10.77.0.2:4002 > 10.77.1.2:9 => l2 mac $nobody dev eth1 vlan 7.8
10.77.0.2:4003 > 10.77.1.2:9 => *:* > 10.77.2.2:10
10.77.0.2:4004 > 10.77.1.2:9 => l2 mac $nobody dev eth0 vlan 7
10.77.0.2:4005 > 10.99.0.1:9 => 10.77.1.1:4005 > 10.77.1.2:9
10.77.0.2:4006 > 10.77.1.2:9 vlan none => l2
10.77.0.2:4007 > 10.77.1.2:9 => l2 via 10.77.1.2
[fd77::2]:4001 > [fd77:1::2]:9 => l2
[fd77::2]:4003 > [fd77:1::2]:9 => *:* > [fd77:2::2]:10
[fd77::2]:4004 > [fd77:1::2]:9 => *:* > [fd77:1::2]:10 mac $nobody dev eth0
END
texts=()
flows=(10.77.0.2:400{1,2,3,4,6,7}_10.77.1.2:9 10.77.0.2:4005_10.99.0.1:9 '[fd77::2]':400{1,3,4}_'[fd77:1::2]:9')
for tags in none 5 5.6; do
	for flow in "${flows[@]}"; do
		for size in 0 1 3 1400; do
			texts+=("$(frame_text "$client" "$router" $tags "$(udp_text "${flow%_*}" "${flow#*_}" 64 $size)")")
		done
	done
done
ends="src='10.77.0.2',dst='10.77.1.2'" ends_6="src='fd77::2',dst='fd77:1::2'" udp="UDP(sport=4001,dport=9)/Raw(bytes(32))"
for packet in "$(udp_text 10.77.0.2:4001 10.77.1.2:9 1 5)" "$(udp_text 10.77.0.2:4001 10.77.1.2:9 64 5 0)" "$(udp_text 10.77.0.2:4008 10.77.1.2:9 64 5)" \
	"$(udp_text '[fd77::2]:4001' '[fd77:1::2]:9' 1 5)" "$(udp_text '[fd77::2]:4001' '[fd77:1::2]:9' 64 5 0)" "$(udp_text 10.77.0.2:4001 10.77.1.2:9 64 1472)" \
	"$(udp_text 10.77.0.2:4002 10.77.1.2:9 64 1472)" "IP($ends,flags='MF')/$udp" "IP($ends,frag=9)/$udp" "IP($ends,options=[IPOption(b'\\x01' * 4)])/$udp" \
	"IP($ends,len=99)/$udp" "IP($ends)/ICMP(type=3)/IP()/$udp" "IP($ends)/TCP(sport=4001,dport=9)" "IPv6($ends_6)/IPv6ExtHdrFragment(m=1)/$udp" \
	"IPv6($ends_6)/IPv6ExtHdrHopByHop()/$udp" "ARP(psrc='10.77.0.2',pdst='10.77.0.9')"; do
	texts+=("$(frame_text "$client" "$router" none "$packet")")
done
texts+=("$(frame_text "$client" $nobody none "$(udp_text 10.77.0.2:4001 10.77.1.2:9 64 5)")")

# expose NAME: sends the traffic; what the kernel here gets is in NAME.pcap, what leaves to the server and the spare
# one in NAME-server.pcap and NAME-spare.pcap, UDP that comes back to the client in NAME-client.pcap.
expose() {
	capture_starts "$1" here eth0 -Q in not multicast
	capture_starts "$1-server" server peer1 -Q in not multicast and not icmp and not icmp6
	capture_starts "$1-spare" spare peer2 -Q in not multicast and not icmp and not icmp6
	capture_starts "$1-client" client peer0 -Q in udp or vlan
	sends sent client peer0 "[${texts[0]}$(printf ', %s' "${texts[@]:1}")] * $ROUNDS"
	# The last of all, on each way.
	sends marker client peer0 "$(frame_text "$client" "$router" none "$(udp_text 10.77.0.2:4242 10.77.1.2:4242 64 1)")" \
		"$(frame_text "$client" "$router" none "$(udp_text 10.77.0.2:4242 10.77.2.2:4242 64 1)")"
	check "$1: all has come" wait_until 10 ends "$1" 2
	check "$1: and left" wait_until 10 ends "$1-server" 1
	check "$1: both ways" wait_until 10 ends "$1-spare" 1
	capture_ends "$1"
	capture_ends "$1-server"
	capture_ends "$1-spare"
	capture_ends "$1-client"
}
ends() { # NAME COUNT
	[ "$(tcpdump -r "$work/$1.pcap" -nn 'udp dst port 4242' 2>/dev/null | wc -l)" -ge "$2" ]
}
same_as_bare() { # NAME
	local way
	check "the stack gets the same bytes" cmp <(bytes_of bare.pcap) <(bytes_of "$1.pcap")
	for way in server spare; do
		check "the $way one gets the same bytes" cmp <(bytes_of bare-$way.pcap) <(bytes_of "$1-$way.pcap")
	done
	equal "nothing comes back" "" "$(bytes_of "$1-client.pcap")"
}

echo "# without bypass_udp"
expose bare
equal "nothing comes back" "" "$(bytes_of bare-client.pcap)"

echo "# in monitor mode"
attach_bypass --monitor on
check "flows" bypass --flow-file "$work/flows"
loader --clear --interface eth0
expose monitor
same_as_bare monitor
equal "the slot decided nothing" "0 0 0" "$(counter eth0 7 TX) $(counter eth0 7 REDIRECT) $(counter eth0 7 DROP)"
equal "nothing was sent" "0 0 0 0" "$(sent)"
contains "status says so" "NOTE: monitor mode: everything is decided and counted, nothing is sent" <(bypass --status --interface eth0)
equal "--explain says so" "eth0 up monitor" "$(explained "10.77.0.2:4001 > 10.77.1.2:9" --interface eth0)"
all_counts >"$work/counts-monitor"
went_up eth0 >"$work/up-monitor"

echo "# without monitor mode"
bypass --detach --interface eth0,eth1,eth2
attach_bypass
check "the same flows" bypass --flow-file "$work/flows"
expose strict
check "the stack gets less" test "$(bytes_of strict.pcap | wc -l)" -lt "$(bytes_of bare.pcap | wc -l)"
check "some comes back" test -n "$(bytes_of strict-client.pcap)"
check "the server gets something else" test "$(bytes_of strict-server.pcap | cksum)" != "$(bytes_of bare-server.pcap | cksum)"
all_counts >"$work/counts-strict"
went_up eth0 >"$work/up-strict"
equal "all flows counted in monitor mode what they count here" "$(<"$work/counts-strict")" "$(<"$work/counts-monitor")"
equal "and went up for the same reasons, but for what would have been sent" "$(<"$work/up-strict")" "$(grep -v ^monitor "$work/up-monitor")"
equal "of that each is counted" "$(sent | tr ' ' '\n' | awk '{ sum += $1 } END { print "monitor", sum }')" "$(grep ^monitor "$work/up-monitor")"
equal "flows that were not met" "" "$(grep '^0 ' "$work/counts-monitor")"
echo "went up: $(xargs <"$work/up-monitor")"
for name in malformed not_ip other_mac fragment options extension icmp_error not_udp no_flow wrong_way_in zero_checksum ttl too_big monitor; do
	check "$name is one of them" grep -q "^$name " "$work/up-monitor"
done

echo "# and back, live"
before=$(sent)
check "--set --monitor on" bypass --set --monitor on --interface eth0
expose again
same_as_bare again
equal "nothing was sent" "$before" "$(sent)"
check "--set --monitor off" bypass --set --monitor off
sends one client peer0 "${texts[0]}"
check "the next packet is sent" test "$(sent)" != "$before"
detach_all
