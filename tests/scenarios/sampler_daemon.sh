#!/usr/bin/env bash
# xdp_sampler --run as a service: one process for three interfaces, what it tells the service manager, how it ends,
# starts again and reloads, the rights it keeps, interfaces that come and go, a second one. The chain stays as it is
# whatever the process does.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_sampler.sh"
. "$(dirname "$0")/lib_sampler_daemon.sh"
. "$(dirname "$0")/lib_service_manager.sh"
need setpriv python3

add_namespace client
for link in 0 1 2; do
	add_link "eth$link" client "peer$link"
done
check "roots" loader --attach --interface eth0,eth1,eth2

# set_up_sampler INTERFACE OPTION...
set_up_sampler() {
	"$build/bin/xdp_sampler" --bpffs "$bpffs" --interface "$1" --attach --no-config "${@:2}"
}
# delivers WHAT SINK INTERFACE...: what is sent to each of these arrives in the sink.
delivers() {
	local link before
	for link in "${@:3}"; do
		before=$(delivered_of "$link" "$2")
		send "client:peer${link#eth}" udp udp
		check "$1: what comes to $link is delivered to $2" wait_until 10 has_delivered "$link" "$2" $((before + 2))
	done
}
delivered_of() { # INTERFACE SINK
	of_interface "$1" "[.sinks[] | select(.target | endswith(\"$2\"))][0].delivered // 0"
}
has_delivered() { # INTERFACE SINK NUMBER
	[ "$(delivered_of "$1" "$2")" -eq "$3" ]
}
# chain INTERFACE: what is to be as before, not counts.
chain() {
	status_of "$1" 'del(.statistics, .reasons, .subprograms[].statistics, .subprograms[].seen, .root.statistics, .root.seen, .exit_hook.seen)'
	pin_tree | grep "^$1"
}
# packets_of FILE: names of interfaces and how many of each are in it.
packets_of() {
	fields "$1" "" frame.interface_name | sort | uniq -c | awk '{ printf "%s%s %s", sep, $2, $1; sep = ", " }'
}

echo "# three interfaces, one of them without a sampler"
check "a sampler on eth0" set_up_sampler eth0 --at ingress,verdict --rate 1
check "a sampler on eth1" set_up_sampler eth1 --rate 1
before=$(chain eth0)
begun=${EPOCHREALTIME/./}
export WATCHDOG_USEC=500000
reader_starts three --interface eth0,eth1,eth2 --no-config --write "$work/three.pcapng"
unset WATCHDOG_USEC
told_manager "it is ready" READY=1
told_manager "and says what it does" 'STATUS=eth0, eth1: [0-9]+ samples/s, 0 lost; waiting for eth2'
check "the log tells of the third" wait_until 10 grep -qxF \
	"xdp_sampler: eth2: xdp_sampler is not attached; run: xdp_sampler --attach --interface eth2; waiting until eth2 can be read" "$work/three.err"
equal "READY=1 comes once" 1 "$(grep -cx READY=1 "$work/messages")"
delivers "three" three.pcapng eth1
check "it says that it is alive" wait_until 20 is_watched
elapsed=$((${EPOCHREALTIME/./} - begun))
check "not more often than asked for" test "$(alive_messages)" -le $((elapsed / 250000 + 1))
check "a sampler on eth2" set_up_sampler eth2 --rate 1
check "it is read" wait_until 20 reads three eth2
contains "the log tells" "eth2: its samples are read again" "$work/three.err"
forget_messages
told_manager "the manager is told" 'STATUS=eth0, eth1, eth2: [0-9]+ samples/s, 0 lost' 30
delivers "three" three.pcapng eth2
send client:peer0 udp udp
check "both places of eth0" wait_until 10 has_delivered eth0 three.pcapng 4
equal "one process reads all" "${reader[three]} ${reader[three]} ${reader[three]}" \
	"$(for link in eth0 eth1 eth2; do of_interface "$link" .reader.pid; done | xargs)"

