#!/usr/bin/env bash
# One configuration file and one command bring a host to what it should be, and show what it is: reload attaches what
# is wanted, twice is like once, a broken file changes nothing, an interface that is missing does not keep the others
# waiting; status and top tell the same numbers as the tools; people without rights ask a service.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_filter.sh"
need script socat setpriv stty
[ -x "$build/bin/ecbpf" ] || skip "no ecbpf in this build"

door() {
	"$build/bin/ecbpf" "$@" --bpffs "$bpffs"
}
config=$work/ecbpf.json
configure() { # everything inside of the outermost braces
	echo "{ $1 }" >"$config"
}
# kept: what a reload that has nothing to do must leave as it is.
kept() {
	pin_tree
	loader --status --json | jq '.interfaces[] | .xdp_program_id, [.subprograms[]?.id]'
	filter_says '.configuration, .sources[].prefix'
}
# exit_status COMMAND...: prints it; the output is in $work/output, the errors in $work/error.
exit_status() {
	local rc=0
	"$@" >"$work/output" 2>"$work/error" || rc=$?
	echo "$rc"
}
rates() { # FILTER: of each page that top has printed in full
	jq -R -r "fromjson? | $1" "$work/top"
}
has_page() {
	[ "$(rates .time | wc -l)" -ge "$1" ]
}
# counts_drops N: as a total, and as a rate of some page.
counts_drops() {
	[ "$(rates '.rates[] | select(.action == "XDP_DROP") | .packets' | tail -n 1)" = "$1" ] &&
		[ "$(rates '.rates[] | select(.action == "XDP_DROP" and .packets_per_second > 0) | .name' | sort -u)" = source_ipv4 ]
}

add_namespace client
add_link eth0 client peer0
add_link eth1 client peer1
take_native_xdp client peer0

echo "# nothing attached, nothing wanted"
check "status of an empty host" door status --config <(echo '{}')
contains "  says so" "No root is attached to any interface." "$work/output"
contains "  of each component" "xdp_filter    not attached" "$work/output"

echo "# from the file"
configure '"interfaces": "eth0", "xdp_filter": { "drop": ["drop.list"] }'
echo 203.0.113.0/24 >"$work/drop.list"
check "the file is fine" door check-config --config "$config"
check "status tells what is wanted" door status --config "$config"
contains "  the root" "eth0: wanted by $config, but no root is attached: ecbpf reload" "$work/output"
contains "  the filter" "xdp_filter    not attached, but wanted: ecbpf reload" "$work/output"
check "reload attaches all that is wanted" door reload --config "$config"
equal "  the root, where it is wanted" "true false" "$(status_of eth0 .attached) $(status_of eth1 .attached)"
equal "  the filter in its slot" xdp_filter "$(status_of eth0 '.subprograms[2].name')"
send client:peer0 udp-listed udp udp-listed
equal "  with its list" 2 "$(counter eth0 2 DROP)"
before=$(kept)
check "reload again" door reload --config "$config"
equal "  changes nothing" "$before" "$(kept)"

echo "# a broken file"
configure '"interfaces": ["eth0", "eth1"], "xdp_filter": { "drop": ["none.list"], "evil_bits": 1 }, "xdp_fliter": {}'
for verb in check-config reload; do
	equal "$verb fails" 1 "$(exit_status door "$verb" --config "$config")"
	contains "  says which key" "line 1: xdp_filter.evil_bits:" "$work/error"
	contains "  and which section, and what may be meant" "did you mean 'xdp_filter'?" "$work/error"
	contains "  and which file" "none.list" "$work/error"
done
contains "  and that it did nothing" "nothing is changed" "$work/error"
equal "  which is true" "$before" "$(kept)"

