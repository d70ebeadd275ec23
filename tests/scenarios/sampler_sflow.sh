#!/usr/bin/env bash
# sFlow on the wire: every datagram that leaves is decoded by tshark, and by a collector of our own what tshark does
# not know, packets that were discarded. They tell of exactly those packets that were sent, with the rate, the pool
# and the drops that the sampler's status has. Of two collectors, one that refuses costs the other nothing.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_sampler.sh"

packets='[
	frame(v4(UDP(sport=4711, dport=10) / Raw(b"passed"))),
	frame(v4(TCP(sport=4712, dport=80, flags="S"))),
	frame(v6(UDP(sport=4711, dport=10) / Raw(b"passed")), 0x86dd),
	frame(Dot1Q(vlan=100, prio=5) / v4(UDP(dport=10) / Raw(b"one tag")), 0x8100),
	frame(arp(), 0x0806),
	frame(v4(UDP(dport=10) / Raw(bytes(range(248)) * 32))),
	frame(v4(UDP(dport=10) / Raw(b"listed"), source="203.0.113.7")),
	frame(Dot1Q(vlan=7) / v6(UDP(dport=10) / Raw(b"listed"), source="2001:db8:bad::7"), 0x8100),
	frame(bytes(v4(UDP(dport=10)))[:19]),
	frame(v4(UDP(dport=9) / Raw(bytes(1000)))),
	frame(v4(UDP(dport=11) / Raw(b"transmitted"))),
	frame(v4(UDP(dport=13) / Raw(b"aborted"))),
	frame(v4(UDP(dport=14) / Raw(b"invalid"))),
]'
# Lines of those that are.
DISCARDED='7,10p;12,13p'

# collecting NAME: a collector on port 6343 and tcpdump beside it, until collecting_ends.
collecting() {
	"$source_dir/tests/senders/sflow_collector.py" 127.0.0.1 6343 >"$work/$1.collected" 2>"$work/$1.collector" &
	collector=$!
	check "$1: a collector" wait_until 10 grep -q ready "$work/$1.collected"
	capture_starts "$1" here lo udp port 6343
}
collecting_ends() {
	check "$1: tcpdump and the collector have all" wait_until 10 all_are_collected "$1"
	capture_ends "$1"
	kill "$collector"
	wait "$collector" 2>/dev/null
	equal "$1: the collector understood all" "" "$(<"$work/$1.collector")"
	tshark -n -r "$work/$1.pcap" -V 2>/dev/null >"$work/$1.text"
	equal "$1: no datagram is missing" "$(seq "$(datagrams "$1" | wc -l)")" "$(datagrams "$1" | jq .sequence)"
	equal "$1: tshark and the collector have the same" "$(datagrams "$1" | jq -r '"\(.agent) \(.sequence) \(.samples | length)"')" \
		"$(fields "$1.pcap" sflow sflow_245.agent sflow_245.sequence_number sflow_245.numsamples | tr '\t' ' ')"
	equal "$1: tshark complains of nothing" "" "$(fields "$1.pcap" '_ws.malformed || !sflow' frame.number)"
}
all_are_collected() {
	[ "$(tcpdump -r "$work/$1.pcap" --count 2>/dev/null)" = "$(datagrams "$1" | wc -l) packets" ]
}
datagrams() { # NAME
	sed 1d "$work/$1.collected"
}
discards() { # NAME FILTER: of jq, of each discarded packet
	datagrams "$1" | jq -r ".samples[] | select(.type == 5) | $2"
}
# flows NAME: "sequence rate pool drops input output length stripped captured" of each flow sample, as tshark reads it.
flows() {
	awk '/^    [^ ]/ { if (flow) print flow; flow = "" }
		/^    Flow sample, seq/ { flow = $NF }
		flow && /^        Sampling rate:/ { flow = flow " " $6 }
		flow && /^        (Sample pool|Dropped packets|Input interface|Output interface)/ {
			sub(/^[^:]*: /, ""); flow = flow " " $1; next }
		flow && /^            (Frame Length|Payload stripped|Sampled header length)/ { flow = flow " " $NF }
		/^[^ ]/ { if (flow) print flow; flow = "" }' "$work/$1.text"
}
headers() { # NAME: the bytes of each flow sample, as tshark tells them: in fours
	fields "$1.pcap" sflow sflow_245.header | tr ',' '\n' | grep .
}
# hex_of PCAP UNIT: the first 128 bytes of each packet, filled up to a multiple of UNIT, as sFlow does in fours.
hex_of() {
	/usr/bin/python3 -c '
import struct, sys
data, unit, at = open(sys.argv[1], "rb").read(), int(sys.argv[2]), 24
while at < len(data):
    length, = struct.unpack_from("<I", data, at + 8)
    head = data[at + 16:at + 16 + min(length, 128)]
    print((head + bytes(-len(head) % unit)).hex())
    at += 16 + length' "$work/$1" "$2"
}
link_says() { # FILTER: of jq, on what ip says of eth0
	ip -j -s link show eth0 | jq -r ".[0] | $1"
}
lengths() { # PCAP
	fields "$1" "" frame.len
}
is_told() { # NAME FILTER: a datagram for which jq says true
	datagrams "$1" | jq -e -s "any(.[]; $2)" >/dev/null
}

