#!/usr/bin/env bash
# xdp_filter --watch: the filter knows this host's own addresses, and fragments to them pass, while addresses, AnyIP
# prefixes and interfaces come and go, the filter is replaced, taken away and loaded again, and the watcher is killed.
. "$(dirname "$0")/../harness/netns.sh"
need python3

add_namespace client
add_link eth0 client peer0
add_link eth1 client peer1
echo 1 >/proc/sys/net/ipv6/conf/eth0/addr_gen_mode # no link-local address, which comes in its own time
add_addresses eth0 client peer0 1
echo 0 >/proc/sys/net/ipv6/conf/lo/disable_ipv6
filter=$build/bin/xdp_filter
filter() {
	"$filter" --bpffs "$bpffs" "$@"
}

# current [INTERFACE]: the tries hold exactly the kernel's local routes.
current() {
	local pins=$bpffs/ecbpf/${1:-eth0}/slot_2
	{
		bpftool -j map dump pinned "$pins/local_ipv4" && echo
		bpftool -j map dump pinned "$pins/local_ipv6" && echo
		ip -j -4 route show table all type local && echo
		ip -j -6 route show table all type local
	} >"$work/routes" 2>"$work/error" || return
	python3 -c '
import ipaddress, json, sys
ipv4_trie, ipv6_trie, ipv4, ipv6 = (json.loads(line) for line in sys.stdin if line.strip())
def of_trie(entries):
    keys = ([int(byte, 16) for byte in entry["key"]] for entry in entries)
    return {ipaddress.ip_network((bytes(key[4:]), key[0])) for key in keys}
def of_routes(routes, default):
    return {ipaddress.ip_network(default if r["dst"] == "default" else r["dst"]) for r in routes}
held = of_trie(ipv4_trie) | of_trie(ipv6_trie)
local = of_routes(ipv4, "0.0.0.0/0") | of_routes(ipv6, "::/0")
print("too much:", [str(p) for p in held - local], "missing:", [str(p) for p in local - held])
sys.exit(held != local)' <"$work/routes"
}
# The kernel makes the route of an IPv6 address some time after the ip command has ended.
has_route() {
	ip -6 route show table local type local | grep -qF "local $1 "
}
not_current() {
	! current "$@"
}
# Sooner than anything it does without being told.
soon() {
	check "$1" wait_until 4 current "${2:-eth0}"
}
# arrives WHAT EXPECTED: which of these frames, to 198.51.100.1 and 2001:db8:1::1, the kernel gets.
arrives() {
	equal "$1" "$2" "$(arriving client:peer0 eth0 fragment fragment-6)"
}

# watch_starts INTERFACES: in the background; $watcher is its process.
watch_starts() {
	"$filter" --bpffs "$bpffs" --watch --interface "$1" >>"$work/watch_said" 2>&1 &
	watcher=$!
}
# watch_ends WHAT SIGNAL STATUS
watch_ends() {
	kill -"$2" "$watcher"
	wait "$watcher" 2>/dev/null
	equal "$1" "$3" $?
}
nobody_watches() {
	filter --status --interval 0 --interface eth0 | grep -qF "nobody keeps them current"
}
somebody_watches() {
	filter --status --interval 0 --interface eth0 >"$work/status" && ! grep -qF "nobody keeps them" "$work/status"
}
said_is() {
	[ "$(sed 's/^xdp_filter: //' "$work/watch_said")" = "$1" ]
}
# says WHAT LINE...: nothing else was said since the last time.
says() {
	local lines
	printf -v lines '%s\n' "${@:2}"
	wait_until 10 said_is "${lines%$'\n'}"
	equal "$1" "${lines%$'\n'}" "$(sed 's/^xdp_filter: //' "$work/watch_said")"
	: >"$work/watch_said"
}

check "the kernel has the route of an IPv6 address" wait_until 10 has_route fd77:1::1
check "and of the loopback's" wait_until 10 has_route ::1

echo "# --attach alone is right from the start"
check "a root" loader --attach --interface eth0
check "--attach" filter --attach --no-config --frags-ipv4 drop-unless-local --frags-ipv6 drop-unless-local --interface eth0
check "it knows every local address" current
arrives "fragments to others do not arrive" "udp"
check "--status says that nobody watches" nobody_watches
ip address add 198.51.100.1/32 dev lo
check "nobody tells it" not_current
check "a changed policy brings the addresses with it" filter --set --frags-ipv4 drop-unless-local --interface eth0
check "it knows the new one" current
arrives "fragments to it arrive" "fragment udp"
ip address add 192.0.2.1/32 dev lo

