#!/usr/bin/env bash
# What others do to pins, slots and interfaces. Each is seen by --status, which names it and fails; what must
# drop drops wherever the kernel still lets it; --attach repairs. Foreign programs are left alone. Rows L2, L3,
# L4, L8, E29.
. "$(dirname "$0")/../harness/netns.sh"

add_namespace client client2 other
add_link eth0 client peer0
take_native_xdp client peer0
pins=$bpffs/ecbpf/eth0
second=$bpffs/ecbpf/second_references/eth0

root() {
	loader --interface eth0 "$@"
}
# passing [INTERFACE [PEER]]: what arrives of UDP port 9 and 10: "udp" alone is closed, "udp.9 udp" is open.
passing() {
	arriving "client:${2:-peer0}" "${1:-eth0}" udp.9
}
# start: from nothing to a root with a program in slot 2.
start() {
	echo "# $1"
	umount "$bpffs" && mount -t bpf bpf "$bpffs"
	ip link show dev eth0 >/dev/null 2>&1 || new_link
	wait_until 10 no_program_runs
	root --attach && root --slot 2 --load "$objects/drop_udp_port_9.o"
	bpftool prog load "$objects/without_kit.o" "$bpffs/foreign" type xdp
	equal "slot 2 drops" udp "$(passing)"
}
new_link() {
	add_link eth0 client peer0
	take_native_xdp client peer0
}
no_program_runs() {
	[[ $(ip link show dev eth0) != *xdp* ]]
}
# sick INTERFACE TEXT...: --status fails and says each of the texts; the same in JSON.
sick() {
	local interface=$1 text rc=0
	shift
	loader --status --interface "$interface" >"$work/status" 2>&1 || rc=$?
	equal "status of $interface fails" 1 "$rc"
	for text in "$@"; do
		contains "and says: $text" "DISAGREES: $text" "$work/status"
	done
	# shellcheck disable=SC2016  # variables of jq
	check "also in JSON" jq -e --arg i "$interface" --arg t "$1" '.interfaces[$i].disagreements | index($t) != null' \
		<(loader --status --json --interface "$interface" 2>/dev/null)
}
# healed [INTERFACE [PEER]]: status is well, slot 2 drops, every pin is there, in both places.
healed() {
	local name=${1:-eth0}
	check "status of $name is well" loader --status --interface "$name"
	equal "slot 2 drops" udp "$(passing "$name" "${2:-peer0}")"
	equal "every pin is there" "${whole//eth0/$name}" "$(pin_tree)"
}
repaired() {
	check "--attach" root --attach
	healed
}

# start_hook WHAT: as start, with a program in the exit hook that drops UDP port 9, and none in slot 2.
start_hook() {
	start "$1"
	root --slot 2 --unload
	check "the exit hook is filled" "$build/tests/scenarios/exit_hook_loader" --bpffs "$bpffs" --interface eth0 "$objects/exit_hook.o"
	equal "it drops" udp "$(passing)"
	hook_tree=$(pin_tree)
}
hook_repaired() {
	check "--attach" root --attach
	check "status is well" root --status
	equal "the exit hook drops" udp "$(passing)"
	equal "every pin is there" "$hook_tree" "$(pin_tree)"
	check "its map can be read" bpftool map dump pinned "$pins/exit_hook/exit_frames"
}

start "nothing yet"
whole=$(pin_tree)
healed

start "the only visible pin of the array is removed"
rm "$pins/xdp_program_array"
equal "slot 2 still drops" udp "$(passing)"
sick eth0 "1 shared pins are missing in $pins, and held by $second: --attach"
equal "the slots are still shown" drop_udp_port_9 "$(status_of eth0 '.subprograms[2].name')"
repaired

start "the second references are removed"
rm -r "$second"
equal "slot 2 still drops" udp "$(passing)"
sick eth0 "8 shared pins are missing in $second, and held by $pins: --attach"
repaired

start "the whole visible directory is removed"
rm -r "$pins"
equal "slot 2 still drops" udp "$(passing)"
sick eth0 "8 shared pins are missing in $pins, and held by $second: --attach" \
	"the pins of slot 2 (drop_udp_port_9) are gone: --attach makes them again"
repaired
check "--unload works on what was pinned again" root --slot 2 --unload

