#!/usr/bin/env bash
# Static flows of bypass_udp: echoes between plain sockets, over IPv4 and IPv6, l2 and nat, out of the same port and
# another one, with and without checksums; frames with up to two VLAN tags, byte by byte; what goes up the stack, why,
# and untouched; exact counts; and all the while flows, programs and the daemon are replaced.
# shellcheck disable=SC2119  # arguments may be left out
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_bypass.sh"
need nproc taskset timeout
/usr/bin/python3 -c 'import scapy.all' 2>/dev/null || skip "not installed: python3-scapy"

client=$(mac_of clientpeer0) router=$(mac_of eth0)
nobody=02:00:00:00:00:99 # whose packets no stack answers
SECONDS_UNDER_LOAD=3
[ -z "${ECBPF_TEST_QUICK:-}" ] || SECONDS_UNDER_LOAD=1

# difference NUMBERS NUMBERS: of each.
difference() {
	paste <(tr ' ' '\n' <<<"$1") <(tr ' ' '\n' <<<"$2") | awk '{ print $2 - $1 }' | paste -s -d ' '
}

# add_up: lines of "name number" with the same name become one.
add_up() {
	awk 'NF { sum[$1] += $2 } END { for (name in sum) print name, sum[name] }' | sort
}

make_lab
attach_bypass
served server server 10.99.0.1:7 '[fd99::1]:7' 10.77.1.2:7 '[fd77:1::2]:7'
served neighbour neighbour 10.77.0.3:7 '[fd77::3]:7'
served server-unsummed server --no-checksum 10.77.1.2:8

