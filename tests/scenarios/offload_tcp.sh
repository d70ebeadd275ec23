#!/usr/bin/env bash
# TCP through pairs of flows of tc_offload, IPv4 and IPv6: bulk both ways with GSO and GRO, where senders finish checksums
# and where they leave it to the device; every byte arrives. What the flows have counted is what the ends have sent, exactly,
# and what the interfaces have. Connections end in every way. ICMP errors reach who sent the packet, about the packet as it
# was sent: port unreachable, TTL exceeded, too big.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_offload.sh"
. "$(dirname "$0")/lib_offload_router.sh"
need iperf3 ss timeout

FILE_SIZE=$((32 << 20))
[ -z "${ECBPF_TEST_QUICK:-}" ] || FILE_SIZE=$((2 << 20))
make_router
in_ns client sh -c 'echo 40000 40063 >/proc/sys/net/ipv4/ip_local_port_range'
# Acknowledgements are of one size then.
for name in client server; do
	in_ns $name sh -c 'echo 0 >/proc/sys/net/ipv4/tcp_sack'
done

# of_family 4|6: addresses of the client, the service, the router's as the server sees it, the server, far; bytes of
# the headers of Ethernet and IP.
of_family() {
	family=IPv$1
	if [ "$1" = 4 ]; then
		client=10.77.0.2 service=10.99.0.1 router=10.77.1.1 server=10.77.1.2 far=10.77.2.2 headers=34
	else
		client='[fd77::2]' service='[fd99::1]' router='[fd77:1::1]' server='[fd77:1::2]' far='[fd77:2::2]' headers=54
	fi
}
# rules SERVICE PROTOCOL REAL PORTS: of each of these ports of the client's to a service, which really is at REAL.
rules() {
	local port
	for port in $4; do
		echo "$client:$port > $service:$1 $2 => $router:$((port + 10000)) > $3 both"
	done
}
all_rules() {
	rules 5201 tcp "$server:5301" "$(seq 40000 40063)"
	rules 5202 tcp "$server:5302" "$(seq 41001 41063)"
	rules 5203 tcp "$server:5303" "$(seq 41001 41063)"
	rules 5204 tcp "$far:5304" "$(seq 41001 41063)"
	rules 53 udp "$server:5053" 42001
	rules 54 udp "$far:5054" 42002
}
{ of_family 4 && all_rules && of_family 6 && all_rules; } >"$work/flows"
check "--attach" offload --attach --no-config --interface eth0,eth1
check "--flow-file: the client's ports, to every service" offload --flow-file "$work/flows"
serves story4 server "$senders_source/tcp_story.py" serve 10.77.1.2 5302
serves story6 server "$senders_source/tcp_story.py" serve fd77:1::2 5302
serves far4 far "$senders_source/tcp_story.py" serve 10.77.2.2 5304
serves far6 far "$senders_source/tcp_story.py" serve fd77:2::2 5304

iperf_listens() {
	in_ns server ss -Hltn "sport = :5301" | grep -q .
}
# bulk WHAT [OPTION]: two connections of iperf3 at once; it does not look at what it receives.
bulk() {
	background iperf3 server iperf3 -s -p 5301 -1
	wait_until 10 iperf_listens
	check "$1" in_ns client timeout 60 iperf3 -c "${service//[][]/}" -p 5201 -P 2 -n $FILE_SIZE -J ${2:+"$2"}
	check "  most of it has arrived at the end" jq -e ".end.sum_received.bytes > $FILE_SIZE / 2" "$work/output"
	wait "${behind[iperf3]}"
}