start "every pin of the array is removed"
rm "$pins/xdp_program_array" "$second/xdp_program_array"
# The kernel empties the array: nothing can keep it closed, but it must not be silent.
is_open() { [ "$(passing)" = "udp.9 udp" ]; }
check "the kernel has emptied the slots" wait_until 10 is_open
sick eth0 "shared maps are pinned in neither place, so slots cannot be read and the kernel has emptied them: --attach"
expect_error "eth0: the root has no slots (it was left by --detach --nop, or pins were removed); run: xdp_root_loader --attach --interface eth0" 1 root --slot 3 --load "$objects/continue_only.o"
if [ -x "$(command -v setpriv)" ]; then
	expect_error "eth0: shared maps are pinned in neither place and cannot be reached by id, so slot 2 cannot be kept: --detach, then attach and load anew" 1 \
		setpriv --bounding-set -all,+bpf,+net_admin,+perfmon "$build/bin/xdp_root_loader" --bpffs "$bpffs" --interface eth0 --attach
fi
repaired

start "every pin of the array is removed, and --attach is faster than the kernel"
for slot in 0 1 3 4 5 6 7; do
	root --slot "$slot" --load "$objects/continue_only.o"
done
for _ in {1..5}; do
	rm "$pins/xdp_program_array" "$second/xdp_program_array"
	check "--attach" root --attach
	equal "all slots are back" 8 "$(status_of eth0 '[.subprograms[] | select(.prog_loaded)] | length')"
	equal "slot 2 drops" udp "$(passing)"
	check "status is well" root --status
done

start "every pin of every map is removed"
rm "$pins"/xdp* "$second"/xdp*
check "the kernel has emptied the slots" wait_until 10 is_open
sick eth0 "shared maps are pinned in neither place, so slots cannot be read and the kernel has emptied them: --attach"
repaired

start "the pins of the link are removed"
rm "$pins/root_link" "$second/root_link"
check "the kernel has detached the root" wait_until 10 no_program_runs
sick eth0 "pins are left, but no link: --attach puts the root back, --detach clears them"
repaired

start "the pins of the root program are removed"
rm "$pins/root_program" "$second/root_program"
equal "slot 2 still drops" udp "$(passing)"
sick eth0 "the pinned root program is not the one that runs: --attach"
repaired

start "the pins of a slot are removed"
rm -r "$pins/slot_2"
equal "slot 2 still drops" udp "$(passing)"
sick eth0 "the pins of slot 2 (drop_udp_port_9) are gone: --attach makes them again"
repaired

start "a slot is emptied by bpftool"
bpftool map delete pinned "$pins/xdp_program_array" key 2 0 0 0
equal "it is open" "udp.9 udp" "$(passing)"
sick eth0 "slot 2 is empty although drop_udp_port_9 was loaded there: packets skip it; --attach puts it back"
equal "the slot is shown empty" false "$(status_of eth0 '.subprograms[2].prog_loaded')"
repaired

start_hook "the exit hook is emptied by bpftool"
bpftool map delete pinned "$pins/xdp_exit_hook" key 0 0 0 0
equal "it is open" "udp.9 udp" "$(passing)"
sick eth0 "the exit hook is empty although exit_hook_of_the_scenarios was loaded there: packets skip it; --attach puts it back"
equal "it is shown empty" false "$(status_of eth0 '.exit_hook.prog_loaded')"
hook_repaired

start_hook "the pins of the exit hook are removed"
rm -r "$pins/exit_hook"
equal "it still drops" udp "$(passing)"
sick eth0 "the pins of the exit hook (exit_hook_of_the_scenarios) are gone: --attach makes them again"
hook_repaired

start_hook "every pin of both arrays is removed, and --attach is faster than the kernel"
for _ in {1..5}; do
	rm "$pins"/xdp_{program_array,exit_hook} "$second"/xdp_{program_array,exit_hook}
	hook_repaired
done

start_hook "every pin of the exit hook's array is removed"
for _ in {1..5}; do
	rm "$pins/xdp_exit_hook" "$second/xdp_exit_hook"
	hook_repaired
done
rm "$pins/xdp_exit_hook" "$second/xdp_exit_hook"
check "the kernel has emptied it" wait_until 10 is_open
sick eth0 "shared maps are pinned in neither place, so slots cannot be read and the kernel has emptied them: --attach"
if [ -x "$(command -v setpriv)" ]; then
	expect_error "eth0: shared maps are pinned in neither place and cannot be reached by id, so the exit hook cannot be kept: --detach, then attach and load anew" 1 \
		setpriv --bounding-set -all,+bpf,+net_admin,+perfmon "$build/bin/xdp_root_loader" --bpffs "$bpffs" --interface eth0 --attach
