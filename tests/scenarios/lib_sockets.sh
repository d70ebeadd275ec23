# shellcheck shell=bash
# Ordinary clients and servers of a scenario, in the background or not, and captures. Sourced behind netns.sh.
: "${work:?}" "${senders:?}"

# capture_starts NAME NAMESPACE INTERFACE [FILTER]: tcpdump into $work/NAME.pcap, until capture_ends.
capture_starts() {
	: >"$work/$1.tcpdump"
	# Without in_ns, whose process would be another than tcpdump's.
	nsenter --net="/run/netns/$2" tcpdump -i "$3" -Z root --immediate-mode -s 2048 -B 32768 -U -w "$work/$1.pcap" "${@:4}" \
		>/dev/null 2>"$work/$1.tcpdump" &
	capture[$1]=$!
	wait_until 10 grep -q "listening on" "$work/$1.tcpdump" || fail "tcpdump starts" "$work/$1.tcpdump"
}
declare -A capture
capture_has() { # NAME COUNT: at least so many packets
	[ "$(tcpdump -nn -r "$work/$1.pcap" 2>/dev/null | wc -l)" -ge "$2" ]
}
capture_ends() {
	kill "${capture[$1]}"
	wait "${capture[$1]}"
	equal "$1: tcpdump has caught all" "0 packets dropped by kernel" "$(grep dropped "$work/$1.tcpdump")"
}

# server_starts PROGRAM NAME NAMESPACE ARGUMENT...: a server until served_ends NAME.
server_starts() {
	: >"$work/$2.served"
	nsenter --net="/run/netns/$3" "$senders/$1" "${@:4}" >"$work/$2.served" 2>&1 &
	serving[$2]=$!
	wait_until 10 grep -q ready "$work/$2.served" || fail "$2: it serves" "$work/$2.served"
}
declare -A serving
# served NAME NAMESPACE [--no-checksum] ADDRESS:PORT...: over UDP; over TCP without the option.
served() {
	server_starts udp_echo "$@"
}
served_tcp() {
	server_starts tcp_echo "$@"
}
served_ends() { # NAME...
	local name
	for name in "$@"; do
		kill "${serving[$name]}"
		wait "${serving[$name]}"
	done
}
# came NAME ADDRESS:PORT: how many datagrams or connections it has answered, once it has ended.
came() {
	awk -v at="$2" '$1 == at { print $2 }' "$work/$1.served"
}

# asks WHAT NAMESPACE OPTION... FROM TO SIZE...: every datagram is answered, with the same bytes and once.
asks() {
	check "$1" in_ns "$2" "$senders/udp_ask" "${@:3}"
}
# client_starts PROGRAM NAME NAMESPACE ARGUMENT...: a client in the background; see asking.
client_starts() {
	nsenter --net="/run/netns/$3" "$senders/$1" "${@:4}" >"$work/$2.asked" 2>&1 &
	asker[$2]=$!
}
declare -A asker
# asking NAME NAMESPACE OPTION... FROM TO SIZE...: over UDP, in the background, until asking_ends NAME. Over TCP,
# without options.
asking() {
	client_starts udp_ask "$@"
}
asking_tcp() {
	client_starts tcp_ask "$@"
}
asking_ends() { # NAME: its exit status
	kill "${asker[$1]}"
	wait "${asker[$1]}"
}
# asking_done NAME: waits until it is done by itself; its exit status.
asking_done() {
	wait "${asker[$1]}"
}
# asked NAME WORD: sent, answered, wrong or silence, once it has ended.
asked() {
	sed -n "s/^$2 //p" "$work/$1.asked"
}