echo "# echoes"
# Name, client, what it asks, action, reasons' order in `sent` of both directions.
echoes=(
	"l2 4001 10.77.0.2 10.99.0.1:7 l2_via_10.77.1.2"
	"l2-6 4002 [fd77::2] [fd99::1]:7 l2_via_fd77:1::2"
	"nat 4003 10.77.0.2 10.77.0.1:53 *:*_>_10.77.1.2:7"
	"nat-all 4004 10.77.0.2 10.77.0.1:53 10.77.1.1:6004_>_10.77.1.2:7"
	"nat-6 4005 [fd77::2] [fd77::1]:53 *:*_>_[fd77:1::2]:7"
	"nat-6-all 4006 [fd77::2] [fd77::1]:53 [fd77:1::1]:6006_>_[fd77:1::2]:7"
	"back 4007 10.77.0.2 10.99.0.1:7 10.77.0.1:6007_>_10.77.0.3:7"
	"back-6 4008 [fd77::2] [fd99::1]:7 [fd77::1]:6008_>_[fd77::3]:7"
)
before=$(checksum_errors)
for line in "${echoes[@]}"; do
	read -r name port from to action <<<"$line"
	check "$name: --flow-add" bypass --flow-add "$from:$port > $to => ${action//_/ }" --both
	equal "$name: --explain says that it is sent" "$([[ $name = back* ]] && echo tx || echo redirect) null" \
		"$(explained "$from:$port > $to" --interface eth0 | cut -d ' ' -f 2-)"
	largest=1472
	[[ $from != \[* ]] || largest=1452
	asks "$name: each echo is as it was sent" client "$from:$port" "$to" 0 1 3 1400 $largest
	headers=$((14 + 1500 - largest))
	all="5 $((5 * headers + 0 + 1 + 3 + 1400 + largest))"
	equal "$name: exact counts, both ways" "$all $all" \
		"$(flow "$from:$port > $to" '.state | "\(.packets) \(.bytes) \(.back_packets) \(.back_bytes)"')"
done
equal "all of it went around the stack" "" "$(went_up)"
equal "l2 and nat, back out of the same port and out of another" "0 20 20 40" "$(sent)"
check "a flow without checksums" bypass --flow-add "10.77.0.2:4009 > 10.77.0.1:53 => *:* > 10.77.1.2:8" --both
capture_starts unsummed server peer1 -Q in udp port 8
asks "packets without a checksum" client --no-checksum 10.77.0.2:4009 10.77.0.1:53 0 1 3 1400 1472
check "they have come" wait_until 10 capture_has unsummed 5
capture_ends unsummed
equal "they have none at the server, either" 5 "$(tcpdump -nn -vv -r "$work/unsummed.pcap" 2>/dev/null | grep -c 'no cksum')"
equal "all of that went around the stack" "" "$(went_up)"
equal "no host has met a wrong checksum" "$before" "$(checksum_errors)"
served_ends server neighbour server-unsummed
equal "the server has met each packet once" "5 5 10 10" \
	"$(came server 10.99.0.1:7) $(came server '[fd99::1]:7') $(came server 10.77.1.2:7) $(came server '[fd77:1::2]:7')"

echo "# VLAN tags"
echo "# nothing" | bypass --flow-file - >"$work/output" || fail "no flows" "$work/output"
equal "an empty file takes all flows away" 0 "$(bypass_says '[.host.tables[] | select(.table == "static").flows] | add')"
rules=() sent_texts=() other_texts=() same_texts=() port=5000 sizes=(0 1 3 1400)
for family in "" 6; do
	for action in l2 nat; do
		for in in none 5 5.6; do
			for out in none 7 7.8; do
				port=$((port + 1))
				from=10.77.0.2:$port to=10.99.0.1:9 new_from=10.77.1.1:$((port + 1000)) new_to=10.77.1.2:9
				[ -z "$family" ] || from="[fd77::2]:$port" to="[fd99::1]:9" new_from="[fd77:1::1]:$((port + 1000))" new_to="[fd77:1::2]:9"
				rewrite="$new_from > $new_to"
				[ $action = nat ] || new_from=$from new_to=$to rewrite=l2
				size=${sizes[port % 4]}
				rules+=("$from > $to vlan $in => $rewrite mac $nobody dev eth1 vlan $out")
				sent_texts+=("$(frame_text "$client" "$router" $in "$(udp_text "$from" "$to" 64 "$size")")")
				other_texts+=("$(frame_text "$(mac_of eth1)" "$nobody" $out "$(udp_text "$new_from" "$new_to" 63 "$size")")")
				# And back out of the same port.
				from=${from%:*}:$((port + 2000)) new_from=${new_from%:*}:$((port + 3000))
				rewrite="$new_from > $new_to"
				[ $action = nat ] || new_from=$from rewrite=l2
				rules+=("$from > $to vlan $in => $rewrite mac $nobody dev eth0 vlan $out")
				sent_texts+=("$(frame_text "$client" "$router" $in "$(udp_text "$from" "$to" 2 "$size")")")
				same_texts+=("$(frame_text "$router" "$nobody" $out "$(udp_text "$new_from" "$new_to" 1 "$size")")")
			done
		done
	done
done
# Without a checksum; of the largest size, that fits with a tag but not with two; padded to the shortest frame of Ethernet.
plain="10.77.0.2:4900 > 10.99.0.1:9"
rules+=("$plain => 10.77.1.1:1 > 10.77.1.2:2 mac $nobody dev eth1 vlan 7" "10.77.0.2:4901 > 10.99.0.1:9 => l2 mac $nobody dev eth1 vlan 7.8")
for text in "$(udp_text 10.77.0.2:4900 10.99.0.1:9 64 100 0)" "$(udp_text 10.77.0.2:4900 10.99.0.1:9 64 1472)" "$(udp_text 10.77.0.2:4900 10.99.0.1:9 64 3)/Padding(bytes(15))" \
	"$(udp_text 10.77.0.2:4901 10.99.0.1:9 64 1468)" "$(udp_text 10.77.0.2:4901 10.99.0.1:9 64 1469)"; do
	sent_texts+=("$(frame_text "$client" "$router" none "$text")")
done
for text in "$(udp_text 10.77.1.1:1 10.77.1.2:2 63 100 0)" "$(udp_text 10.77.1.1:1 10.77.1.2:2 63 1472)" "$(udp_text 10.77.1.1:1 10.77.1.2:2 63 3)/Padding(bytes(15))"; do
	other_texts+=("$(frame_text "$(mac_of eth1)" "$nobody" 7 "$text")")
done
other_texts+=("$(frame_text "$(mac_of eth1)" "$nobody" 7.8 "$(udp_text 10.77.0.2:4901 10.99.0.1:9 63 1468)")")
printf '%s\n' "${rules[@]}" >"$work/tagged.flows"
check "--flow-file: ${#rules[@]} flows" bypass --flow-file "$work/tagged.flows"
before=$(went_up) sent_before=$(sent)
capture_starts other server peer1 -Q in not multicast
capture_starts same client peer0 -Q in not multicast and not icmp
sends tagged client peer0 "${sent_texts[@]}"
only_writes other-expected "${other_texts[@]}"
only_writes same-expected "${same_texts[@]}"
check "all come at the server" wait_until 10 capture_has other "${#other_texts[@]}"
check "and at the client" wait_until 10 capture_has same "${#same_texts[@]}"
capture_ends other
capture_ends same
check "out of another port: byte by byte as they should be" cmp <(bytes_of other-expected) <(bytes_of other.pcap)
check "out of the same port: byte by byte as they should be" cmp <(bytes_of same-expected) <(bytes_of same.pcap)
equal "one went up, because it is too big with two tags" "too_big 1" "$(went_up)"
equal "the others were sent" "18 19 18 21" "$(difference "$sent_before" "$(sent)")"

echo "# what goes up the stack"
ip route add blackhole 10.98.0.0/16
cat >"$work/up.flows" <<END
10.77.0.2:4000 > 10.99.0.1:9 => l2 mac $nobody dev eth1
[fd77::2]:4000 > [fd99::1]:9 => l2 mac $nobody dev eth1
10.77.0.2:4001 > 10.99.0.1:9 on eth2 => l2 mac $nobody dev eth1
10.77.0.2:4002 > 10.99.0.1:9 vlan none => l2 mac $nobody dev eth1
10.77.0.2:4003 > 10.99.0.1:9 vlan 5.6 => l2 mac $nobody dev eth1
10.77.0.2:4004 > 10.99.0.1:9 => *:* > 10.77.0.1:9
10.77.0.2:4005 > 10.99.0.1:9 => l2
10.77.0.2:4006 > 10.98.0.1:9 => l2
END
check "--flow-file" bypass --flow-file "$work/up.flows"
v4="IP(src='10.77.0.2',dst='10.99.0.1'" v6="IPv6(src='fd77::2',dst='fd99::1'" udp="UDP(sport=4000,dport=9)/Raw(bytes(32))"
up_texts=() up_reasons=()
# goes_up REASON PACKET [TAGS [TO_MAC]]
goes_up() {
	up_reasons+=("$1")
	up_texts+=("$(frame_text "$client" "${4:-$router}" "${3:-none}" "$2")")
}
goes_up fragment "$v4,flags='MF')/$udp"
goes_up fragment "$v4,frag=100)/$udp"
goes_up fragment "$v6)/IPv6ExtHdrFragment(m=1,nh=17)/$udp"
goes_up fragment "$v6)/IPv6ExtHdrFragment(offset=9,nh=17)/$udp"
goes_up options "$v4,options=[IPOption(b'\\x01\\x01\\x01\\x01')])/$udp"
goes_up extension "$v6)/IPv6ExtHdrHopByHop()/$udp"
for type in 3 4 5 11 12; do
	goes_up icmp_error "$v4)/ICMP(type=$type)/$v4)/$udp"
done
for type in 1 2 3 4; do
	goes_up icmp_error "$v6,nh=58)/Raw(bytes([$type]+[0]*7))/$v6)/$udp"
done
goes_up not_udp "$v4)/ICMP()"
goes_up not_udp "$v6)/ICMPv6EchoRequest()"
goes_up not_udp "$v4)/TCP(sport=4000,dport=9)"
goes_up not_ip "ARP(psrc='10.77.0.2',pdst='10.77.0.1')"
goes_up other_mac "$v4)/$udp" none $nobody
goes_up malformed "$v4,len=99)/$udp"
goes_up malformed "$v6,plen=99)/$udp"
goes_up no_flow "$(udp_text 10.77.0.2:4000 10.99.0.1:10 64 1)"
goes_up no_flow "$(udp_text '[fd77::2]:4000' '[fd99::1]:10' 64 1)"
goes_up wrong_way_in "$(udp_text 10.77.0.2:4001 10.99.0.1:9 64 1)"
goes_up wrong_way_in "$(udp_text 10.77.0.2:4002 10.99.0.1:9 64 1)" 5
goes_up wrong_way_in "$(udp_text 10.77.0.2:4003 10.99.0.1:9 64 1)" 5
goes_up zero_checksum "$(udp_text '[fd77::2]:4000' '[fd99::1]:9' 64 1 0)"
goes_up ttl "$(udp_text 10.77.0.2:4000 10.99.0.1:9 1 1)"
goes_up ttl "$(udp_text 10.77.0.2:4000 10.99.0.1:9 0 1)"
goes_up ttl "$(udp_text '[fd77::2]:4000' '[fd99::1]:9' 1 1)"
goes_up way_local "$(udp_text 10.77.0.2:4004 10.99.0.1:9 64 1)"
goes_up way_no_route "$(udp_text 10.77.0.2:4005 10.99.0.1:9 64 1)"
goes_up way_forbidden "$(udp_text 10.77.0.2:4006 10.98.0.1:9 64 1)"
before=$(went_up eth0) sent_before=$(sent) group_before=$(on eth0 .packets.up.group)
capture_starts up here eth0 -Q in not multicast
sends up client peer0 "${up_texts[@]}"
check "all have come" wait_until 10 capture_has up "${#up_texts[@]}"
capture_ends up
check "${#up_texts[@]} frames: the stack gets them untouched" cmp <(bytes_of up) <(bytes_of up.pcap)
equal "each with its reason" "$({ echo "$before" && printf '%s 1\n' "${up_reasons[@]}"; } | add_up)" "$(went_up eth0 | add_up)"
sends group client peer0 "$(frame_text "$client" ff:ff:ff:ff:ff:ff none "$v4)/$udp")" "$(frame_text "$client" 01:00:5e:00:00:01 none "$v4)/$udp")"
check "what is sent to a link group goes up" test "$(on eth0 .packets.up.group)" -ge $((group_before + 2))
equal "nothing was sent" "$sent_before" "$(sent)"
for line in "4000 up no_flow 10.99.0.1:10" "4001 up wrong_way_in" "4004 up way_local" "4005 up way_no_route" "4006 up way_forbidden 10.98.0.1:9" "4000 redirect null"; do
	read -r port decision reason to <<<"$line"
	equal "--explain: $decision $reason" "eth0 $decision $reason" "$(explained "10.77.0.2:$port > ${to:-10.99.0.1:9}" --interface eth0)"