fi
hook_repaired

start "a shared map is of another version"
rm "$pins/xdp_stats_clear" "$second/xdp_stats_clear"
bpftool map create "$pins/xdp_stats_clear" type array key 4 value 24 entries 1 name xdp_stats_clear
size=$(bpftool -j map show pinned "$pins/xdp_stats" | jq .bytes_value)
other="$pins/xdp_stats_clear: value size is 24, this build expects $size: the pins were made by another version; --detach with that version, then attach again"
before=$(pin_tree)
expect_error "$other" 1 root --attach
expect_error "$other" 1 root --slot 2 --unload
expect_error "$other" 1 root --slot 3 --load "$objects/continue_only.o"
contains "--status names it" "$other" <(root --status 2>&1)
check "and fails" eval '! root --status'
equal "nothing was touched" "$before" "$(pin_tree)"
equal "slot 2 still drops" udp "$(passing)"
ip link add eth0 netns other type veth peer name peer2 netns client2
check "a namesake elsewhere cannot take it away" eval '! loader_in other --detach --interface eth0'
in_ns other ip link del eth0
equal "nothing was touched" "$before" "$(pin_tree)"
equal "slot 2 still drops" udp "$(passing)"
check "--detach here does" root --detach
equal "nothing is pinned" "" "$(pin_tree)"
check "--attach anew" root --attach

start "a foreign program in an empty slot: the contract with other loaders"
root --slot 2 --unload
bpftool map update pinned "$pins/xdp_program_array" key 3 0 0 0 value pinned "$bpffs/foreign"
id=$(bpftool -j prog show pinned "$bpffs/foreign" | jq .id)
equal "it decides" udp "$(passing)"
check "status is well" root --status
contains "and notes it" "slot 3 holds program id $id, which was put there by something else than ecbpf" "$work/output"
expect_error "eth0: slot 3 is taken by without_kit (id $id); unload it first or add --replace" 1 root --slot 3 --load "$objects/continue_only.o"
check "--attach, the upgrade" root --attach
equal "leaves it there" "$id" "$(status_of eth0 '.subprograms[3].id')"
equal "it still decides" udp "$(passing)"
bpftool map delete pinned "$pins/xdp_program_array" key 3 0 0 0
check "its loader takes it away: status is well" root --status
equal "nothing is noted" '[]' "$(status_of eth0 '.notes | map(select(startswith("slot"))) | tostring')"
bpftool map update pinned "$pins/xdp_program_array" key 3 0 0 0 value pinned "$bpffs/foreign"
check "--unload takes it away, too" root --slot 3 --unload
equal "it is gone" "udp.9 udp" "$(passing)"

start "a foreign program in the exit hook"
root --slot 2 --unload
bpftool map update pinned "$pins/xdp_exit_hook" key 0 0 0 0 value pinned "$bpffs/foreign"
id=$(bpftool -j prog show pinned "$bpffs/foreign" | jq .id)
equal "it decides" udp "$(passing)"
check "status is well" root --status
contains "and notes it" "the exit hook holds program id $id, which was put there by something else than ecbpf" "$work/output"
expect_error "eth0: the exit hook is taken by without_kit (id $id); unload it first" 1 \
	"$build/tests/scenarios/exit_hook_loader" --bpffs "$bpffs" --interface eth0 "$objects/exit_hook.o"
check "--attach, the upgrade" root --attach
equal "leaves it there" "$id" "$(status_of eth0 '.exit_hook.id')"
equal "it still decides" udp "$(passing)"
check "--detach takes it away" root --detach
equal "nothing is pinned" "" "$(pin_tree)"
check "--attach anew" root --attach
equal "the exit hook is empty" null "$(status_of eth0 '.exit_hook')"

start "a foreign program in the place of ours"
bpftool map update pinned "$pins/xdp_program_array" key 2 0 0 0 value pinned "$bpffs/foreign"
id=$(bpftool -j prog show pinned "$bpffs/foreign" | jq .id)
ours=$(bpftool -j prog show pinned "$pins/slot_2/program" | jq .id)
sick eth0 "slot 2 runs program id $id, but id $ours was loaded there"
check "--attach does not displace it" root --attach
equal "it is still there" "$id" "$(status_of eth0 '.subprograms[2].id')"
check "--load --replace does" root --slot 2 --load "$objects/drop_udp_port_9.o" --replace
healed

