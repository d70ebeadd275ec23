# shellcheck shell=sh
# The networks that bench_bypass measures whole paths in: one namespace for each, with two pairs of veth.
# Sourced by run_paths.sh and in the virtual machine of gate.sh.

# lab_make NUMBER KIND: KIND is plain, nft (rewrites the destination) or flowtable (the same, and puts the
# flow into the kernel's flow table).
lab_make() {
	lab=ecbpf_bench_$1
	ip netns add "$lab"
	ip -n "$lab" -batch - <<-END
		link set lo up
		link add client address 02:00:00:00:01:01 type veth peer name in address 02:00:00:00:01:fe
		link add out address 02:00:00:00:02:fe type veth peer name server address 02:00:00:00:02:01
		link set client addrgenmode none up
		link set in addrgenmode none up
		link set out addrgenmode none up
		link set server addrgenmode none up
		address add 10.30.1.254/24 dev in
		address add 10.30.2.254/24 dev out
		address add fd30:2::fe/64 dev out nodad
		neigh replace 10.16.0.0 lladdr 02:00:00:00:01:01 dev in nud permanent
		neigh replace 10.30.2.1 lladdr 02:00:00:00:02:01 dev out nud permanent
		neigh replace fd30:2::1 lladdr 02:00:00:00:02:01 dev out nud permanent
		route add 10.200.0.0/16 via 10.30.2.1 dev out
		route add 10.0.0.0/8 dev in
		route add fd00:200::/32 via fd30:2::1 dev out
	END
	nsenter --net="/run/netns/$lab" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.in.rp_filter=0 net.ipv4.conf.out.rp_filter=0 net.ipv6.conf.all.forwarding=1
	# A veth without an XDP program takes frames from XDP only with this.
	nsenter --net="/run/netns/$lab" ethtool -K in gro on
	[ "$2" = plain ] || lab_rules "$2" | nsenter --net="/run/netns/$lab" nft -f -
}

# lab_rules KIND
lab_rules() {
	echo 'table ip nat {
		chain prerouting {
			type nat hook prerouting priority dstnat
			ip daddr 10.200.0.1 udp dport 53 dnat to 10.30.2.1:5353
		}
	}'
	[ "$1" = nft ] || echo 'table ip fast {
		flowtable fast {
			hook ingress priority 0
			devices = { in, out }
		}
		chain forward {
			type filter hook forward priority 0
			ip protocol udp flow add @fast
		}
	}'
}

# lab_remove LAB...: as `bench_bypass --labs` names them, a number and a kind.
lab_remove() {
	for lab in "$@"; do
		ip netns del "ecbpf_bench_${lab%% *}" 2>/dev/null || true
	done
}
