#!/usr/bin/env bash
# Ways out that not every kernel has: what IPVS sends on by direct return, learned by its mark, and what becomes of it
# when the real server or the service goes; VLAN devices; bonds, and when the slave in use fails. Runs in the kernel
# matrix as well.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_bypass.sh"
. "$(dirname "$0")/lib_bypass_learn.sh"

RATE=200
[ -z "${ECBPF_TEST_QUICK:-}" ] || RATE=100
VIP=10.77.9.9

# has WHAT MODULE COMMAND...: this kernel can do what the command tries.
missing=()
has() {
	modprobe "$2" 2>/dev/null
	"${@:3}" >"$work/output" 2>&1 && return
	missing+=("$1")
	return 1
}
can_ipvs() {
	ipvsadm -A -f 99 && ipvsadm -D -f 99
}
can_vlan() {
	local rc=0
	ip link add probe0 type veth peer name probe1
	ip link add link probe0 name probe2 type vlan id 7 || rc=1
	ip link del probe0
	return $rc
}
can_bond() {
	ip link add probe0 type bridge && ip link del probe0 && ip link add probe0 type bond && ip link del probe0
}
ipvs='' vlan='' bond=''
has "IPVS, or no ipvsadm" ip_vs can_ipvs && ipvs=1
has "VLAN devices" 8021q can_vlan && vlan=1
has "bonds and bridges" bonding can_bond && bond=1
[ -n "$ipvs$vlan$bond" ] || skip "this kernel has no: $(printf '%s, ' "${missing[@]}" | sed 's/, $//')"
[ "${#missing[@]}" -eq 0 ] || echo "SKIP: this kernel has no: ${missing[*]}"

# finish_checksums NAMESPACE INTERFACE...: XDP cannot.
finish_checksums() {
	local name
	for name in "${@:2}"; do
		in_ns "$1" ethtool -K "$name" tx off gro on >/dev/null 2>&1
	done
}
# answers_by DEVICE GATEWAY: what the server sends to the client.
answers_by() {
	in_ns server ip route replace 10.77.0.2/32 via "$2" dev "$1"
}
active_slave() {
	ip -d -j link show dev bond0 | jq -r '.[0].linkinfo.info_data.active_slave'
}
# left_by INTERFACE: packets.
left_by() {
	ip -s -j link show dev "$1" | jq '.[0].stats64.tx.packets'
}
after_a_second() {
	local since
	since=$(milliseconds)
	wait_until 2 is_later $((since + 1000))
}
is_later() {
	[ "$(milliseconds)" -ge "$1" ]
}

make_lab
take_native_xdp server peer1 # before 5.13 GRO is not enough
attach_bypass --learn on
daemon_starts

if [ -n "$ipvs" ]; then
	echo "# IPVS, direct return"
	# The answers go from the real servers to the client by a link of their own.
	for name in server spare; do
		in_ns "$name" ip link add back0 type veth peer name "back-$name" netns client || skip "no veth can be made"
		in_ns client ip link set "back-$name" up
		in_ns "$name" ip link set back0 up
		in_ns "$name" ip address add "$VIP/32" dev lo
		in_ns "$name" ip route add 10.77.0.2/32 dev back0 src "$VIP"
		in_ns "$name" ip neighbour replace 10.77.0.2 lladdr "$(in_ns client ip -j link show dev "back-$name" | jq -r '.[0].address')" nud permanent dev back0
		in_ns client sh -c "echo 0 >/proc/sys/net/ipv4/conf/back-$name/rp_filter"
		finish_checksums "$name" back0
		served "$name" "$name" "$VIP:7"
	done
	ip address add "$VIP/32" dev lo
	nft -f - <<-END
		table ip balance {
			chain prerouting {
				type filter hook prerouting priority -150;
				ip daddr $VIP udp dport 7 meta mark set 0x11
			}
		}
	END
	echo 1 >/proc/sys/net/ipv4/vs/expire_nodest_conn
	check "a service" ipvsadm -A -f 17 -s rr
	check "a real server" ipvsadm -a -f 17 -r 10.77.1.2 -g
	check "--learn-mark" bypass --set --learn-mark 0x11/0xff
	stream_starts ipvs $RATE 10.77.0.2:6001 "$VIP:7"
	learns "a flow with that mark" 1
	ways=1 goes_around "direct return" ipvs
	equal "it is observed" 1 "$(bypass --flows --learned --json | jq '[.flows[] | select(.out | startswith("l2"))] | length')"
	check "the kernel sees it again and again" test "$(went_up_for sampled)" -ge 1
	check "another real server" ipvsadm -a -f 17 -r 10.77.2.2 -g
	check "the first one goes" ipvsadm -d -f 17 -r 10.77.1.2
	after_a_second
	before=$(left_by eth1) before_spare=$(left_by eth2)
	sends_more ipvs 100
	equal "after a second it gets nothing any more" "$before" "$(left_by eth1)"
	check "but the other one" test "$(left_by eth2)" -ge $((before_spare + 90))
	learns "and are learned" 1
	ways=1 goes_around "to the other one" ipvs
	check "the service goes" ipvsadm -D -f 17
	changed=$(milliseconds)
	check "after a second nothing comes any more" wait_until 5 silent_by ipvs $((changed + 1000))
	echo "  the last answer came $(($(so_far ipvs last) - changed)) ms after it"
	stream_ends ipvs
	bypass --set --learn-mark off
	nft flush ruleset
	ip address del "$VIP/32" dev lo
	served_ends server spare
	check "nothing is left" wait_until 10 learned_count_is 0
