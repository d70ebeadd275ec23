# shellcheck shell=bash
# What the scenarios of bypass_udp share. Sourced behind netns.sh.
: "${build:?}" "${bpffs:?}" "${work:?}" "${senders:?}" "${source_dir:?}" "${objects:?}"
[ -x "$build/bin/bypass_udp" ] || skip "no bypass_udp in this build"
. "$(dirname "${BASH_SOURCE[0]}")/lib_filter.sh"
need ethtool tcpdump

# bypass OPTION...: bypass_udp on this scenario's bpffs.
bypass() {
	"$build/bin/bypass_udp" --bpffs "$bpffs" "$@"
}
# bypass_says FILTER: a filter of jq on what its --status --json says; of an interface that it sees first
# with on INTERFACE.
bypass_says() {
	bypass --status --json 2>/dev/null | jq -r "$1"
}
bypass_says_is() {
	[ "$(bypass_says "$1")" = "$2" ]
}
# on INTERFACE FILTER
on() {
	bypass_says ".interfaces[\"$1\"] | $2"
}
# went_up [INTERFACE]: "name packets" of each reason that is not 0, of all interfaces together or of one. But for
# what IPv6 says by itself to link groups.
went_up() {
	bypass_says "[.interfaces | to_entries[] | select((\"${1:-}\" == \"\" or .key == \"${1:-}\")).value.packets.up | to_entries[]
		| select(.key != \"group\")] | group_by(.key)[] | \"\(.[0].key) \(map(.value) | add)\" | select(endswith(\" 0\") | not)"
}
# sent [INTERFACE]: "l2_tx l2_redirect nat_tx nat_redirect", of all interfaces together or of one.
sent() {
	bypass_says "[.interfaces | to_entries[] | select((\"${1:-}\" == \"\" or .key == \"${1:-}\")).value.packets.sent
		| [.l2_tx, .l2_redirect, .nat_tx, .nat_redirect]] | transpose | map(add) | join(\" \")"
}
# flow IN FILTER: a filter of jq on what --flow-show says of that flow alone.
flow() {
	bypass --flow-show --json 2>/dev/null | jq -r --arg in "$1" ".flows[] | select(.in == \$in) | $2"
}
# counts IN: "packets bytes" of a static flow.
counts() {
	flow "$1" '"\(.state.packets) \(.state.bytes)"'
}
# all_counts: "packets IN", of all flows of both tables.
all_counts() {
	bypass --flows --json 2>/dev/null | jq -r '.flows[] | "\(.state.packets) \(.in)"' | sort -k 2
}
# explained IN [OPTION...]: "INTERFACE DECISION REASON" for each interface.
explained() {
	bypass --explain "$1" --json "${@:2}" 2>/dev/null |
		jq -r '.interfaces | to_entries[] | "\(.key) \(.value.decision) \(.value.reason)"'
}

# make_lab: the router is here, with eth0 to the client, eth1 to the server and eth2 to a spare one; addresses as
# add_addresses has them, nets 0, 1, 2. Behind the client's link is one more host, neighbour, .3 of net 0. Server and
# spare both have 10.99.0.1 and fd99::1 as well; so each has a service, and a packet for it may go to either. The
# router's routes know nothing of that: what it has to forward to the service itself is lost, so an echo proves that
# the packet did not go up the stack. Sending ends finish checksums themselves, because XDP cannot; what receives
# frames from XDP has a program (peer0, peer2) or GRO (peer1).
make_lab() {
	local i name
	add_namespace client server spare neighbour
	for name in here client server spare neighbour; do
		# shellcheck disable=SC2016  # the inner shell's
		in_ns "$name" sh -c 'for c in /proc/sys/net/ipv4/conf/*/rp_filter /proc/sys/net/ipv4/conf/*/send_redirects; do
				echo 0 >$c; done
			echo 0 >/proc/sys/net/ipv6/conf/lo/disable_ipv6'
	done
	echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
	echo 1 >/proc/sys/net/ipv4/ip_forward
	i=0
	for name in client server spare; do
		add_link "eth$i" "$name" "peer$i"
		add_addresses "eth$i" "$name" "peer$i" "$i"
		in_ns "$name" ip route add default via "10.77.$i.1"
		in_ns "$name" ip route add default via "fd77:$i::1"
		in_ns "$name" ethtool -K "peer$i" tx off gro on >/dev/null || skip "a veth cannot be told to finish checksums"
		i=$((i + 1))
	done
	for name in server spare; do
		in_ns "$name" ip address add 10.99.0.1/32 dev lo
		in_ns "$name" ip address add fd99::1/128 dev lo nodad
	done
	take_native_xdp client peer0
	take_native_xdp spare peer2
	add_neighbour
	for name in eth0 eth1 eth2; do
		check "a root on $name" loader --attach --interface "$name"
	done
}
add_neighbour() {
	local mac router
	in_ns client ip link add arm0 link peer0 address "$(mac_of neighbour)" netns neighbour type macvlan mode bridge ||
		skip "no macvlan can be made"
	mac=$(mac_of neighbour) router=$(mac_of eth0)
	in_ns neighbour sh -c "echo 0 >/proc/sys/net/ipv6/conf/arm0/disable_ipv6
		ip link set arm0 up
		ip address add 10.77.0.3/24 dev arm0
		ip address add fd77:0::3/64 dev arm0 nodad
		ip neighbour replace 10.77.0.1 lladdr $router nud permanent dev arm0
		ip neighbour replace fd77:0::1 lladdr $router nud permanent dev arm0
		ip route add default via 10.77.0.1
		ip route add default via fd77:0::1"
	ip neighbour replace 10.77.0.3 lladdr "$mac" nud permanent dev eth0
	ip neighbour replace fd77:0::3 lladdr "$mac" nud permanent dev eth0
}
attach_bypass() { # OPTION...
	check "bypass_udp on all three" bypass --attach --no-config --interface eth0,eth1,eth2 "$@"
}
detach_all() {
	check "--detach" bypass --detach --interface eth0,eth1,eth2
	for name in eth0 eth1 eth2; do
		check "--detach of the root on $name" loader --detach --interface "$name"
	done
	equal "nothing is pinned" "" "$(pin_tree)"
}

# udp_text FROM TO HOPS SIZE [CHECKSUM]: a UDP packet, for frame_text; FROM and TO are ADDRESS:PORT.
udp_text() {
	local from=${1%:*} to=${2%:*} ip="IP(id=7,flags='DF',ttl=$3"
	[[ $from != \[* ]] || ip="IPv6(fl=5,hlim=$3"
	echo "$ip,src='${from//[][]/}',dst='${to//[][]/}')/UDP(sport=${1##*:},dport=${2##*:}${5:+,chksum=$5})/Raw(bytes(i * 7 & 255 for i in range($4)))"
}
# frame_text FROM_MAC TO_MAC TAGS PACKET: a frame, for exact_frames.py; TAGS is "none", an id or two like 5.6.
frame_text() {
	local tags=${3/none/} id
	echo -n "Ether(src='$1',dst='$2')"
	for id in ${tags/./ }; do
		echo -n "/Dot1Q(vlan=$id)"
	done
	echo "/$4"
}
# sends FILE NAMESPACE INTERFACE TEXT...: these frames; they are in $work/FILE then, as well.
sends() {
	in_ns "$2" /usr/bin/python3 "$source_dir/tests/senders/exact_frames.py" "$3" "$work/$1" "${@:4}" >"$work/sends" 2>&1 ||
		fail "frames are sent" "$work/sends"
}
# only_writes FILE TEXT...
only_writes() {
	sends "$1" here - "${@:2}"
}
# bytes_of FILE: every packet's bytes, in the order they came.
bytes_of() {
	tcpdump -t -nn -e -xx -r "$work/$1" 2>/dev/null
}

# checksum_errors: what all hosts have counted, of both families.
checksum_errors() {
	local name
	for name in here client server spare neighbour; do
		in_ns "$name" sh -c "awk '/^Udp/ && !column { for (i = 1; i <= NF; i++) if (\$i == \"InCsumErrors\") column = i; next }
				/^Udp:/ { sum += \$column } /Udp6InCsumErrors/ { sum += \$2 } END { print sum + 0 }' \
			/proc/net/snmp /proc/net/snmp6"
	done | paste -s -d ' '
}

# daemon_starts: bypass_udp --run in the background, until daemon_ends; what it says is in $work/daemon.
daemon_starts() {
	"$build/bin/bypass_udp" --bpffs "$bpffs" --run >"$work/daemon" 2>&1 &
	daemon=$!
	wait_until 10 daemon_runs || fail "the daemon runs" "$work/daemon"
}
daemon=
daemon_runs() {
	bypass_says_is '.host.daemon | "\(.state) \(.pid)"' "running $daemon"
}
daemon_ends() { # [SIGNAL]
	# bash tells of a killed process.
	{ kill -s "${1:-TERM}" "$daemon" && wait "$daemon"; } 2>/dev/null
}
