#!/usr/bin/env bash
# A known mix of real packets, short ones and jumbo frames too, through a chain of a filter and a program with every
# verdict: what xdp_sampler writes is, byte for byte and field for field, what was sent, and each packet's verdict is
# the one that was counted, whether it goes into a file, into several, or into a pipe. A capture leaves the chain as
# it was.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_sampler.sh"

mix='[
	frame(v4(UDP(sport=4711, dport=10) / Raw(b"ordinary"))),
	frame(v4(TCP(sport=4712, dport=80, flags="S", options=[("MSS", 1460), ("SAckOK", b"")]))),
	frame(v4(ICMP(id=7, seq=1) / Raw(b"echo"))),
	frame(v4(UDP(dport=10) / Raw(b"x"), options=[IPOption(bytes([7, 7, 4, 0, 0, 0, 0, 0]))])),
	frame(v6(UDP(sport=4711, dport=10) / Raw(b"ordinary")), 0x86dd),
	frame(v6(IPv6ExtHdrHopByHop() / TCP(sport=4712, dport=443, flags="S")), 0x86dd),
	frame(v6(ICMPv6EchoRequest(id=7, seq=1, data=b"echo")), 0x86dd),
	frame(Dot1Q(vlan=100, prio=5) / v4(UDP(dport=10) / Raw(b"one tag")), 0x8100),
	frame(Dot1Q(vlan=101) / v6(UDP(dport=10) / Raw(b"one tag")), 0x8100),
	frame(Dot1AD(vlan=200) / Dot1Q(vlan=100) / v4(UDP(dport=10) / Raw(b"two tags")), 0x88a8),
	frame(Dot1Q(vlan=0, prio=3) / v4(UDP(dport=10) / Raw(b"priority tag")), 0x8100),
	frame(arp(), 0x0806),
	frame(b"not IP at all", 0x88b5),
	bytes(Dot3(dst="01:80:c2:00:00:00", src="02:00:00:00:00:01") / LLC() / Raw(bytes(35))),
	frame(v4(UDP(dport=10) / Raw(b"listed"), source="203.0.113.7")),
	frame(v6(UDP(dport=10) / Raw(b"listed"), source="2001:db8:bad::7"), 0x86dd),
	frame(b""),
	frame(b"E"),
	frame(bytes(v4(UDP(dport=10)))[:19]),
	frame(bytes(v4(UDP(dport=10)))[:24]),
	frame(bytes(v6(UDP(dport=10)))[:39], 0x86dd),
	frame(bytes(v6(UDP(dport=10)))[:44], 0x86dd),
	frame(b"\x00\x64", 0x8100),
	frame(v4(UDP(dport=10) / Raw(bytes(range(248)) * 32))),
	frame(v6(UDP(dport=10) / Raw(bytes(range(250)) * 35)), 0x86dd),
	frame(v4(UDP(dport=9) / Raw(bytes(8972)))),
] + [frame(one) for one in fragment(v4(UDP(sport=4713, dport=10) / Raw(bytes(24))), 16)
] + [frame(v4(UDP(sport=4711, dport=port) / Raw(b"decided"))) for port in (9, 11, 12, 13, 14, 15)]'

cpus=(0 $(($(nproc) > 1)))
AT_INGRESS='frame.comment contains "at=ingress"' AT_VERDICT='frame.comment contains "at=verdict"'

