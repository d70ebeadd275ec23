#!/usr/bin/env bash
# Two CPUs of senders, one for each family, hammer a listed source and an allowed one inside of a listed prefix,
# while the lists change all the time, by commands and by files of 1 to 100,000 entries, two of them at once, and
# the filter and the root are replaced. No packet of the listed sources gets through, none of the allowed ones is
# missing, and all counts are exact, those of each entry too.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_filter.sh"
need taskset nproc

# Each story goes on for so many seconds, and for at least one round.
DURATION=12 LARGE=100000
[ -z "${ECBPF_TEST_QUICK:-}" ] || DURATION=1 LARGE=10000

# As tests/senders/named_frame.c has them.
dropped=(203.0.113.0/24 2001:db8:bad::/48) covering=(192.0.2.0/24 2001:db8::/48)
allowed=(192.0.2.1/32 2001:db8::1/128)
frames=("udp-listed.9 udp" "udp-6-listed.9 udp-6")
# Two queues, so that two CPUs are in the filter at the same time.
add_namespace client
ip link add eth0 address "$(mac_of eth0)" numtxqueues 2 numrxqueues 2 type veth peer name peer0 \
	address "$(mac_of clientpeer0)" numtxqueues 2 numrxqueues 2 netns client || skip "no veth can be made"
in_ns client ip link set peer0 up
ip link set eth0 up

is_flooded() {
	[ "$(hits "${allowed[0]}")" -gt 5000 ] && [ "$(hits "${allowed[1]}")" -gt 5000 ]
}
# flood_and WHAT COMMAND...: runs the command while both families' flows are sent, and looks at everything.
flood_and() {
	local what=$1 before=() floods=() i sent=0 pairs
	shift
	loader --clear --interface eth0
	for i in 0 1; do
		before+=("$(hits "${dropped[i]}")" "$(hits "${allowed[i]}")")
	done
	before+=("$(filter_says .stats.ip_drop_count)" "$(filter_says .stats.ip6_drop_count)")
	for i in 0 1; do
		# shellcheck disable=SC2086  # both frames
		nice -n 10 taskset --cpu-list $((i % $(nproc))) "$senders/flood" client:peer0 eth0 ${frames[i]} >"$work/flood$i" 2>&1 &
		floods+=($!)
	done
	check "$what: both floods are on" wait_until 20 is_flooded
	"$@"
	kill "${floods[@]}"
	wait "${floods[@]}"
	for i in 0 1; do
		pairs=$(($(told sent "flood$i") / 2))
		sent=$((sent + 2 * pairs))
		echo "$what, flow $i: $((2 * pairs)) packets, $(told packets_per_second "flood$i") per second"
		equal "$what, flow $i: the receiver kept up" 0 "$(told socket_drops "flood$i")"
		equal "$what, flow $i: of the listed source none passed" 0 "$(told leaked "flood$i")"
		equal "$what, flow $i: of the allowed one none is missing" "0 $pairs" \
			"$(told lost "flood$i") $(told passed "flood$i")"
		equal "$what, flow $i: the hits of both entries" "$pairs $pairs" \
			"$(($(hits "${dropped[i]}") - before[2 * i])) $(($(hits "${allowed[i]}") - before[2 * i + 1]))"
	done
	equal "$what: drops of each family" "$(($(told sent flood0) / 2)) $(($(told sent flood1) / 2))" \
		"$(($(filter_says .stats.ip_drop_count) - before[4])) $(($(filter_says .stats.ip6_drop_count) - before[5]))"
	equal "$what: sent is dropped and passed" "$((sent / 2)) $((sent / 2)) $sent" \
		"$(counter eth0 2 DROP) $(counter eth0 root PASS) $(packets_counted eth0)"
	equal "$what: nothing disagrees" '[]' "$(status_of eth0 '.disagreements | tostring')"
}

