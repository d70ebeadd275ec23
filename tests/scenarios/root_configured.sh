#!/usr/bin/env bash
# The root from a configuration file: where and how, what is missing or in the way, the NOP root, other network
# namespaces on the same bpffs, metrics. Rows E17-E19, L11, L12.
. "$(dirname "$0")/../harness/netns.sh"

add_namespace client other
for name in eth0 enp1 enp2; do
	add_link "$name" client "peer_$name"
done
config=$work/ecbpf.json
write() {
	cat >"$config"
}
configured() { # VERB OPTION...
	loader "$1" --config "$config" "${@:2}"
}
attached() { # the interfaces with a root, and its mode
	loader --status --json 2>/dev/null | jq -r '.interfaces | to_entries[] | select(.value.root_loaded) | "\(.key):\(.value.mode)"' | sort | xargs
}
# exits WHAT STATUS COMMAND...: leaves both streams in $work/output.
exits() {
	local rc=0
	"${@:3}" >"$work/output" 2>&1 || rc=$?
	equal "$1" "$2" "$rc"
}

echo "# nothing is wanted"
echo "{}" | write
exits "--attach --configured" 0 configured --attach --configured
contains "says so" "no \"interfaces\" and no section xdp_root: not wanted on this host" "$work/output"
exits "--wanted" 1 configured --wanted
exits "the file that is installed" 0 loader --attach --configured --config "$source_dir/systemd/ecbpf.json"
contains "wants nothing" "xdp_root is wanted at no interface of this host" "$work/output"
equal "nothing of this was an attach" "" "$(pin_tree)"

echo "# a wrong file changes nothing"
write <<'X'
{
	"interfaces": ["eth0", "a b"],
	"xdp_root": { "mod": "generic", "interface": { "enp1": { "mode": "fast" } } }
}
X
for verb in --check-config "--attach --configured"; do
	# shellcheck disable=SC2086  # words
	exits "$verb" 1 configured $verb
	contains "$verb tells the first" "ecbpf.json: line 2: interfaces[1]: 'a b' does not name interfaces" "$work/output"
	contains "$verb tells the second" "ecbpf.json: line 3: xdp_root.mod: no such setting; did you mean 'mode'?" "$work/output"
	contains "$verb tells the third" "ecbpf.json: line 3: xdp_root.interface.enp1.mode: 'fast' is not one of" "$work/output"
	contains "$verb counts them" "ecbpf.json: 3 errors" "$work/output"
done
equal "no root" "" "$(attached)"
exits "--wanted lets the unit start and say it" 0 configured --wanted

echo "# where, and how"
write <<'X'
{
	"interfaces": ["eth0", "eth9", "enp*", "none*"], // eth9 is not there
	"xdp_root": { "interface": { "enp2": { "mode": "generic", "nop": true } } }
}
X
check "--check-config" configured --check-config
exits "--attach --configured" 3 configured --attach --configured
contains "tells what is not there" "eth9: no such interface" "$work/output"
contains "and that at the end" "1 interface of the configuration is not there (see above)" "$work/output"
equal "the others are done" "enp1:native enp2:generic eth0:native" "$(attached)"
exits "--interface and --configured" 1 configured --attach --configured --interface eth0
exits "with --mode" 1 configured --attach --configured --mode generic
contains "the command line goes first" "eth0: the root is attached in native mode; --detach first to change it" "$work/output"
equal "again, nothing is lost" "enp1:native enp2:generic eth0:native" "$(attached)"

echo "# metrics"
send client:peer_eth0 udp udp udp
wait_until 10 counter_is eth0 root PASS 3
check "--metrics" loader --metrics
contains "packets" 'ecbpf_chain_packets_total{interface="eth0",slot="root",program="xdp_root",verdict="pass",reason="none"} 3' "$work/output"
contains "how it is attached" 'ecbpf_chain_info{interface="enp2",mode="generic",frags="off",root="full"} 1' "$work/output"
equal "the end" "# EOF" "$(tail -n 1 "$work/output")"

echo "# another network namespace on the same bpffs"
add_link spare other spare0
in_ns other ip link set spare0 name other0
check "attached there" loader_in other --attach --interface other0
check "--detach --attached" configured --detach --attached
equal "takes all of this one away" "" "$(attached)"
equal "but for the NOP root that the file wants" "true" "$(status_of enp2 .nop)"
equal "and leaves the other alone" "other0" "$(loader_in other --status --json 2>/dev/null | jq -r '.interfaces | to_entries[] | select(.value.root_loaded).key')"
echo "[" | write
exits "--detach --attached with a file that is broken" 0 configured --detach --attached
contains "is taken for false" '"nop" is taken for false' "$work/output"
equal "nothing is left" "" "$(status_of enp2 'select(.attached)')"
exits "once more" 0 configured --detach --attached
contains "says so" "attached nowhere: nothing to do" "$work/output"
check "the other" loader_in other --detach --attached --no-config
equal "no pin is left" "" "$(pin_tree)"

echo "# what is in the way is told, the others are done"
echo '{ "interfaces": "default-route,e*" }' | write
bpftool prog load "$objects/pass_everything.o" "$bpffs/foreign" type xdp
ip link set dev enp1 xdpdrv pinned "$bpffs/foreign"
exits "--attach --configured" 1 configured --attach --configured
contains "somebody else's program" "enp1: " "$work/output"
contains "no default route yet" "default-route: there is no default route now" "$work/output"
equal "the others" "enp2:native eth0:native" "$(attached)"
ip link set dev enp1 xdpdrv off
ip route add default dev enp1
check "when it is gone, and there is a default route" configured --attach --configured
equal "all of them" "enp1:native enp2:native eth0:native" "$(attached)"

echo "# one interface, as the file has it"
check "--detach" loader --detach --interface enp1
echo '{ "xdp_root": { "interface": { "enp1": { "mode": "generic", "nop": true } } } }' | write
check "--attach --interface --config" configured --attach --interface enp1
equal "its mode" "generic" "$(status_of enp1 .mode)"
check "--detach --interface without --config" loader --detach --interface enp1
equal "does not look at the file" "false" "$(status_of enp1 .attached)"
check "--attach --interface" configured --attach --interface enp1
check "--detach --interface with --config" configured --detach --interface enp1
equal "does" "true" "$(status_of enp1 .nop)"
exits "a file that is not there" 1 loader --attach --interface enp1 --config "$work/none.json"
contains "is told" "none.json: no such configuration file" "$work/output"
