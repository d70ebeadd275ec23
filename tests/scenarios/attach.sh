#!/usr/bin/env bash
# A root on an interface, from --attach to --detach: status, slots, every verdict, every kind of frame, every
# kind of interface name, native and generic mode. Rows E4-E8, E10, C1, C6, C10, L1, L2, L11, L12, L16, L21.
. "$(dirname "$0")/../harness/netns.sh"

add_namespace client
add_link eth0 client peer0
add_link eth1 client peer1
take_native_xdp client peer0

# arrives WHAT EXPECTED FRAME...: those of the frames, sent on eth0's link, that the kernel gets, and the
# last one, "udp", which always must pass.
arrives() {
	equal "$1" "$2" "$(arriving client:peer0 eth0 "${@:3}")"
}
# shown WHAT INTERFACE FILTER: true by --status --json.
shown() {
	equal "$1" true "$(status_of "$2" "$3")"
}
received_by_peer() {
	in_ns client ip -s -j link show peer0 | jq '.[0].stats64.rx.packets'
}

echo "# the command line"
expect_error "no verb given: say one of --attach, --detach, --status, --clear, --load, --unload, --check-config, --wanted, --metrics; see --help" 2 loader
expect_error "--attach needs --interface LIST" 1 loader --attach
expect_error "--detach needs --interface LIST" 1 loader --detach
check "--version" loader --version
contains "--version names tool and version" "xdp_root_loader " "$work/output"
check "--help" loader --help
contains "--help says how" "Usage: xdp_root_loader VERB [OPTION]..." "$work/output"
for verb in attach detach status clear load unload check-config wanted metrics; do
	contains "--help knows --$verb" "--$verb" "$work/output"
done
equal "nothing of this was an attach" "" "$(pin_tree)"

echo "# one of two interfaces"
check "--attach" loader --attach --interface eth0
check "the kernel runs a native program" grep -q xdp <(ip -d link show eth0)
check "--status without --interface" loader --status
cp "$work/output" "$work/status"
contains "shows eth0" "Interface eth0 status: native mode, frags off" "$work/output"
contains "shows eth1, which has none" "Root array not attached to interface eth1." "$work/output"
check "columns as users of the original know them" grep -qE '^SLOT \| +ID \| NAME +\| LOAD TIME +\| +SEEN \| +XDP_ABORTED \| +XDP_DROP \| +XDP_PASS \| +XDP_TX \| +XDP_REDIRECT \| +XDP_INVALID_ACTION$' "$work/status"
equal "eight slots and the root" "0 1 2 3 4 5 6 7 root" "$(awk -F'|' '/^ +[0-7] \||^root \|/ { print $1 + 0 == $1 ? $1 + 0 : "root" }' "$work/status" | xargs)"

echo "# JSON"
loader --status --json >"$work/all.json" 2>"$work/error"
check "--status --json" jq -e . "$work/all.json"
equal "nothing on stderr" "" "$(cat "$work/error")"
equal "schema" 'xdp_root_loader 1 ["eth0","eth1"]' "$(jq -r '"\(.tool) \(.schema_version) \(.interfaces | keys)"' "$work/all.json")"
equal "the interface that has none" 'false false null' "$(jq -r '.interfaces.eth1 | "\(.attached) \(.root_loaded) \(.pins)"' "$work/all.json")"
shown "the one that has" eth0 '.attached and .root_loaded and (.nop | not) and .mode == "native" and .frags == false'
shown "its identity" eth0 ".ifindex == $(ip -j link show eth0 | jq '.[0].ifindex') and .xdp_program_id == .root.id and .pins == \"$bpffs/ecbpf/eth0\""
shown "eight slots in order" eth0 '[.subprograms[].slot] == [0, 1, 2, 3, 4, 5, 6, 7]'
shown "one shape of every slot" eth0 '[.subprograms[] | keys] | unique == [["id", "kit", "load_time", "name", "object", "prog_loaded", "seen", "slot", "statistics"]]'
shown "six counters, in every slot, the root and the sum" eth0 '[.subprograms[].statistics, .root.statistics, .statistics | keys_unsorted] | unique == [["XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX", "XDP_REDIRECT", "XDP_INVALID_ACTION"]]'
loader --status --json --interface eth0 >"$work/one.json"
equal "one shape for one interface and for many" "$(jq -S .interfaces.eth0 "$work/all.json")" "$(jq -S .interfaces.eth0 "$work/one.json")"

