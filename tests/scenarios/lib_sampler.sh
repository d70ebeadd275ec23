# shellcheck shell=bash
# What the scenarios of xdp_sampler share. Sourced behind netns.sh.
: "${build:?}" "${bpffs:?}" "${work:?}" "${objects:?}" "${senders:?}" "${source_dir:?}"
. "$(dirname "${BASH_SOURCE[0]}")/lib_filter.sh"
[ -x "$build/bin/xdp_sampler" ] || skip "no xdp_sampler in this build"
need tshark capinfos editcap mergecap tcpdump taskset nproc
/usr/bin/python3 -c 'import scapy.all' 2>/dev/null || skip "not installed: python3-scapy"

# sampler OPTION...: xdp_sampler on eth0 and this scenario's bpffs.
sampler() {
	"$build/bin/xdp_sampler" --bpffs "$bpffs" --interface eth0 "$@"
}
# sampler_says FILTER: a filter of jq on what its --status --json says.
sampler_says() {
	sampler --status --json 2>/dev/null | jq -r ".interfaces.eth0 | $1"
}
sampler_says_is() {
	[ "$(sampler_says "$1")" = "$2" ]
}

# make_lab: peer0 in the namespace client -> eth0 here, 9000 bytes long and with two queues; on eth0 the root; in
# slot 2 a filter that drops 203.0.113.0/24 and 2001:db8:bad::/48; in slot 3 the verdicts of
# objects/verdict_by_udp_port. No sampler yet. A packet is handled on the CPU that sends it.
make_lab() {
	add_namespace client
	ip link add eth0 mtu 9000 address "$(mac_of eth0)" numtxqueues 2 numrxqueues 2 type veth peer name peer0 mtu 9000 \
		address "$(mac_of clientpeer0)" numtxqueues 2 numrxqueues 2 netns client || skip "no veth can be made"
	in_ns client ip link set peer0 up
	ip link set eth0 up
	check "a root" loader --attach --interface eth0 --frags
	# What eth0 transmits arrives only where XDP runs natively, too.
	check "a root that passes, on the peer" loader_in client --attach --interface peer0 --frags
	check "the filter" filter --attach --no-config
	check "a list" filter --drop --ips 203.0.113.0/24,2001:db8:bad::/48
	check "the verdicts" loader --load "$objects/verdict_by_udp_port.o" --slot 3 --interface eth0
}

# send_exactly FILE TEXT...: sends frames from the client, see tests/senders/exact_frames.py, and waits until all have
# been through the chain; they are in $work/FILE then, as tshark reads it. Here are all in one queue.
send_exactly() {
	local before
	before=$(packets_counted eth0)
	in_ns client /usr/bin/python3 "$source_dir/tests/senders/exact_frames.py" peer0 "$work/$1" "${@:2}" >"$work/$1.sent" ||
		fail "frames are sent" "$work/$1.sent"
	wait_until 10 packets_counted_is $((before + $(<"$work/$1.sent"))) ||
		fail "all frames of $1 arrive: $before, $(<"$work/$1.sent") more, now $(packets_counted eth0)"
}
packets_counted_is() {
	[ "$(packets_counted eth0)" = "$1" ]
}

# sampling_starts NAME OPTION...: xdp_sampler --capture, until sampling_ends NAME; what passes from now on is taken.
# Its stdout is $work/NAME.out, its stderr $work/NAME.err.
sampling_starts() {
	# Not the function: the process is to be xdp_sampler itself.
	"$build/bin/xdp_sampler" --bpffs "$bpffs" --interface eth0 --capture "${@:2}" >"$work/$1.out" 2>"$work/$1.err" &
	sampling[$1]=$!
	wait_until 10 grep -q '^capturing on' "$work/$1.err" || fail "$1: the capture starts" "$work/$1.err"
}
declare -A sampling
# sampling_stops NAME [SIGNAL]: ends it by a signal, as ^C does, unless it is "-": by itself; checks how it ended.
sampling_stops() {
	local rc=0
	[ "${2:-INT}" = - ] || kill -s "${2:-INT}" "${sampling[$1]}" || fail "$1: it goes on until now" "$work/$1.err"
	# A process that is not waited for has no program any more.
	wait_until 20 test ! -e "/proc/${sampling[$1]}/exe" || fail "$1: it ends"
	kill -KILL "${sampling[$1]}" 2>/dev/null
	wait "${sampling[$1]}" || rc=$?
	equal "$1: it ends well" 0 "$rc"
}
# sampling_ends NAME [SIGNAL]: and nothing was lost.
sampling_ends() {
	sampling_stops "$@"
	equal "$1: nothing is lost" "0 samples lost in the ring
0 samples lost by sinks" "$(tail -n 2 "$work/$1.err")"
}

# Reading is exact when nothing is under way any more; then per CPU: sampled = lost in the ring + read, and per CPU and
# sink: offered = delivered + lost; and each sum is that of its parts.
accounts_are_settled() {
	sampler_says_is '[.accounting.in_ring, .cpus[].in_ring, .sinks[].in_queue, .cpu_sinks[].in_queue] | add' 0
}
account_faults() {
	# shellcheck disable=SC2016  # jq's
	sampler_says '. as $all | def sum(f): [f] | add // 0;
		(.cpus[] | select(.ingress.sampled + .verdict.sampled != .ingress.ring_lost + .verdict.ring_lost + .read)),
		(.cpu_sinks[] | select(.offered != .delivered + .lost)),
		(.sinks[] | select(.offered != .delivered + .lost)),
		(.places[] | . as $place | (["packets", "sampled", "ring_lost"][]) as $what
			| select(.[$what] != sum($all.cpus[][$place.place][$what])) | "\($place.place): \($what)"),
		(.sinks[] | . as $sink | (["offered", "delivered", "lost"][]) as $what
			| select(.[$what] != sum($all.cpu_sinks[] | select(.sink == $sink.name)[$what])) | "\($sink.name): \($what)"),
		(.accounting | select(.sampled != sum($all.places[].sampled) or .ring_lost != sum($all.places[].ring_lost)
			or .read != sum($all.cpus[].read) or .sampled != .ring_lost + .read)),
		.disagreements[] | tojson'
}
# accounts_agree WHAT: waits until nothing is under way, then looks at all of that.
accounts_agree() {
	check "$1: nothing is under way any more" wait_until 20 accounts_are_settled
	equal "$1: all accounts agree" "" "$(account_faults)"
}
# taken PLACE: packets seen and sampled there, and samples lost in the ring.
taken() {
	sampler_says ".places[] | select(.place == \"$1\") | \"\(.packets) \(.sampled) \(.ring_lost)\""
}

# fields FILE FILTER FIELD...: those of every packet that the display filter lets through, a line each with tabs
# between; every packet if the filter is "".
fields() {
	local file=$1 filter=$2
	shift 2
	tshark -n -r "$work/$file" ${filter:+-Y "$filter"} -T fields "${@/#/-e}" 2>/dev/null
}
# decoded FILE: all that tshark understands of the packets' bytes, without what it says about their capture.
decoded() {
	tshark -n -r "$work/$1" -V -o tcp.analyze_sequence_numbers:FALSE -o tcp.calculate_timestamps:FALSE -o udp.calculate_timestamps:FALSE 2>/dev/null |
		awk '/^[^ ]/ { skip = /^(Frame [0-9]|Packet comments)/; if (/^Frame [0-9]/) print "Frame" } !skip'
}
# bytes_of FILE: every packet's bytes, as tcpdump reads them.
bytes_of() {
	tcpdump -n -t -xx -r "$work/$1" 2>/dev/null | grep -P '^\t0x'
}