start "a foreign program on the interface"
root --detach
ip link set dev eth0 xdpdrv pinned "$bpffs/foreign"
id=$(bpftool -j prog show pinned "$bpffs/foreign" | jq .id)
expect_error "eth0: another XDP program runs here, id $id (without_kit); take it away first (ip link set dev eth0 xdp off, or its own tool)" 1 root --attach
expect_error "eth0: no root array is attached here" 1 root --detach
equal "nothing is pinned" "" "$(pin_tree)"
check "--status" root --status
contains "names it" "XDP program id $id (without_kit) runs here, which is not ecbpf's" "$work/output"
equal "it still runs" "$id" "$(ip -j -d link show eth0 | jq '.[0].xdp.prog.id')"
ip link set dev eth0 xdpdrv off
check "without it --attach works" root --attach
root --slot 2 --load "$objects/drop_udp_port_9.o"
check "and others cannot take the root off" eval '! ip link set dev eth0 xdpdrv off'
check "nor put their own in its place" eval "! ip -force link set dev eth0 xdpdrv pinned '$bpffs/foreign'"
healed

start "the interface is deleted, and made anew"
ip link del eth0
sick eth0 "the interface is gone, its pins are left: --attach when it is back keeps the slots, --detach clears them"
expect_error "eth0: no such interface in this network namespace" 1 root --attach
new_link
equal "a new interface is open" "udp.9 udp" "$(passing)"
sick eth0 "pins are left, but the root is not attached: the interface was made anew, or an attach or detach was interrupted: --attach puts it back with its slots, --detach clears them"
expect_error "eth0: no root array is attached here; run: xdp_root_loader --attach --interface eth0" 1 root --slot 2 --unload
repaired
ip link del eth0
check "--detach clears what a deleted interface left" root --detach
equal "nothing is pinned" "" "$(pin_tree)"

start "the interface is made anew, with a foreign program on it"
ip link del eth0
new_link
ip link set dev eth0 xdpdrv pinned "$bpffs/foreign"
id=$(bpftool -j prog show pinned "$bpffs/foreign" | jq .id)
sick eth0 "XDP program id $id (without_kit) runs here, which is not ecbpf's"
expect_error "eth0: another XDP program runs here, id $id (without_kit); take it away first (ip link set dev eth0 xdp off, or its own tool)" 1 root --attach
check "--detach clears the pins" root --detach
contains "and leaves it alone" "eth0: leaves XDP program id $id (without_kit) alone, which is not ecbpf's" "$work/output"
equal "it still runs" "$id" "$(ip -j -d link show eth0 | jq '.[0].xdp.prog.id')"
equal "nothing is pinned" "" "$(pin_tree)"
ip link del eth0

start "the interface is renamed"
ip link set eth0 down
ip link set eth0 name lan0
ip link set lan0 up
equal "slot 2 still drops" udp "$(passing lan0)"
sick eth0 "the interface was renamed to lan0, where the root still runs: --attach --interface lan0 moves the pins of eth0"
sick lan0 "the root runs here, but its pins are under the old name eth0: --attach --interface lan0 moves them"
ip link add eth0 type veth peer name peer1 netns client2
sick eth0 "the pins belong to the interface that is now called lan0: --attach --interface lan0 moves them"
expect_error "eth0: the pins in $pins belong to the interface that is now called lan0 (index $(ip -j link show lan0 | jq '.[0].ifindex')); run --attach --interface lan0 first" 1 root --attach
expect_error "eth0: the pins in $pins belong to the interface that is now called lan0 (index $(ip -j link show lan0 | jq '.[0].ifindex')); run --detach --interface lan0 instead" 1 root --detach
equal "slot 2 still drops" udp "$(passing lan0)"
check "--attach by the new name" loader --attach --interface lan0
healed lan0
check "the new eth0 has none" root --status
contains "and says so" "Root array not attached to interface eth0." "$work/output"
check "--attach to the new eth0" root --attach
check "--detach of both" loader --detach --interface eth0,lan0
equal "nothing is pinned" "" "$(pin_tree)"
ip link del lan0
ip link del eth0

