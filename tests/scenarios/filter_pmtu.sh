#!/usr/bin/env bash
# Packet Too Big really works: ordinary senders (ping, iperf3, a UDP socket) whose fragments the filter drops
# learn the MTU it reports, IPv4 and IPv6, on the link, behind a router, behind one and two VLAN tags; what they
# are told is valid on the wire. And drop-unless-local lets fragments to this host be reassembled.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_filter.sh"
need ping tcpdump tshark iperf3 tc ethtool ss

forward_in() {
	in_ns "$1" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
}
# far - client - here, the server, with the filter on eth0 - beyond; client and here are also routers.
add_namespace client far beyond
add_link eth0 client peer0
add_link eth1 beyond peer1
add_addresses eth0 client peer0 1
add_addresses eth1 beyond peer1 2
take_native_xdp client peer0
in_ns client ip link add far1 type veth peer name far0 netns far
for name in client/far1/1 far/far0/2; do
	IFS=/ read -r namespace interface host <<<"$name"
	in_ns "$namespace" sh -c "echo 0 >/proc/sys/net/ipv6/conf/$interface/disable_ipv6"
	in_ns "$namespace" ip address add "10.77.3.$host/24" dev "$interface"
	in_ns "$namespace" ip address add "fd77:3::$host/64" dev "$interface" nodad
	in_ns "$namespace" ip link set "$interface" up
done
for name in here client; do
	forward_in "$name"
done
in_ns far ip route add default via 10.77.3.1
in_ns far ip route add default via fd77:3::1
in_ns beyond ip route add default via 10.77.2.1
in_ns beyond ip route add default via fd77:2::1
in_ns client ip route add 10.77.2.0/24 via 10.77.1.1
in_ns client ip route add fd77:2::/64 via fd77:1::1
ip route add 10.77.3.0/24 via 10.77.1.2
ip route add fd77:3::/64 via fd77:1::2

# known_mtu NAMESPACE ADDRESS: what `ip route get` shows; "none".
known_mtu() {
	in_ns "$1" ip -j route get "$2" | jq -r '.[0].metrics[0].mtu // "none"'
}
forget() {
	local name
	for name in client far; do
		in_ns "$name" ip route flush cache
		in_ns "$name" ip -6 route flush cache
	done
}
# fragments_of NAME: the lengths of the datagrams in a capture, by family, each once.
fragments_of() {
	tshark -r "$work/$1.pcap" -T fields -E occurrence=f -e ip.len -e ipv6.plen 2>/dev/null | sort -un | xargs
}
ping_large() { # NAMESPACE ADDRESS: answers "heard MTU", "answered" or "nothing"
	in_ns "$1" ping -c 1 -W 1 -s 2000 "$2" >"$work/ping" 2>&1
	if grep -q ' 0% packet loss' "$work/ping"; then
		echo answered
	else
		sed -n 's/.*\(Frag needed\|Packet too big\).*mtu *= *\([0-9]*\).*/heard \2/p' "$work/ping" |
			grep . || echo nothing
	fi
}
# learns NAMESPACE ADDRESS TYPE QUOTED: a UDP socket is told of 1280 bytes, once, as tests/senders/pmtu_probe
# has it, and so is everyone who asks for the route.
learns() {
	equal "$1 to $2: no MTU is known" none "$(known_mtu "$1" "$2")"
	equal "$1 to $2: the socket is told, once" "mtu before 1500
error EMSGSIZE type $3 mtu 1280 from $2 quoted $4 bytes
mtu 1280
sending 1281: EMSGSIZE
sending 1280: ok" "$(in_ns "$1" "$senders/pmtu_probe" "$2" 2>&1)"
	equal "$1 to $2: ip route get shows it" 1280 "$(known_mtu "$1" "$2")"
}
both_learn() { # NAMESPACE
	forget
	learns "$1" 10.77.1.1 "3 code 4" 520
	learns "$1" fd77:1::1 "2 code 0" 1176
}
# valid_on_wire NAME TAGS LINES...: what tshark thinks of the ICMP in a capture; checksum status 1 is good.
valid_on_wire() {
	local lines
	printf -v lines '%s\n' "${@:3}"
	equal "$1: the messages are valid" "${lines%$'\n'}" "$(tshark -r "$work/$1.pcap" -o ip.check_checksum:TRUE \
		-Y 'icmp.type == 3 or icmpv6.type == 2' -T fields -E occurrence=f -E separator=' ' \
		-e frame.len -e eth.src -e eth.dst -e ip.src -e ip.dst -e ip.len -e ip.ttl -e ip.dsfield.dscp \
		-e ip.flags.df -e ip.checksum.status -e icmp.type -e icmp.code -e icmp.mtu -e icmp.checksum.status \
		-e ipv6.src -e ipv6.dst -e ipv6.plen -e ipv6.hlim -e ipv6.tclass.dscp -e ipv6.flow \
		-e icmpv6.type -e icmpv6.code -e icmpv6.mtu -e icmpv6.checksum.status 2>/dev/null | tr -s ' ' |
		sed 's/^ //; s/ $//')"
	equal "$1: VLAN ids" "$2" "$(tshark -r "$work/$1.pcap" -Y 'icmp.type == 3 or icmpv6.type == 2' \
		-T fields -e ieee8021ad.id -e vlan.id 2>/dev/null | sort -u | xargs)"
}
macs="$(mac_of eth0) $(mac_of clientpeer0)"
# told_ipv4 BYTES MTU, told_ipv6 BYTES MTU: such a line; BYTES are those of the link header.
told_ipv4() {
	echo "$((576 + $1)) $macs 10.77.1.1 10.77.1.2 576 64 48 1 1 3 4 $2 1"
}
told_ipv6() {
	echo "$((1280 + $1)) $macs fd77:1::1 fd77:1::2 1240 64 48 0x000000 2 0 $2 1"
}