make_lab
ifindex=$(link_says .ifindex)
check "the sampler" sampler --attach --no-config --at ingress,verdict --rate 1

echo "# both places, and a second collector that refuses"
loader --clear --interface eth0
collecting both
sampling_starts both --sflow 127.0.0.1:6343,127.0.0.1:6344
send_exactly sent.pcap "$packets"
sent=$(<"$work/sent.pcap.sent")
dropped='[.reasons[] | select(.action == "XDP_DROP" or .action == "XDP_ABORTED" or .action == "XDP_INVALID_ACTION")]'
count=$(status_of eth0 "$dropped | map(.packets) | add")
check "all are on their way" wait_until 10 accounts_are_settled
sampling_ends both
collecting_ends both
accounts_agree both
equal "the sink is listed, and all is delivered" "$((2 * sent)) $((2 * sent)) 0 closed" \
	"$(sampler_says '.sinks[] | "\(.offered) \(.delivered) \(.lost) \(.state)"')"
contains "the one that refuses is named" "127.0.0.1:6344" "$work/both.err"
equal "a flow sample for each packet, once: rate, pool, drops, interfaces" \
	"$(for i in $(seq "$sent"); do echo "$i 1 $sent 0 $ifindex 0x00000000"; done)" "$(flows both | cut -d ' ' -f 1-6)"
equal "their lengths, with the checksum that was stripped" "$(lengths sent.pcap | awk '{ print $1 + 4, 4, $1 < 128 ? $1 : 128 }')" \
	"$(flows both | cut -d ' ' -f 7-9)"
equal "their bytes" "$(hex_of sent.pcap 4)" "$(headers both)"
equal "tags" "100,7	5,0	0,0	0,0" "$(fields both.pcap sflow_245.vlan.in sflow_245.vlan.in sflow_245.pri.in sflow_245.vlan.out sflow_245.pri.out)"
equal "discarded packets in one row, none lost" "$(for i in $(seq "$count"); do echo "$i 0 $ifindex 0 $ifindex 0"; done)" \
	"$(discards both '"\(.sequence) \(.source_class) \(.source) \(.drops) \(.input) \(.output)"')"
# shellcheck disable=SC2016  # jq's
counted=$(status_of eth0 '(.subprograms | map({key: "\(.slot)", value: .name}) | from_entries) as $name |
	'"$dropped | "'.[] | "\($name["\(.slot)"]) \(.reason) \(.packets)"' | sort)
equal "who discarded them, and why, as was counted" "$counted" \
	"$(discards both .symbol | sed 's/reason_//; s/short_ipv4/3/; s/source_ipv4/16/; s/source_ipv6/17/; s|/| |' | sort | uniq -c | awk '{ print $2, $3, $1 }')"
equal "their lengths" "$(lengths sent.pcap | sed -n "$DISCARDED")" "$(discards both .length)"
equal "their bytes" "$(hex_of sent.pcap 1 | sed -n "$DISCARDED")" "$(discards both .bytes)"
equal "the tag" "[7,0,0,0]" "$(discards both 'select(.vlan) | .vlan | tojson')"
check "the interface's counters" is_told both 'any(.samples[]; .type == 2)'

echo "# only the verdict"
check "the verdict alone" sampler --detach
check "the sampler" sampler --attach --no-config --at verdict --rate 1
collecting verdict
sampling_starts verdict --sflow 127.0.0.1
send_exactly sent.pcap "$packets"
check "all are on their way" wait_until 10 accounts_are_settled
sampling_ends verdict
collecting_ends verdict
equal "a flow sample for each packet" "$(hex_of sent.pcap 4)" "$(headers verdict)"
# The drop's reason, 0x40000000 and more; what is transmitted leaves where it came; what passes, nobody knows.
equal "where to" "0 0 0 0 0 0 dropped dropped dropped dropped $ifindex dropped dropped" "$(flows verdict | cut -d ' ' -f 6 |
	while read -r output; do [ $((output >> 30)) -eq 1 ] && echo dropped || echo $((output)); done | xargs)"