echo "# what differs"
configure '"interfaces": "eth0", "xdp_filter": { "drop": ["drop.list"], "fragments_ipv4": "drop" }'
root_id=$(status_of eth0 .xdp_program_id)
check "another setting" door reload --config "$config"
equal "  is in force" drop "$(filter_says .configuration.fragments_ipv4)"
equal "  the root is the same" "$root_id" "$(status_of eth0 .xdp_program_id)"
equal "  and so are the counters" 2 "$(counter eth0 2 DROP)"
configure '"interfaces": ["eth0", "eth7", "eth1"], "xdp_filter": {}'
equal "an interface that is missing" 3 "$(exit_status door reload --config "$config")"
contains "  is told" "eth7" "$work/error"
equal "  and the others are done" "xdp_filter xdp_filter" "$(status_of eth0 '.subprograms[2].name') $(status_of eth1 '.subprograms[2].name')"
configure '"interfaces": "eth0", "xdp_filter": { "drop": ["drop.list"] }'
check "what is not wanted any more" door reload --config "$config"
contains "  is told" "xdp_filter --detach --interface eth1" "$work/output"
equal "  and left alone" xdp_filter "$(status_of eth1 '.subprograms[2].name')"
check "  until somebody takes it away" loader --detach --interface eth1

echo "# the same numbers"
check "status" door status --config "$config"
cp "$work/output" "$work/screen"
equal "  all that was seen" "eth0 all native 3 1 2 0 0 0" "$(awk '$1 == "eth0" { $1 = $1; print }' "$work/screen")"
equal "  by slot" "2 xdp_filter 3 0 2 0 0 0" "$(awk '$1 == "2" { $1 = $1; print }' "$work/screen")"
equal "  what no slot decided" "root (undecided) 1 1 0 0 0 0" "$(awk '$1 == "root" { $1 = $1; print }' "$work/screen")"
equal "  nothing else" "" "$(tr -d '\n -~' <"$work/screen")"
door status --json --config "$config" >"$work/json"
equal "  the root's own report" "$(loader --status --json | jq -S .interfaces)" "$(jq -S .components.xdp_root.status.interfaces "$work/json")"
equal "  the filter's" "$(filter --status --json | jq -S '.interfaces.eth0.list')" "$(jq -S .components.xdp_filter.status.interfaces.eth0.list "$work/json")"
equal "  what is wanted, what is attached" "true true false false" \
	"$(jq -r '.components | [.xdp_filter, .bypass_udp] | map(.wanted, .attached) | map(tostring) | join(" ")' "$work/json")"

echo "# a terminal"
on_terminal() { # COLUMNS COMMAND...
	local columns=$1
	shift
	TERM=xterm script -qec "stty cols $columns rows 24; $*" /dev/null | tr -d '\r'
}
on_terminal 120 "$build/bin/ecbpf status --bpffs $bpffs --config $config" >"$work/coloured"
contains "colours" $'\e[1m' "$work/coloured"
equal "NO_COLOR: none" "$(cat "$work/screen")" "$(NO_COLOR=1 on_terminal 120 "$build/bin/ecbpf status --bpffs $bpffs --config $config")"
NO_COLOR=1 on_terminal 60 "$build/bin/ecbpf status --bpffs $bpffs --config $config" | sed '/^$/,$d' >"$work/narrow"
equal "a narrow terminal" "" "$(awk 'length > 60' "$work/narrow")"
check "top on a terminal, ended by a key" timeout 20 script -qec "$build/bin/ecbpf top --bpffs $bpffs" /dev/null < <(printf q)
contains "  has been drawn" "PACKETS/S" "$work/output"

echo "# top"
"$build/bin/ecbpf" top --json --bpffs "$bpffs" >"$work/top" &
top=$!
check "a page" wait_until 10 has_page 1
send client:peer0 udp-listed udp-listed udp-listed
check "counts what comes" wait_until 10 counts_drops 5
kill "$top"
check "SIGTERM ends it well" wait "$top"
check "plain pages" door top --count 2
equal "  are two" 2 "$(grep -c '^eth0 *native ' "$work/output")"
equal "  with exact numbers" "eth0 2 xdp_filter drop source_ipv4 0 0.0% 5" "$(awk '$4 == "drop" { $1 = $1; print }' "$work/output" | uniq)"