fi

# Rules make conntrack look.
firewall

if [ -n "$vlan" ]; then
	echo "# VLAN devices"
	# Else the tag of what the server sends would be beside the packet, where XDP does not see it.
	in_ns server ethtool -K peer1 txvlan off >/dev/null
	ip link add link eth1 name eth1.7 type vlan id 7
	in_ns server ip link add link peer1 name peer1.7 type vlan id 7
	finish_checksums server peer1.7
	ip address add 10.77.7.1/24 dev eth1.7
	ip link set eth1.7 up
	in_ns server ip address add 10.77.7.2/24 dev peer1.7
	in_ns server ip link set peer1.7 up
	answers_by peer1.7 10.77.7.1
	served vlan server 10.77.7.2:7
	stream_starts vlan $RATE 10.77.0.2:6002 10.77.7.2:7
	learns "a flow that leaves by one" 2
	goes_around "with a tag, and back" vlan
	stream_ends vlan
	equal "each packet was answered, once" "$(so_far vlan sent) 0" "$(so_far vlan answered) $(so_far vlan twice)"
	served_ends vlan
	conntrack -F 2>/dev/null
	ip link del eth1.7
	in_ns server ip link del peer1.7
	check "nothing is left" wait_until 10 learned_count_is 0
fi

if [ -n "$bond" ]; then
	echo "# a bond"
	ip link add bond0 type bond mode active-backup miimon 20
	in_ns server ip link add bridge0 type bridge forward_delay 0
	for i in 0 1; do
		add_link "slave$i" server "end$i"
		in_ns server ip link set "end$i" master bridge0
		ip link set "slave$i" down
		ip link set "slave$i" master bond0
		finish_checksums server "end$i"
		take_native_xdp server "end$i"
	done
	in_ns server ip link set bridge0 up
	finish_checksums server bridge0
	ip link set bond0 up
	ip address add 10.77.8.1/24 dev bond0
	in_ns server ip address add 10.77.8.2/24 dev bridge0
	check "roots on both slaves" loader --attach --interface slave0,slave1
	check "bypass_udp on both" bypass --attach --no-config --interface slave0,slave1
	answers_by bridge0 10.77.8.1
	served bond server 10.77.8.2:7
	stream_starts bond $RATE 10.77.0.2:6003 10.77.8.2:7
	learns "a flow that leaves by it" 2
	goes_around "by a slave, and back" bond
	active=$(active_slave)
	ip link set "$active" down
	after_a_second
	before=$(so_far bond sent) before_answered=$(so_far bond answered)
	sends_more bond 100
	check "the slave in use fails: after a second, packets are answered" wait_until 5 has_answers bond $((before_answered + $(so_far bond sent) - before - 20))
	learns "the flow is there" 2
	check "by the other slave" test "$(active_slave)" != "$active"
	sends_more bond 100
	goes_around "by the other slave" bond
	stream_ends bond
	served_ends bond
	for i in 0 1; do
		check "--detach" bypass --detach --interface "slave$i"
		check "--detach of the root" loader --detach --interface "slave$i"
	done
fi
daemon_ends TERM
detach_all
