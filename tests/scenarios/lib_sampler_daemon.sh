# shellcheck shell=bash
# What the scenarios of xdp_sampler --run share. Sourced behind lib_sampler.sh.
: "${build:?}" "${bpffs:?}" "${work:?}" "${senders:?}"
need taskset nproc

# reader_starts NAME OPTION...: xdp_sampler --run in the background, until reader_ends; what it says is in
# $work/NAME.err. Waits until it reads eth0.
reader_starts() {
	# Not a function: the process is to be xdp_sampler itself.
	"$build/bin/xdp_sampler" --bpffs "$bpffs" --run "${@:2}" >"$work/$1.out" 2>"$work/$1.err" &
	reader[$1]=$!
	wait_until 20 reads "$1" || fail "$1: it begins to read" "$work/$1.err"
}
declare -A reader
reads() { # NAME [INTERFACE]
	[ "$(of_interface "${2:-eth0}" '.reader | "\(.state) \(.pid)"')" = "running ${reader[$1]}" ]
}
of_interface() { # INTERFACE FILTER
	"$build/bin/xdp_sampler" --bpffs "$bpffs" --interface "$1" --status --json 2>/dev/null | jq -r --arg i "$1" ".interfaces[\$i] | $2"
}
# A process that is not waited for has no program any more.
is_gone() { # PID
	[ ! -e "/proc/$1/exe" ]
}
# reader_ends NAME [SIGNAL [SECONDS]]: by a signal; its exit status is 0 within so many seconds.
reader_ends() {
	local rc=0
	kill -s "${2:-TERM}" "${reader[$1]}"
	check "$1: it ends within ${3:-20} s" wait_until "${3:-20}" is_gone "${reader[$1]}"
	kill -KILL "${reader[$1]}" 2>/dev/null
	wait "${reader[$1]}" || rc=$?
	equal "$1: it ends well" 0 "$rc"
}
# reader_is_killed NAME: by SIGKILL.
reader_is_killed() {
	# bash tells of the killed process.
	{ kill -KILL "${reader[$1]}" && wait "${reader[$1]}"; } 2>/dev/null
}

cat=
# fifo_reader_ends: the process $cat, which reads a FIFO until nobody writes to it any more.
fifo_reader_ends() {
	check "the FIFO is closed" wait_until 20 is_gone "$cat"
	kill -KILL "$cat" 2>/dev/null
	wait "$cat"
}

# floods_start: real packets on each CPU, listed ones and others, until floods_end.
floods_start() {
	local i
	for i in 0 1; do
		# shellcheck disable=SC2086  # both frames
		nice -n 10 taskset --cpu-list $((i % $(nproc))) "$senders/flood" client:peer0 eth0 ${flood_frames[i]} >"$work/flood$i" 2>&1 &
		floods[i]=$!
	done
	check "both floods are on" wait_until 20 both_flood
}
# As the verdict place tells; it must be attached. A packet is handled on the CPU that sends it.
both_flood() {
	local arrived
	arrived=$(sampler_says '[.cpus[] | select(.verdict.packets > 100)] | length')
	[ "$arrived" -ge "$(($(nproc) < 2 ? 1 : 2))" ]
}
floods=() flood_frames=("udp-listed.9 udp" "udp-6-listed.9 udp-6")
floods_end() {
	kill "${floods[@]}"
	wait "${floods[@]}"
}
# flooded: packets that the floods say they have sent.
flooded() {
	echo $(($(told sent flood0) + $(told sent flood1)))
}

# sink NAME [FIELD]: a number of the sink whose target ends like this; of a sink that is not there yet 0.
sink() {
	sampler_says "[.sinks[] | select(.target | endswith(\"$1\"))][0].${2:-delivered} // 0"
}
sink_is() { # NAME FIELD TEXT
	[ "$(sink "$1" "$2")" = "$3" ]
}
sink_is_above() { # NAME FIELD NUMBER
	[ "$(sink "$1" "$2")" -gt "$3" ]
}
is_above() { # FILTER NUMBER: of a number in the status
	[ "$(sampler_says "$1")" -gt "$2" ]
}

# packets_in FILE...: as capinfos counts them.
packets_in() {
	local file sum=0
	for file in "$@"; do
		sum=$((sum + $(capinfos -T -r -M -c "$file" 2>/dev/null | cut -f 2)))
	done
	echo "$sum"
}
# numbers_in FILE...: "seq=N cpu=N" of each sample in these.
numbers_in() {
	grep -ahoE "seq=[0-9]+ cpu=[0-9]+" "${@/#/$work/}"
}
# statistics_in FILE: "received dropped accepted by_system delivered" of all its statistics blocks together. tshark
# tells of them only in small files.
statistics_in() {
	/usr/bin/python3 -c '
import struct, sys
sums = dict.fromkeys((4, 5, 6, 7, 8), 0)
content = open(sys.argv[1], "rb").read()
at = 0
while at < len(content):
    kind, length = struct.unpack_from("<II", content, at)
    option = at + 20
    while kind == 5 and option < at + length - 4:
        code, size = struct.unpack_from("<HH", content, option)
        if code in sums:
            sums[code] += struct.unpack_from("<Q", content, option + 4)[0]
        option += 4 + (size + 3) // 4 * 4
    at += length
print(sums[4], sums[5], sums[6], sums[7], sums[8])' "$1"
}
