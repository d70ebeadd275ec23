#!/usr/bin/env bash
# Whatever goes wrong while lists or configuration change, the old list serves on, the state is as before, the
# message says what and where in one line: files that cannot be read, bad lines by the million, full disks, a
# kernel without memory at every call, a process without memory.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_filter.sh"
need setpriv strace timeout

MANY=1000000
[ -z "${ECBPF_TEST_QUICK:-}" ] || MANY=20000

add_namespace client
add_link eth0 client peer0
take_native_xdp client peer0

# everything: all that an error must not change: pins, the list, its map in both places, the configuration.
everything() {
	pin_tree
	filter --dump
	filter_says '.configuration, .list, .program_id, .disagreements'
	bpftool -j map show pinned "$bpffs/ecbpf/eth0/slot_2/source_list" | jq .id
	bpftool -j map lookup pinned "$bpffs/ecbpf/eth0/slot_2/source_lists" key 0 0 0 0 | tr -d ' \n'
}
unharmed() {
	equal "  and nothing has changed" "$before" "$(everything)"
	equal "  and the list serves" "udp" "$(arriving client:peer0 eth0 udp-listed udp-6-listed)"
}
# refused TEXT COMMAND...: fails with exactly this one line, changes nothing.
refused() {
	expect_error "$1" 1 "${@:2}"
	equal "  in one line" 1 "$(wc -l <"$work/error")"
	unharmed
}
replace_by() { # FILE
	filter --drop --replace --file "$1"
}
reload() { # FILE
	filter --reload --config "$1"
}
# As root, but without the capability to read what root must not read.
restrained() {
	setpriv --bounding-set -all,+bpf,+net_admin,+perfmon "$build/bin/xdp_filter" --bpffs "$bpffs" --interface eth0 "$@"
}
config_naming() { # LIST...: prints the path of a configuration file
	local names
	printf -v names '"%s", ' "$@"
	echo "{ \"xdp_filter\": { \"fragments_ipv4\": \"drop\", \"drop\": [${names%, }] } }" >"$work/etc/ecbpf.json"
	echo "$work/etc/ecbpf.json"
}

mkdir "$work/etc" "$work/etc/directory" "$work/full"
printf '%s\n' 203.0.113.0/24 2001:db8:bad::/48 >"$work/etc/good.list"
check "a root" loader --attach --interface eth0
check "the filter" filter --attach --config "$(config_naming good.list)"
check "one by command" filter --drop --ips 203.0.113.9 --tags "by hand"
send client:peer0 udp-listed
before=$(everything)
unharmed

echo "# files"
refused "$work/etc/none.list: cannot be opened: -ENOENT (No such file or directory)" replace_by "$work/etc/none.list"
refused "$work/etc/directory: cannot read on behind line 0: -EISDIR (Is a directory)" replace_by "$work/etc/directory"
refused "$work/etc/good.list/x: cannot be opened: -ENOTDIR (Not a directory)" replace_by "$work/etc/good.list/x"
echo 198.51.100.0/24 >"$work/etc/secret.list"
chmod 0 "$work/etc/secret.list"
refused "$work/etc/secret.list: cannot be opened: -EACCES (Permission denied)" restrained --drop --replace --file "$work/etc/secret.list"
printf '203.0.113.0/24\n192.0.2.256\n' >"$work/etc/bad.list"
bad="line 2: '192.0.2.256': "
replace_by "$work/etc/bad.list" 2>"$work/output"
contains "a bad line is told with its number and text" "$work/etc/bad.list: $bad" "$work/output"
why=$(sed 's/.*192.0.2.256.: //' "$work/output")
unharmed

echo "# the same by --reload"
for name in none.list directory; do
	reason=$(replace_by "$work/etc/$name" 2>&1)
	refused "${reason#*: }" reload "$(config_naming good.list "$name")"
done
refused "$work/etc/secret.list: cannot be opened: -EACCES (Permission denied)" restrained --reload --config "$(config_naming good.list secret.list)"
refused "$work/etc/bad.list: $bad$why" reload "$(config_naming good.list bad.list)"
refused "$work/etc/none.json: no such configuration file" reload "$work/etc/none.json"
printf '{ "xdp_filter": {\n"fragments_ipv4": "sometimes"\n} }' >"$work/etc/bad.json"
refused "$work/etc/bad.json: line 2: xdp_filter.fragments_ipv4: 'sometimes' is none of pass, drop, drop-unless-local" reload "$work/etc/bad.json"
printf '{ "xdp_filter": {\n"drop": [\n' >"$work/etc/bad.json"
check "a file that is cut off is refused" test "$(reload "$work/etc/bad.json" 2>&1 | wc -l) ${PIPESTATUS[0]}" = "1 0"
unharmed
chmod 0 "$work/etc/bad.json"
check "one that must not be read is told" grep -q "$work/etc/bad.json: .*-EACCES (Permission denied)$" <(restrained --reload --config "$work/etc/bad.json" 2>&1)
unharmed

