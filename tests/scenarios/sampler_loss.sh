#!/usr/bin/env bash
# No sample is lost silently. A sink that stalls, a reader that is slower than the ring or is killed, a full disk, a
# pipe whose reader dies, a collector that refuses: what was taken is what was delivered and what was lost, exactly,
# per CPU and sink, and what was delivered is there. No sink loses anything because of another one.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_sampler.sh"
. "$(dirname "$0")/lib_sampler_daemon.sh"
need python3

KILLS=5
[ -z "${ECBPF_TEST_QUICK:-}" ] || KILLS=2
# So long that nothing but a stalled sink fills it.
long_queue='"queue_size": "256M"'

make_lab

# begin OPTION...: a new sampler, whose counts begin at 0.
begin() {
	sampler --detach >"$work/output" 2>&1
	check "a new sampler" sampler --attach --no-config "$@"
	loader --clear --interface eth0
}
# sinks FILE SINK...: a configuration file with these.
sinks() {
	local list
	printf -v list '%s, ' "${@:2}"
	echo "{ \"xdp_sampler\": { \"sinks\": [ ${list%, } ] } }" >"$work/$1"
}
# all_is_told WHAT: behind floods_end; the accounts, and that the sampler has seen what was sent and counted.
all_is_told() {
	accounts_agree "$1"
	equal "$1: the floods, the chain and each place tell of as many packets" "$(flooded) $(flooded)" \
		"$(packets_counted eth0) $(sampler_says '[.places[].packets] | unique | map(tostring) | join(" ")')"
	[ "$(nproc)" -lt 2 ] || equal "$1: two CPUs have sampled" 2 \
		"$(sampler_says '[.cpus[] | select(.ingress.sampled + .verdict.sampled > 0)] | length')"
	echo "$1: $(sampler_says '"\(.accounting | tojson) \([.sinks[] | {target, offered, delivered, lost}] | tojson)"')"
}
# is_whole WHAT FILE: no reader finds a fault.
is_whole() {
	capinfos -M "$work/$2" >/dev/null 2>"$work/capinfos.err"
	equal "$1: capinfos finds no error" "0 " "$? $(grep -v '^Running as' "$work/capinfos.err")"
	equal "$1: tshark finds no error" "" "$(tshark -n -r "$work/$2" -Y _ws.malformed 2>&1 >/dev/null | grep -v '^Running as')"
}
# loses_nothing WHAT SINK FILE: got all that was read, and has written it.
loses_nothing() {
	equal "$1: $2 has lost nothing" "$(sampler_says .accounting.read) $(sampler_says .accounting.read) 0" \
		"$(sink "$2" offered) $(sink "$2") $(sink "$2" lost)"
	equal "$1: it is in the file" "$(sink "$2")" "$(packets_in "$work/$3")"
}
# statistics_agree WHAT SINK FILE: with what status tells.
statistics_agree() {
	local lost ring_lost
	lost=$(sink "$2" lost) ring_lost=$(sampler_says .accounting.ring_lost)
	equal "$1: the statistics blocks of $3 say what status says" \
		"$(($(sink "$2" offered) + ring_lost)) $((ring_lost + lost)) $(($(sink "$2" offered) + ring_lost)) $ring_lost $(sink "$2")" \
		"$(statistics_in "$work/$3")"
}

echo "# a sink stalls for a second, another one does not"
begin --at ingress,verdict --rate 10
mkfifo "$work/stalls.fifo"
cat "$work/stalls.fifo" >"$work/stalls.pcapng" &
cat=$!
sinks stalls.json '{ "type": "pcapng", "file": "stalls.fifo", "queue_size": "8M" }' "{ \"type\": \"pcapng\", \"file\": \"steady.pcapng\", $long_queue }"
reader_starts stalls --interface eth0 --config "$work/stalls.json"
floods_start
check "samples go through the FIFO" wait_until 20 sink_is_above stalls.fifo delivered 1000
kill -STOP "$cat"
stalled=${EPOCHREALTIME/./}
stalls_for_a_second() {
	[ $((${EPOCHREALTIME/./} - stalled)) -ge 1000000 ] && sink_is_above stalls.fifo lost 10000
}
check "its reader stops: it loses samples" wait_until 30 stalls_for_a_second
before=$(sink steady.pcapng)
check "the other one goes on meanwhile" wait_until 10 sink_is_above steady.pcapng delivered "$before"
before=$(sink stalls.fifo)
kill -CONT "$cat"
check "its reader goes on: so does the sink" wait_until 20 sink_is_above stalls.fifo delivered $((before + 1000))
floods_end
all_is_told "a stalled sink"
check "a stalled sink: lost and delivered" test "$(sink stalls.fifo lost)" -gt 10000 -a "$(sink stalls.fifo)" -gt 1000
reader_ends stalls
fifo_reader_ends
accounts_agree "a stalled sink, the reader has ended"
is_whole "a stalled sink" stalls.pcapng
equal "a stalled sink: what was delivered has come out of the FIFO" "$(sink stalls.fifo)" "$(packets_in "$work/stalls.pcapng")"
statistics_agree "a stalled sink" stalls.fifo stalls.pcapng
loses_nothing "a stalled sink" steady.pcapng steady.pcapng
statistics_agree "a stalled sink" steady.pcapng steady.pcapng
equal "a stalled sink: no sample is in the file twice" "" "$(numbers_in stalls.pcapng | sort | uniq -d)"

