# shellcheck shell=sh
# The networks that bench_offload measures in: those of bench/bypass/lab.sh, client and server in network
# namespaces of their own. Sourced, behind lab.sh, by run.sh and in the virtual machine of gate.sh.

# road_make NUMBER KIND: KIND is plain, nft (rewrites the destination) or socat (the service's address is the
# router's, for a relay).
road_make() {
	case $2 in
	nft) lab_make "$1" nft && road_rules | nsenter --net="/run/netns/ecbpf_bench_$1" nft -f - ;;
	*) lab_make "$1" plain ;;
	esac
	for end in client server; do
		ip netns add "ecbpf_bench_$1_$end"
		ip -n "ecbpf_bench_$1" link set "$end" netns "ecbpf_bench_$1_$end"
	done
	ip -n "ecbpf_bench_$1" -batch - <<-END
		route add fd00:30::1/128 via fd30:2::1 dev out
		address add fd30:1::fe/64 dev in nodad
		neigh replace fd30:1::1 lladdr 02:00:00:00:01:01 dev in nud permanent
		route add fd00:16::/32 via fd30:1::1 dev in
	END
	[ "$2" != socat ] || ip -n "ecbpf_bench_$1" address add 10.200.0.1/32 dev lo
	road_end "$1_client" client 10.30.1 02:00:00:00:01:fe fd30:1::fe <<-END
		address add 10.16.0.0/32 dev client
		address add fd30:1::1/64 dev client nodad
		address add fd00:16::a10:0/128 dev client nodad
		route add default via 10.30.1.254 src 10.16.0.0
	END
	road_end "$1_server" server 10.30.2 02:00:00:00:02:fe fd30:2::fe <<-END
		address add fd30:2::1/64 dev server nodad
		address add fd00:30::1/128 dev server nodad
		route add default via 10.30.2.254
	END
}

# road_end NAMESPACE DEVICE NET ROUTER_MAC ROUTER_IPV6: further lines for ip(8) on stdin.
road_end() {
	{
		echo "link set lo up
			link set $2 addrgenmode none up
			address add $3.1/24 dev $2
			neigh replace $3.254 lladdr $4 dev $2 nud permanent"
		cat
		echo "neigh replace $5 lladdr $4 dev $2 nud permanent
			route add default via $5"
	} | ip -n "ecbpf_bench_$1" -batch -
}

# What lab.sh's rules lack: TCP, IPv6.
road_rules() {
	echo 'table ip more {
		chain prerouting {
			type nat hook prerouting priority dstnat
			ip daddr 10.200.0.1 tcp dport 53 dnat to 10.30.2.1:5353
		}
	}
	table ip6 more {
		chain prerouting {
			type nat hook prerouting priority dstnat
			ip6 daddr fd00:200::1 meta l4proto { tcp, udp } th dport 53 dnat to [fd00:30::1]:5353
		}
	}'
}

# road_remove LAB...: as `bench_offload labs` names them, a number and a kind.
road_remove() {
	lab_remove "$@"
	for lab in "$@"; do
		lab_remove "${lab%% *}_client" "${lab%% *}_server"
	done
}