done
equal "--explain: from the other interface" "eth2 redirect null" "$(explained "10.77.0.2:4001 > 10.99.0.1:9" --interface eth2)"
equal "--explain: with other tags" "eth0 up wrong_way_in" "$(explained "10.77.0.2:4003 > 10.99.0.1:9 vlan 5" --interface eth0)"
equal "--explain: with the right tags" "eth0 redirect null" "$(explained "10.77.0.2:4003 > 10.99.0.1:9 vlan 5.6" --interface eth0)"

echo "# lists"
before=$(all_counts)
bypass --flow-show --json >"$work/shown.json" 2>"$work/output"
check "--flow-file takes what --flow-show says as JSON" bypass --flow-file "$work/shown.json"
equal "and nothing has changed" "$before" "$(all_counts)"
check "--flow-del" bypass --flow-del "10.77.0.2:4005 > 10.99.0.1:9"
equal "there is one less" "$(grep -v :4005 <<<"$before")" "$(all_counts)"
sends one client peer0 "$(frame_text "$client" "$router" none "$(udp_text 10.77.0.2:4005 10.99.0.1:9 64 1)")"
check "its packets have no flow at once" test "$(went_up eth0 | grep no_flow)" = "no_flow 3"

echo "# exact on all CPUs"
if [ "$(nproc)" -ge 2 ]; then
	frame=$(frame_text "$client" "$router" none "$(udp_text 10.77.0.2:4000 10.99.0.1:9 64 22)")
	for cpu in 0 1; do
		(taskset --cpu-list $cpu "$BASH" -c 'nsenter --net=/run/netns/client /usr/bin/python3 "$@" >/dev/null' - "$source_dir/tests/senders/exact_frames.py" \
			peer0 "$work/cpu$cpu" "[$frame] * 5000") &
	done
	wait %% %-
	equal "every packet counts" "10000 640000" "$(counts "10.77.0.2:4000 > 10.99.0.1:9")"
