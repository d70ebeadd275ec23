#!/usr/bin/env bash
# While a sender floods, the filter in slot 2 is replaced 1,000 times and the root upgraded in place 100 times;
# before that, the same with a program that --load puts there, 250 times. Of the flow that slot 2 drops nothing
# may get through, of the other nothing may be missing, and the counters are what was sent, to the packet. Rows
# K5, L4, L6.
. "$(dirname "$0")/../harness/netns.sh"

REPLACEMENTS=250
FILTER_UPGRADES=1000
UPGRADES=100
# What slot 2 must drop.
frame=udp.9

add_namespace client
add_link eth0 client peer0
root() {
	loader --interface eth0 "$@"
}
told() { # NAME: a number of the flood's last words
	sed -n "s/^$1 //p" "$work/flood"
}
is_flooded() {
	[ "$(packets_counted eth0)" -gt 10000 ]
}

# flood_and WHAT COMMAND...: runs the command while both flows are sent.
flood_and() {
	local what=$1 flood sent
	shift
	loader --clear --interface eth0
	# What is looked at is the replacements; the flood takes what they leave.
	nice -n 10 "$senders/flood" client:peer0 eth0 "$frame" >"$work/flood" &
	flood=$!
	check "$what: the flood is on" wait_until 10 is_flooded
	"$@"
	kill "$flood"
	wait "$flood"
	sent=$(told sent)
	echo "$what: $sent packets, $(told packets_per_second) per second"
	equal "$what: the receiver kept up" 0 "$(told socket_drops)"
	equal "$what: packets that got through" 0 "$(told leaked)"
	equal "$what: packets that should pass and did not" 0 "$(told lost)"
	equal "$what: all that should pass was received" $((sent / 2)) "$(told passed)"
	equal "$what: the rows are all packets that entered" "$sent" "$(packets_counted eth0)"
	equal "$what: half of them was dropped by slot 2, half passed" "$((sent / 2)) $((sent / 2))" \
		"$(counter eth0 2 DROP) $(counter eth0 root PASS)"
	equal "$what: nothing disagrees" '[]' "$(status_of eth0 '.disagreements | tostring')"
}

replace_many() {
	local i failed=0 versions=("$objects/drop_udp_port_9_anew.o" "$objects/drop_udp_port_9.o")
	for ((i = 0; i < REPLACEMENTS; i++)); do
		root --slot 2 --load "${versions[i % 2]}" --replace || failed=$((failed + 1))
	done
	equal "$REPLACEMENTS replacements" 0 "$failed"
}
upgrade_many() {
	local i failed=0
	for ((i = 0; i < UPGRADES; i++)); do
		root --attach || failed=$((failed + 1))
	done
	equal "$UPGRADES upgrades" 0 "$failed"
}
# Neighbours come and go: the slots around are filled and emptied, in the middle of a chain.
neighbours() {
	local i failed=0
	for ((i = 0; i < 50; i++)); do
		for slot in 0 1 3 7; do
			root --slot "$slot" --load "$objects/continue_only.o" || failed=$((failed + 1))
		done
		for slot in 1 0 7 3; do
			root --slot "$slot" --unload || failed=$((failed + 1))
		done
	done
	equal "400 loads and unloads in slots beside" 0 "$failed"
}

check "--attach" root --attach
check "--load" root --slot 2 --load "$objects/drop_udp_port_9.o"
old=$(status_of eth0 .xdp_program_id)
flood_and "replace" replace_many
equal "both versions have decided" '[16,17]' "$(status_of eth0 '[.reasons[] | select(.slot == 2) | .reason] | sort | tostring')"
equal "the root was left alone" "$old" "$(status_of eth0 .xdp_program_id)"
equal "the map went on through all versions" "$(counter eth0 2 DROP)" \
	"$(bpftool -j map dump pinned "$bpffs/ecbpf/eth0/slot_2/dropped_frames" | jq '.[0].formatted.value')"
flood_and "upgrade" upgrade_many
check "the root is another" test "$(status_of eth0 .xdp_program_id)" != "$old"
flood_and "neighbours" neighbours

# The same with the filter: a listed source, the filter's own upgrade.
filter() {
	"$build/bin/xdp_filter" --bpffs "$bpffs" --interface eth0 "$@"
}
upgrade_filter_many() {
	local i failed=0
	for ((i = 0; i < FILTER_UPGRADES; i++)); do
		filter --attach || failed=$((failed + 1))
	done
	equal "$FILTER_UPGRADES upgrades of the filter" 0 "$failed"
}
upgrade_both_many() {
	local i failed=0
	for ((i = 0; i < UPGRADES; i++)); do
		filter --attach || failed=$((failed + 1))
		root --attach || failed=$((failed + 1))
	done
	equal "$UPGRADES upgrades of root and filter" 0 "$failed"
}
change_lists_many() {
	local i failed=0
	for ((i = 0; i < 200; i++)); do
		filter --drop --ips "198.51.100.$i,2001:db8:5::$i" || failed=$((failed + 1))
		filter --set --frags-drop || failed=$((failed + 1))
		filter --no-drop --ips "198.51.100.$i,2001:db8:5::$i" || failed=$((failed + 1))
	done
	equal "600 changes of lists and configuration" 0 "$failed"
}
if [ -x "$build/bin/xdp_filter" ]; then
	frame=udp-listed.9
	check "--unload" root --slot 2 --unload
	check "xdp_filter --attach" filter --attach
	check "xdp_filter --drop" filter --drop --ips 203.0.113.0/24
	old=$(status_of eth0 '.subprograms[2].id')
	flood_and "filter" upgrade_filter_many
	check "the filter is another" test "$(status_of eth0 '.subprograms[2].id')" != "$old"
	flood_and "filter and root" upgrade_both_many
	flood_and "lists" change_lists_many
else
	echo "no xdp_filter in this build: not tried"
fi
check "--detach" root --detach
equal "nothing is pinned" "" "$(pin_tree)"