echo "# without rights"
mkdir "$work/run"
chmod 755 "$work" "$work/run"
served=4242
socat "UNIX-LISTEN:$work/run/status,fork,mode=660,group=$served" \
	"EXEC:$build/bin/ecbpf --status --bpffs $bpffs --config $config" 2>/dev/null &
socat "UNIX-LISTEN:$work/run/status.json,fork,mode=660,group=$served" \
	"EXEC:$build/bin/ecbpf --status --json --bpffs $bpffs --config $config" 2>/dev/null &
check "a service" wait_until 10 test -S "$work/run/status.json" -a -S "$work/run/status"
nobody() { # GROUP OPTION...
	setpriv --reuid 65534 --regid "$1" --clear-groups --bounding-set -all --inh-caps -all \
		"$build/bin/ecbpf" "${@:2}"
}
check "a member of the group gets the screen" nobody "$served" status --sockets "$work/run"
equal "  the same" "$(door status --config "$config")" "$(cat "$work/output")"
equal "  and JSON" "$(door status --json --config "$config" | jq -S 'del(.. | .time?)')" \
	"$(nobody "$served" status --json --sockets "$work/run" | jq -S 'del(.. | .time?)')"
equal "another one does not" 1 "$(exit_status nobody 4243 status --sockets "$work/run")"
contains "  and learns the group" "usermod -aG ecbpf USER" "$work/error"
equal "without a service" 1 "$(exit_status nobody "$served" status --sockets /no/such)"
contains "  the missing right is told" "missing CAP_BPF, and nobody serves /no/such/status" "$work/error"
equal "top needs the right" 1 "$(exit_status nobody "$served" top)"
contains "  and says so" "missing CAP_BPF" "$work/error"

echo "# sick"
bpftool map delete pinned "$bpffs/ecbpf/eth0/xdp_program_array" key 2 0 0 0
equal "a slot that was emptied by hand" 1 "$(exit_status door status --config "$config")"
contains "  is told" "SICK: " "$work/output"
equal "  in JSON as well" 1 "$(exit_status door status --json --config "$config")"
equal "    with how many" true "$(jq '.sick > 0' "$work/output")"
check "reload puts it right" door reload --config "$config"
check "  and all is well" door status --config "$config"

echo "# all components, twice"
ids() { # of every program that is pinned
	find "$bpffs/ecbpf" \( -name program -o -name root_program -o -name '*link*' \) | sort | while read -r pin; do
		echo "$pin $(bpftool -j prog show pinned "$pin" 2>/dev/null | jq -c .id) $(bpftool -j link show pinned "$pin" 2>/dev/null | jq -c '.id, .prog_id')"
	done
}
configure '"interfaces": "eth0", "xdp_filter": { "drop": ["drop.list"] }, "xdp_sampler": {}, "bypass_udp": {}, "tc_offload": { "interfaces": "eth0" }'
check "reload" door reload --config "$config"
equal "  attaches all five" "" "$(door status --json --config "$config" | jq -r '.components[] | select(.attached | not) | .tool')"
before=$(ids)
check "  and pins them" test "$(grep -c 'program [0-9]' <<<"$before")" -ge 4
check "once more" door reload --config "$config"
equal "  loads no program again" "$before" "$(ids)"

echo "# more than a root"
check "another network namespace's root" loader_in client --attach --interface peer1
check "a NOP root" loader --detach --nop --interface eth0
door status --config "$config" >"$work/output" 2>&1
equal "each by its name and state" "eth0 all native, no chain;peer1 all in another network namespace 0 0 0 0 0 0;" \
	"$(awk '$2 == "all" { $1 = $1; printf "%s;", $0 }' "$work/output")"

check "schema" door schema
equal "  has the sections" "true true" "$(jq -r '[has("properties"), (.properties | has("xdp_filter"))] | map(tostring) | join(" ")' "$work/output")"