# verdicts_in FILE: "slot reason verdict" of each verdict sample and how many, by their comments.
verdicts_in() {
	fields "$1" "$AT_VERDICT" frame.comment | sed -E '/ reason=/!s/ program=[^ ]*/& reason=0/
		s/^at=verdict verdict=([^ ]*) slot=([^ ]*) program=[^ ]* reason=(reason_)?([^ ]*).*/\2 \4 \1/
		s/ short_ethernet / 2 /; s/ short_ipv4 / 3 /; s/ short_ipv6 / 4 /; s/ bad_ipv4 / 9 /; s/ bad_ipv6 / 10 /
		s/ source_ipv4 / 16 /; s/ source_ipv6 / 17 /' |
		sort | uniq -c | awk '{ print $2, $3, $4, $1 }'
}
# verdicts_counted: the same as the loader tells.
verdicts_counted() {
	status_of eth0 '.reasons[] | "\(.slot) \(.reason) \(.action) \(.packets)"' | sort
}
# count_in FILE [FILTER]
count_in() {
	fields "$1" "${2:-}" frame.number | wc -l
}
# part FILTER TO FROM...: those packets in a file of their own, without comments and options: editcap, mergecap and
# tshark spoil the verdict option when they write pcapng.
part() {
	local number=0 file numbers=()
	for file in "${@:3}"; do
		mapfile -t numbers < <(fields "$file" "$1" frame.number)
		[ "${#numbers[@]}" -eq 0 ] || editcap -F nsecpcap -r "$work/$file" "$work/part.$((number++))" "${numbers[@]}"
	done
	mergecap -F nsecpcap -a -w "$work/$2" "$work"/part.*
	rm "$work"/part.*
}
# reads_well WHAT FILE PACKETS: capinfos and tcpdump find no fault, and so many packets.
reads_well() {
	capinfos -M "$work/$2" >"$work/capinfos" 2>"$work/capinfos.err"
	equal "$1: capinfos finds no error" "0 " "$? $(grep -v '^Running as' "$work/capinfos.err")"
	contains "$1: $3 packets" "Number of packets:   $3" "$work/capinfos"
	contains "$1: in nanoseconds" "File timestamp precision:  nanoseconds (9)" "$work/capinfos"
	equal "$1: tcpdump reads it" "$3 packets" "$(tcpdump -r "$work/$2" --count 2>/dev/null)"
	equal "$1: tshark decodes every block of it" "" "$(tshark -n -X 'read_format:MIME Files Format' -r "$work/$2" \
		-Y '_ws.malformed || _ws.expert.severity == error' -T fields -e frame.number 2>&1 | grep -v '^Running as')"
}
# is_what_was_sent WHAT FILE SENT: bytes and lengths.
is_what_was_sent() {
	equal "$1: the bytes that were sent" "$(bytes_of "$3")" "$(bytes_of "$2")"
	equal "$1: their lengths" "$(fields "$3" "" frame.len frame.cap_len)" "$(fields "$2" "" frame.len frame.cap_len)"
}
# chain: what must be as before: pins, programs, texts; not counts.
chain() {
	status_of eth0 'del(.statistics, .reasons, .subprograms[].statistics, .subprograms[].seen, .root.statistics, .root.seen)'
	pin_tree
}

make_lab
before=$(chain)
check "the sampler" sampler --attach --no-config --at ingress,verdict --rate 1 --capture-length full

echo "# a file"
loader --clear --interface eth0
capture_starts tcpdump here eth0
sampling_starts file --write "$work/file.pcapng"
first=$(date +%s%N)
for i in 0 1; do
	taskset --cpu-list --pid "${cpus[i]}" $$ >/dev/null
	send_exactly "sent$i.pcap" "$mix"
done
last=$(date +%s%N)
sent=$(<"$work/sent0.pcap.sent") all=$((2 * sent))
taskset --cpu-list --pid "0-$(($(nproc) - 1))" $$ >/dev/null
mergecap -F pcap -a -w "$work/sent.pcap" "$work/sent0.pcap" "$work/sent1.pcap"
passed=$(counter eth0 root PASS)
passed=$((passed + $(counter eth0 3 PASS)))
wait_until 10 capture_has tcpdump "$passed"
capture_ends tcpdump
sampling_ends file
accounts_agree file
equal "both places have seen and taken all" "$all $all 0,$all $all 0" "$(taken ingress),$(taken verdict)"
equal "told at the end" "$((2 * all)) samples captured" "$(grep captured "$work/file.err")"
reads_well file file.pcapng $((2 * all))
part "$AT_INGRESS" ingress.pcap file.pcapng
part "$AT_VERDICT" verdict.pcap file.pcapng
is_what_was_sent ingress ingress.pcap sent.pcap
is_what_was_sent verdict verdict.pcap sent.pcap
equal "all that tshark decodes" "$(decoded sent.pcap)" "$(decoded ingress.pcap)"
equal "verdicts are those that were counted" "$(verdicts_counted)" "$(verdicts_in file.pcapng)"
check "every verdict is among them" test "$(fields file.pcapng "" frame.verdict.ebpf_xdp | sort -u | xargs)" = "0 1 2 3 4 5"
equal "the verdict option is the comment's verdict" "at=verdict verdict=XDP_ABORTED 0
at=verdict verdict=XDP_DROP 1
at=verdict verdict=XDP_INVALID_ACTION 5
at=verdict verdict=XDP_PASS 2
at=verdict verdict=XDP_REDIRECT 4
at=verdict verdict=XDP_TX 3" "$(fields file.pcapng "$AT_VERDICT" frame.comment frame.verdict.ebpf_xdp | sed 's/ slot=.*\t/ /' | sort -u)"
equal "no verdict at ingress" "" "$(fields file.pcapng "$AT_INGRESS" frame.verdict.ebpf_xdp | sort -u)"
equal "the interfaces, inbound" "eth0	ingress: before the chain	0x00000001
eth0	verdict: after the chain	0x00000001" "$(fields file.pcapng "" frame.interface_name frame.interface_description frame.packet_flags | sort -u)"
equal "queue and CPU are the sender's" "$(for i in 0 1; do yes "cpu=${cpus[i]} ${cpus[i]}" | head -n $((2 * sent)); done)" \
	"$(fields file.pcapng "" frame.comment frame.interface_queue | sed 's/.* cpu=/cpu=/; s/\t/ /')"