check "a root" loader --attach --interface eth0
check "the filter" filter --attach --no-config --frags-drop --ptb-mtu 1280 --ptb-max-pps 1000
check "small packets pass" in_ns client ping -c 1 -W 3 10.77.1.1
check "small packets pass, IPv6" in_ns client ping -c 1 -W 3 fd77:1::1

echo "# ping"
capture_starts before client peer0 '(ip[6:2] & 0x3fff != 0 or ip6[6] == 44) and not src host 10.77.1.1 and not src host fd77:1::1'
capture_starts direct client peer0 'icmp[0] == 3 or (ip6[6] == 58 and ip6[40] == 2)'
equal "no MTU is known" "none none" "$(known_mtu client 10.77.1.1) $(known_mtu client fd77:1::1)"
equal "ping -s 2000 is told" "heard 1280" "$(ping_large client 10.77.1.1)"
equal "ping -6 -s 2000 is told" "heard 1280" "$(ping_large client fd77:1::1)"
equal "ip route get shows it" "1280 1280" "$(known_mtu client 10.77.1.1) $(known_mtu client fd77:1::1)"
check "four fragments were sent" wait_until 5 capture_has before 4
capture_ends before
capture_starts after client peer0 '(ip[6:2] & 0x3fff != 0 or ip6[6] == 44) and not src host 10.77.1.1 and not src host fd77:1::1'
equal "the next is told, too" "heard 1280" "$(ping_large client 10.77.1.1)"
equal "the next is told, too" "heard 1280" "$(ping_large client fd77:1::1)"
check "four fragments were sent" wait_until 5 capture_has after 4
capture_ends after
check "four messages came" wait_until 5 capture_has direct 4
capture_ends direct
# 2008 bytes of ICMP in units of 8: IPv4 total lengths, IPv6 payload lengths.
equal "fragments were as large as the link's MTU" "548 568 1456 1500" "$(fragments_of before)"
equal "they are smaller now" "772 784 1240 1276" "$(fragments_of after)"
valid_on_wire direct "" "$(told_ipv4 14 1280)" "$(told_ipv6 14 1280)" "$(told_ipv4 14 1280)" "$(told_ipv6 14 1280)"
equal "what was counted" "fragment_ipv4 2
fragment_ipv6 2
ptb_ipv4 2
ptb_ipv6 2
first_ipv4 2
later_ipv4 2
first_ipv6 2
later_ipv6 2" "$(moved_counters)"

echo "# a UDP socket"
both_learn client
echo "# behind a router"
both_learn far

echo "# iperf3"
forget
iperf3 --server --pidfile "$work/iperf3.pid" --daemon >"$work/iperf3" 2>&1
is_served() {
	ss -ltn | grep -q ':5201 '
}
check "an iperf3 server" wait_until 10 is_served
for address in 10.77.1.1 fd77:1::1; do
	answered=$(filter_says .stats.ptb_sent_count)
	equal "$address: no MTU is known" none "$(known_mtu client "$address")"
	# A connected socket is told by an error of write(), which is how iperf3 may end.
	in_ns client iperf3 --client "$address" --udp --length 4000 --blockcount 20 --bitrate 50M >"$work/iperf3" 2>&1
	equal "$address: iperf3 -u -l 4000: ip route get shows it" 1280 "$(known_mtu client "$address")"
	check "$address: the filter answered" test "$(filter_says .stats.ptb_sent_count)" -gt "$answered"