start "the interface is renamed, then detached"
ip link set eth0 down
ip link set eth0 name lan0
ip link set lan0 up
check "--detach by the new name" loader --detach --interface lan0
equal "nothing is pinned" "" "$(pin_tree)"
ip link del lan0

start "the interface is moved to another network namespace"
ip link set eth0 netns other
in_ns other ip link set eth0 up
equal "slot 2 still drops" udp "$(passing other:eth0)"
sick eth0 "the interface was moved to another network namespace, where the root still runs: --attach there takes the pins over"
rc=0
loader_in other --status --interface eth0 >"$work/status" 2>&1 || rc=$?
equal "status there fails" 1 "$rc"
contains "and says why" "DISAGREES: the interface came from another network namespace: --attach takes the pins over" "$work/status"
expect_error "eth0: no such interface in this network namespace" 1 root --attach
expect_error "eth0: the pins in $pins belong to an interface in another network namespace, where the root still runs; detach it there" 1 root --detach
equal "slot 2 still drops" udp "$(passing other:eth0)"
check "--attach there" loader_in other --attach --interface eth0
check "status there is well" loader_in other --status --interface eth0
equal "slot 2 still drops" udp "$(passing other:eth0)"
equal "every pin is there" "$whole" "$(pin_tree)"
sick eth0 "the pins in $pins belong to an interface in another network namespace"

echo "# an interface of the same name, here, beside it on the same bpffs"
ip link add eth0 type veth peer name peer1 netns client2
before=$(pin_tree)
sick eth0 "the pins in $pins belong to an interface of this name in another network namespace: use --bpffs with a bpffs of this namespace's own"
expect_error "eth0: the pins in $pins belong to an interface of that name in another network namespace; use --bpffs with a bpffs of this namespace's own, or clear them with --detach if that interface is gone" 1 root --attach
expect_error "eth0: the pins in $pins belong to an interface in another network namespace, where the root still runs; detach it there" 1 root --detach
for verb in --clear "--slot 2 --unload" "--slot 2 --load $objects/continue_only.o --replace"; do
	# shellcheck disable=SC2086
	expect_error "eth0: no root array is attached here; run: xdp_root_loader --attach --interface eth0" 1 root $verb
done
equal "the other's pins were not touched" "$before" "$(pin_tree)"
check "the other's status is well" loader_in other --status --interface eth0
equal "the other's slot 2 drops" udp "$(passing other:eth0)"
mkdir "$work/own"
mount -t bpf bpf "$work/own"
check "with an own bpffs it works" "$build/bin/xdp_root_loader" --bpffs "$work/own" --attach --interface eth0
check "and is well" "$build/bin/xdp_root_loader" --bpffs "$work/own" --status --interface eth0
check "--detach" "$build/bin/xdp_root_loader" --bpffs "$work/own" --detach --interface eth0
check "--detach there" loader_in other --detach --interface eth0
equal "nothing is pinned" "" "$(pin_tree)"
check "now here" root --attach
in_ns other ip link del eth0
ip link del eth0
check "--detach" root --detach

if command -v xdp-loader >/dev/null; then
	start "xdp-loader unload --all"
	check "cannot take the root off" eval '! xdp-loader unload eth0 --all'
	healed
	check "--detach" root --detach

	start "xdp-loader's program, or dispatcher, on the interface"
	root --detach
	check "xdp-loader load" xdp-loader load -m native eth0 "$objects/pass_everything.o"
	id=$(ip -j -d link show eth0 | jq '.[0].xdp.prog.id')
	name=$(ip -j -d link show eth0 | jq -r '.[0].xdp.prog.name')
	expect_error "eth0: another XDP program runs here, id $id ($name); take it away first (ip link set dev eth0 xdp off, or its own tool)" 1 root --attach
	check "--status" root --status
	contains "names it" "XDP program id $id ($name) runs here, which is not ecbpf's" "$work/output"
	equal "it still runs" "$id" "$(ip -j -d link show eth0 | jq '.[0].xdp.prog.id')"
	check "xdp-loader takes it away" xdp-loader unload eth0 --all
	check "--attach" root --attach
	check "xdp-loader clean" xdp-loader clean
	root --slot 2 --load "$objects/drop_udp_port_9.o"
	healed
else
	echo "xdp-loader is not installed: not tried"
fi