echo "# a reader that is slower than the ring"
begin --at ingress,verdict --rate 1 --ring-size 1M
sinks slow.json "{ \"type\": \"pcapng\", \"file\": \"slow.pcapng\", $long_queue }"
reader_starts slow --interface eth0 --config "$work/slow.json"
floods_start
for _ in 1 2 3; do
	kill -STOP "${reader[slow]}"
	lost=$(sampler_says .accounting.ring_lost)
	check "it is stopped: the ring is full" wait_until 20 is_above .accounting.ring_lost $((lost + 1000))
	read=$(sampler_says .accounting.read)
	kill -CONT "${reader[slow]}"
	check "it goes on" wait_until 20 is_above .accounting.read $((read + 1000))
done
floods_end
all_is_told "a slow reader"
equal "a slow reader: losses of each CPU and place are those of the whole" "$(sampler_says .accounting.ring_lost)" \
	"$(sampler_says '[.cpus[] | .ingress.ring_lost, .verdict.ring_lost] | add')"
reader_ends slow
is_whole "a slow reader" slow.pcapng
loses_nothing "a slow reader" slow.pcapng slow.pcapng
statistics_agree "a slow reader" slow.pcapng slow.pcapng

echo "# a reader is killed, again and again"
# programs: what a reader must leave alone.
programs() {
	status_of eth0 'del(.statistics, .reasons, .subprograms[].statistics, .subprograms[].seen, .root.statistics, .root.seen, .exit_hook.seen)'
	sampler_says '.places[] | .place, .program_id'
	pin_tree
}
begin --at ingress,verdict --rate 3 --ring-size 2M
sinks killed.json '{ "type": "pcapng", "file": "killed/f.pcapng", "rotate_size": "1G" }' '{ "type": "json", "file": "killed/f.json", "rotate_size": "1G" }'
mkdir "$work/killed"
before=$(programs)
floods_start
for ((i = 1; i <= KILLS; i++)); do
	read=$(sampler_says .accounting.read)
	reader_starts "killed$i" --interface eth0 --config "$work/killed.json"
	check "kill $i: it delivers meanwhile" wait_until 20 sink_is_above f.pcapng delivered $((read + 1000))
	reader_is_killed "killed$i"
	equal "kill $i: status says so" dead "$(sampler_says .reader.state)"
	check "kill $i: samples wait in the ring, or are lost there" test "$(sampler_says '.accounting.in_ring + .accounting.ring_lost')" -gt 0