echo "# slots"
check "--load into slot 2" loader --interface eth0 --slot 2 --load "$objects/verdict_by_udp_port.o"
check "--status" loader --status --interface eth0
contains "the full name, not the kernel's 15 characters" "| verdict_by_the_udp_port " "$work/output"
shown "name, object, kit and load time" eth0 '.subprograms[2] | .name == "verdict_by_the_udp_port" and (.object | endswith("verdict_by_udp_port.o")) and .kit and (.load_time | test("^[A-Z][a-z]{2}, \\d{2} [A-Z][a-z]{2} \\d{4} \\d{2}:\\d{2}:\\d{2} \\+0000$"))'
shown "only slot 2 is loaded" eth0 '[.subprograms[] | select(.prog_loaded) | .slot] == [2]'
check "bpftool finds the program under its pin" bpftool prog show pinned "$bpffs/ecbpf/eth0/slot_2/program"
equal "the same id everywhere" "$(status_of eth0 '.subprograms[2].id')" "$(bpftool -j prog show pinned "$bpffs/ecbpf/eth0/slot_2/program" | jq .id)"
equal "bpftool sees the slot's program in the array" 2 "$(bpftool -j map dump pinned "$bpffs/ecbpf/eth0/xdp_program_array" 2>/dev/null | jq '[.[] | select(.value | type == "array")] | .[0].key | map(ltrimstr("0x") | tonumber) | .[0]')"

echo "# every verdict once, in its column of its slot"
check "--clear" loader --clear --interface eth0
equal "all is zero" 0 "$(packets_counted eth0)"
arrives "drop and pass" "udp.15 udp" udp.9 udp.15
before=$(received_by_peer)
send client:peer0 udp.11 udp.12 udp.13 udp.14
for verdict in ABORTED DROP PASS TX REDIRECT INVALID_ACTION; do
	check "XDP_$verdict" wait_until 5 counter_is eth0 2 "$verdict" 1
done
equal "what no slot decided is in the root's row" 1 "$(counter eth0 root PASS)"
equal "the rows are all packets that entered" 7 "$(packets_counted eth0)"
peer_has_two() { [ "$(received_by_peer)" -eq $((before + 2)) ]; }
check "transmit and redirect came out" wait_until 5 peer_has_two
shown "reasons are counted, too" eth0 '[.reasons[] | select(.slot == 2) | "\(.reason) \(.action) \(.packets)"] | sort == ["16 XDP_DROP 1", "17 XDP_TX 1", "18 XDP_REDIRECT 1", "19 XDP_ABORTED 1", "20 XDP_INVALID_ACTION 1", "21 XDP_PASS 1"]'

echo "# behind every kind of header"
for frame in udp udp-options udp-6 udp-6-extensions udp-vlan udp-two-vlans; do
	arrives "$frame" udp "$frame.9"
done
for frame in udp-options udp-6 udp-6-extensions udp-vlan udp-two-vlans fragment fragment-6 gre esp icmp arp lldp; do
	arrives "$frame passes" "$frame udp" "$frame"
done
# The last frame of arrives() would not pass, so counters tell here.
check "--replace" loader --interface eth0 --slot 2 --load "$objects/drop_everything.o" --replace
loader --clear --interface eth0
sent=0
for frame in udp udp-options udp-6 udp-6-extensions udp-vlan udp-two-vlans fragment fragment-6 gre esp icmp arp lldp; do
	send client:peer0 "$frame"
	sent=$((sent + 1))
	check "$frame enters the slots" wait_until 5 counter_is eth0 2 DROP "$sent"
done
equal "and is counted once" "$sent" "$(packets_counted eth0)"

echo "# what each slot has seen"
loader --interface eth0 --slot 2 --unload
for slot in 0 1 3 4 5 6 7; do
	check "--load into slot $slot" loader --interface eth0 --slot "$slot" --load "$objects/continue_only.o"