else
	echo "SKIP: one CPU only"
fi

echo "# excluded prefixes"
check "a flow" bypass --flow-add "10.77.0.2:4100 > 10.77.0.1:53 => *:* > 10.77.1.2:7" --both
served server server 10.77.1.2:7 10.99.0.1:7 '[fd77:1::2]:7' '[fd99::1]:7'
served spare spare 10.99.0.1:7 '[fd99::1]:7'
asks "it echoes" client 10.77.0.2:4100 10.77.0.1:53 10
before=$(went_up | grep excluded) sent_before=$(sent)
check "--exclude" bypass --exclude 10.77.1.0/30,2001:db8::/32
equal "status says so" "10.77.1.0/30 2001:db8::/32" "$(bypass_says '.host.excluded | join(" ")')"
check "no packet is forwarded any more" test "$(in_ns client "$senders/udp_ask" 10.77.0.2:4100 10.77.0.1:53 10 | head -n 2 | xargs)" = "sent 1 answered 0"
equal "it was excluded" " excluded 1" "$before $(went_up | grep excluded)"
equal "--explain says so" "eth0 up excluded" "$(explained "10.77.0.2:4100 > 10.77.0.1:53" --interface eth0)"
check "--no-exclude" bypass --no-exclude 10.77.1.0/30
asks "it echoes at once" client 10.77.0.2:4100 10.77.0.1:53 10

