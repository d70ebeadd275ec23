# shellcheck shell=bash
# What the scenarios of xdp_filter share. Sourced behind netns.sh.
: "${build:?}" "${bpffs:?}" "${work:?}"
[ -x "$build/bin/xdp_filter" ] || skip "no xdp_filter in this build"

# filter OPTION...: xdp_filter on eth0 and this scenario's bpffs.
filter() {
	"$build/bin/xdp_filter" --bpffs "$bpffs" --interface eth0 "$@"
}
# filter_says FILTER: a filter of jq on what its --status --json says, with the 1000 sources that have the most hits.
filter_says() {
	filter --status --json --interval 0 2>/dev/null | jq -r ".interfaces.eth0 | $1"
}
filter_says_is() {
	[ "$(filter_says "$1")" = "$2" ]
}
# moved_counters: "name packets" of each that is not 0.
moved_counters() {
	filter_says '.stats.counters[] | select(.packets > 0) | "\(.name) \(.packets)"'
}
counted() { # NAME
	filter_says "[.stats.counters[] | select(.name == \"$1\") | .packets][0]"
}
# hits PREFIX: packets of one source.
hits() {
	filter_says "[.sources[] | select(.prefix == \"$1\") | .packets][0]"
}
hits_is() {
	[ "$(hits "$1")" = "$2" ]
}

# capture_starts NAME NAMESPACE INTERFACE [FILTER]: tcpdump into $work/NAME.pcap, until capture_ends.
capture_starts() {
	# Without in_ns, whose process would be another than tcpdump's.
	nsenter --net="/run/netns/$2" tcpdump -i "$3" -Z root --immediate-mode -s 2048 -B 32768 -U -w "$work/$1.pcap" "${@:4}" \
		>/dev/null 2>"$work/$1.tcpdump" &
	capture[$1]=$!
	wait_until 10 grep -q "listening on" "$work/$1.tcpdump" || fail "tcpdump starts" "$work/$1.tcpdump"
}
declare -A capture
capture_has() { # NAME COUNT: at least so many packets
	[ "$(tcpdump -r "$work/$1.pcap" 2>/dev/null | wc -l)" -ge "$2" ]
}
capture_ends() {
	kill "${capture[$1]}"
	wait "${capture[$1]}"
	equal "$1: tcpdump has caught all" "0 packets dropped by kernel" "$(grep dropped "$work/$1.tcpdump")"
}

# told NAME FLOOD: a number of the last words of tests/senders/flood, in $work/FLOOD.
told() {
	sed -n "s/^$1 //p" "$work/$2"
}