done
loader --clear --interface eth0
arrives "a frame passes through seven slots" "gre udp" gre
shown "all have seen both" eth0 '[.subprograms[] | select(.prog_loaded) | .seen] == [2, 2, 2, 2, 2, 2, 2]'
equal "and are counted once, at the root" "2 2" "$(counter eth0 root PASS) $(packets_counted eth0)"
check "--load into the gap" loader --interface eth0 --slot 2 --load "$objects/verdict_by_udp_port.o"
arrives "slot 2 drops" udp udp.9
shown "before it 4, it 2, behind it 1 more" eth0 '[.subprograms[].seen] == [4, 4, 2, 3, 3, 3, 3, 3]'
for slot in 0 1 2 3 4 5 6 7; do
	check "--unload slot $slot" loader --interface eth0 --slot "$slot" --unload
done
shown "all are empty" eth0 '[.subprograms[] | select(.prog_loaded)] == []'
arrives "nothing drops now" "udp.9 udp" udp.9

echo "# the exit hook"
exit_hook() {
	"$build/tests/scenarios/exit_hook_loader" --bpffs "$bpffs" --interface eth0 "$@"
}
shown "nothing is in it" eth0 '.exit_hook == null'
check "and --status is silent about it" eval '! loader --status --interface eth0 | grep -i exit'
loader --clear --interface eth0
arrives "everything passes" "udp.9 udp" udp.9
check "a program comes" exit_hook "$objects/exit_hook.o"
arrives "it meets what no slot decided" udp udp.9
check "--status" loader --status --interface eth0
cp "$work/output" "$work/status"
check "has one line for it" grep -qE '^exit \| +[0-9]+ \| exit_hook_of_the_scenarios \| [A-Z][a-z]{2}, [^|]+ \| +2$' "$work/status"
shown "seen are the two since it came" eth0 '.exit_hook.seen == 2 and .root.statistics.XDP_PASS == 4'
shown "and the rest" eth0 '.exit_hook | .prog_loaded and .name == "exit_hook_of_the_scenarios" and (.object | endswith("exit_hook.o")) and .kit and (.load_time | length > 0)'
equal "bpftool finds it under its pin" "$(status_of eth0 .exit_hook.id)" "$(bpftool -j prog show pinned "$bpffs/ecbpf/eth0/exit_hook/program" | jq .id)"
check "it is no slot" eval '! loader --interface eth0 --slot 8 --unload'
check "the next version" exit_hook "$objects/exit_hook.o"
arrives "meets packets, too" udp udp.9
equal "its map goes on" 4 "$(bpftool -j map dump pinned "$bpffs/ecbpf/eth0/exit_hook/exit_frames" | jq '.[0].formatted.value')"
check "--attach, the upgrade of the root" loader --attach --interface eth0
arrives "leaves it where it is" udp udp.9
check "--clear" loader --clear --interface eth0
shown "starts what it has seen, too" eth0 '.exit_hook.seen == 0'
check "it goes" exit_hook
arrives "everything passes" "udp.9 udp" udp.9
shown "nothing is in it" eth0 '.exit_hook == null'

echo "# upgrade in place"
loader --interface eth0 --slot 2 --load "$objects/drop_udp_port_9.o"
arrives "slot 2 drops" udp udp.9
old=$(status_of eth0 .xdp_program_id) old_slot=$(status_of eth0 '.subprograms[2].id') counted=$(packets_counted eth0)
old_time=$(status_of eth0 .root.load_time)
check "--attach again" loader --attach --interface eth0
shown "the root is another program" eth0 ".xdp_program_id != $old and .xdp_program_id == .root.id"
shown "the slot is the same" eth0 ".subprograms[2].id == $old_slot"
equal "the counters go on" "$counted" "$(packets_counted eth0)"
equal "attached since then" "$old_time" "$(status_of eth0 .root.load_time)"
arrives "slot 2 still drops" udp udp.9
check "--replace by the next version" loader --interface eth0 --slot 2 --load "$objects/drop_udp_port_9_anew.o" --replace
equal "its map goes on" 2 "$(bpftool -j map dump pinned "$bpffs/ecbpf/eth0/slot_2/dropped_frames" | jq '.[0].formatted.value')"

