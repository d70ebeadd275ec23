#!/usr/bin/env bash
# The life of a root with real pings of both families: every step must do on this kernel what its
# verdicts say. What a kernel lacks is asked of the kernel, without our loader, which then has to agree.
# Runs on the host as well, like any scenario.
. "$(dirname "$0")/../harness/netns.sh"
need ping

add_namespace client
add_link eth0 client peer0
add_addresses eth0 client peer0 1

# answered ADDRESS OPTION...: how many of 3 pings from the client come back, each within 10 s. Where none
# is expected it waits a third of a second, which is a hundred times longer than one takes.
answered() {
	in_ns client ping -q -c 3 -i 0.02 -W "${patience:-10}" "${@:2}" "$1" |
		sed -n 's/.* \([0-9]*\) received.*/\1/p'
}
passes() { # WHAT [OPTION...]
	equal "$1: IPv4 passes" 3 "$(answered "$v4" "${@:2}")"
	equal "$1: IPv6 passes" 3 "$(answered "$v6" "${@:2}")"
}
drops() { # WHAT [OPTION...]
	local patience=0.3
	equal "$1: IPv4 is dropped" 0 "$(answered "$v4" "${@:2}")"
	equal "$1: IPv6 is dropped" 0 "$(answered "$v6" "${@:2}")"
}
counted() { # INTERFACE ROW ACTION: the six pings; neighbour discovery and the like may come on top.
	check "counted in row $2" test "$(counter "$@")" -ge 6
}
xdp_of() { # INTERFACE: what the kernel says of it
	ip -j -d link show "$1" | jq -c '.[0].xdp | if . then [.mode, .prog.id] else . end'
}
filter() {
	"$build/bin/xdp_filter" --bpffs "$bpffs" --interface eth0 "$@"
}
v4=10.77.1.1 v6=fd77:1::1

echo "# attach, load, replace, unload"
passes "no root"
check "--attach" loader --attach --interface eth0
equal "the kernel runs it natively" "[1,$(status_of eth0 .xdp_program_id)]" "$(xdp_of eth0)"
passes "an empty root"
counted eth0 root PASS
check "--load into slot 3" loader --interface eth0 --slot 3 --load "$objects/drop_everything.o"
drops "slot 3"
counted eth0 3 DROP
check "--replace" loader --interface eth0 --slot 3 --load "$objects/continue_only.o" --replace
passes "slot 3 continues"
check "--replace back" loader --interface eth0 --slot 3 --load "$objects/drop_everything.o" --replace
check "--attach again, the upgrade" loader --attach --interface eth0
drops "slot 3 after the upgrade"
check "--unload" loader --interface eth0 --slot 3 --unload
passes "slot 3 is empty"
equal "status has no complaint" '[]' "$(status_of eth0 '.disagreements | tojson')"

echo "# the filter, in its slot"
check "xdp_filter --attach" filter --attach
passes "nothing is listed"
check "--drop" filter --drop --ips 10.77.1.2,fd77:1::2
drops "listed"
check "--no-drop" filter --no-drop --ips 10.77.1.2,fd77:1::2
passes "no longer listed"
passes "fragments" -s 4000
check "--set --frags-drop" filter --set --frags-drop
drops "fragments" -s 4000
check "xdp_filter --status --json" filter --status --json
check "is JSON" jq -e .schema_version "$work/output"
check "xdp_filter --detach" filter --detach

for object in "$build"/example_objects/*.o; do # suite.sh puts them there
	[ -e "$object" ] || continue
	echo "# the example $(basename "$object")"
	check "--load" loader --interface eth0 --slot 4 --load "$object"
	passes "in slot 4"
	check "has seen them" test "$(status_of eth0 '.subprograms[4].seen')" -ge 6
	check "--unload" loader --interface eth0 --slot 4 --unload
done

echo "# NOP, detach"
check "--load" loader --interface eth0 --slot 3 --load "$objects/drop_everything.o"
check "--detach --nop" loader --detach --nop --interface eth0
passes "a NOP root"
check "--attach" loader --attach --interface eth0
passes "an empty root again"
check "--detach" loader --detach --interface eth0
equal "nothing runs" null "$(xdp_of eth0)"
equal "nothing is pinned" "" "$(pin_tree)"
passes "no root again"

echo "# generic mode, MTU 9000"
add_link eth9 client peer9 9000
add_addresses eth9 client peer9 9
v4=10.77.9.1 v6=fd77:9::1
passes "no root" -s 8000 -M "do"
check "--attach --mode generic" loader --attach --mode generic --interface eth9
equal "the kernel runs it as generic" "[2,$(status_of eth9 .xdp_program_id)]" "$(xdp_of eth9)"
check "--load" loader --interface eth9 --slot 3 --load "$objects/continue_only.o"
passes "large frames" -s 8000 -M "do"
check "--replace" loader --interface eth9 --slot 3 --load "$objects/drop_everything.o" --replace
drops "large frames" -s 8000 -M "do"
check "--detach" loader --detach --interface eth9

echo "# native mode, MTU 9000"
# frags_on INTERFACE: whether this kernel takes a multi-buffer program, and this driver lets it in.
frags_on() {
	bpftool prog load "$objects/continue_only.o" "$bpffs/probe_frags" type xdp || return 1
	ip link set dev "$1" xdpdrv pinned "$bpffs/probe_frags" || return 2
	ip link set dev "$1" xdpdrv off
	rm "$bpffs/probe_frags"
}
frags_on eth9 >"$work/probe" 2>&1
frags=$?
refused="eth9: MTU 9000 is too large for XDP without --frags; attach with --frags or lower the MTU: -ERANGE (Numerical result out of range)"
expect_error "$refused" 1 loader --attach --interface eth9
if [ "$frags" -eq 0 ]; then
	echo "the kernel and the driver take multi-buffer frames"
	check "--attach --frags" loader --attach --frags --interface eth9
	check "--load" loader --interface eth9 --slot 3 --load "$objects/continue_only.o"
	passes "large frames" -s 8000 -M "do"
	passes "fragments of large frames" -s 20000
	check "--replace" loader --interface eth9 --slot 3 --load "$objects/drop_everything.o" --replace
	drops "large frames" -s 8000 -M "do"
	check "--attach --frags again, the upgrade" loader --attach --frags --interface eth9
	drops "large frames after the upgrade" -s 8000 -M "do"
	check "--detach" loader --detach --interface eth9
elif [ "$frags" -eq 1 ]; then
	echo "SKIP: --frags is refused here: the kernel takes no program for multi-buffer frames"
	expect_error "this kernel has no multi-buffer XDP (Linux 5.18 has): attach without --frags, at an MTU that fits one buffer" 1 loader --attach --frags --interface eth9
else
	echo "SKIP: --frags is refused here: this kernel's veth takes no multi-buffer frames"
	check "refused" bash -c '! "$@"' - "$build/bin/xdp_root_loader" --bpffs "$bpffs" --attach --frags --interface eth9
fi
equal "nothing runs" null "$(xdp_of eth9)"
equal "nothing is pinned" "" "$(pin_tree)"
