#!/usr/bin/env bash
# Recorders come, take exactly what they were told to, and go, while packets flow and no program is loaded anew: one
# that is added during a flood begins to match within 100 ms, by the kernel's own clock, and 10,000 at once do.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_sampler.sh"

ROUNDS=10
[ -z "${ECBPF_TEST_QUICK:-}" ] || ROUNDS=3
MANY=10000

recorders() { # FILTER: of jq, on what --recorders --json says
	sampler --recorders --json | jq -r ".interfaces.eth0 | $1"
}
recorders_is() {
	[ "$(recorders "$1")" = "$2" ]
}
ids_of_programs() {
	status_of eth0 '[.root.id, .subprograms[].id, .exit_hook.id] | tojson'
}
# samples FILTER: of jq, on those of the JSON file that came since it was looked at last.
samples() {
	wait_until 20 accounts_are_settled || fail "all samples are written"
	tail -n +$((looked_at + 1)) "$work/samples.json" | jq -r "$1"
}
# takes WHAT SAMPLES TEXT...: of these frames these are taken, "ids of recorders:bytes kept" each.
takes() {
	looked_at=$(wc -l <"$work/samples.json")
	send_exactly frames.pcap "${@:3}"
	equal "$1" "$2" "$(samples '"\(.recorders | join(",")):\(.captured_length)"' | xargs)"
}
# adds TEXT OPTION...: --record, and what it says.
adds() {
	equal "says: $1" "$1" "$(sampler --record="$2" "${@:3}" 2>&1)"
}

make_lab
programs=$(ids_of_programs)
check "the sampler" sampler --attach --no-config --at verdict --rate 0
check "root and slots are the programs they were" test "$(ids_of_programs | sed 's/[^,]*$//')" = "${programs%null]}"
programs=$(ids_of_programs)
sampling_starts samples --json-lines "$work/samples.json"

echo "# what is taken"
one='frame(v4(UDP(sport=4711, dport=5000) / Raw(bytes(1000))))'
takes "nothing without a recorder" "" "$one"
adds "recorder 1 on eth0: * * * 5000 UDP" "* 0 * 5000 udp"
takes "what matches" "1:128" "$one" 'frame(v4(UDP(sport=4711, dport=5001) / Raw(bytes(1000))))' \
	'frame(v4(TCP(dport=5000)))' 'frame(arp(), 0x0806)'
takes "IPv6, tags and short frames, too" "1:128 1:72 1:50" 'frame(v6(UDP(dport=5000) / Raw(bytes(200))), 0x86dd)' \
	'frame(Dot1Q(vlan=5) / v4(UDP(dport=5000) / Raw(bytes(26))), 0x8100)' 'frame(v4(UDP(dport=5000) / Raw(bytes(8))))'
equal "in the list" '{"id":1,"priority":0,"capture_length":128,"filter":"* * * 5000 UDP","packets":4,"limit":null,"expires":null,"ended":false,"origin":"command"}' \
	"$(recorders '.recorders[] | del(.bytes, .created) | tojson')"
equal "bytes of the whole frames" $((1042 + 262 + 72 + 50)) "$(recorders '.recorders[].bytes')"
adds "recorder 7 on eth0: 192.0.2.0/24 * 198.51.100.1/32 5000 UDP" "192.0.2.0/24 * 198.51.100.1 5000 17" --id 7 --capture-length 64
takes "two of one priority, and the longer capture length" "1,7:128" "$one"
adds "recorder 8 on eth0: 192.0.2.1/32 * 0.0.0.0/0 * UDP" "192.0.2.1 * * * UDP" --priority 5 --capture-length full
takes "the higher priority alone, and the whole packet" "8:1042" "$one"
takes "a jumbo frame" "8:8042" 'frame(v4(UDP(dport=5000) / Raw(bytes(8000))))'
check "remove it" sampler --no-record 8
takes "the others again" "1,7:128" "$one"
check "remove one of them" sampler --no-record 1
takes "64 bytes" "7:64" "$one"
adds "recorder 1 on eth0: 2001:db8::/32 * ::/0 443 TCP" "2001:db8::/32 * * 443 tcp" --id 1
takes "IPv6 alone" "1:74" 'frame(v6(TCP(dport=443)), 0x86dd)' 'frame(v4(TCP(dport=443)))'
adds "recorder 2 on eth0: * * * * *" "* 0 * 0 any" --id 2 --capture-length 64
takes "every frame" "2:42 2:14 2:64" 'frame(arp(), 0x0806)' 'frame(b"")' 'frame(v4(TCP() / Raw(bytes(99))))'
check "remove two" sampler --no-record 1,2