echo "# rights"
# Bit 39 is CAP_BPF; sinks have threads of their own.
equal "every thread has CAP_BPF only, and gets no other" "CapBnd: 0000008000000000
CapEff: 0000008000000000
CapInh: 0000000000000000
CapPrm: 0000008000000000" "$(cat /proc/"${reader[three]}"/task/*/status | grep -E '^Cap(Inh|Prm|Eff|Bnd)' | tr -s '\t' ' ' | sort -u)"
check "there is more than one thread" test "$(find "/proc/${reader[three]}/task" -mindepth 1 -maxdepth 1 | wc -l)" -ge 2

echo "# a second reader"
refusal="eth0: process ${reader[three]} reads the samples already; stop it first, or let it write what is wanted (--reload)"
before_second=$(status_of eth0 .exit_hook.id)
"$build/bin/xdp_sampler" --bpffs "$bpffs" --run --no-config --interface eth0 --write "$work/second.pcapng" >/dev/null 2>"$work/second.err" &
reader[second]=$!
check "a second daemon is told by whom it is read" wait_until 10 grep -qF "$refusal; waiting until eth0 can be read" "$work/second.err"
check "the first one still reads" reads three
delivers "the first one" three.pcapng eth1
equal "the chain is as before" "$before_second" "$(status_of eth0 .exit_hook.id)"

echo "# an interface disappears"
delivered=$(delivered_of eth1 three.pcapng)
ip link del eth1
check "the log tells" wait_until 20 grep -q "^xdp_sampler: eth1: .*; waiting until eth1 can be read" "$work/three.err"
delivers "meanwhile" three.pcapng eth2
forget_messages
told_manager "the manager is told" 'STATUS=eth0, eth2: [0-9]+ samples/s, 0 lost; waiting for eth1' 30
add_link eth1 client peer1
check "it comes back: a root" loader --attach --interface eth1
check "and a sampler" set_up_sampler eth1 --rate 1
check "it is read again" wait_until 20 reads three eth1
delivers "back again" three.pcapng eth1 eth2
forget_messages
told_manager "the manager is told" 'STATUS=eth0, eth1, eth2: [0-9]+ samples/s, 0 lost' 30

echo "# the end"
forget_messages
equal "eth0 has been left alone" "$before" "$(chain eth0)"
reader_ends three TERM 5
told_manager "it said so" STOPPING=1
equal "the log: nothing but these" "" "$(grep -vE '; waiting until eth[12] can be read$|: its samples are read again$' "$work/three.err")"
equal "all are in the one file" "eth0 4, eth1 $((delivered + 2)), eth2 $(delivered_of eth2 three.pcapng)" "$(packets_of three.pcapng)"
check "the second daemon reads now" wait_until 20 reads second
equal "status: the sink of the first is closed" closed "$(sink three.pcapng state)"
reader_ends second TERM 5
equal "the chain is as before" "$before" "$(chain eth0)"

echo "# a restart: samples wait in the ring"
send client:peer0 udp udp udp
equal "status: nobody reads" "none 6" "$(sampler_says '"\(.reader.state) \(.accounting.in_ring)"')"
reader_starts restarted --interface eth0 --no-config --write "$work/restarted.pcapng"
check "they are delivered" wait_until 10 sink_is restarted.pcapng delivered 6
accounts_agree "a restart"
equal "none is lost" "0 0" "$(sampler_says .accounting.ring_lost) $(sink restarted.pcapng lost)"
reader_ends restarted INT 5
equal "they are in the file" "eth0 6" "$(packets_of restarted.pcapng)"

echo "# a sink that blocks does not keep it from ending"
mkfifo "$work/blocked.fifo"
cat "$work/blocked.fifo" >"$work/blocked.pcapng" &
cat=$!
reader_starts blocked --interface eth0 --no-config --write "$work/blocked.fifo" --json-lines "$work/blocked.json"
check "the FIFO has a reader" wait_until 10 test -s "$work/blocked.pcapng"
kill -STOP "$cat"
floods_start
check "the FIFO is full" wait_until 30 sink_is_above blocked.fifo lost 1000
floods_end
forget_messages
chain=$(chain eth0)
# Five seconds, and what a busy machine takes beyond.
reader_ends blocked TERM 7
told_manager "it said so" STOPPING=1
equal "the chain is as before" "$chain" "$(chain eth0)"
accounts_agree "after the end"
equal "every sink was offered everything" "$(sampler_says '.sinks[-1:][].offered')" "$(sink blocked.fifo offered)"
equal "the other one has delivered all" "$(sink blocked.json offered)" "$(($(sink blocked.json) + $(sink blocked.json lost)))"
equal "which is in its file" "$(sink blocked.json)" "$(wc -l <"$work/blocked.json")"
in_ring=$(sampler_says .accounting.in_ring)
send client:peer0 udp
equal "the chain goes on to sample" $((in_ring + 2)) "$(sampler_says .accounting.in_ring)"
kill -CONT "$cat"
fifo_reader_ends

echo "# --reload"
# configure SETTINGS RECORDERS SINKS: the configuration file.
configure() {
	cat >"$work/reload.json" <<-END
		{ "xdp_sampler": {
		"interfaces": ["eth0", "eth1"],
		$1
		"recorders": [$2],
		"sinks": [$3]
		} }
	END
}
reload() {
	"$build/bin/xdp_sampler" --bpffs "$bpffs" --reload --config "$work/reload.json"
}
# recorders INTERFACE: id, origin and filter of each.
recorders() {
	"$build/bin/xdp_sampler" --bpffs "$bpffs" --interface "$1" --recorders --json | jq -r --arg i "$1" '.interfaces[$i].recorders[] | "\(.id) \(.origin) \(.filter)"' | sort
}
settings() {
	of_interface eth0 '.settings | "\(.at) \(.rate) \(.verdict) \(.capture_length)"'
}
# all_of_it: what a refused reload must not change.
all_of_it() {
	chain eth0
	settings
	recorders eth0
	recorders eth1
	sampler_says '.reader.state, .reader.pid, (.sinks[] | .target, .state)'
	stat -c '%i' "$work"/*.pcapng
}
first='{ "type": "pcapng", "file": "first.pcapng" }' second='{ "type": "json", "file": "second.json" }'
configure '"at": "verdict", "rate": 1,' '"* * * 80 TCP"' "$first"
for link in 0 1; do
	"$build/bin/xdp_sampler" --bpffs "$bpffs" --interface "eth$link" --detach 2>/dev/null
done
check "--attach by the file" "$build/bin/xdp_sampler" --bpffs "$bpffs" --attach --config "$work/reload.json"
reader_starts reload --config "$work/reload.json"
check "both interfaces of the file are read" wait_until 20 reads reload eth1
check "the operator's recorder" sampler --record '192.0.2.0/24 * * * *' --id 77
delivers "before" first.pcapng eth0 eth1
inode=$(stat -c %i "$work/first.pcapng") size=$(stat -c %s "$work/first.pcapng")
equal "settings and recorders before" "verdict 1 all 128,1 configuration * * * 80 TCP
77 command 192.0.2.0/24 * 0.0.0.0/0 * *" "$(settings),$(recorders eth0)"
forget_messages
configure '"at": "ingress,verdict", "rate": "1", "capture_length": 256,' '"* * * 443 TCP"' "$first, $second"
reload >"$work/reloaded" 2>"$work/error"
equal "--reload" "0 " "$? $(<"$work/error")"
equal "it tells what has changed" "eth0: at: verdict -> ingress,verdict, capture_length: 128 -> 256
eth1: at: verdict -> ingress,verdict, capture_length: 128 -> 256
reader (process ${reader[reload]}): has taken its sinks again" "$(<"$work/reloaded")"
told_manager "the manager is told that it reloads" 'RELOADING=1\|MONOTONIC_USEC=[0-9]+'
told_manager "and when it has" READY=1
equal "settings are the file's" "ingress,verdict 1 all 256" "$(settings)"
equal "recorders of the file come and go, the operator's stays" "77 command 192.0.2.0/24 * 0.0.0.0/0 * *
78 configuration * * * 443 TCP" "$(recorders eth0)"
equal "eth1 has those of the file" "1 configuration * * * 443 TCP" "$(recorders eth1)"
send client:peer0 udp
check "the new sink gets what comes" wait_until 10 sink_is second.json delivered 2
check "the other one goes on" wait_until 10 sink_is first.pcapng delivered 4
check "in the same file, which has grown" test "$(stat -c %i "$work/first.pcapng") $(stat -c %s "$work/first.pcapng")" != "$inode $size" \
	-a "$(stat -c %i "$work/first.pcapng")" = "$inode" -a "$(stat -c %s "$work/first.pcapng")" -gt "$size"

echo "# --reload of a file that is no good"
# refused TEXT: --reload says so in one line; nothing changes; so does SIGHUP, in the log.
before_bad=$(all_of_it)
refused() {
	expect_error "$1" 1 reload
	equal "  and nothing has changed" "$before_bad" "$(all_of_it)"
}
configure '"at": "nowhere",' '' "$first"
refused "$work/reload.json: line 3: xdp_sampler.at: 'nowhere' is not a place (ingress, verdict)"
configure '"rate": "drop=x",' '' "$first"
refused "$work/reload.json: line 3: xdp_sampler.rate: 'x' is not a rate: N for 1 packet in N, from 1 to 16777216, or 0 for none"
configure '"rates": 1,' '' "$first"
refused "$work/reload.json: line 3: xdp_sampler.rates: no such setting; did you mean 'rate'?"
configure '' '"10.0.0.0/33 * * * *"' "$first"
refused "$work/reload.json: line 4: xdp_sampler.recorders[0]: source '10.0.0.0/33' is neither an IPv4 nor an IPv6 address or prefix, nor *"
configure '' '' '{ "type": "pcap", "file": "x" }'
refused "$work/reload.json: line 5: xdp_sampler.sinks[0].type: 'pcap' is no kind of sink: pcapng, sflow, json or live"
configure '' '' "$first, $first"
refused "$work/reload.json: line 5: xdp_sampler.sinks[1]: '$work/first.pcapng' is the target of a pcapng sink already"
echo '{ "xdp_sampler": {' >"$work/reload.json"
refused "$work/reload.json: line 2: a name in quotation marks expected, not the end of the file"
forget_messages
kill -HUP "${reader[reload]}"
told_manager "SIGHUP with such a file: the manager is told" READY=1
check "the log tells" grep -q "^xdp_sampler: reload: $work/reload.json: line 2: " "$work/reload.err"
configure '"at": "ingress,verdict", "rate": "1", "capture_length": 256,' '"* * * 443 TCP"' "$first, { \"type\": \"pcapng\", \"file\": \"none/x\" }"
reload >"$work/reloaded" 2>"$work/error"
equal "a sink that cannot be opened: --reload tells" 1 "$?"
check "  with the reader and the reason" grep -qE "^xdp_sampler: the reader \(process ${reader[reload]}\): sink pcapng .*/none/x: open $work/none/x: No such file or directory$" "$work/error"
check "  in one line" test "$(wc -l <"$work/error")" -eq 1
check "  the others go on" sink_is first.pcapng state working
configure '"at": "ingress,verdict", "rate": "1", "capture_length": 256,' '"* * * 443 TCP"' "$second"
check "a sink goes" reload
check "its file is whole" capinfos "$work/first.pcapng"
equal "with all that was delivered" "eth0 4, eth1 2" "$(packets_of first.pcapng)"
send client:peer0 udp
check "the other one goes on" wait_until 10 sink_is second.json delivered 4
accounts_agree reload
reader_ends reload TERM 5

echo "# without root's user id"
unprivileged=(setpriv --reuid 65534 --regid 65534 --clear-groups)
three=-all,+bpf,+net_admin,+perfmon
granted=("${unprivileged[@]}" --inh-caps="$three" --ambient-caps="$three" --bounding-set="$three")
mkdir -m 777 "$work/anyone"
run=("$build/bin/xdp_sampler" --bpffs "$bpffs" --run --no-config --interface eth0 --write "$work/anyone/x.pcapng")
refusal="run: missing CAP_BPF: run as root, or grant it, for example with AmbientCapabilities="
expect_error "$refusal" 1 timeout 20 setpriv --bounding-set=-all,+net_admin,+perfmon "${run[@]}"
check "no file was made" test ! -e "$work/anyone/x.pcapng"
if ! "${granted[@]}" "${run[0]}" --help >/dev/null 2>&1; then
	echo "not tried: this machine gives no ambient capabilities, or others may not execute ${run[0]}"
else
	expect_error "$refusal" 1 timeout 20 "${unprivileged[@]}" --inh-caps=-all --bounding-set=-all,+net_admin,+perfmon "${run[@]}"
	"${granted[@]}" "${run[@]}" >/dev/null 2>"$work/anyone.err" &
	reader[anyone]=$!
	check "pins of root: it says what it may not" wait_until 20 grep -qE "^xdp_sampler: .*$bpffs.*Permission denied.*; waiting until eth0 can be read$" "$work/anyone.err"
	chown -R 65534 "$bpffs"
	check "pins of its own user: it reads" wait_until 20 reads anyone
	delivered=$(delivered_of eth0 anyone/x.pcapng)
	send client:peer0 udp
	check "it delivers" wait_until 10 has_delivered eth0 anyone/x.pcapng $((delivered + 2))
	equal "it keeps CAP_BPF only" "CapAmb: 0000000000000000
CapEff: 0000008000000000
CapInh: 0000000000000000
CapPrm: 0000008000000000" "$(cat /proc/"${reader[anyone]}"/task/*/status | grep -E '^Cap(Inh|Prm|Eff|Amb)' | tr -s '\t' ' ' | sort -u)"
	reader_ends anyone TERM 5
fi
check "--detach" loader --detach --interface eth0,eth1,eth2
equal "nothing is pinned" "" "$(pin_tree)"
