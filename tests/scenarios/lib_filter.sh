# shellcheck shell=bash
# What the scenarios of xdp_filter share. Sourced behind netns.sh.
: "${build:?}" "${bpffs:?}" "${work:?}"
[ -x "$build/bin/xdp_filter" ] || skip "no xdp_filter in this build"
. "$(dirname "${BASH_SOURCE[0]}")/lib_sockets.sh"

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

# told NAME FLOOD: a number of the last words of tests/senders/flood, in $work/FLOOD.
told() {
	sed -n "s/^$1 //p" "$work/$2"
}
