#!/usr/bin/env bash
# The commands of examples/count_protocols/README.md, as they stand there: outside of the tree, against an
# installed prefix, on an eth0 in a network namespace and a bpffs of its own. Real packets are counted.
. "$(dirname "$0")/lib.sh"
need cmake make clang pkg-config bpftool jq ip unshare ping
need_build cmake_install.cmake

if [ -z "${IN_OWN_NAMESPACES:-}" ]; then
	[ "$(id -u)" -eq 0 ] || skip "namespaces and BPF need root"
	work=$(mktemp -d)
	trap 'rm -rf --one-file-system "$work"' EXIT
	rc=0
	# --kill-child: nothing outlives this script.
	IN_OWN_NAMESPACES=1 unshare --mount --net --pid --fork --kill-child --mount-proc \
		"$0" "$work" || rc=$?
	exit $rc
fi

work=$1
cmake --install "$build" --prefix "$work/prefix" >/dev/null
export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig PATH=$work/prefix/sbin:$PATH HOME=$work/home
mkdir "$HOME"
# Its own, in this mount namespace.
mount -t bpf bpf /sys/fs/bpf || skip "no bpffs can be mounted"

# A second namespace sends: eth0 <-> client.
unshare --net tail -f /dev/null &
client=$!
until [ "$(readlink "/proc/$client/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do :; done
ip link add eth0 type veth peer name client netns "$client" || skip "no veth"
send() {
	nsenter --net="/proc/$client/ns/net" "$@"
}
send ip address add 192.0.2.2/24 dev client
send ip link set client up
ip address add 192.0.2.1/24 dev eth0
ip link set eth0 up

# The six lines, each run as it stands; three pings once the program is in its slot.
cd "$top/examples"
mapfile -t commands < <(awk '/^    / { print substr($0, 5); seen = 1; next } seen { exit }' \
	count_protocols/README.md)
[ "${#commands[@]}" -eq 6 ] || { echo "README.md does not show six commands" && exit 1; }
for command in "${commands[@]}"; do
	echo "\$ $command"
	eval "$command" >"$work/output"
	cat "$work/output"
	case $command in
	*--load*) send ping -q -c 3 -i 0.2 -w 10 192.0.2.1 ;;
	*'map dump'*) cp "$work/output" "$work/dump" ;;
	esac
done

# Three echo requests, and ARP before them; the numbers are sums over the CPUs.
count() {
	jq --arg family "$1" --arg protocol "$2" '[.[] | select(.key.family == $family and
		.key.protocol == $protocol) | .values[].value.packets] | add // 0' "$work/dump"
}
[ "$(count IPV4 ICMP)" -eq 3 ] || { echo "not 3 ICMP packets" && exit 1; }
[ "$(count NOT_IP ANY)" -gt 0 ] || { echo "no ARP packet" && exit 1; }
[ ! -e /sys/fs/bpf/ecbpf/eth0/slot_4 ] || { echo "slot_4 is still pinned" && exit 1; }