done

echo "# the rate"
check "no answers" filter --set --ptb-max-pps 0
forget
equal "ping hears nothing" nothing "$(ping_large client 10.77.1.1)"
equal "ping hears nothing" nothing "$(ping_large client fd77:1::1)"
equal "no MTU is known" "none none" "$(known_mtu client 10.77.1.1) $(known_mtu client fd77:1::1)"

echo "# the datagram's own length"
check "--ptb-mtu 0" filter --set --ptb-max-pps 1000 --ptb-mtu 0
capture_starts own client peer0 'icmp[0] == 3 or (ip6[6] == 58 and ip6[40] == 2)'
equal "ping is told that of its first fragment" "heard 1500" "$(ping_large client 10.77.1.1)"
equal "ping is told that of its first fragment" "heard 1496" "$(ping_large client fd77:1::1)"
in_ns client ip route add 10.77.1.1 dev peer0 mtu 600
equal "small fragments: IPv4" "heard 596" "$(ping_large client 10.77.1.1)"
in_ns client ip route del 10.77.1.1 dev peer0
in_ns client ip route add 10.77.1.1 dev peer0 mtu 1400
equal "small fragments: IPv4" "heard 1396" "$(ping_large client 10.77.1.1)"
in_ns client ip route del 10.77.1.1 dev peer0
check "four messages came" wait_until 5 capture_has own 4
capture_ends own
valid_on_wire own "" "$(told_ipv4 14 1500)" "$(told_ipv6 14 1496)" "$(told_ipv4 14 596)" "$(told_ipv4 14 1396)"
check "--ptb-mtu 1280" filter --set --ptb-mtu 1280

echo "# fragments to this host"
check "--frags-ipv4 drop-unless-local" filter --set --frags-ipv4 drop-unless-local --frags-ipv6 drop-unless-local
forget
for address in 10.77.1.1 fd77:1::1 10.77.2.1 fd77:2::1; do
	equal "$address: ping -s 2000 is answered" answered "$(ping_large client "$address")"
	equal "$address: no MTU is known" none "$(known_mtu client "$address")"
done
for address in 10.77.2.2 fd77:2::2; do
	check "$address, routed: small packets pass" in_ns client ping -c 1 -W 3 "$address"
	equal "$address, routed: ping -s 2000 is told" "heard 1280" "$(ping_large client "$address")"
	equal "$address, routed: ip route get shows it" 1280 "$(known_mtu client "$address")"
done
check "--frags-ipv6 pass" filter --set --frags-ipv6 pass
forget
equal "IPv6 passes: ping -s 2000 is answered" answered "$(ping_large client fd77:2::2)"
equal "IPv4 does not" "heard 1280" "$(ping_large client 10.77.2.2)"

echo "# behind VLAN tags"
check "--frags-drop" filter --set --frags-drop
# A veth takes the MTU and one tag.
ip link set eth0 mtu 1600
bpftool prog loadall "$objects/vlan_tags.o" "$bpffs/vlan_tags" || skip "no tc programs can be loaded"
in_ns client ethtool -K peer0 tx-vlan-hw-insert off tx-vlan-stag-hw-insert off
in_ns client tc qdisc add dev peer0 clsact || skip "no clsact"
for tags in one two; do
	for direction in egress/push ingress/pop; do
		check "$tags: ${direction%/*}" in_ns client tc filter replace dev peer0 "${direction%/*}" prio 1 handle 1 \
			bpf da object-pinned "$bpffs/vlan_tags/${direction#*/}_$tags"
	done
	capture_starts "$tags" client peer0 '(vlan and (icmp[0] == 3 or (ip6[6] == 58 and ip6[40] == 2))) or (vlan and (icmp[0] == 3 or (ip6[6] == 58 and ip6[40] == 2)))'
	both_learn client
	check "$tags: two messages came" wait_until 5 capture_has "$tags" 2
	capture_ends "$tags"
done
valid_on_wire one 100 "$(told_ipv4 18 1280)" "$(told_ipv6 18 1280)"
valid_on_wire two "200 100" "$(told_ipv4 22 1280)" "$(told_ipv6 22 1280)"

check "--detach" loader --detach --interface eth0
equal "nothing is pinned" "" "$(pin_tree)"
