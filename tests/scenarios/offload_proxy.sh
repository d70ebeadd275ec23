#!/usr/bin/env bash
# A proxy of user space, socat, relays a stream of UDP, IPv4 and IPv6. Under load tc_offload takes the stream out of its
# hands with --flow-add --both, and gives it back with --flow-del: no datagram is lost or comes twice, and meanwhile the
# proxy does not get to run.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_offload.sh"
. "$(dirname "$0")/lib_offload_router.sh"
need socat timeout getconf

RATE=2000
PERIOD=$((RATE * 2)) # datagrams: that long a look is
make_router
served echo server 10.77.1.2:7 '[fd77:1::2]:7'
check "--attach" offload --attach --no-config --interface eth0,eth1

# ticks: of CPU that the proxy has had.
ticks() {
	awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/${behind[socat]}/stat"
}
stream_says() { # COLUMN
	tail -n 1 "$work/stream.said" | cut -d ' ' -f "$1"
}
sent_at_least() {
	[ "$(stream_says 2)" -ge "$1" ]
}
answered_at_least() {
	[ "$(stream_says 3)" -ge "$1" ]
}
# goes_on DATAGRAMS: until so many more have been sent, and answered.
goes_on() {
	local wanted=$(($(stream_says 2) + $1))
	wait_until 60 sent_at_least "$wanted" && wait_until 10 answered_at_least "$wanted"
}
# busy: ticks of the proxy's while the stream goes on.
busy() {
	local before
	before=$(ticks)
	goes_on $PERIOD || return
	echo $(($(ticks) - before))
}
proxy_listens() {
	ss -Huln "sport = :7000" | grep -q .
}

# story FAMILY CLIENT ROUTER ROUTER_BEHIND SERVER
story() {
	local flow="$2:4000 > $3:7000" out="$4:7001 > $5:7" relayed offloaded again now
	echo "# $1"
	background socat here socat "UDP${1#IPv}-LISTEN:7000,bind=$3" "UDP${1#IPv}:$5:7,bind=$4:7001"
	wait_until 10 proxy_listens || fail "socat listens" "$work/socat.said"
	background stream client "$senders/udp_stream" $RATE "$2:4000" "$3:7000"
	wait_until 10 grep -q . "$work/stream.said"
	relayed=$(busy)
	check "socat relays, and that takes CPU: $relayed ticks of $(getconf CLK_TCK) a second" test "$relayed" -gt 2
	for _ in 1 2; do
		check "--flow-add --both" offload --flow-add "$flow => $out" --both
		# What is on its way to socat still.
		goes_on 200
		offloaded=$(busy)
		check "socat has nothing to do: $offloaded ticks" test "$offloaded" -le 1
		now=$(both_counts "$flow")
		check "the flow has carried what it was sent, both ways" test "$(cut -d ' ' -f 1 <<<"$now")" -ge $PERIOD -a "$(cut -d ' ' -f 3 <<<"$now")" -ge $PERIOD
		check "--flow-del --both" offload --flow-del "$flow" --both
		again=$(busy)
		check "socat relays again: $again ticks" test "$again" -gt 2
	done
	background_ends stream
	# TIME SENT ANSWERED LATE TWICE LAST
	equal "every datagram was answered, once" "$(stream_says 2) 0" "$(stream_says 3,5)"
	echo "# $(stream_says 2) sent, $(stream_says 4) answers came behind later ones"
	background_ends socat
}
story IPv4 10.77.0.2 10.77.0.1 10.77.1.1 10.77.1.2
story IPv6 '[fd77::2]' '[fd77::1]' '[fd77:1::1]' '[fd77:1::2]'
served_ends echo
check "--detach" offload --detach --interface eth0,eth1
equal "nothing is pinned" "" "$(pin_tree)"
