# shellcheck shell=bash
# What the scenarios of tc_offload share. Sourced behind netns.sh.
: "${build:?}" "${bpffs:?}" "${work:?}" "${senders:?}" "${source_dir:?}"
[ -x "$build/bin/tc_offload" ] || skip "no tc_offload in this build"
. "$(dirname "${BASH_SOURCE[0]}")/lib_sockets.sh"
need ethtool tcpdump

# offload OPTION...: tc_offload on this scenario's bpffs.
offload() {
	"$build/bin/tc_offload" --bpffs "$bpffs" "$@"
}
# offload_says FILTER: a filter of jq on what its --status --json says.
offload_says() {
	offload --status --json 2>/dev/null | jq -r "$1"
}
offload_says_is() {
	[ "$(offload_says "$1")" = "$2" ]
}
# packets KIND.NAME...: how many were rewritten and went on that way (out.device), or were left alone for that reason
# (up.too_big), at all places together; a number for each.
packets() {
	local name
	for name in "$@"; do
		offload_says "[.places[].packets.$name] | add"
	done | paste -s -d ' '
}
# flow IN FILTER: a filter of jq on what --flow-show says of that flow alone.
flow() {
	offload --flow-show --json 2>/dev/null | jq -r --arg in "$1" ".flows[] | select(.in == \$in) | $2"
}

# make_lab: the host with the offload is here, with eth0 to the client and eth1 to the server; addresses as
# add_addresses has them, nets 0 and 1, and both families on lo. It forwards nothing by itself: an echo proves that the
# packet was rewritten, or answered by the proxy.
make_lab() {
	local i=0 name
	add_namespace client server
	for name in here client server; do
		answers_on_lo "$name"
	done
	for name in client server; do
		add_link "eth$i" "$name" "peer$i"
		add_addresses "eth$i" "$name" "peer$i" "$i"
		i=$((i + 1))
	done
}
# IPv6 on lo, and no filter of sources, which a new namespace may have from the machine's.
answers_on_lo() { # NAMESPACE
	# shellcheck disable=SC2016  # the inner shell's
	in_ns "$1" sh -c 'for c in /proc/sys/net/ipv4/conf/*/rp_filter; do
			echo 0 >$c; done
		echo 0 >/proc/sys/net/ipv6/conf/lo/disable_ipv6'
}

# daemon_starts: tc_offload --run in the background, until daemon_ends; what it says is in $work/daemon.
daemon_starts() {
	"$build/bin/tc_offload" --bpffs "$bpffs" --run >"$work/daemon" 2>&1 &
	daemon=$!
	wait_until 10 daemon_runs || fail "the daemon runs" "$work/daemon"
}
daemon=
daemon_runs() {
	offload_says_is '.host.daemon | "\(.state) \(.pid)"' "running $daemon"
}
daemon_ends() { # [SIGNAL]
	# bash tells of a killed process.
	{ kill -s "${1:-TERM}" "$daemon" && wait "$daemon"; } 2>/dev/null
}

# finishes_checksums NAMESPACE INTERFACE on|off: whether it finishes checksums (veth: hands them on as they are) or has them
# finished before it sends.
finishes_checksums() {
	in_ns "$1" ethtool -K "$2" tx "$3" >/dev/null || skip "a veth cannot be told to finish checksums"
}
# offload_features: what `ethtool -k` says of every interface of every namespace.
offload_features() {
	local name
	for name in /run/netns/*; do
		# shellcheck disable=SC2016  # the inner shell's
		nsenter --net="$name" sh -c 'for interface in $(ip -o link | cut -d : -f 2 | cut -d @ -f 1); do
				ethtool -k $interface; done' | sed "s|^|${name##*/} |"
	done
}
# checksum_errors: "NAMESPACE NUMBER": wrong checksums that it has met, of UDP, TCP and ICMP, both families.
checksum_errors() {
	local name
	for name in /run/netns/*; do
		nsenter --net="$name" nstat -a -z -s 2>/dev/null |
			awk -v name="${name##*/}" '/CsumErrors/ { sum += $2 } END { print name, sum + 0 }'
	done
}