echo "# their end"
adds "recorder 1 on eth0: * * * 5000 UDP" "* * * 5000 UDP" --id 1 --limit 3
check "remove the other" sampler --no-record 7
takes "the limit is exact" "1:128 1:128 1:128" "[$one] * 5"
equal "it has ended" "3 3 true" "$(recorders '.recorders[] | "\(.packets) \(.limit) \(.ended)"')"
equal "the summary" "1 1" "$(sampler_says '.recorders | "\(.count) \(.ended)"')"
# It gives way to one with the same filter.
looked_at=$(wc -l <"$work/samples.json")
adds "recorder 1 on eth0: * * * 5000 UDP" "* * * 5000 UDP" --id 1 --duration 3s
send client:peer0 udp.5000
equal "as long as it lasts" "1:64" "$(samples '"\(.recorders | join(",")):\(.captured_length)"' | xargs)"
check "its duration ends" wait_until 10 recorders_is '.recorders[].ended' true
takes "and no longer" "" "$one"
# Whole seconds.
moment() {
	date -d "$(recorders ".recorders[].$1")" +%s
}
lasted=$(($(moment expires) - $(moment created)))
check "about three seconds, as the list told: $lasted" test "$lasted" -ge 2 -a "$lasted" -le 4
check "remove all" sampler --no-record all
equal "none is left" "[]" "$(recorders '.recorders | tojson')"

echo "# $MANY of a file"
awk -v many="$MANY" 'BEGIN {
	for (i = 0; i < many; i++)
		if (i % 2) printf "2001:db8:%x::/48 * * %d UDP id=%d capture=64\n", i, 1 + i % 60000, i + 1
		else printf "192.0.%d.%d * * %d tcp id=%d # IPv4\n", i / 256, i % 256, 1 + i % 60000, i + 1
}' >"$work/many"
sampler --record-file "$work/many" >"$work/told" 2>&1
equal "all are added" "0 $MANY" "$? $(wc -l <"$work/told")"
equal "the first and the last" "recorder 1 on eth0: 192.0.0.0/32 * 0.0.0.0/0 1 TCP
recorder $MANY on eth0: $(printf '2001:db8:%x::/48' $((MANY - 1))) * ::/0 $MANY UDP" "$(sed -n '1p;$p' "$work/told")"
equal "all are listed" "$MANY $((MANY * (MANY + 1) / 2))" "$(recorders '[.recorders[].id] | "\(length) \(add)"')"
takes "each takes its own" "1:54 2:64 5001:54 $MANY:64" 'frame(v4(TCP(dport=1), source="192.0.0.0"))' \
	'frame(v6(UDP(dport=2) / Raw(bytes(90)), source="2001:db8:1::7"), 0x86dd)' 'frame(v4(TCP(dport=5001), source="192.0.19.136"))' \
	"frame(v6(UDP(dport=$MANY) / Raw(bytes(90)), source='$(printf '2001:db8:%x::7' $((MANY - 1)))'), 0x86dd)" \
	'frame(v4(TCP(dport=2), source="192.0.0.0"))' 'frame(v4(UDP(dport=1), source="192.0.0.0"))'
