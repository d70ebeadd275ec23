#!/usr/bin/env bash
# A capture beside a reader that runs: it gets exactly what it asks for, and the reader's own sinks get all of theirs,
# whether it leaves, stalls, or is killed; and it tells when the reader goes.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_sampler.sh"
. "$(dirname "$0")/lib_sampler_daemon.sh"
need setpriv python3

wanted='frame(v4(UDP(sport=4711, dport=5000) / Raw(bytes(300))))'
other='frame(v4(UDP(sport=4711, dport=5001) / Raw(bytes(300))))'
listed='frame(v4(UDP(dport=5000) / Raw(b"listed"), source="203.0.113.7"))'

# refused_beside TEXT OPTION...: the capture does not begin, and leaves nothing.
refused_beside() {
	expect_error "$1" 1 sampler --capture --json-lines "$work/refused.json" "${@:2}"
	check "  no file was made" test ! -e "$work/refused.json"
	equal "  no recorder is left" 0 "$(sampler_says .recorders.count)"
}
# ends_badly NAME TEXT: by itself, with exit status 1 and this line.
ends_badly() {
	local rc=0
	check "$1: it ends" wait_until 20 is_gone "${sampling[$1]}"
	wait "${sampling[$1]}" || rc=$?
	equal "$1: exit status" 1 "$rc"
	contains "$1: it says why" "$2" "$work/$1.err"
}
told_by() { # NAME WHAT
	sed -n "s/ samples $2\$//p" "$work/$1.err"
}
state_is() { # PID STATE
	sampler_says_is ".sinks[] | select(.name == \"tap $1\") | .state" "$2"
}
ids_of_programs() {
	status_of eth0 '[.root.id, .subprograms[].id, .exit_hook.id] | tojson'
}

make_lab
/usr/bin/python3 -c '
import socket
collector = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
collector.bind(("127.0.0.1", 6343))
while True:
    collector.recv(65536)' &
check "the sampler" sampler --attach --no-config --at verdict --rate 1
reader_starts daemon --interface eth0 --no-config --write "$work/daemon.pcapng" --sflow 127.0.0.1
programs=$(ids_of_programs)
gone="process ${reader[daemon]} does not hand samples on any more: it has ended, or has no room beside sinks of its own"

echo "# one filter"
sampling_starts filter --filter "* * * 5000 UDP" --capture-length full --write "$work/filter.pcapng"
contains "it says beside whom" "capturing on eth0 beside process ${reader[daemon]}" "$work/filter.err"
equal "its recorder" "* * * 5000 UDP" "$(sampler --recorders --json | jq -r '.interfaces.eth0.recorders[].filter')"
send_exactly wanted.pcap "[$wanted, $listed] * 50"
send_exactly other.pcap "[$other] * 50"
sampling_ends filter
equal "it tells what came" "100 0" "$(told_by filter captured) $(told_by filter 'lost by the tap')"
equal "exactly these" "$(bytes_of wanted.pcap)" "$(bytes_of filter.pcapng)"
sees() { # FILE [FILTER]
	fields "$1" "${2:-}" frame.time_epoch frame.comment frame.len frame.verdict.ebpf_xdp frame.interface_name
}
equal "its recorder is gone" 0 "$(sampler_says .recorders.count)"
check "its seat is closed" wait_until 10 state_is "${sampling[filter]}" closed
accounts_agree "one filter"
equal "status: offered, delivered and lost" "100 100 0" "$(sampler_says '.sinks[] | select(.name | startswith("tap")) | "\(.offered) \(.delivered) \(.lost)"')"
equal "the reader's own sinks got all" "150 0 150 0" \
	"$(sink daemon.pcapng) $(sink daemon.pcapng lost) $(sink 127.0.0.1) $(sink 127.0.0.1 lost)"
equal "no program was loaded" "$programs" "$(ids_of_programs)"

equal "and tell the same of each packet" "$(sees daemon.pcapng 'udp.dstport == 5000')" "$(sees filter.pcapng)"

echo "# a selection, until a number has come"
sampling_starts drops --verdict drop --count 20 --json-lines "$work/drops.json"
send_exactly drops.pcap "[$wanted, $listed] * 30"
sampling_ends drops -
equal "these only" "20 XDP_DROP" "$(jq -r .verdict "$work/drops.json" | sort | uniq -c | xargs)"

echo "# several at once"
for i in 1 2 3 4; do
	sampling_starts "many$i" --json-lines "$work/many$i.json"
done
refused_beside "process ${reader[daemon]}, which reads the samples, does not hand them on: there are 4 captures beside it already"
send_exactly many.pcap "[$wanted, $other] * 100"
for i in 1 2 3 4; do
	sampling_ends "many$i"
	equal "many$i: all of them" "200 200" "$(told_by "many$i" captured) $(wc -l <"$work/many$i.json")"
done
accounts_agree "several at once"