echo "# detach, NOP and back"
exit_hook "$objects/exit_hook.o"
check "--detach --nop" loader --detach --nop --interface eth0
shown "a NOP root" eth0 '.attached and .nop and (.root_loaded | not)'
check "status is well" loader --status --interface eth0
contains "says so" "Interface eth0 status: NOP root attached, native mode; every packet passes." "$work/output"
arrives "everything passes" "udp.9 udp" udp.9
expect_error "eth0: the root has no slots (it was left by --detach --nop, or pins were removed); run: xdp_root_loader --attach --interface eth0" 1 loader --interface eth0 --slot 2 --load "$objects/drop_udp_port_9.o"
check "--attach on a NOP root" loader --attach --interface eth0
shown "a root with empty slots" eth0 '.root_loaded and (.nop | not) and [.subprograms[] | select(.prog_loaded)] == []'
check "--detach" loader --detach --interface eth0
equal "nothing is pinned" "" "$(pin_tree)"
equal "no program runs" null "$(ip -j -d link show eth0 | jq '.[0].xdp')"
arrives "everything passes" "udp.9 udp" udp.9

echo "# exit status of --detach"
expect_error "eth0: no root array is attached here" 1 loader --detach --interface eth0
expect_error "--mode does not go with --detach" 2 loader --detach --mode generic --interface eth0
check "--attach" loader --attach --interface eth1
expect_error "eth0: no root array is attached here" 1 loader --detach --interface eth0,eth1
equal "the other one was detached" "" "$(pin_tree)"
expect_error "no_such: no such interface in this network namespace" 1 loader --attach --interface eth0,no_such,eth1
shown "the first was attached" eth0 .attached
shown "and the last" eth1 .attached
check "--detach of both" loader --detach --interface eth0,eth1

echo "# generic mode"
check "--attach --mode generic" loader --attach --mode generic --interface eth0
shown "generic" eth0 '.mode == "generic" and .attached'
equal "also for the kernel" 2 "$(ip -j -d link show eth0 | jq '.[0].xdp.mode')"
check "--load" loader --interface eth0 --slot 2 --load "$objects/drop_udp_port_9.o"
arrives "slot 2 drops" udp udp.9
check "--attach again, in place" loader --attach --mode generic --interface eth0
arrives "slot 2 still drops" udp udp.9
check "--detach --nop" loader --detach --nop --interface eth0
shown "a generic NOP root" eth0 '.nop and .mode == "generic"'
check "--attach on it" loader --attach --mode generic --interface eth0
shown "a generic root" eth0 '.root_loaded and .mode == "generic"'
check "--detach" loader --detach --interface eth0
equal "no program runs" null "$(ip -j -d link show eth0 | jq '.[0].xdp')"
equal "nothing is pinned" "" "$(pin_tree)"

echo "# every legal name"
names=(lan-0-a-b fifteen-letters eth1.100 ..dots.. 0 '#@!' second-referen)
for name in "${names[@]}"; do
	ip link set eth1 down
	ip link set eth1 name "$name"
	ip link set "$name" up
	check "--attach --interface '$name'" loader --attach --interface "$name"
	check "--load" loader --interface "$name" --slot 2 --load "$objects/drop_udp_port_9.o"
	equal "works on '$name'" udp "$(arriving client:peer1 "$name" udp.9)"
	shown "shown under its name" "$name" '.attached and .subprograms[2].prog_loaded and .disagreements == []'
	check "--detach" loader --detach --interface "$name"
	equal "nothing is pinned" "" "$(pin_tree)"
	ip link set "$name" down
	ip link set "$name" name eth1
done
ip link set eth1 up
check "a list of names with dashes" loader --attach --interface eth0,eth1
check "and detach, list in two options" loader --detach --interface eth0 --interface eth1

echo "# the default bpffs"
check "--attach" "$build/bin/xdp_root_loader" --attach --interface eth0
check "pins are in /sys/fs/bpf" test -e /sys/fs/bpf/ecbpf/eth0/xdp_program_array
check "--detach" "$build/bin/xdp_root_loader" --detach --interface eth0
check "nothing is left" test ! -e /sys/fs/bpf/ecbpf