check "remove one" sampler --no-record 5001
takes "it is gone, the others are not" "1:54" 'frame(v4(TCP(dport=5001), source="192.0.19.136"))' 'frame(v4(TCP(dport=1), source="192.0.0.0"))'
check "remove all" sampler --no-record all
takes "all are gone" "" 'frame(v4(TCP(dport=1), source="192.0.0.0"))'
printf '%s\n' '' '# from stdin' '10.0.0.0/8 * * 80 tcp priority=3 limit=9 capture=full id=44' '* * * 53 UDP' >"$work/few"
equal "from stdin" "recorder 44 on eth0: 10.0.0.0/8 * 0.0.0.0/0 80 TCP
recorder 45 on eth0: * * * 53 UDP" "$(sampler --record-file - <"$work/few" 2>&1)"
equal "with their options" "44 3 65536 9,45 0 128 null" "$(recorders '[.recorders[] | "\(.id) \(.priority) \(.capture_length) \(.limit)"] | join(",")')"
check "remove all" sampler --no-record all

echo "# mistakes"
refused() { # TEXT FILTER OPTION...
	expect_error "$1" 1 sampler --record "${@:2}"
}
refused "a filter has five words, SOURCE SPORT DESTINATION DPORT PROTOCOL like '10.0.0.0/8 * 192.168.33.11 80 TCP', this one has 3" "10.0.0.0/8 * *"
refused "source '10.0.0.1/8' has bits set behind its length: write 10.0.0.0/8 for all of them, or '10.0.0.1' for this address alone" "10.0.0.1/8 * * * *"
refused "destination '2001:db8::/32' is IPv6, but the source is IPv4: both are of one family" "10.0.0.0/8 * 2001:db8::/32 * *"
refused "source '10.0.0' is neither an IPv4 nor an IPv6 address or prefix, nor *" "10.0.0 * * * *"
refused "destination port '65536' is not a number from 0 to 65535 or *" "* * * 65536 TCP"
refused "source port 'http' is not a number from 0 to 65535 or *" "* http * * TCP"
refused "protocol 'TPC' is neither a name like TCP, UDP, ICMP or ICMPV6, nor a number from 0 to 255, nor *" "* * * 80 TPC"
refused "--capture-length: capture '63' is not a number from 64 to 65536, or full" "* * * 80 TCP" --capture-length 63
refused "--limit: limit '0' is not a number from 1 to 18446744073709551615" "* * * 80 TCP" --limit 0
refused "--id: id '0' is not a number from 1 to 2147483647" "* * * 80 TCP" --id 0
refused "--priority: priority '-1' is not a number from 0 to 4294967295" "* * * 80 TCP" --priority=-1
refused "--duration: '2x' is not a duration: a number and s, m, h or d (15m, 7d), at most 3650d" "* * * 80 TCP" --duration 2x
adds "recorder 5 on eth0: * * * 80 TCP" "* * * 80 TCP" --id 5
refused "eth0: id 5 is taken by the recorder for '* * * 80 TCP': choose another one, or none" "* 0 0.0.0.0/0 80 6" --id 5
refused "eth0: recorder 5 has the filter '* * * 80 TCP' already" "* 0 * 80 6"
expect_error "eth0: there is no recorder 6" 1 sampler --no-record 6
expect_error "--no-record: 'x' is not a recorder's id: numbers with commas between, or all" 1 sampler --no-record 5,x
printf '%s\n' '* * * 81 TCP' '* * * 82 TCP' '* * * 83 TCPP' >"$work/wrong"
expect_error "$work/wrong: line 3: protocol 'TCPP' is neither a name like TCP, UDP, ICMP or ICMPV6, nor a number from 0 to 255, nor *" \
	1 sampler --record-file "$work/wrong"
expect_error "cannot open $work/nowhere: -ENOENT (No such file or directory)" 1 sampler --record-file "$work/nowhere"
equal "no mistake has changed anything" "5 * * * 80 TCP" "$(recorders '.recorders[] | "\(.id) \(.filter)"')"
check "remove all" sampler --no-record all
sampling_ends samples
accounts_agree "samples"