echo "# a watcher that starts late"
expect_error "--watch needs --interface LIST or --attached" 1 filter --watch
watch_starts eth0
soon "it brings the addresses up to date"
check "--status says nothing of nobody" wait_until 4 somebody_watches
fds=$(find "/proc/$watcher/fd" | wc -l)

echo "# addresses come and go"
ip address del 198.51.100.1/32 dev lo
soon "an address goes"
arrives "fragments to it do not arrive" "udp"
ip address add 198.51.100.1/24 dev eth0
soon "it comes on another interface"
arrives "fragments to it arrive" "fragment udp"
ip address add 2001:db8:1::1/64 dev eth0 nodad
check "the kernel has the route of an IPv6 address" wait_until 10 has_route 2001:db8:1::1
soon "an IPv6 address comes"
arrives "fragments to it arrive" "fragment fragment-6 udp"
ip address del 2001:db8:1::1/64 dev eth0
ip address del 198.51.100.1/24 dev eth0
soon "both go"
arrives "fragments to them do not arrive" "udp"
ip route add local 198.51.100.0/24 dev lo
ip -6 route add local 2001:db8:1::/64 dev lo table 100
soon "AnyIP prefixes come, one in another table"
arrives "fragments into them arrive" "fragment fragment-6 udp"
ip route del local 198.51.100.0/24 dev lo
ip route add blackhole 198.51.100.0/24
ip -6 route del local 2001:db8:1::/64 dev lo table 100
soon "both go, one for a black hole, which is not local"
arrives "fragments into them do not arrive" "udp"
ip route add local default dev lo table 100
soon "a transparent proxy's default route"
arrives "every fragment of its family arrives" "fragment udp"
ip route del local default dev lo table 100
add_link eth9 client peer9
ip address add 198.51.100.1/24 dev eth9
ip route add local 203.0.113.0/24 dev eth9
soon "an interface comes"
ip link del eth9
soon "it goes with all it had"
for ((i = 0; i < 1000; i++)); do
	echo "route add local 10.9.$((i / 250)).$((i % 250 + 1))/32 dev lo"
done >"$work/batch"
ip -batch "$work/batch"
soon "a thousand at once"
sed 's/add/del/' "$work/batch" | ip -batch -
soon "they go"
equal "it keeps nothing open" "$fds" "$(find "/proc/$watcher/fd" | wc -l)"
check "it waits without a lock of the pins" test -z "$(grep "FLOCK.* $watcher " /proc/locks)"
check "and said nothing" test ! -s "$work/watch_said"

echo "# killed"
watch_ends "kill -9" KILL 137
check "--status says that nobody watches" nobody_watches
ip address add 198.51.100.1/32 dev lo
check "nobody tells the filter" not_current
arrives "it goes on with what it knew" "udp"
watch_starts eth0
soon "the next one does"
check "--status says nothing of nobody" wait_until 4 somebody_watches
arrives "fragments arrive" "fragment udp"

echo "# the filter is replaced"
for ((i = 0; i < 8; i++)); do
	filter --attach --no-config --interface eth0 || fail "--attach again"
	ip address add "10.8.0.$((i + 1))/32" dev lo
done >"$work/output" 2>&1
soon "addresses that came meanwhile are known"
slot=$bpffs/ecbpf/eth0/slot_2
for ((i = 0; i < 20; i++)); do
	mv "$slot/local_ipv6" "$slot/elsewhere"
	ip address add "10.8.1.$i/32" dev lo
	mv "$slot/elsewhere" "$slot/local_ipv6"
done
soon "pins that are not in place for a moment do not matter"
check "the watcher runs" kill -0 "$watcher"
check "and said nothing" test ! -s "$work/watch_said"

echo "# pins are gone for longer"
# move_pins FROM TO: in both places.
move_pins() {
	mv "$bpffs/ecbpf/eth0/$1" "$bpffs/ecbpf/eth0/$2"
	mv "$bpffs/ecbpf/second_references/eth0/$1" "$bpffs/ecbpf/second_references/eth0/$2"
}
move_pins xdp_stats elsewhere
ip address add 10.8.2.1/32 dev lo
says "it is told once" "eth0: the root has no slots (it was left by --detach --nop, or pins were removed); run: xdp_root_loader --attach --interface eth0; waiting until the filter of eth0 can be kept current"
ip address add 10.8.2.2/32 dev lo
check "the filter does not know what came meanwhile" not_current
move_pins elsewhere xdp_stats
says "the watcher finds them" "eth0: the filter's local addresses are kept current again"
check "and has told the filter what came meanwhile" current

