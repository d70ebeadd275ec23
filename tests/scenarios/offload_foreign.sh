#!/usr/bin/env bash
# What others have at tc, and what they do to ours: foreign qdiscs, filters and tcx programs are never touched, --status
# lists them, and --detach takes away exactly what --attach made. What was taken away by hand --status tells and --attach
# makes again. All of it with tcx, and with clsact filters as on kernels without it; and without the programs of iproute2.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_offload.sh"
. "$(dirname "$0")/lib_offload_router.sh"
need tc

here=$source_dir/tests/scenarios
"$here/foreign_tcx.py" list lo ingress >/dev/null 2>&1 && kinds="tcx clsact" || kinds=clsact
make_router
flow="10.77.0.2:4000 > 10.99.0.1:7"
served echo server 10.77.1.2:7

# tool OPTION...: as on a kernel of the kind in $kind. Nothing can be started by it.
tool() {
	local kernel=()
	[ "$kind" = tcx ] || kernel=("$here/without_tcx.py")
	PATH=/nowhere "${kernel[@]}" "$build/bin/tc_offload" --bpffs "$bpffs" "$@"
}
# landscape: what tc, and the kernel, say of both interfaces.
landscape() {
	local name side
	for name in eth0 eth1; do
		tc qdisc show dev $name
		for side in ingress egress; do
			echo "$name $side"
			tc filter show dev $name $side 2>/dev/null
			"$here/foreign_tcx.py" list $name $side 2>/dev/null
		done
	done
}
# place INTERFACE SIDE FILTER: of what --status says.
place() {
	offload_says ".places[] | select(.interface == \"$1\" and .side == \"$2\") | $3"
}
works() {
	asks "the flow works" client --count 2 10.77.0.2:4000 10.99.0.1:7 10 1400
}
# attach: on both interfaces, with the flow.
attach() {
	check "--attach ($kind)" tool --attach --no-config --interface eth0,eth1 "$@"
	check "--flow-add" tool --flow-add "$flow => 10.77.1.1:4000 > 10.77.1.2:7" --both
	works
	for name in eth0 eth1; do
		equal "$name: attached as" "$kind" "$(place $name ingress .kind)"
	done
}
# detach WHAT: it leaves what there was.
detach() {
	check "--detach" tool --detach --interface all
	equal "$1" "$before" "$(landscape)"
	equal "nothing is pinned" "" "$(pin_tree)"
}
# sick TEXT: --status fails and tells it.
sick() {
	local rc=0
	tool --status >"$work/status" 2>&1 || rc=$?
	equal "--status fails" 1 $rc
	contains "and says: $1" "DISAGREES: $1" "$work/status"
}
healed() {
	check "--attach" tool --attach --no-config --interface eth0,eth1
	check "--status is well" tool --status
	works
}
# refused: what runs in our filter is not what was pinned. What is told helps.
refused() {
	expect_error "eth0 (ingress): interface $index has a tc ingress filter of someone else, or one of ours whose pin somebody removed; remove it: tc filter del dev NAME ingress pref 3787 handle 0xecb bpf" 1 \
		tool --attach --no-config --interface eth0,eth1
}
directory() {
	find "$bpffs/ecbpf" -maxdepth 1 -name 'tc_offload_*'
}
index=$(ip -j link show eth0 | jq '.[].ifindex')
# foreign_filters INTERFACE: at priorities before ours, ours and behind it.
foreign_filters() {
	check "filters of others" eval "
		tc filter add dev $1 ingress pref 5 bpf da object-pinned $bpffs/foreign &&
		tc filter add dev $1 ingress pref 3787 handle 7 bpf da object-pinned $bpffs/foreign &&
		tc filter add dev $1 ingress pref 60000 protocol ip u32 match ip dport 9 0xffff flowid 1:1 &&
		tc filter add dev $1 egress pref 3787 protocol ip u32 match ip dport 9 0xffff flowid 1:1"
}
# What u32 makes names itself.
of_others() { # INTERFACE SIDE
	place "$1" "$2" '[.others[] | "\(.kind) \(.name | sub(":.*"; "")) \(.priority // 0)"] | unique | join(", ")'
}