# under_load WHAT COMMAND...: runs the command again and again while four flows echo, two of which change between server
# and spare; every packet is answered by one of them, and the flows that stay count each.
under_load() {
	local rounds=0 end failed_before=$failures name
	"${@:2}" 0 >"$work/output" 2>&1 || fail "$1" "$work/output"
	before=$(went_up)
	asking stays client --count 0 10.77.0.2:4200 10.77.0.1:53 100
	asking stays-6 client --count 0 '[fd77::2]:4200' '[fd77::1]:53' 100
	asking moves client --count 0 10.77.0.2:4201 10.99.0.1:7 100
	asking moves-6 client --count 0 '[fd77::2]:4201' '[fd99::1]:7' 100
	end=$((SECONDS + SECONDS_UNDER_LOAD))
	while [ "$SECONDS" -lt "$end" ]; do
		rounds=$((rounds + 1))
		"${@:2}" $rounds >"$work/output" 2>&1 || fail "$1: round $rounds" "$work/output"
	done
	for name in stays stays-6 moves moves-6; do
		check "$1: $name: every packet is answered once" asking_ends $name
	done
	equal "$1: nothing went up the stack" "$before" "$(went_up)"
	[ "$failures" -eq "$failed_before" ] || status_of_all
	echo "$1: $rounds rounds, $(asked stays sent) $(asked stays-6 sent) $(asked moves sent) $(asked moves-6 sent) packets, silence $(asked stays silence) ms"
}
status_of_all() {
	bypass --status
	tail -n 5 "$work"/*.asked
}
# Packets of both ways of a flow of 100 bytes, and bytes.
counts_of() { # IN ASKED HEADERS
	equal "$2: exact counts, both ways" "$(asked "$2" sent) $(($(asked "$2" sent) * (100 + $3))) $(asked "$2" sent) $(($(asked "$2" sent) * (100 + $3)))" \
		"$(flow "$1" '.state | "\(.packets) \(.bytes) \(.back_packets) \(.back_bytes)"')"
}
for name in server spare; do
	net=$([ $name = server ] && echo 1 || echo 2)
	cat >"$work/$name.flows" <<-END
		10.77.0.2:4200 > 10.77.0.1:53 => *:* > 10.77.1.2:7 both
		[fd77::2]:4200 > [fd77::1]:53 => *:* > [fd77:1::2]:7 both
		10.77.0.2:4201 > 10.99.0.1:7 => l2 via 10.77.$net.2 both
		[fd77::2]:4201 > [fd99::1]:7 => l2 via fd77:$net::2 both
		$(seq -f "10.77.$net.2:%.0f > 10.99.0.1:1 => l2 via 10.77.2.2" 1000 1300)
	END
done
back_and_forth() { # ROUND
	bypass --flow-file "$work/$([ $(($1 % 2)) -eq 0 ] && echo server || echo spare).flows"
}

echo "# the file is replaced under load"
served_ends server spare
served server server 10.77.1.2:7 10.99.0.1:7 '[fd77:1::2]:7' '[fd99::1]:7'
served spare spare 10.99.0.1:7 '[fd99::1]:7'
under_load "--flow-file" back_and_forth
served_ends server spare
counts_of "10.77.0.2:4200 > 10.77.0.1:53" stays 42
counts_of "[fd77::2]:4200 > [fd77::1]:53" stays-6 62
equal "what changes arrives once, here or there" "$(asked moves sent) $(asked moves-6 sent)" \
	"$(($(came server 10.99.0.1:7) + $(came spare 10.99.0.1:7))) $(($(came server '[fd99::1]:7') + $(came spare '[fd99::1]:7')))"
check "at both of them" test "$(came server 10.99.0.1:7)" -gt 0 -a "$(came spare 10.99.0.1:7)" -gt 0 -a "$(came spare '[fd99::1]:7')" -gt 0
equal "the way back of what changes stays, and counts all" "$(asked moves sent)" "$(flow "10.99.0.1:7 > 10.77.0.2:4201" .state.packets)"

echo "# programs and daemons are replaced under load"
served server server 10.77.1.2:7 10.99.0.1:7 '[fd77:1::2]:7' '[fd99::1]:7'
served spare spare 10.99.0.1:7 '[fd99::1]:7'
check "no flows" bypass --flow-file /dev/null
sent_before=$(sent)
replace_programs() { # ROUND
	[ "$1" -gt 0 ] || { back_and_forth 0 && return; }
	bypass --attach --no-config --interface eth0,eth1,eth2
}
under_load "--attach" replace_programs
counts_of "10.77.0.2:4200 > 10.77.0.1:53" stays 42
counts_of "[fd77::2]:4201 > [fd99::1]:7" moves-6 62
# Four flows, each packet through eth0 and what is sent back through eth1.
equal "the chain's counters went on" "0 $((2 * ($(asked moves sent) + $(asked moves-6 sent)))) 0 $((2 * ($(asked stays sent) + $(asked stays-6 sent))))" \
	"$(difference "$sent_before" "$(sent)")"
check "no flows" bypass --flow-file /dev/null
daemon_starts
replace_daemons() { # ROUND
	[ "$1" -gt 0 ] || { back_and_forth 0 && return; }
	daemon_ends "$([ $(($1 % 2)) -eq 0 ] && echo TERM || echo KILL)"
	daemon_starts
}
under_load "--run" replace_daemons
counts_of "10.77.0.2:4200 > 10.77.0.1:53" stays 42
counts_of "[fd77::2]:4201 > [fd99::1]:7" moves-6 62
check "no flows" bypass --flow-file /dev/null
under_load "--flow-file, with a daemon" back_and_forth
counts_of "10.77.0.2:4200 > 10.77.0.1:53" stays 42
daemon_ends
equal "the daemon had nothing to say" "" "$(<"$work/daemon")"
served_ends server spare
detach_all