# Each of these changes the lists in a loop; all lists they make hold the listed and the allowed sources.
lasts() {
	[ "$SECONDS" -lt "$until" ]
}
try() {
	tried=$((tried + 1))
	"$@" 2>>"$work/said" || failed=$((failed + 1))
}
commands() { # NET: of its own, for two beside each other. Prints how many were tried and how many failed.
	local i=0 tried=0 failed=0 around="$((203 + $1)).0.0.0/8,203.0.113.$((8 + $1))"
	while
		# Neighbours of the sources, shorter and longer, and others.
		try filter --drop --ips "10.$1.$((i % 250)).0/24,2001:db8:$1:$i::/64"
		try filter --drop --ips "$around" --tags "a,b"
		try filter --allow --ips "192.0.2.$((8 + $1)),2001:db8::$((8 + $1))"
		# The sources themselves.
		try filter --drop --ips "${dropped[0]},${dropped[1]}" --tags "anew $1 $i"
		try filter --allow --ips "${allowed[0]},${allowed[1]}" --tags "anew $1 $i"
		try filter --no-drop --ips "10.$1.$((i % 250)).0/24,2001:db8:$1:$i::/64"
		try filter --no-drop --ips "$around"
		try filter --no-allow --ips "192.0.2.$((8 + $1)),2001:db8::$((8 + $1))"
		i=$((i + 1))
		lasts
	do :; done
	echo "$tried changes, $failed failed"
}
# beside COMMAND...: the command, while in the background other changes are made by commands.
beside() {
	local other until=$((SECONDS + DURATION))
	commands 1 >"$work/beside" &
	other=$!
	"$@" >"$work/changes"
	wait "$other"
	cat "$work/beside" "$work/changes"
	equal "none of the changes failed" "2" "$(grep -c ' changes, 0 failed$' <(cat "$work/beside" "$work/changes"))"
}
# list_file ENTRIES: with the listed sources and their covering prefixes, and others around.
list_file() {
	printf '%s\n' "${dropped[@]}"
	[ "$1" -eq 1 ] || printf '%s # covers\n' "${covering[@]}"
	awk -v count="$1" 'BEGIN {
		for (i = 0; i < count - 4; i++)
			if (i % 2) printf "2001:db8:%x:%x::/%d ; v6\n", 4096 + i / 16384, i % 16384, 64
			else printf "%d.%d.%d.%d/32 # %d\n", 20 + i % 97, i / 97 % 251, i / 24347 % 251, i % 7, i % 1000
	}'
}
files() {
	local i=0 size tried=0 failed=0 until=$((SECONDS + DURATION))
	while
		for size in 1 1000 1 1000 1 1000 "$LARGE"; do
			try filter --drop --replace --file "$work/list.$size"
			printf '%s\n' "${allowed[@]}" "100.64.$((i++ % 250)).0/24" >"$work/allowed"
			try filter --allow --replace --file "$work/allowed"
		done
		lasts
	do :; done
	echo "$tried changes, $failed failed"
	equal "none of the changes failed" 0 "$failed"
}
upgrades() {
	local i=0 tried=0 failed=0
	while
		try filter --attach --no-config
		try filter --drop --ips "10.3.$((i % 250)).0/24"
		try loader --attach --interface eth0
		try filter --attach --no-config
		i=$((i + 1))
		lasts
	do :; done
	echo "$tried changes, $failed failed"
}

for size in 1 1000 "$LARGE"; do
	list_file "$size" >"$work/list.$size"
done
check "a root" loader --attach --interface eth0
check "the filter" filter --attach --no-config
for i in 0 1; do
	check "drop" filter --drop --ips "${dropped[i]},${covering[i]}"
	check "allow" filter --allow --ips "${allowed[i]}"
done

echo "# commands"
flood_and "commands" beside commands 2
old=$(filter_says .program_id)
echo "# upgrades"
flood_and "upgrades" beside upgrades
check "the filter is another" test "$(filter_says .program_id)" != "$old"
echo "# files"
flood_and "files" files
equal "a whole list is there" "$(grep -c . "$work/list.$LARGE") 3" "$(filter_says '"\(.list.drop_ipv4 + .list.drop_ipv6) \(.list.allow_ipv4 + .list.allow_ipv6)"')"
[ "$(nproc)" -lt 2 ] || equal "two CPUs were in the filter" 2 \
	"$(bpftool -j map dump pinned "$bpffs/ecbpf/eth0/slot_2/filter_counters" | jq '[.[0].values[] | .value | map(select(. != "0x00")) | length > 0 | select(.)] | length')"
check "--detach" loader --detach --interface eth0
equal "nothing is pinned" "" "$(pin_tree)"
