#!/usr/bin/env bash
# The example that l7mp's kernel offload tells of, with its own numbers: a client at 127.0.0.1:1236 of a UDP proxy that
# listens at 127.0.0.1:1235 and has 10.0.2.3:37713 towards the endpoint 10.0.2.4:1234. The packets that its README shows
# are met byte by byte, and each is a good one: the datagrams arrive, both ways, with checksums everywhere.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_offload.sh"
need nstat
/usr/bin/python3 -c 'import scapy.all' 2>/dev/null || skip "not installed: python3-scapy"

flow="127.0.0.1:1236 > 127.0.0.1:1235"
interfaces=lo,ens3f0

# Nobody has told the neighbours of each other.
add_namespace endpoint
answers_on_lo here
add_link ens3f0 endpoint peer0
ip address add 10.0.2.3/24 dev ens3f0
in_ns endpoint ip address add 10.0.2.4/24 dev peer0

sysctls() {
	cat /proc/sys/net/ipv4/conf/lo/{route_localnet,accept_local} | paste -s -d ' '
}
echo 0 | tee /proc/sys/net/ipv4/conf/*/{route_localnet,accept_local} >/dev/null
sysctls_before=$(grep -r . /proc/sys/net/ipv4/conf)

# say: what the client sends, and is answered; what has come at the proxy and at the endpoint.
say() {
	served proxy here 127.0.0.1:1235
	served endpoint endpoint 10.0.2.4:1234
	"$senders/udp_ask" --text $'cc\n' 127.0.0.1:1236 127.0.0.1:1235 >"$work/said" 2>&1
	served_ends proxy endpoint
	echo "$(sed -n 's/^answered /answered /p' "$work/said") proxy $(came proxy 127.0.0.1:1235) endpoint $(came endpoint 10.0.2.4:1234)"
}
# seen NAME: tcpdump's line for each packet of a capture, without the id, which differs each time.
seen() {
	tcpdump -t -nn -vv -r "$work/$1.pcap" 2>/dev/null | paste - - | sed 's/, id [0-9]*,/,/; s/\t */ /'
}
# bytes NAME: of each packet, from the IP header on; all have the same payload.
bytes() {
	tcpdump -t -nn -x -r "$work/$1.pcap" 2>/dev/null | sed -n 's/^\t0x[0-9a-f]*: *//p' | tr -d ' \n' | sed 's/63630a/&\n/g'
}

echo "# without an offload"
equal "the proxy is asked" "answered 1 proxy 1 endpoint 0" "$(say)"

echo "# without sysctls"
check "--attach" offload --attach --no-config --interface $interfaces
check "--flow-add --both" offload --flow-add "$flow => 10.0.2.3:37713 > 10.0.2.4:1234" --both
equal "the endpoint hears it, the client no answer" "answered 0 proxy 0 endpoint 1" "$(say)"
offload --check >"$work/checked" 2>&1
equal "--check finds something missing" 1 $?
for name in route_localnet accept_local; do
	contains "it names $name" "net.ipv4.conf.lo.$name" "$work/checked"
done
contains "and what to type" "--set-sysctls" "$work/checked"
equal "no sysctl was changed" "$sysctls_before" "$(grep -r . /proc/sys/net/ipv4/conf)"

echo "# with sysctls"
check "--attach --set-sysctls" offload --attach --no-config --interface $interfaces --set-sysctls
equal "they are set" "1 1" "$(sysctls)"
equal "on lo alone" "$sysctls_before" "$(grep -r . /proc/sys/net/ipv4/conf | sed '/conf.lo.\(route_localnet\|accept_local\):/s/1$/0/')"
check "--check is content" offload --check