equal "sequences have no gap" "" "$(fields file.pcapng "" frame.comment | sed 's/.* seq=//; s/cpu=//' | sort -k 2n -k 1n |
	awk '$2 != cpu { cpu = $2; seq = 0 } $1 != ++seq')"
equal "the id joins ingress and verdict, in order" "$(fields file.pcapng "$AT_INGRESS" frame.packet_id)" \
	"$(fields file.pcapng "$AT_VERDICT" frame.packet_id)"
equal "each packet has one of its own" "$all" "$(fields file.pcapng "$AT_INGRESS" frame.packet_id | sort -u | grep -c .)"
equal "it is the comment's" "" "$(fields file.pcapng "" frame.comment frame.packet_id | sed 's/.* join=//; s/ .*\t/ /' | awk '$1 != $2')"
fields file.pcapng "" frame.time_epoch | tr -d . >"$work/times"
equal "times are between the first and the last packet sent, in order" "" "$(awk -v first="$first" -v last="$last" \
	'$1 < first || $1 > last || $1 < before; { before = $1 }' "$work/times")"
check "and in nanoseconds" grep -qv '000$' "$work/times"
tshark -n -X 'read_format:MIME Files Format' -r "$work/file.pcapng" -V 2>/dev/null |
	sed -n 's/^ *Number of \(.*\): \([0-9]*\)$/\1 \2/p' >"$work/statistics"
equal "the statistics blocks" "$(for i in 1 2; do
	echo "Received Packets $all
Dropped Packets 0
Accepted by Filter Packets $all
Dropped Packets by OS 0
Delivered to the User Packets $all"
done)" "$(<"$work/statistics")"

echo "# what tcpdump on the interface does not see"
equal "tcpdump on eth0 sees what passed" "$passed" "$(count_in tcpdump.pcap)"
equal "these" "$(fields file.pcapng 'frame.verdict.ebpf_xdp == 2' frame.len)" "$(fields tcpdump.pcap "" frame.len)"
check "what was dropped is in the capture" test "$(count_in file.pcapng 'frame.verdict.ebpf_xdp == 1')" -ge 6
equal "what else did not pass, too" "$((all - passed))" "$(count_in file.pcapng 'frame.verdict.ebpf_xdp != 2')"

echo "# a pipe"
mkfifo "$work/fifo"
tee "$work/pipe.pcapng" <"$work/fifo" | tshark -n -r - -T fields -e frame.comment -e frame.len 2>"$work/tshark.err" >"$work/tshark.out" &
pipe=$!
"$build/bin/xdp_sampler" --bpffs "$bpffs" --interface eth0 --capture --write - --count $((2 * sent)) 2>"$work/pipe.err" >"$work/fifo" &
sampling[pipe]=$!
check "the capture into a pipe starts" wait_until 10 grep -q '^capturing on' "$work/pipe.err"
send_exactly pipe.pcap "$mix"
sampling_ends pipe -
wait "$pipe"
equal "tshark's exit status and complaints" "0 " "$? $(grep -v '^Running as' "$work/tshark.err")"
reads_well pipe pipe.pcapng $((2 * sent))
part "$AT_INGRESS" pipe_ingress.pcap pipe.pcapng
is_what_was_sent pipe pipe_ingress.pcap pipe.pcap
equal "tshark has read it from the pipe" "$(fields pipe.pcapng "" frame.comment frame.len)" "$(<"$work/tshark.out")"