for kind in $kinds; do
	echo "# $kind: nobody else is here"
	before=$(landscape)
	attach --at both
	if [ "$kind" = clsact ]; then
		for side in ingress egress; do
			contains "tc lists it" "tc_offload" <(tc filter show dev eth0 $side)
		done
	else
		equal "there is no qdisc for it" "$(tc qdisc show | grep -c clsact)" 0
	fi
	check "an upgrade" tool --attach --no-config --interface eth0,eth1 --at both
	works
	detach "nothing is left of it"

	echo "# $kind: a foreign clsact qdisc, with filters"
	"$here/foreign_tcx.py" load "$bpffs/foreign" -1
	tc qdisc add dev eth0 clsact
	tc qdisc add dev eth1 clsact
	foreign_filters eth0
	before=$(landscape)
	attach
	equal "those at eth0 are listed" "clsact foreign 3787, clsact foreign 5, clsact u32 60000" "$(of_others eth0 ingress)"
	equal "none at eth1" "" "$(of_others eth1 ingress)"
	check "an upgrade" tool --attach --no-config --interface eth0,eth1
	works
	detach "the qdiscs and filters are as they were"
	tc qdisc del dev eth0 clsact
	tc qdisc del dev eth1 clsact
	before=$(landscape)

	echo "# $kind: others come later, and stay"
	attach --at both
	tc qdisc show dev eth0 | grep -q clsact || tc qdisc add dev eth0 clsact
	check "somebody's filter" tc filter add dev eth0 ingress pref 5 bpf da object-pinned "$bpffs/foreign"
	works
	equal "it is listed" "clsact foreign 5" "$(of_others eth0 ingress)"
	check "--detach" tool --detach --interface all
	contains "the filter is there" "pref 5 bpf" <(tc filter show dev eth0 ingress)
	tc qdisc del dev eth0 clsact
	check "--attach" tool --attach --no-config --interface eth1
	detach "nothing is left"

	if [[ $kinds = *tcx* ]]; then
		echo "# $kind: foreign tcx programs"
		"$here/foreign_tcx.py" attach "$bpffs/foreign_ingress" eth0 ingress -1
		"$here/foreign_tcx.py" attach "$bpffs/foreign_egress" eth0 egress -1
		before=$(landscape)
		attach --at both
		equal "listed" "foreign" "$(place eth0 ingress '.others[] | select(.kind == "tcx").name')"
		"$here/foreign_tcx.py" attach "$bpffs/foreign_later" eth0 ingress -1
		works
		check "an upgrade" tool --attach --no-config --interface eth0,eth1 --at both
		equal "both are listed" "foreign foreign" "$(place eth0 ingress '[.others[] | select(.kind == "tcx").name] | join(" ")')"
		rm "$bpffs/foreign_later"
		detach "they are as they were"
		rm "$bpffs/foreign_ingress" "$bpffs/foreign_egress"
		before=$(landscape)
	fi

	echo "# $kind: taken away by hand"
	attach
	place=$(directory)
	if [ "$kind" = tcx ]; then
		check "bpftool link detach" bpftool link detach pinned "$place/ingress_link_$index"
	else
		check "tc filter del" tc filter del dev eth0 ingress pref 3787
	fi
	sick "somebody took the program away from tc ingress, so no packet gets there; run: tc_offload --attach --interface eth0 --at ingress"
	healed
	if [ "$kind" = clsact ]; then
		check "tc qdisc del" tc qdisc del dev eth0 clsact
		sick "somebody took the program away from tc ingress"
		healed
		check "our priority gets a filter of someone else's, with our handle" eval "tc filter del dev eth0 ingress pref 3787 &&
			tc filter add dev eth0 ingress pref 3787 handle 0xecb bpf da object-pinned $bpffs/foreign"
		sick "somebody took the program away from tc ingress"
		refused
		equal "it is as it was" 1 "$(tc filter show dev eth0 ingress | grep -c 'handle 0xecb')"
		check "tc filter del" tc filter del dev eth0 ingress pref 3787 handle 0xecb bpf
		healed
	fi
	check "the pin is removed" rm "$place/ingress_$([ "$kind" = tcx ] && echo link || echo program)_$index"
	sick "somebody took the program away from tc ingress"
	if [ "$kind" = clsact ]; then
		refused
		check "tc filter del" tc filter del dev eth0 ingress pref 3787 handle 0xecb bpf
	fi
	healed
	check "the pin of the counters is removed" rm "$place/ingress_cpu_$index"
	healed
	ip link del eth1
	sick "the interface with index"
	check "--detach of what is left" tool --detach --interface all
	equal "nothing is pinned" "" "$(pin_tree)"
	add_link eth1 server peer1
	add_addresses eth1 server peer1 1
	in_ns server sh -c 'ip route add default via 10.77.1.1; ip route add default via fd77:1::1'
	attach
	detach "nothing is left"

	echo "# $kind: one of two cannot be had"
	tc qdisc add dev eth1 clsact
	tc filter add dev eth1 ingress pref 3787 protocol ip u32 match ip dport 9 0xffff flowid 1:1
	tc qdisc add dev eth0 ingress
	before=$(landscape)
	if [ "$kind" = clsact ]; then
		expect_error "eth0 (egress): interface $index has an ingress qdisc, which has no egress side: put a clsact qdisc in its place" 1 \
			tool --attach --no-config --interface eth0 --at both
		equal "nothing has changed" "$before" "$(landscape)"
		equal "nothing is pinned" "" "$(pin_tree)"
		check "fails" test "$(tool --attach --no-config --interface eth0,eth1 >"$work/output" 2>"$work/error" && echo 0 || echo $?)" = 1
		contains "says why" "cannot add a tc ingress filter with priority 3787" "$work/error"
	else
		attach --at both
		detach "they are as they were"
	fi
	equal "nothing has changed" "$before" "$(landscape)"
	equal "nothing is pinned" "" "$(pin_tree)"
	tc qdisc del dev eth1 clsact
	tc qdisc del dev eth0 ingress
	rm "$bpffs/foreign"
done
served_ends echo