# Both ways as seen by captures, where each comes in or goes out.
captures_start() { # ROUND
	capture_starts "lo-$1" here lo -Q in udp
	capture_starts "out-$1" here ens3f0 -Q out udp
	capture_starts "in-$1" here ens3f0 -Q in udp
}
captures_end() { # ROUND
	check "both are seen on lo" wait_until 10 capture_has "lo-$1" 2
	check "one leaves" wait_until 10 capture_has "out-$1" 1
	check "one comes back" wait_until 10 capture_has "in-$1" 1
	for name in lo out in; do
		capture_ends "$name-$1"
	done
}
ip="IP (tos 0x0, ttl 64, offset 0, flags [DF], proto UDP (17), length 31)"
asked_on_lo="$ip 127.0.0.1.1236 > 127.0.0.1.1235: [bad udp cksum 0xfe1e -> 0x8acb!] UDP, length 3"
errors_before=$(checksum_errors)
for tx in on off; do
	finishes_checksums here ens3f0 $tx
	finishes_checksums endpoint peer0 $tx
	captures_start $tx
	equal "tx $tx: the endpoint answers, around the proxy" "answered 1 proxy 0 endpoint 1" "$(say)"
	captures_end $tx
	out="[bad udp cksum 0x1823 -> 0xe24a!]" in="[bad udp cksum 0x1823 -> 0xe24a!]" answered="[bad udp cksum 0xfe1e -> 0x8acb!]"
	[ $tx = on ] || out="[udp sum ok]" in="[udp sum ok]" answered="[udp sum ok]"
	equal "tx $tx: both on lo" "$asked_on_lo
$ip 127.0.0.1.1235 > 127.0.0.1.1236: $answered UDP, length 3" "$(seen lo-$tx)"
	equal "tx $tx: what leaves" "$ip 10.0.2.3.37713 > 10.0.2.4.1234: $out UDP, length 3" "$(seen out-$tx)"
	equal "tx $tx: what comes back" "$ip 10.0.2.4.1234 > 10.0.2.3.37713: $in UDP, length 3" "$(seen in-$tx)"
done

echo "# the very packet"
packet="IP(id=61815,flags='DF',ttl=64,src='127.0.0.1',dst='127.0.0.1')/UDP(sport=1236,dport=1235,chksum=0xfe1e)/Raw(b'cc\\n')"
for tx in on off; do
	finishes_checksums here ens3f0 $tx
	capture_starts "very-lo-$tx" here lo -Q in udp dst port 1235
	capture_starts "very-out-$tx" here ens3f0 -Q out udp
	/usr/bin/python3 "$source_dir/tests/senders/exact_frames.py" --unfinished lo "$work/very" \
		"Ether(src='00:00:00:00:00:00',dst='00:00:00:00:00:00')/$packet" >"$work/output" 2>&1 || fail "it is sent" "$work/output"
	check "tx $tx: it comes" wait_until 10 capture_has "very-lo-$tx" 1
	check "tx $tx: it leaves" wait_until 10 capture_has "very-out-$tx" 1
	capture_ends "very-lo-$tx"
	capture_ends "very-out-$tx"
	equal "tx $tx: on lo as the README shows it" 4500001ff177400040114b547f0000017f00000104d404d3000bfe1e63630a "$(bytes very-lo-$tx)"
	sum=1823
	[ $tx = on ] || sum=e24a
	equal "tx $tx: and as it leaves" "4500001ff177400040113150""0a0002030a000204935104d2000b${sum}63630a" "$(bytes very-out-$tx)"
done
equal "no wrong checksum was met" "$errors_before" "$(checksum_errors)"

echo "# exact counts"
# Asked three times, once in vain for the answer, and the very packet twice; 45 bytes of frame each.
equal "the way there" "5 225" "$(flow "$flow" '.state | "\(.packets) \(.bytes)"')"
equal "and back" "3 135" "$(flow "$flow" '.state | "\(.back_packets) \(.back_bytes)"')"

check "--detach" offload --detach --interface $interfaces
equal "sysctls are what they were" "$sysctls_before" "$(grep -r . /proc/sys/net/ipv4/conf)"
equal "nothing is pinned" "" "$(pin_tree)"
equal "the proxy is asked again" "answered 1 proxy 1 endpoint 0" "$(say)"