done
floods_end
reader_starts alive --interface eth0 --config "$work/killed.json"
all_is_told "killed readers"
reader_ends alive
accounts_agree "killed readers, the last one has ended"
equal "killed readers: the chain, its programs and pins are as before" "$before" "$(programs)"
mapfile -t files < <(cd "$work" && ls -d killed/f*.pcapng)
equal "killed readers: a file of each" $((KILLS + 1)) ${#files[@]}
numbers_in "${files[@]}" >"$work/numbers"
equal "killed readers: no sample is in the files twice" "" "$(sort "$work/numbers" | uniq -d | head)"
# A batch of 256 that is written may be killed before it is counted, and counts as lost then.
written=$(wc -l <"$work/numbers") delivered=$(sink f.pcapng)
check "killed readers: what was delivered is in the files: $delivered, $written" \
	test "$written" -ge "$delivered" -a "$written" -le $((delivered + KILLS * 256))
equal "killed readers: to each sink all was offered that was read" "$(sampler_says '.accounting.read | "\(.) \(.)"')" \
	"$(sink f.pcapng offered) $(sink f.json offered)"
for ((i = 0; i < KILLS; i++)); do
	check "killed readers: ${files[i]} can be read up to its last whole block" test "$(tshark -n -r "$work/${files[i]}" -T fields -e frame.number 2>/dev/null | wc -l)" \
		-ge "$(($(numbers_in "${files[i]}" | wc -l) - 1))"
done
is_whole "killed readers, the one that was not killed" "${files[KILLS]}"

echo "# a full disk"
mkdir "$work/small"
mount -t tmpfs -o size=1m tmpfs "$work/small" || skip "no tmpfs can be mounted"
begin --at verdict --rate 1
sinks full.json '{ "type": "pcapng", "file": "small/full.pcapng" }' "{ \"type\": \"pcapng\", \"file\": \"roomy.pcapng\", $long_queue }"
reader_starts full --interface eth0 --config "$work/full.json"
floods_start
check "a full disk: samples are lost" wait_until 20 sink_is_above full.pcapng lost 1000
floods_end
all_is_told "a full disk"
check "a full disk: status tells" wait_until 10 sink_is full.pcapng state failing
# The ledger keeps 119 bytes of it; how many of them are the path's depends on where this runs.
as_such="write to $work/small/full.pcapng: No space left on device: samples are lost until it works again"
equal "a full disk: as such" "failing ${as_such:0:119}" "$(sink full.pcapng state) $(sink full.pcapng trouble)"
check "a full disk: the log has it" grep -qF "No space left on device" "$work/full.err"
equal "a full disk: the other sink works" working "$(sink roomy.pcapng state)"
is_whole "a full disk" small/full.pcapng
equal "a full disk: what was delivered is in the file" "$(sink full.pcapng)" "$(packets_in "$work/small/full.pcapng")"
mount -o remount,size=64m "$work/small"
before=$(sink full.pcapng)
goes_on() {
	send client:peer0 udp && sink_is_above full.pcapng delivered "$before"
}
check "room again: it goes on by itself" wait_until 20 goes_on
check "room again: status says so" wait_until 20 sink_is full.pcapng state working
accounts_agree "room again"
reader_ends full
is_whole "room again" small/full.pcapng
equal "room again: what was delivered is in the file" "$(sink full.pcapng)" "$(packets_in "$work/small/full.pcapng")"
statistics_agree "room again" full.pcapng small/full.pcapng
loses_nothing "a full disk" roomy.pcapng roomy.pcapng
umount "$work/small"

echo "# a FIFO whose reader dies, a collector that refuses"
begin --at verdict --rate 10
port=6343
mkfifo "$work/dies.fifo"
cat "$work/dies.fifo" >"$work/dies.pcapng" &
cat=$!
sinks dies.json '{ "type": "pcapng", "file": "dies.fifo" }' "{ \"type\": \"pcapng\", \"file\": \"lives.pcapng\", $long_queue }" \
	"{ \"type\": \"sflow\", \"collector\": \"127.0.0.1:$port\" }"
reader_starts dies --interface eth0 --config "$work/dies.json"
floods_start
check "samples go through the FIFO" wait_until 20 sink_is_above dies.fifo delivered 1000
check "nobody is the collector: samples are lost" wait_until 20 sink_is_above "127.0.0.1:$port" lost 1000
check "it is told" wait_until 10 sink_is "127.0.0.1:$port" state failing
{ kill -KILL "$cat" && wait "$cat"; } 2>/dev/null
check "its reader dies: samples are lost" wait_until 20 sink_is_above dies.fifo lost 1000
check "it is told" wait_until 10 sink_is dies.fifo state failing
lives=$(sink lives.pcapng)
check "the file's sink goes on" wait_until 10 sink_is_above lives.pcapng delivered "$lives"
before=$(sink dies.fifo)
cat "$work/dies.fifo" >"$work/another.pcapng" &
cat=$!
check "another reader of the FIFO: it goes on" wait_until 20 sink_is_above dies.fifo delivered $((before + 1000))
before=$(sink "127.0.0.1:$port")
collect() {
	# 33: SO_RCVBUFFORCE
	/usr/bin/python3 -c '
import socket, sys
collector = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
collector.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)
collector.bind(("127.0.0.1", int(sys.argv[1])))
while True:
    collector.recv(65536)' "$port" &
	collector=$!
}
collect
check "a collector comes: it goes on" wait_until 20 sink_is_above "127.0.0.1:$port" delivered $((before + 1000))
floods_end
all_is_told "dead readers"
reader_ends dies
kill "$collector"
fifo_reader_ends
accounts_agree "dead readers, the end"
is_whole "another reader of the FIFO" another.pcapng
loses_nothing "dead readers" lives.pcapng lives.pcapng
equal "dead readers: every sink was offered everything" "$(sampler_says '[.accounting.read, .accounting.read, .accounting.read] | tostring')" \
	"$(sampler_says '[.sinks[].offered] | tostring')"
check "--detach" sampler --detach
check "--detach" loader --detach --interface eth0
check "--detach" loader_in client --detach --interface peer0
equal "nothing is pinned" "" "$(pin_tree)"