echo "# during a flood"
check "one packet in a hundred, as a clock" sampler --set --rate 100
sampling_starts flood --json-lines "$work/flood.json"
"$senders/flood" client:peer0 eth0 >"$work/flood" 2>&1 &
flood=$!
is_flooded() {
	[ "$(packets_counted eth0)" -gt 10000 ]
}
check "the flood is on" wait_until 20 is_flooded
for round in $(seq "$ROUNDS"); do
	before=$(date +%s%N)
	sampler --record "* * * 9 UDP" --id "$round" --limit 100 >/dev/null
	echo "$round $before $(date +%s%N)"
	wait_until 20 recorders_is ".recorders[] | select(.id == $round) | .ended" true || fail "recorder $round ends"
	sampler --no-record "$round"
done >"$work/added"
sampler --record-file "$work/many" >"$work/told" 2>&1
equal "$MANY more" "0 $MANY" "$? $(wc -l <"$work/told")"
before=$(date +%s%N)
# Of the flow that passes, which is the same all the time.
sampler --record "* * * 10 UDP" --id 20000 --capture-length 64 >/dev/null
wait_until 20 recorders_is '[.recorders[] | select(.id == 20000 and .packets > 1000)] | length' 1 || fail "recorder 20000 takes packets"
removing=$(date +%s%N)
sampler --no-record 20000
removed=$(date +%s%N)
later() {
	# shellcheck disable=SC2016  # awk's
	[ "$(tail -n 1 "$work/flood.json" | jq -r .time_ns)" -gt $((removed + 300000000)) ]
}
check "the flood goes on" wait_until 20 later
check "remove all" sampler --no-record all
kill "$flood"
wait "$flood"
check "all are written" wait_until 20 accounts_are_settled
sampling_stops flood
tail -n 3 "$work/flood.err"
accounts_agree flood
equal "of the flood nothing was lost, nothing leaked" "0 0" "$(told lost flood) $(told leaked flood)"
echo "$(told sent flood) packets, $(told packets_per_second flood) per second; $(wc -l <"$work/flood.json") samples"
jq -r '"\(.time_ns) \(.destination_port) \(.chosen | index("chance") != null) \(.recorders | join(","))"' "$work/flood.json" >"$work/flood.times"
# A packet later than 100 ms behind the command's return that is not taken shows what is slow; that none comes for a
# while, on a busy machine, shows nothing.
equal "each begins to match within 100 ms of the command's return" "" "$(awk 'NR == FNR { before[$1] = $2; after[$1] = $3; next }
	$2 == 9 { for (id in after) if (!(id in first)) {
		if ($4 == id) { first[id] = $1; if ($1 < before[id]) print id, "begins before the command" }
		else if ($1 - after[id] > 100000000) { print id, "has not begun", ($1 - after[id]) / 1e6, "ms later"; first[id] = 0 } } }
	END { for (id in after) if (!(id in first)) print id, "never begins" }' "$work/added" "$work/flood.times")"
awk 'NR == FNR { after[$1] = $3; next }
	$4 in after && !($4 in first) { first[$4] = ($1 - after[$4]) / 1e6; if (!n++ || first[$4] > worst) worst = first[$4] }
	END { printf "the slowest began %.1f ms after the command had returned\n", worst }' "$work/added" "$work/flood.times"
equal "each took exactly its limit" "$(for round in $(seq "$ROUNDS"); do echo "$round 100"; done)" \
	"$(awk '$4 >= 1 && $4 <= 10000 { count[$4]++ } END { for (id in count) print id, count[id] }' "$work/flood.times" | sort -n)"
equal "one that is removed takes nothing 100 ms later" "" "$(awk -v removed="$removed" '$4 == 20000 && $1 - removed > 100000000' "$work/flood.times" | head -n 3)"
equal "and took everything until then" "" "$(awk -v removing="$removing" '$4 == 20000 { begun = 1 }
	begun && $2 == 10 && $4 != 20000 && $1 < removing' "$work/flood.times" | head -n 3)"
check "packets of both flows show the time" test "$(awk '$3 == "true"' "$work/flood.times" | wc -l)" -gt 50
equal "no program was loaded anew" "$programs" "$(ids_of_programs)"

check "--detach" loader --detach --interface eth0
check "--detach" loader_in client --detach --interface peer0
equal "nothing is pinned" "" "$(pin_tree)"