echo "# $MANY lines"
seq -f 'this is not an address: %.0f' "$MANY" >"$work/etc/bad.list"
replace_by "$work/etc/none.list" 2>/dev/null # what comes next is not to be timed with a cold cache
started=$SECONDS
timeout 30 "$build/bin/xdp_filter" --bpffs "$bpffs" --interface eth0 --drop --replace --file "$work/etc/bad.list" 2>"$work/error"
equal "nothing but bad ones: refused in time" 1 $?
echo "$MANY bad lines in about $((SECONDS - started)) s"
equal "  in one line" 1 "$(wc -l <"$work/error")"
contains "  with the first one" "$work/etc/bad.list: line 1: 'this" "$work/error"
contains "  and how many more" " (and $((MANY - 1)) more bad lines)" "$work/error"
check "  that is not long" test "$(wc -c <"$work/error")" -lt 400
unharmed
# The last but one is bad.
awk -v count="$MANY" 'BEGIN {
	for (i = 1; i <= count; i++)
		if (i == count - 1) print "203.0.113.1/24"
		else printf "%d.%d.%d.0/24\n", 11 + i / 65536, i / 256 % 256, i % 256
}' >"$work/etc/bad.list"
replace_by "$work/etc/bad.list" 2>"$work/error"
equal "one bad line: refused" 1 $?
equal "  in one line" 1 "$(wc -l <"$work/error")"
contains "  with its number and text" "$work/etc/bad.list: line $((MANY - 1)): '203.0.113.1/24': " "$work/error"
check "  and no others" test -z "$(grep 'more bad' "$work/error")"
unharmed

echo "# a full disk"
mount -t tmpfs -o size=4k tmpfs "$work/full" || skip "no tmpfs can be mounted"
check "a list that is larger" filter --drop --ips "$(seq -s, -f '10.0.%g.0/24' 0 250)"
before=$(everything)
for verb in --dump "--status --entries 0 --interval 0" "--status --json --interval 0"; do
	# shellcheck disable=SC2086  # several words
	filter $verb >"$work/full/file" 2>"$work/error"
	equal "$verb: exit status" 1 $?
	equal "  in one line" 1 "$(wc -l <"$work/error")"
	check "  that says so" grep -qE "cannot write|No space left" "$work/error"
	rm "$work/full/file"
done
unharmed
check "what fits is fine" sh -c "'$build/bin/xdp_filter' --bpffs '$bpffs' --interface eth0 --dump | head -n 5 >'$work/full/file'"

echo "# a kernel without memory, at every call"
sed '1s/^/198.51.100.0\/24 # new\n/' "$work/etc/good.list" >"$work/etc/new.list"
old_list=$(filter --dump)
strace -qq -o "$work/trace" -e trace=bpf,mmap "$build/bin/xdp_filter" --bpffs "$bpffs" --interface eth0 --drop --replace --file "$work/etc/new.list"
equal "undisturbed, it is replaced" "$(sed 's/ #.*/ drop ; new/; t; s/$/ drop/' "$work/etc/new.list" | sort -V)" "$(filter --dump | sort -V)"
new_list=$(filter --dump)
filter --drop --replace --file - <<<"$old_list"
calls=$(grep -c '^bpf(' "$work/trace")
refusals=0 pins=$(pin_tree)
: >"$work/wrong"
for ((call = 1; call <= calls; call++)); do
	strace -qq -o /dev/null -e trace=bpf -e inject="bpf:error=ENOMEM:when=$call" \
		"$build/bin/xdp_filter" --bpffs "$bpffs" --interface eth0 --drop --replace --file "$work/etc/new.list" >"$work/output" 2>"$work/error"
	rc=$?
	now=$(filter --dump 2>&1)
	case $rc in
	0) [ "$now" = "$new_list" ] || echo "call $call: exit status 0, but the list is not the new one" ;;
	1)
		refusals=$((refusals + 1))
		[ "$now" = "$old_list" ] || echo "call $call: refused, but the list is not the old one: $(cat "$work/error")"
		[ "$(wc -l <"$work/error")" -eq 1 ] ||
			echo "call $call: not one line: $(cat "$work/error")"
		;;
	*) echo "call $call: exit status $rc: $(cat "$work/error")" ;;
	esac >>"$work/wrong"
	if ! filter --drop --replace --file - <<<"$old_list" 2>/dev/null || [ "$(pin_tree)" != "$pins" ]; then
		{
			echo "call $call: after it a command does not work, or pins differ: $(cat "$work/error")"
			diff <(echo "$pins") <(pin_tree)
		} >>"$work/wrong"
		loader --detach --interface eth0
		loader --attach --interface eth0
		filter --attach --no-config
		filter --drop --file - <<<"$old_list"
	fi
done
equal "$calls calls: the old list, told as refused, or the new one" "" "$(cat "$work/wrong")"
check "most of them do not go unnoticed" test "$refusals" -gt $((calls / 2))
equal "the pins are as before" "$pins" "$(pin_tree)"
equal "the list serves" "udp" "$(arriving client:peer0 eth0 udp-listed udp-6-listed)"

echo "# a process without memory"
before=$(everything)
[ -z "${ECBPF_TEST_QUICK:-}" ] || echo "a short list needs too little: not tried"
for kilobytes in $([ -n "${ECBPF_TEST_QUICK:-}" ] || echo 20000 60000 100000); do
	(ulimit -v "$kilobytes" && replace_by <(sed '$d' "$work/etc/bad.list" | sed '$d')) >"$work/output" 2>"$work/error"
	equal "$kilobytes kB are not enough for $MANY sources" 1 $?
	equal "  in one line" 1 "$(wc -l <"$work/error")"
	contains "  that says so" "-ENOMEM (Cannot allocate memory)" "$work/error"
	unharmed
done
check "--detach" loader --detach --interface eth0
equal "nothing is pinned" "" "$(pin_tree)"