echo "# capture lengths"
# Room for a sample is of one of several sizes, up to 128, 512, 2048, 9216 bytes.
for length in 64 65 128 129 513 2049 8811; do
	check "capture length $length" sampler --set --capture-length "$length"
	sampling_starts "length$length" --write "$work/length.pcapng"
	send_exactly length.pcap "$mix"
	sampling_ends "length$length"
	part "$AT_INGRESS" short.pcap length.pcapng
	editcap -F pcap -s "$length" "$work/length.pcap" "$work/cut.pcap"
	is_what_was_sent "length $length" short.pcap cut.pcap
	part "$AT_VERDICT" verdict.pcap length.pcapng
	equal "length $length, verdict: the same" "$(bytes_of cut.pcap)" "$(bytes_of verdict.pcap)"
done
accounts_agree "capture lengths"

echo "# several files"
check "whole packets" sampler --set --capture-length full
mkdir "$work/files" "$work/kept" "$work/sizes" "$work/seconds"
sampling_starts files --write "$work/files/f.pcapng" --rotate-samples 10
send_exactly files.pcap "$mix"
sampling_ends files
mapfile -t files < <(ls "$work/files")
equal "so many files" $(((2 * sent + 9) / 10)) "${#files[@]}"
for file in "${files[@]}"; do
	left=$((${left:-$((2 * sent))} - 10))
	reads_well "$file" "files/$file" $((left < 0 ? left + 10 : 10))
done
part "$AT_INGRESS" short.pcap "${files[@]/#/files/}"
is_what_was_sent "several files" short.pcap files.pcap

sampling_starts kept --write "$work/kept/f.pcapng" --rotate-samples 10 --keep-files 2
send_exactly kept.pcap "$mix"
sampling_ends kept
equal "the newest two are kept" "${#files[@]}" "$(find "$work/kept" -type f -printf '%f\n' | sort | cut -d _ -f 2 | sed 's/^0*//' | tail -n 1)"
equal "two" 2 "$(find "$work/kept" -type f | wc -l)"

sampling_starts sizes --write "$work/sizes/f.pcapng" --rotate-size 64K
send_exactly sizes.pcap "$mix"
sampling_ends sizes
check "several files by size" test "$(find "$work/sizes" -type f | wc -l)" -ge 2
equal "none is longer" "" "$(find "$work/sizes" -type f -size +65536c)"
mapfile -t files < <(ls "$work/sizes")
part "$AT_INGRESS" short.pcap "${files[@]/#/sizes/}"
is_what_was_sent "files by size" short.pcap sizes.pcap

another_file() {
	[ "$(find "$work/seconds" -type f | wc -l)" -ge 2 ]
}
sampling_starts seconds --write "$work/seconds/f.pcapng" --rotate-seconds 1
send_exactly seconds0.pcap "$mix"
another_second() {
	send_exactly seconds1.pcap 'frame(b"tick", 0x88b5)' && cat "$work/seconds1.pcap.sent" >>"$work/ticks" && another_file
}
check "another file by time" wait_until 20 another_second
sampling_ends seconds
equal "all packets are in them" $((2 * (sent + $(wc -l <"$work/ticks")))) \
	"$(for file in "$work"/seconds/*; do count_in "seconds/${file##*/}"; done | awk '{ sum += $1 } END { print sum }')"

echo "# before and after a rewrite"
check "a program that rewrites" loader --load "$objects/sampler_decider.o" --slot 4 --interface eth0
sampling_starts rewrite --write "$work/rewrite.pcapng"
# Byte 5 of the source: rewrite, then drop (81) or go on (86); byte 4: the reason.
send_exactly rewrite.pcap '[bytes(Ether(dst="02:00:00:00:00:02", src=source) / v4(UDP(sport=1, dport=10) / Raw(b"rewritten")))
	for source in ("02:00:00:00:14:81", "02:00:00:00:00:86", "02:00:00:00:00:06")]'