# sent_by NAMESPACE: "retransmitted sent", packets of TCP.
sent_by() {
	# shellcheck disable=SC2016  # awk's
	in_ns "$1" awk '/^Tcp: [0-9]/ { print $13, $12 }' /proc/net/snmp
}
# arrived: packets at eth0 and at eth1, then bytes.
arrived() {
	ip -j -s link show | jq -r '[.[] | select(.ifname == "eth0" or .ifname == "eth1")] | sort_by(.ifname) | map(.stats64.rx)
		| map(.packets) + map(.bytes) | map(tostring) | join(" ")'
}
difference() { # NUMBERS NUMBERS
	paste <(tr ' ' '\n' <<<"$1") <(tr ' ' '\n' <<<"$2") | awk '{ print $2 - $1 }' | paste -s -d ' '
}
no_connection() {
	! in_ns server ss -Htn state connected "( sport = :5302 )" | grep -qvE '^(TIME-WAIT|LISTEN)'
}
counted_is() { # IN COUNTS
	[ "$(both_counts "$1")" = "$2" ]
}
# exchange BYTES: with the server; leaves the flow in $key, and in $there and $back "retransmitted sent" of the ends.
port=41001
exchange() {
	key="$client:$port > $service:5202 tcp"
	there=$(sent_by client) back=$(sent_by server)
	in_ns client timeout 60 "$senders_source/tcp_story.py" exchange "$client:$port" "$service:5202" "$1" >"$work/output" 2>&1 ||
		return
	port=$((port + 2))
	wait_until 5 no_connection
	there=$(difference "$there" "$(sent_by client)") back=$(difference "$back" "$(sent_by server)")
}
# undisturbed: an exchange of which nothing was lost, in a few attempts.
undisturbed() {
	local attempt
	for attempt in 1 2 3 4 5; do
		exchange "$1" || return
		[[ $there != 0\ * ]] || [[ $back != 0\ * ]] || return 0
		echo "attempt $attempt: retransmitted, sent: $there, $back"
	done
	return 1
}
# exactly WHAT BYTES: an exchange, of which the flow has counted packets and bytes as they were on the wire, both ways. TCP
# with timestamps has 32 bytes of header, the first packet of each side 40; and the client sends a line first.
exactly() {
	local wanted
	check "$1" undisturbed "$2"
	there=${there#* } back=${back#* }
	wanted="$there $((there * (headers + 32) + 8 + 64 + $2)) $back $((back * (headers + 32) + 8 + $2))"
	wait_until 5 counted_is "$key" "$wanted"
	equal "  packets and bytes of the flow, there and back" "$wanted" "$(both_counts "$key")"
}

errors=$(checksum_errors)
seen='[.places[].packets.seen] | add' # a GSO packet is one
for finished in off on; do
	finish_checksums $finished
	for number in 4 6; do
		of_family $number
		echo "# $family with GSO and GRO; senders finish checksums: $finished"
		bulk "iperf3 there"
		bulk "iperf3 back" -R
		before=$(offload_says "$seen")
		exactly "an exchange" $FILE_SIZE
		check "  which came in larger pieces" test $(($(offload_says "$seen") - before)) -lt $(((there + back) / 2))
	done
done
equal "no checksum was wrong" "$errors" "$(checksum_errors)"

echo "# packet by packet"
for end in here:eth0 here:eth1 client:peer0 server:peer1; do
	check "${end#*:} without GSO and GRO" in_ns "${end%:*}" ethtool -K "${end#*:}" gso off tso off gro off
done
# as_interfaces WHAT BYTES: an exchange of which the flow has counted what arrived at eth0 and eth1. What IPv6 says by itself
# arrives there, too: then once more.
as_interfaces() {
	local attempt before met counted
	for attempt in 1 2 3 4 5; do
		before=$(arrived)
		exchange "$2" || break
		met=$(difference "$before" "$(arrived)")
		counted=$(both_counts "$key" | awk '{ print $1, $3, $2, $4 }')
		[ "$met" != "$counted" ] || break
		echo "# attempt $attempt: at the interfaces $met, of the flow $counted"
	done
	equal "$1" "$met" "$counted"
}
for number in 4 6; do
	of_family $number
	exactly "$family: an exchange" 100000
	as_interfaces "$family: packets and bytes are those of the interfaces" 100000
done
for end in here:eth0 here:eth1 client:peer0 server:peer1; do
	check "${end#*:} with them again" in_ns "${end%:*}" ethtool -K "${end#*:}" gso on tso on gro on
done

echo "# connections that end"
# story WHAT STORY PORT [BYTES]
story() {
	check "$family: $1" in_ns client timeout 60 "$senders_source/tcp_story.py" "$2" "$client:$port" "$service:$3" "${@:4}"
	port=$((port + 2))
}
for number in 4 6; do
	of_family $number
	story "nobody listens: refused" refused 5203
	story "reset by the server" reset 5202
	story "reset by the client" reset-it 5202
	story "the server has forgotten a connection" half-open 5202
	story "a path with a small MTU is found out" exchange 5204 1000000
	in_ns server sh -c 'ip route flush cache; ip -6 route flush cache' 2>/dev/null
done

echo "# ICMP errors"
# error_of SIZE HOPS FROM TO
error_of() {
	in_ns client timeout 20 "$senders_source/udp_error.py" "$client:$3" "$service:$4" "$1" "$2" 2>&1
}
for number in 4 6; do
	of_family $number
	plain=${service//[][]/} middle=${server//[][]/} near=10.77.0.1
	unreachable=3.3 exceeded=11.0 big=3.4
	[ $number = 4 ] || { unreachable=1.4 exceeded=3.0 big=2.0 near=fd77::1; }
	for finished in off on; do
		finish_checksums $finished
		echo "# $family; senders finish checksums: $finished"
		equal "port unreachable" "ECONNREFUSED $unreachable from $plain about $service:53" "$(error_of 100 64 42001 53)"
		equal "port unreachable, an empty datagram" "ECONNREFUSED $unreachable from $plain about $service:53" "$(error_of 0 64 42001 53)"
		equal "port unreachable, far" "ECONNREFUSED $unreachable from $plain about $service:54" "$(error_of 101 64 42002 54)"
		equal "TTL exceeded at the router" "EHOSTUNREACH $exceeded from $near about $service:54" "$(error_of 32 1 42002 54)"
		equal "TTL exceeded behind it" "EHOSTUNREACH $exceeded from $middle about $service:54" "$(error_of 32 2 42002 54)"
		equal "too big behind the router" "EMSGSIZE $big from $middle about $service:54 mtu 1280" "$(error_of 1400 64 42002 54)"
	done
done

echo "# into the network namespace behind a veth"
finish_checksums off
for number in 4 6; do
	of_family $number
	served "peer$number" server "$server:5055"
	hop="via ${server//[][]/} dev eth1"
	check "$family: a flow to the peer" offload --flow-add "$client:42003 > $service:55 => $router:52003 > $server:5055 $hop peer"
	check "$family: and its answers" offload --flow-add "$server:5055 > $router:52003 => $service:55 > $client:42003"
	before=$(packets out.peer)
	# The client has heard above that more than 1280 bytes are too big for the service.
	asks "$family: every datagram is answered" client "$client:42003" "$service:55" 0 1 3 1200
	check "$family: by the peer" test "$(packets out.peer)" = $((before + 4))
	served_ends "peer$number"
done
equal "no checksum was wrong" "$errors" "$(checksum_errors)"

for name in story4 story6 far4 far6; do
	background_ends $name
done
check "--detach" offload --detach --interface eth0,eth1
equal "nothing is pinned" "" "$(pin_tree)"
