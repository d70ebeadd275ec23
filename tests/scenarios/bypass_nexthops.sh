#!/usr/bin/env bash
# Next hops under bypass_udp --run, of flows over IPv4 and IPv6, l2 and nat, under traffic all the while: a cold
# neighbour, another MAC address, a route that moves to another interface, that goes and comes back, a carrier that
# flaps, a peer that is deleted. Within a second the flow moves or stops, nothing is sent to the old place any more, and
# what cannot be sent goes up the stack. No neighbour of ours is permanent.
# shellcheck disable=SC2119  # arguments may be left out
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_bypass.sh"

SECOND=1000 # milliseconds
[ -z "${ECBPF_TEST_QUICK:-}" ] || SECOND=5000
make_lab
attach_bypass

# The router finds its neighbours by itself, the server tells when its MAC address changes.
for link in eth1 eth2; do
	ip neighbour flush dev $link nud permanent
	ip -6 neighbour flush dev $link nud permanent
done
in_ns server sh -c 'echo 1 >/proc/sys/net/ipv4/conf/peer1/arp_notify; echo 1 >/proc/sys/net/ipv6/conf/peer1/ndisc_notify'
server_is_silent() {
	in_ns server ip address flush dev peer1 scope global
}
server_answers() {
	in_ns server ip address add 10.77.1.2/24 dev peer1
	in_ns server ip address add fd77:1::2/64 dev peer1 nodad
	in_ns server ip route replace default via 10.77.1.1
	in_ns server ip route replace default via fd77:1::1
	# It is asked nothing: its own question would tell the router who it is.
	in_ns server ip neighbour replace 10.77.1.1 lladdr "$(mac_of eth1)" nud permanent dev peer1
	in_ns server ip neighbour replace fd77:1::1 lladdr "$(mac_of eth1)" nud permanent dev peer1
}
# route_to NET: the service is behind that link.
route_to() {
	ip route replace 10.99.0.1 via "10.77.$1.2"
	ip route replace fd99::1 via "fd77:$1::2"
}