sampling_ends rewrite
equal "the destination before and after, with one id each" "02:00:00:00:00:02 02:00:00:00:00:ee
02:00:00:00:00:02 02:00:00:00:00:ee
02:00:00:00:00:02 02:00:00:00:00:02" "$(fields rewrite.pcapng "" frame.packet_id eth.dst |
	awk '!($1 in first) { first[$1] = $2; next } { print first[$1], $2 }')"
equal "their verdicts" "4 20 XDP_DROP 1
root 0 XDP_PASS 2" "$(verdicts_in rewrite.pcapng)"
part "$AT_INGRESS" short.pcap rewrite.pcapng
is_what_was_sent "before" short.pcap rewrite.pcap
part "$AT_VERDICT" short.pcap rewrite.pcapng
equal "after, nothing else has changed" "$(bytes_of rewrite.pcap)" "$(bytes_of short.pcap | sed 's/0000 00ee/0000 0002/')"
check "unload" loader --unload --slot 4 --interface eth0
accounts_agree "all of these"
check "the sampler is taken away" sampler --detach
equal "the chain is as before" "$before" "$(chain)"

echo "# a capture that attaches by itself: filters and ends"
# captures WHAT EXPECTED OPTION...: of the mix it takes as many as jq says of what was counted.
captures() {
	loader --clear --interface eth0
	sampling_starts "$1" --write "$work/own.pcapng" "${@:3}"
	check "$1: now it is in the chain" test "$(status_of eth0 .exit_hook.name)" = xdp_sampler_verdict
	send_exactly own.pcap "$mix"
	sampling_ends "$1" TERM
	equal "$1: these verdicts" "$(status_of eth0 ".reasons[] | select($2) | \"\(.slot) \(.reason) \(.action) \(.packets)\"" | sort)" \
		"$(verdicts_in own.pcapng)"
	equal "$1: the chain is as before" "$before" "$(chain)"
}
captures "everything" true
captures "--verdict drop" '.action == "XDP_DROP"' --verdict drop
captures "--verdict tx,redirect,invalid" '[.action] | inside(["XDP_TX", "XDP_REDIRECT", "XDP_INVALID_ACTION"])' \
	--verdict tx,redirect,invalid
captures "--slot 3" '.slot == 3' --slot 3
captures "--slot 2,root" '.slot == 2 or .slot == "root"' --slot 2,root
captures "--reason 17,19" '.reason == 17 or .reason == 19' --reason 17,19
captures "--reason none --slot root" '.reason == 0 and .slot == "root"' --reason none --slot root
captures "--verdict drop --slot 2 --rate drop=1,0" '.action == "XDP_DROP" and .slot == 2' --verdict drop --slot 2 --rate drop=1,0

sampling_starts filter --write "$work/own.pcapng" --filter '192.0.2.0/24 4711 198.51.100.1 9 udp' --capture-length full
send_exactly own.pcap "$mix"
sampling_ends filter
equal "--filter takes what matches, and that only" "1	198.51.100.1	4711	9" \
	"$(fields own.pcapng "" frame.number ip.dst udp.srcport udp.dstport)"
equal "--filter: the chain is as before" "$before" "$(chain)"

sampling_starts count --write "$work/own.pcapng" --count 3
send_exactly own.pcap "$mix"
sampling_ends count -
reads_well "--count 3" own.pcapng 3
equal "--count 3 says" "3 samples captured" "$(grep captured "$work/count.err")"
editcap -F pcap -r "$work/own.pcap" "$work/cut.pcap" 1-3
equal "the first three" "$(fields cut.pcap "" frame.len)" "$(fields own.pcapng "" frame.len)"
equal "--count: the chain is as before" "$before" "$(chain)"

begun=${EPOCHREALTIME/./}
sampling_starts duration --write "$work/own.pcapng" --duration 1s
send_exactly own.pcap "$mix"
sampling_ends duration -
check "--duration 1s lasts a second" test $((${EPOCHREALTIME/./} - begun)) -ge 1000000
equal "--duration: the chain is as before" "$before" "$(chain)"

sampling_starts live
send_exactly own.pcap "$mix"
sampling_ends live
contains "without a sink: a view of the verdicts" "bad_ipv6" "$work/live.out"
equal "--capture without a sink: the chain is as before" "$before" "$(chain)"

check "--detach" loader --detach --interface eth0
check "--detach" loader_in client --detach --interface peer0
equal "nothing is pinned" "" "$(pin_tree)"
