# shellcheck shell=bash
# What some scenarios of tc_offload share: a router. Sourced behind lib_offload.sh.
: "${build:?}" "${work:?}" "${source_dir:?}"
# Those that are scripts.
# shellcheck disable=SC2034  # for who sources this
senders_source=$source_dir/tests/senders

# make_router: the router is here, with eth0 to the client and eth1 to the server; addresses as add_addresses has
# them, nets 0 and 1. Behind the server, over a link of 1280 bytes that the server routes to, is far, with net 2.
# Nobody has the addresses 10.99.0.1 and fd99::1: what the router itself forwards to them is lost, so an answer
# proves that a flow has carried the packet.
make_router() {
	local name
	add_namespace client server far
	for name in here client server far; do
		# shellcheck disable=SC2016  # the inner shell's
		in_ns "$name" sh -c 'echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter
			echo 0 >/proc/sys/net/ipv4/conf/default/rp_filter
			echo 0 >/proc/sys/net/ipv4/conf/all/send_redirects
			echo 0 >/proc/sys/net/ipv6/conf/lo/disable_ipv6
			echo 0 >/proc/sys/net/ipv6/conf/default/router_solicitations
			echo 0 >/proc/sys/net/ipv4/icmp_ratelimit
			echo 0 >/proc/sys/net/ipv6/icmp/ratelimit'
	done
	for name in here server; do
		in_ns "$name" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward
			echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
	done
	add_link eth0 client peer0
	add_addresses eth0 client peer0 0
	add_link eth1 server peer1
	add_addresses eth1 server peer1 1
	for name in client:0 server:1; do
		in_ns "${name%:*}" ip route add default via "10.77.${name#*:}.1"
		in_ns "${name%:*}" ip route add default via "fd77:${name#*:}::1"
	done
	for name in here:eth0 here:eth1 client:peer0 server:peer1; do
		in_ns "${name%:*}" ethtool -K "${name#*:}" gro on >/dev/null || skip "a veth has no GRO"
	done
	add_far
	add_link nowhere far nobody
	echo 0 >/proc/sys/net/ipv6/conf/nowhere/disable_ipv6
	for name in 10.99.0.1 fd99::1; do
		ip route add "$name" dev nowhere
		ip neighbour add "$name" lladdr 02:00:00:00:00:99 nud permanent dev nowhere
	done
}
# Far's TCP does not know of the small link, so it must hear of it.
add_far() {
	in_ns server ip link add link2 mtu 1280 type veth peer name peer2 mtu 1280 netns far || skip "no veth can be made"
	in_ns server sh -c 'echo 0 >/proc/sys/net/ipv6/conf/link2/disable_ipv6
		ip link set link2 up
		ip address add 10.77.2.1/24 dev link2
		ip address add fd77:2::1/64 dev link2 nodad'
	in_ns far sh -c 'echo 0 >/proc/sys/net/ipv6/conf/peer2/disable_ipv6
		ip link set peer2 up
		ip address add 10.77.2.2/24 dev peer2
		ip address add fd77:2::2/64 dev peer2 nodad
		ip route add default via 10.77.2.1 advmss 1460
		ip route add default via fd77:2::1 advmss 1440'
	ip route add 10.77.2.0/24 via 10.77.1.2
	ip route add fd77:2::/64 via fd77:1::2
}
# finish_checksums on|off: off, what sends leaves it to the receiver, which on a veth believes it.
finish_checksums() {
	local tx=off name
	[ "$1" = on ] || tx=on
	for name in here:eth0 here:eth1 client:peer0 server:peer1; do
		finishes_checksums "${name%:*}" "${name#*:}" "$tx"
	done
}

# both_counts IN: packets and bytes of a flow, then those of its answers.
both_counts() {
	flow "$1" '.state | "\(.packets) \(.bytes) \(.back_packets) \(.back_bytes)"'
}

# background NAME NAMESPACE COMMAND...: until background_ends NAME; what it says is in $work/NAME.said.
background() {
	nsenter --net="/run/netns/$2" "${@:3}" >"$work/$1.said" 2>&1 &
	behind[$1]=$!
}
declare -A behind
# background_ends NAME [SIGNAL]: its exit status.
background_ends() {
	{ kill -s "${2:-TERM}" "${behind[$1]}" && wait "${behind[$1]}"; } 2>/dev/null
}
# serves NAME NAMESPACE COMMAND...: as background, and waits for its "ready".
serves() {
	background "$@"
	wait_until 10 grep -q ready "$work/$1.said" || fail "$1: it serves" "$work/$1.said"
}