echo "# what is refused"
busy="eth0: process ${reader[daemon]} reads the samples already, so"
refused_beside "$busy 'rate' stays as it is; change it with --set, or leave it out" --rate 10
refused_beside "$busy 'at' stays as it is; change it with --attach, or leave it out" --at ingress --filter "* * * 5000 UDP"
refused_beside "$busy 'capture_length' stays as it is; change it with --set, or leave it out" --capture-length 64
sampler --capture --filter "* * * 5000 UDP" --json-lines "$work/none/x" 2>"$work/error"
equal "a sink that cannot be opened: exit status" 1 $?
contains "  it says so" ": open $work/none/x: No such file or directory" "$work/error"
equal "  no recorder is left" 0 "$(sampler_says .recorders.count)"
# ask UID TEXT: what a process of this user gets that connects and says so.
ask() {
	setpriv --reuid "$1" --clear-groups /usr/bin/python3 -c '
import os, socket, sys
stat = os.stat(sys.argv[1])
guest = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
guest.connect(f"\0ecbpf/xdp_sampler/{stat.st_dev:x}:{stat.st_ino:x}/{sys.argv[2]}")
try:
    guest.send(sys.argv[3].encode())
    answer = guest.recv(1000)
    print(len(answer), answer[8:].rstrip(b"\0").decode())
except ConnectionError:
    print("closed")' "$bpffs" "${reader[daemon]}" "$2"
}
equal "nonsense is" "128 what is asked for is not understood: it is another version of xdp_sampler" "$(ask 0 nonsense)"
check "a stranger is: nothing is answered" grep -qE '^(closed|0 )' <(ask 65534 nonsense)
check "nobody has a seat from that" wait_until 10 sampler_says_is '[.sinks[] | select(.name | startswith("tap")) | select(.state != "closed")] | length' 0

# has_stalled NAME: it is stopped, and loses jumbo frames, which the reader's own file gets, all of them.
jumbo='frame(v4(UDP(dport=5000) / Raw(bytes(8000))))'
has_stalled() {
	local i
	kill -STOP "${sampling[$1]}"
	for i in 1 2 3 4; do
		all=$((all + 500))
		send_exactly jumbo.pcap "[$jumbo] * 500"
		check "$1: the reader's own file gets $all" wait_until 20 sink_is daemon.pcapng delivered "$all"
	done
	check "$1: it loses" test "$(sink "${sampling[$1]}" lost)" -gt 500
}
check "whole packets" sampler --set --capture-length full
all=$(sink daemon.pcapng)

echo "# one that stalls"
sampling_starts stalled --json-lines "$work/stalled.json"
stalled=${sampling[stalled]}
has_stalled stalled
kill -CONT "$stalled"
accounts_agree "one that stalls"
kill -INT "$stalled"
check "it ends" wait_until 20 is_gone "$stalled"
wait "$stalled"
equal "it ends well" 0 $?
equal "it tells what it lost" "$(sink "$stalled") $(sink "$stalled" lost)" "$(told_by stalled captured) $(told_by stalled 'lost by the tap')"
equal "all is accounted for" 2000 "$(($(told_by stalled captured) + $(told_by stalled 'lost by the tap')))"
equal "what came is in its file" "$(told_by stalled captured)" "$(($(wc -l <"$work/stalled.json") + $(told_by stalled 'lost by sinks')))"

echo "# one that stalls and is killed"
sampling_starts killed --json-lines "$work/killed.json"
killed=${sampling[killed]}
has_stalled killed
{ kill -KILL "$killed" && wait "$killed"; } 2>/dev/null
check "its seat is closed" wait_until 20 state_is "$killed" closed
accounts_agree "one that is killed"
equal "the reader's own file has lost nothing" 0 "$(sink daemon.pcapng lost)"
equal "and the reader has nothing to say" "" "$(<"$work/daemon.err")"

echo "# the reader goes"
sampling_starts orphan --filter "* * * 5000 UDP" --write "$work/orphan.pcapng"
sampling_starts orphan2 --json-lines "$work/orphan2.json"
send_exactly orphan.pcap "[$wanted, $other] * 10"
check "they have come" wait_until 10 sink_is "${sampling[orphan]}" delivered 10
check "to both" wait_until 10 sink_is "${sampling[orphan2]}" delivered 20
reader_is_killed daemon
ends_badly orphan "$gone"
ends_badly orphan2 "$gone"
check "the file is whole" capinfos "$work/orphan.pcapng"
equal "with all that came" 10 "$(packets_in "$work/orphan.pcapng")"
equal "so is the other" 20 "$(jq -c . "$work/orphan2.json" | wc -l)"
equal "the recorder is gone" 0 "$(sampler_says .recorders.count)"

echo "# beside a capture"
sampling_starts first --write "$work/first.pcapng"
check "it reads" wait_until 10 sampler_says_is .reader.pid "${sampling[first]}"
sampling_starts second --json-lines "$work/second.json"
sampling_starts third --json-lines "$work/third.json"
contains "it says beside whom" "capturing on eth0 beside process ${sampling[first]}" "$work/second.err"
send_exactly both.pcap "[$wanted] * 10"
sampling_ends second
sampling_ends first
ends_badly third "process ${sampling[first]} does not hand samples on any more"
equal "each has all" "10 10 10" "$(packets_in "$work/first.pcapng") $(wc -l <"$work/second.json") $(wc -l <"$work/third.json")"
accounts_agree "beside a capture"