flows=("10.77.0.2:4001 > 10.99.0.1:7" "10.77.0.2:4002 > 10.77.0.1:53" "[fd77::2]:4001 > [fd99::1]:7" "[fd77::2]:4002 > [fd77::1]:53")
names=(l2 nat l2-6 nat-6)
answers=("10.99.0.1:7 > 10.77.0.2:4001" "10.99.0.1:7 > 10.77.0.2:4002" "[fd99::1]:7 > [fd77::2]:4001" "[fd99::1]:7 > [fd77::2]:4002")
add_flows() {
	check "--flow-add: l2" bypass --flow-add "${flows[0]} => l2" --both
	check "--flow-add: nat" bypass --flow-add "${flows[1]} => *:* > 10.99.0.1:7" --both
	check "--flow-add: l2, IPv6" bypass --flow-add "${flows[2]} => l2" --both
	check "--flow-add: nat, IPv6" bypass --flow-add "${flows[3]} => *:* > [fd99::1]:7" --both
}
traffic_starts() {
	local i
	for i in 0 1 2 3; do
		asking "${names[i]}" client --every 10 "${flows[i]% > *}" "${flows[i]#* > }" 64
	done
}
# traffic_ends WHAT: no flow was silent for longer than a second.
traffic_ends() {
	local name
	for name in "${names[@]}"; do
		asking_ends "$name"
		check "$1: $name: moves within a second ($(asked "$name" silence) ms, $(asked "$name" answered) of $(asked "$name" sent))" \
			test "$(asked "$name" silence)" -le $SECOND -a "$(asked "$name" wrong)" -eq 0 -a "$(asked "$name" answered)" -gt 0
	done
}
# packets: what each of the four flows has sent, in the way of the client.
packets() {
	of_flows .state.packets
}
# of_flows FILTER: of jq, on each of the four.
of_flows() {
	bypass --flow-show --json 2>/dev/null |
		jq -r "[.flows[] | { (.in): $1 }] | add | [.[\$ARGS.positional[]]] | join(\" \")" --args "${flows[@]}"
}
# all_grow SINCE: each has sent more than it had then.
all_grow() {
	paste <(tr ' ' '\n' <<<"$1") <(packets | tr ' ' '\n') | awk '$2 <= $1 { exit 1 }'
}
# none_grow SINCE
none_grow() {
	[ "$(packets)" = "$1" ]
}
# ways: the states of their ways.
ways() {
	of_flows .state.nexthop_state | tr ' ' '\n' | sort -u | paste -s -d ' '
}
ways_are() {
	[ "$(ways)" = "$1" ]
}
ways_are_not() {
	local ways
	ways=$(ways)
	[ -n "$ways" ] && [[ $ways != *$1* ]]
}
# all_by TEXT: the next hops of all four have that in them.
all_by() {
	[ "$(of_flows ".state.nexthop | contains(\"dev $1\")")" = "true true true true" ]
}
up() { # REASON: packets from the client
	bypass_says ".interfaces.eth0.packets.up.$1"
}
up_grows() { # REASON SINCE MORE
	[ "$(up "$1")" -ge $(($2 + $3)) ]
}
# unheard NAME: the capture has no packet from the client.
unheard() {
	capture_ends "$1"
	equal "$1: nothing is sent there any more" "" "$(tcpdump -r "$work/$1.pcap" -nn 2>/dev/null | head -n 5)"
}
of_service="udp dst port 7"
# Not one of ours is permanent; what kind they are.
no_permanent() {
	equal "$1: no neighbour is permanent" "" "$(ip neighbour show | grep PERMANENT | grep -v 'dev eth0')"
}
kept() { # LINK
	ip neighbour show dev "$1" | grep -E '^(10\.77|fd77).*lladdr' | grep -oE 'managed|extern_learn' | sort | uniq -c | xargs
}
kept_are() {
	[ "$(kept "$1")" = "$2" ]
}

served server server 10.99.0.1:7 '[fd99::1]:7'
served spare spare 10.99.0.1:7 '[fd99::1]:7'
daemon_starts
route_to 1

echo "# a cold neighbour"
server_is_silent
add_flows
check "its way is known as not resolved" test "$(ways)" = resolving -o "$(ways)" = unreachable -o "$(ways)" = "resolving unreachable"
before=$(sent)
traffic_starts
check "its packets go up the stack" wait_until 10 up_grows way_unreachable "$(up way_unreachable)" 20
equal "nothing is sent" "$before" "$(sent)"
no_permanent "a cold neighbour"
server_answers
check "then they go around it" wait_until 10 all_grow "$(packets)"
check "the stack has them no more" wait_until 10 all_grow "$(packets)"
for name in "${names[@]}"; do
	asking_ends "$name"
	check "$name: echoes come" test "$(asked "$name" answered)" -gt 0 -a "$(asked "$name" wrong)" -eq 0
done
no_permanent "a warm neighbour"
means=$(kept eth1)
echo "neighbours are: $means"
check "the neighbours are kept" test -n "$means"

echo "# another MAC address"
traffic_starts
check "it flows" wait_until 10 all_grow "$(packets)"
old=$(mac_of serverpeer1)
in_ns server ip link set peer1 address 02:00:00:00:00:77
check "all flows know the new one" wait_until $((SECOND / 1000)) all_by "eth1 lladdr 02:00:00:00:00:77"
capture_starts old-mac server peer1 -Q in "ether dst $old and $of_service"
check "it flows" wait_until 10 all_grow "$(packets)"
traffic_ends "another MAC address"
unheard old-mac
no_permanent "another MAC address"

echo "# the route moves to another interface"
traffic_starts
check "it flows" wait_until 10 all_grow "$(packets)"
route_to 2
check "all flows go there" wait_until $((SECOND / 1000)) all_by "eth2 lladdr"
capture_starts moved server peer1 -Q in "$of_service"
check "it flows" wait_until 10 all_grow "$(packets)"
unheard moved
route_to 1
check "and back" wait_until $((SECOND / 1000)) all_by "eth1 lladdr"
capture_starts moved-back spare peer2 -Q in "$of_service"
check "it flows" wait_until 10 all_grow "$(packets)"
traffic_ends "the route moves"
unheard moved-back
no_permanent "the route moves"

echo "# the route goes, and comes back"
traffic_starts
check "it flows" wait_until 10 all_grow "$(packets)"
ip route del 10.99.0.1
ip route del fd99::1
check "the flows have no way" wait_until $((SECOND / 1000)) ways_are no-route
before=$(packets)
capture_starts no-route server peer1 -Q in "$of_service"
check "their packets go up the stack" wait_until 10 up_grows way_no_route "$(up way_no_route)" 40
check "none is sent" none_grow "$before"
unheard no-route
route_to 1
check "with the route they flow again" wait_until $((SECOND / 1000)) all_grow "$(packets)"
for name in "${names[@]}"; do
	asking_ends "$name"
done

echo "# the carrier flaps"
traffic_starts
check "it flows" wait_until 10 all_grow "$(packets)"
in_ns server ip link set peer1 down
check "the way is down" wait_until $((SECOND / 1000)) ways_are link-down
before=$(packets)
check "packets go up the stack" wait_until 10 up_grows way_link_down "$(up way_link_down)" 40
check "none is sent" none_grow "$before"
in_ns server ip link set peer1 up
server_answers 2>/dev/null
check "with the carrier they flow again" wait_until 5 all_grow "$(packets)"
check "the neighbours are kept as before" wait_until 5 kept_are eth1 "$means"
no_permanent "the carrier flaps"
for name in "${names[@]}"; do
	asking_ends "$name"
done

echo "# the peer is deleted"
traffic_starts
check "it flows" wait_until 10 all_grow "$(packets)"
served_ends server
ip netns del server
check "its interface is gone" wait_until 10 sh -c '! ip link show eth1'
check "no way is usable" wait_until $((SECOND / 1000)) ways_are_not usable
before=$(packets)
group=$(up way_no_route)
check "packets go up the stack" wait_until 10 up_grows way_no_route "$group" 40
check "none is sent" none_grow "$before"
route_to 2
check "with another route they flow again" wait_until $((SECOND / 1000)) all_grow "$(packets)"
for name in "${names[@]}"; do
	asking_ends "$name"
done
no_permanent "the peer is deleted"
for flow in "${answers[@]}"; do
	check "$flow: echoes went around the stack, too" test "$(flow "$flow" .state.packets)" -gt 100
done
served_ends spare
daemon_ends
check "the flows keep their neighbours without a daemon" test -n "$(kept eth2)"
check "--detach" bypass --detach --interface eth0,eth2
equal "nothing is left of our neighbours" "" "$(kept eth2)"
echo "the daemon said: $(<"$work/daemon")"