equal "the reason that the discarded packet has" "$(discards verdict .reason)" "$(flows verdict | cut -d ' ' -f 6 |
	while read -r output; do [ $((output >> 30)) -ne 1 ] || echo $((output & 0x3fffffff)); done)"

echo "# one in four, and losses in the ring"
check "a small ring" sampler --detach
check "the sampler" sampler --attach --no-config --at verdict --rate 4 --ring-size 128K
collecting losses
sampling_starts losses --sflow 127.0.0.1
has_lost() {
	[ "$(sampler_says '.accounting.ring_lost')" -gt 100 ]
}
# The capture's counts begin when it reads for the first time.
check "now every packet" sampler --set --rate 1
send_exactly first.pcap "$packets"
check "the ring is read" wait_until 10 accounts_are_settled
check "one in four" sampler --set --rate 4
kill -STOP "${sampling[losses]}"
"$senders/flood" client:peer0 eth0 >"$work/flood" 2>&1 &
flood=$!
check "the ring has no room for some" wait_until 20 has_lost
kill "$flood"
wait "$flood"
kill -CONT "${sampling[losses]}"
check "the rest is read" wait_until 20 accounts_are_settled
check "now every packet" sampler --set --rate 1
send_exactly last.pcap "$packets"
check "all are on their way" wait_until 10 accounts_are_settled
read -r seen sampled lost <<<"$(taken verdict)"
sampling_stops losses
collecting_ends losses
accounts_agree losses
equal "told at the end" "$((sampled - lost)) samples captured
$lost samples lost in the ring" "$(sed -n '2,3p' "$work/losses.err")"
equal "flow samples: what was sampled and not lost" $((sampled - lost)) "$(flows losses | wc -l)"
equal "their rates" "1 4" "$(flows losses | cut -d ' ' -f 2 | sort -u | xargs)"
equal "pool and drops are the status'" "$seen $lost" "$(flows losses | tail -n 1 | cut -d ' ' -f 3,4)"
equal "drops of the discarded packets, too" "$lost" "$(discards losses .drops | tail -n 1)"
equal "what the flood sent, and the others, are in the pool" "$seen" "$(($(told sent flood) + 2 * sent))"
equal "pools only grow" "" "$(flows losses | awk '$3 < pool; { pool = $3 }')"

echo "# counters"
cat >"$work/config.json" <<END
{ "xdp_sampler": { "interfaces": ["eth0"], "sinks": [
	{ "type": "sflow", "collector": "127.0.0.1", "agent": "192.0.2.99", "counter_seconds": 1 } ] } }
END
collecting counters
"$build/bin/xdp_sampler" --bpffs "$bpffs" --run --config "$work/config.json" 2>"$work/run.err" &
sampling[run]=$!
send_exactly sent.pcap "$packets"
statistics() {
	link_says '.stats64 | "\(.rx.bytes) \(.rx.packets) \(.tx.bytes) \(.tx.packets)"'
}
# told_counters: of the last counters sample.
told_counters() {
	tshark -n -r "$work/counters.pcap" -V 2>/dev/null | sed -n 's/^ *\(In\|Out\)put \(Octets\|Packets\): //p' | tail -n 4 | xargs
}
counters_are_told() {
	[ "$(statistics)" = "$(told_counters)" ]
}
check "the interface's counters are told" wait_until 20 counters_are_told
sampling_stops run TERM
collecting_ends counters
equal "the agent that was set" 192.0.2.99 "$(datagrams counters | jq -r .agent | sort -u)"
equal "whose counters" "Interface index: $ifindex, Interface Type: 6, Interface Speed: 10000000000, Interface Direction: Full-Duplex (1)" \
	"$(grep -E '^ *Interface (index|Type|Speed|Direction)' "$work/counters.text" | tail -n 4 | sed 's/^ *//' | paste -s -d , | sed 's/,/, /g')"
equal "in their own order" "" "$(datagrams counters | jq '.samples[] | select(.type == 2) | .sequence' | awk '$1 != ++sequence')"

check "--detach" loader --detach --interface eth0
check "--detach" loader_in client --detach --interface peer0
equal "nothing is pinned" "" "$(pin_tree)"
