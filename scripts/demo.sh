#!/usr/bin/env bash
# Shows the main job on real packets, from nothing: installs what is missing, builds, makes a lab of two
# network namespaces, attaches a root with three slots, sends traffic, shows what happened and why.
# Everything it made is gone afterwards, whatever happens. Run it as root on Debian 12.
#
# ECBPF_BUILD=DIR takes what is built there already.
set -euo pipefail
cd "$(dirname "$0")/.."
source_dir=$PWD

scripts/install_dependencies.sh demo

work=$(mktemp -d "${TMPDIR:-/tmp}/ecbpf-demo.XXXXXX")
build=${ECBPF_BUILD:-$work/build}
client=ecbpf-client-$$
server=ecbpf-server-$$
backend=ecbpf-backend-$$
daemon=

clean_up() {
	trap '' INT TERM HUP
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
	ip netns del "$backend" 2>/dev/null || true
	ip netns del "$client" 2>/dev/null || true
	ip netns del "$server" 2>/dev/null || true
	umount "$work/bpffs" 2>/dev/null || true
	rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

# run COMMAND…: shows a command of ours and runs it on the server; long paths are left out.
run() {
	echo "server# $*"
	nsenter --net="/run/netns/$server" env PATH="$build/bin:$PATH" "$@" --bpffs "$work/bpffs" |
		sed "s|$work/bpffs|BPFFS|g"
}

# ping_through WORDS…: how many of 5 pings from the client are answered.
ping_through() {
	nsenter --net="/run/netns/$client" ping -q -c 5 -i 0.05 -W 1 "$@" 2>/dev/null |
		sed -n 's/.* \([0-9]*\) received.*/\1/p'
}

# expect NUMBER WHAT WHY PING-WORDS…: sends, says what happened and why; wrong is an error.
expect() {
	local wanted=$1 what=$2 why=$3 answered
	shift 3
	answered=$(ping_through "$@" || true)
	printf '  %-34s %s of 5 answered: %s\n' "$what" "${answered:-0}" "$why"
	if [ "${answered:-0}" != "$wanted" ]; then
		echo "demo: expected $wanted of 5" >&2
		exit 1
	fi
}

echo "== build"
build_and_install() {
	if [ -z "${ECBPF_BUILD:-}" ]; then
		cmake -S "$source_dir" -B "$build" -DBUILD_TESTING=OFF
		cmake --build "$build" -j"$(nproc)"
	fi
	cmake --install "$build" --prefix "$work/installed"
}
if ! build_and_install >"$work/build.log" 2>&1; then
	cat "$work/build.log" >&2
	exit 1
fi
cp -r examples/count_protocols "$work/"
PKG_CONFIG_PATH=$work/installed/lib/pkgconfig make -s -C "$work/count_protocols"
echo "xdp_root_loader, xdp_filter, xdp_sampler, bypass_udp, tc_offload, and the example count_protocols.o from the installed kit"

echo
echo "== lab: $client 10.90.0.1 fd90::1 --- veth --- 10.90.0.2 fd90::2 $server"
mkdir "$work/bpffs"
mount -t bpf bpf "$work/bpffs"
ip netns add "$client"
ip netns add "$server"
ip -n "$client" link add c0 address 02:00:00:00:90:01 type veth peer name eth0 \
	address 02:00:00:00:90:02 netns "$server"
# Permanent neighbours and no duplicate address detection: nothing to wait for.
ip -n "$client" link set c0 up
ip -n "$server" link set eth0 up
ip -n "$client" addr add 10.90.0.1/24 dev c0
ip -n "$client" addr add 10.90.0.66/24 dev c0
ip -n "$server" addr add 10.90.0.2/24 dev eth0
ip -n "$client" addr add fd90::1/64 dev c0 nodad
ip -n "$client" addr add fd90::66/64 dev c0 nodad
ip -n "$server" addr add fd90::2/64 dev eth0 nodad
for address in 10.90.0.2 fd90::2; do
	ip -n "$client" neigh replace "$address" lladdr 02:00:00:00:90:02 dev c0 nud permanent
done
for address in 10.90.0.1 10.90.0.66 fd90::1 fd90::66; do
	ip -n "$server" neigh replace "$address" lladdr 02:00:00:00:90:01 dev eth0 nud permanent
done

echo
echo "== a root in native XDP mode, and three slots"
run xdp_root_loader --attach --interface eth0
run xdp_root_loader --slot 0 --load "$work/count_protocols/count_protocols.o" --interface eth0 |
	sed "s|$work/count_protocols/||"
run xdp_filter --attach --frags-drop --interface eth0
run xdp_filter --drop --ips 10.90.0.66,fd90::66 --tags 'demo,demo' --interface eth0
run xdp_root_loader --slot 4 --load "$work/count_protocols/count_protocols.o" --interface eth0 |
	sed "s|$work/count_protocols/||"

# In the background until capture_ends: every packet that the chain drops, with who dropped it and why.
capture_starts() {
	echo "server# xdp_sampler --capture --verdict drop --json-lines drops.json --interface eth0 &"
	: >"$work/capture" # the loop below may look before the background shell has made it
	nsenter --net="/run/netns/$server" "$build/bin/xdp_sampler" --bpffs "$work/bpffs" --interface eth0 \
		--capture --verdict drop --json-lines "$work/drops.json" 2>"$work/capture" &
	capture=$!
	for ((i = 0; i < 100; i++)); do
		! grep -q '^capturing' "$work/capture" || return 0
		sleep 0.1
	done
	cat "$work/capture" >&2
	return 1
}
capture_ends() {
	kill -INT "$capture"
	wait "$capture"
	cat "$work/capture"
}

echo
echo "== real packets"
capture_starts
expect 5 "IPv4 from 10.90.0.1" "no slot decided, the kernel got them" -I 10.90.0.1 10.90.0.2
expect 0 "IPv4 from 10.90.0.66" "slot 2 dropped them, the source is listed" -I 10.90.0.66 10.90.0.2
expect 0 "IPv4 in fragments" "slot 2 dropped every fragment, and told the sender" -s 4000 -I 10.90.0.1 10.90.0.2
expect 5 "IPv6 from fd90::1" "no slot decided, the kernel got them" -I fd90::1 fd90::2
expect 0 "IPv6 from fd90::66" "slot 2 dropped them, the source is listed" -I fd90::66 fd90::2
expect 0 "IPv6 in fragments" "slot 2 dropped every fragment, and told the sender" -s 4000 -I fd90::1 fd90::2

echo
echo "== what the chain dropped, which tcpdump on eth0 does not see"
capture_ends
sed -E -e 's/"fragment":null/"fragment":whole/; s/"fragment":\{[^}]*\}/"fragment":fragment/' \
	-e 's/.*"verdict":"([^"]*)","slot":([^,]*),"program":"([^"]*)","reason":"([^"]*)".*"source":"([^"]*)","destination":"([^"]*)","protocol":"([^"]*)".*"fragment":([a-z]*).*/\1 by \3 in slot \2, \4: \7 \8, \5 > \6/' \
	"$work/drops.json" | sort | uniq -c

echo
echo "== what the chain counted"
run xdp_root_loader --status --interface eth0
run xdp_filter --status --interface eth0

echo "Slot 0 saw every packet and slot 4 only what slot 2 let through; each packet is counted once,"
echo "in the row of the program that decided it: PASS in the root's row is what no slot decided."
# A third namespace behind the server. Its network card and the client's take what XDP hands them (gro), and
# finish checksums before they send (tx off): XDP cannot.
behind_the_server() {
	ip netns add "$backend"
	ip -n "$backend" link add b0 address 02:00:00:00:91:01 type veth peer name eth1 \
		address 02:00:00:00:91:02 netns "$server"
	ip -n "$backend" link set b0 up
	ip -n "$server" link set eth1 up
	ip -n "$backend" addr add 10.91.0.1/24 dev b0
	ip -n "$server" addr add 10.91.0.2/24 dev eth1
	ip -n "$backend" neigh replace 10.91.0.2 lladdr 02:00:00:00:91:02 dev b0 nud permanent
	ip -n "$server" neigh replace 10.91.0.1 lladdr 02:00:00:00:91:01 dev eth1 nud permanent
	nsenter --net="/run/netns/$client" ethtool -K c0 tx off gro on >"$work/ethtool" 2>&1
	nsenter --net="/run/netns/$backend" ethtool -K b0 tx off gro on >"$work/ethtool" 2>&1
}

daemon_starts() {
	echo "server# bypass_udp --run &"
	nsenter --net="/run/netns/$server" "$build/bin/bypass_udp" --bpffs "$work/bpffs" --run \
		2>"$work/daemon" &
	daemon=$!
	for ((i = 0; i < 100; i++)); do
		! run bypass_udp --status | grep -q '^Daemon: running' || return 0
		sleep 0.1
	done
	cat "$work/daemon" >&2
	return 1
}

# backend_answers PORT: five questions, with what was asked. Ends with `wait`.
backend_answers() {
	nsenter --net="/run/netns/$backend" /usr/bin/python3 - 10.91.0.1 "$1" <<-'END' &
		import socket, sys
		udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		udp.settimeout(10)
		udp.bind((sys.argv[1], int(sys.argv[2])))
		for _ in range(5):
		    text, sender = udp.recvfrom(100)
		    udp.sendto(text, sender)
	END
	for ((i = 0; i < 100; i++)); do
		! nsenter --net="/run/netns/$backend" grep -q ":$(printf %04X "$1") " /proc/net/udp || break
		sleep 0.1
	done
}

# ask NAMESPACE FROM PORT TO PORT WHAT: five times, from a socket that takes answers of this sender alone.
ask() {
	nsenter --net="/run/netns/$1" /usr/bin/python3 - "${@:2}" <<-'END'
		import socket, sys
		source, source_port, target, target_port, what = sys.argv[1:]
		answered = 0
		udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		udp.bind((source, int(source_port)))
		udp.connect((target, int(target_port)))
		udp.settimeout(2)
		for i in range(5):
		    udp.send(b"question %d" % i)
		    answered += udp.recv(100) == b"question %d" % i
		print(f"  {what:<35}{answered} of 5 answered: by the backend")
	END
	wait $!
}

echo
echo "== a UDP flow around the server's stack, to $backend 10.91.0.1 behind it"
behind_the_server
run xdp_root_loader --attach --interface eth1
run bypass_udp --attach --interface eth0,eth1
daemon_starts
run bypass_udp --flow-add '10.90.0.1:5300 > 10.90.0.2:53 => 10.91.0.2:5300 > 10.91.0.1:7' --both
backend_answers 7
ask "$client" 10.90.0.1 5300 10.90.0.2 53 "UDP to port 53 of the server"
run bypass_udp --flow-show
run bypass_udp --explain '10.90.0.1:5301 > 10.90.0.2:53' --interface eth0

echo
echo "== a UDP flow from the server's own loopback to the same backend, at tc: no proxy listens"
ip -n "$server" link set lo up
run tc_offload --attach --set-sysctls --interface lo,eth1
run tc_offload --flow-add '127.0.0.1:1236 > 127.0.0.1:1235 => 10.91.0.2:37713 > 10.91.0.1:8' --both 2>"$work/unfollowed"
backend_answers 8
ask "$server" 127.0.0.1 1236 127.0.0.1 1235 "UDP to port 1235 of 127.0.0.1"
run tc_offload --flow-show

echo
echo "== all of it on one screen"
run ecbpf status
run tc_offload --detach --interface all

echo
echo "== done; the lab is being removed"