echo "# the filter goes and comes back"
check "--detach" filter --detach --interface eth0
gone="eth0: xdp_filter is not attached; run: xdp_filter --attach --interface eth0; waiting until the filter of eth0 can be kept current"
back="eth0: the filter's local addresses are kept current again"
says "it is told once" "$gone"
ip address del 198.51.100.1/32 dev lo
check "--attach" filter --attach --no-config --frags-ipv4 drop-unless-local --interface eth0
check "is right from the start" current
says "the watcher finds it" "$back"
ip address add 198.51.100.1/32 dev lo
soon "and keeps it current"

echo "# the root goes and comes back"
check "--detach of the root" loader --detach --interface eth0
equal "the watcher keeps no pins" "" "$(pin_tree)"
says "it is told once" "eth0: no root array is attached here; run: xdp_root_loader --attach --interface eth0; waiting until the filter of eth0 can be kept current"
check "a root" loader --attach --interface eth0
says "what is missing now is told" "$gone"
check "--attach, with nothing to ask local addresses for" filter --attach --no-config --interface eth0
check "it knows none" not_current
says "the watcher finds it" "$back"
check "and has told it the addresses" current
check "--set" filter --set --frags-ipv4 drop-unless-local --interface eth0
check "--status says nothing of nobody" wait_until 4 somebody_watches
ip address del 198.51.100.1/32 dev lo
soon "it is kept current"
{
	loader --detach --interface eth0 && loader --attach --interface eth0 &&
		filter --attach --no-config --frags-ipv4 drop-unless-local --interface eth0
} >"$work/output" 2>&1 || fail "another root" "$work/output"
check "another root before it looks" wait_until 10 somebody_watches
watch_ends "SIGTERM: exit status 0" TERM 0
: >"$work/watch_said" # it may have looked in between

echo "# two interfaces and two watchers"
watch_starts eth0,eth1
first=$watcher
says "the one without a root is told" "eth1: no root array is attached here; run: xdp_root_loader --attach --interface eth1; waiting until the filter of eth1 can be kept current"
check "a root" loader --attach --interface eth1
check "--attach" filter --attach --no-config --frags-ipv6 drop-unless-local --interface eth1
wait_until 10 grep -qF "eth1: the filter's local addresses are kept current again" "$work/watch_said"
check "the watcher finds it" grep -qF "eth1: the filter's local addresses are kept current again" "$work/watch_said"
watch_starts eth0
for ((i = 0; i < 50; i++)); do
	ip route add local 198.51.100.1/32 dev lo
	ip route del local 198.51.100.1/32 dev lo
done
ip -6 route add local 2001:db8:1::1/128 dev lo
soon "both filters are kept current" eth0
soon "both filters are kept current" eth1
watch_ends "SIGINT: exit status 0" INT 0
check "the other one still watches" somebody_watches
watcher=$first
watch_ends "SIGTERM: exit status 0" TERM 0
check "now nobody does" nobody_watches

echo "# whatever is attached, as a service"
. "$(dirname "$0")/lib_service_manager.sh"
check "--detach" filter --detach --interface eth0,eth1
: >"$work/watch_said"
"$filter" --bpffs "$bpffs" --watch --attached >>"$work/watch_said" 2>&1 &
watcher=$!
told_manager "ready, with nothing to watch" READY=1
told_manager "and says so" "STATUS=local addresses of 0 filters are current, waiting for 0"
for link in eth0 eth1; do
	check "--attach" filter --attach --no-config --frags-ipv4 drop-unless-local --frags-ipv6 drop-unless-local --interface "$link"
done
told_manager "it finds both" "STATUS=local addresses of 2 filters are current, waiting for 0" 10
ip address add 198.51.100.9/32 dev lo
soon "both are kept current" eth0
soon "both are kept current" eth1
equal "no right but CAP_BPF" 0000008000000000 "$(awk '$1 == "CapPrm:" { print $2 }' "/proc/$watcher/status")"
forget_messages
check "one is taken away" filter --detach --interface eth1
told_manager "it forgets that one" "STATUS=local addresses of 1 filters are current, waiting for 0" 10
ip address del 198.51.100.9/32 dev lo
soon "the other one is kept current" eth0
watch_ends "SIGTERM: exit status 0" TERM 0
told_manager "it says that it ends" STOPPING=1
equal "nothing was worth a word" "" "$(<"$work/watch_said")"
check "--detach" loader --detach --interface eth0,eth1
equal "nothing is left" "" "$(pin_tree)"
