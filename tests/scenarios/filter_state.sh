#!/usr/bin/env bash
# What the filter knows lasts: lists, hits, counters and configuration across upgrades of the filter and the
# root; configuration and list files across --detach and --attach; --reload applies what differs and nothing
# else, without a gap; an entry expires while no loader runs; a million and a million prefixes go in and out.
. "$(dirname "$0")/../harness/netns.sh"
. "$(dirname "$0")/lib_filter.sh"

MANY=1000000 DURATION=8
[ -z "${ECBPF_TEST_QUICK:-}" ] || MANY=20000 DURATION=1

add_namespace client
add_link eth0 client peer0
take_native_xdp client peer0
arrives() { # WHAT EXPECTED FRAME...
	equal "$1" "$2" "$(arriving client:peer0 eth0 "${@:3}")"
}
arrives_now() { # EXPECTED FRAME...: for wait_until
	[ "$(arriving client:peer0 eth0 "${@:2}")" = "$1" ]
}
# knowledge: all that an upgrade must keep.
knowledge() {
	filter_says '{ configuration, list, stats, sources }' | jq -S .
}
# entries: each source without its hits.
entries() {
	filter_says '.sources[] | "\(.prefix) \(.action) \(.origin) \(.tag) \(.load_time)"' | sort
}
list_id() {
	bpftool -j map show pinned "$bpffs/ecbpf/eth0/slot_2/source_list" | jq .id
}
a_second_passes() { # load times are shown in seconds
	local now
	now=$(date +%s)
	wait_until 3 is_later "$now"
}
is_later() {
	[ "$(date +%s)" -gt "$1" ]
}

mkdir "$work/etc"
config=$work/etc/ecbpf.json
write_config() { # SETTING...
	local setting
	{
		printf '{ "other_component": { "unknown": [1] }, // not ours\n"xdp_filter": {\n'
		for setting in "$@"; do
			echo "$setting,"
		done
		printf '"interface": { "eth9": { "monitor": true, "drop": [] } },\n"drop": ["drop.list", "more.list"], "allow": "allow.list" } }\n'
	} >"$config"
}
write_config '"fragments_ipv4": "drop"' '"ptb_mtu": 1280' '"evil_bit": "drop"' '"ptb_max_pps": 7'
cat >"$work/etc/drop.list" <<-END
	; Spamhaus DROP List
	203.0.113.0/24 ; SBL1
	198.51.100.0/25 ; SBL2
	192.0.2.0/24 ; SBL3
END
printf '# FireHOL\n2001:db8:bad::/48 # v6\n' >"$work/etc/more.list"
echo 192.0.2.1 >"$work/etc/allow.list"

echo "# upgrades"
check "a root" loader --attach --interface eth0
check "the filter, from a file" filter --attach --config "$config"
arrives "listed sources do not arrive" "udp" udp-listed udp-6-listed fragment evil
check "one more by command" filter --drop --ips 203.0.113.9 --tags "by hand"
check "one setting by command" filter --set --martian-source drop
send client:peer0 udp-listed udp-listed.9 martian udp-options
arrives "martians, too" "udp" martian
before=$(knowledge)
id=$(filter_says .program_id)
check "the filter is upgraded" filter --attach --no-config
check "it is another" test "$(filter_says .program_id)" != "$id"
equal "it knows the same" "$before" "$(knowledge)"
check "the filter is upgraded with its file" filter --attach --config "$config"
equal "it knows the same" "$before" "$(knowledge)"
id=$(status_of eth0 .xdp_program_id)
check "the root is upgraded" loader --attach --interface eth0
check "it is another" test "$(status_of eth0 .xdp_program_id)" != "$id"
equal "the filter knows the same" "$before" "$(knowledge)"
equal "hits of the listed source" 3 "$(hits 203.0.113.0/24)"

echo "# --detach, --attach"
check "--detach" filter --detach
arrives "everything arrives" "udp-listed fragment udp" udp-listed fragment
check "--attach" filter --attach --config "$config"
equal "the lists of the files" "192.0.2.0/24 drop ; SBL3
192.0.2.1/32 allow
198.51.100.0/25 drop ; SBL2
203.0.113.0/24 drop ; SBL1
2001:db8:bad::/48 drop ; v6" "$(filter --dump)"
equal "the configuration of the file" "drop pass 1280 7 drop count" "$(filter_says \
	'.configuration | "\(.fragments_ipv4) \(.fragments_ipv6) \(.ptb_mtu) \(.ptb_max_pps) \(.evil_bit) \(.martian_source)"')"
equal "hits begin anew" 0 "$(hits 203.0.113.0/24)"
arrives "listed sources do not arrive" "udp" udp-listed udp-6-listed fragment

echo "# --reload, nothing differs"
check "one by command" filter --drop --ips 203.0.113.9 --tags "by hand"
before=$(knowledge) id=$(list_id)
check "--reload" filter --reload --config "$config"
equal "says so" "eth0: 0 sources added, 0 removed, 0 changed" "$(cat "$work/output")"
equal "it knows the same" "$before" "$(knowledge)"
equal "the list is the same map" "$id" "$(list_id)"

echo "# --reload, the difference"
entries >"$work/before"
check "a second passes" a_second_passes
sed -i 's/198.51.100.0\/25 ; SBL2/198.51.101.0\/24 ; SBL4/' "$work/etc/drop.list"
write_config '"fragments_ipv4": "pass"' '"ptb_mtu": 1280' '"evil_bit": "drop"' '"ptb_max_pps": 7'
hit=$(hits 203.0.113.0/24)
check "--reload" filter --reload --config "$config"
equal "says what" "eth0: 1 sources added, 1 removed, 0 changed, fragments_ipv4: drop -> pass" "$(cat "$work/output")"
entries >"$work/after"
equal "nothing else differs, not even load times" "< 198.51.100.0/25 drop configuration SBL2
> 198.51.101.0/24 drop configuration SBL4" "$(diff "$work/before" "$work/after" | grep '^[<>]' | grep -oE '^. [^ ]+ [^ ]+ [^ ]+ [^ ]+')"
equal "hits stay" "$hit" "$(hits 203.0.113.0/24)"
check "the command's entry stays" grep -q "^203.0.113.9/32 drop command by hand " "$work/after"
arrives "fragments pass now" "fragment udp" fragment udp-listed
check "a second passes" a_second_passes
sed -i 's/ ; SBL1/ ; SBL5/' "$work/etc/drop.list"
check "--reload of a tag" filter --reload --config "$config"
equal "says that one changed" "eth0: 0 sources added, 0 removed, 1 changed" "$(cat "$work/output")"
sed -i 's/ ; SBL5/ ; SBL1/' "$work/etc/drop.list"

echo "# --reload under load, without a gap"
check "--reload" filter --reload --config "$config"
cp "$config" "$work/etc/pass.json"
write_config '"fragments_ipv4": "drop"' '"monitor": false' '"bad_length": "count"'
hit=$(hits 203.0.113.0/24) allowed_hit=$(hits 192.0.2.1/32)
"$senders/flood" client:peer0 eth0 udp-listed.9 >"$work/flood" &
flood=$!
is_flooded() {
	[ "$(hits 203.0.113.0/24)" -gt $((hit + 5000)) ]
}
check "the flood is on" wait_until 20 is_flooded
until=$((SECONDS + DURATION)) reloads=0 failed=0
while [ "$SECONDS" -lt "$until" ] || [ "$reloads" -lt 4 ]; do
	echo "10.1.$((reloads % 250)).0/24" >"$work/etc/more.list"
	{ filter --reload --config "$config" && filter --reload --config "$work/etc/pass.json"; } >/dev/null || failed=$((failed + 1))
	reloads=$((reloads + 2))
done
kill "$flood"
wait "$flood"
pairs=$(($(told sent flood) / 2))
echo "$reloads reloads, $((2 * pairs)) packets, $(told packets_per_second flood) per second"
equal "all reloads went well" 0 "$failed"
equal "of the listed source none passed, of the allowed one none is missing" "0 0 $pairs" "$(told leaked flood) $(told lost flood) $(told passed flood)"
equal "and all were counted" "$pairs $pairs" "$(($(hits 203.0.113.0/24) - hit)) $(($(hits 192.0.2.1/32) - allowed_hit))"

echo "# an expiry that comes due while no loader runs"
check "--clear" filter --clear
check "a source for some seconds" filter --drop --ips 203.0.113.7 --expires 4s --tags short
check "another for a day" filter --drop --ips 203.0.113.8 --expires 1d
check "a prefix for ever" filter --drop --ips 2001:db8:bad::/48
check "an exception for some seconds" filter --allow --ips 2001:db8:bad::7 --expires 4s
arrives "before: the one does not arrive, the exception does" "udp-6-listed udp" udp-listed udp-6-listed
check "then: the other way round" wait_until 15 arrives_now "udp-listed udp" udp-listed udp-6-listed
check "the covering prefix was hit" test "$(hits 2001:db8:bad::/48)" -gt 0
equal "status tells by its times what is in force" "2001:db8:bad::/48 203.0.113.8/32" "$(filter_says '.sources[] |
	select(.expires == null or (.expires | strptime("%a, %d %b %Y %H:%M:%S %z") | mktime) > now) | .prefix' | sort | xargs)"
check "--dump tells the time" grep -qE '^203\.0\.113\.8/32 drop until [0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$' <(filter --dump)
filter --dump >"$work/dump"
check "the next change" filter --drop --ips 203.0.113.10
equal "forgets the expired ones" "203.0.113.8/32
203.0.113.10/32
2001:db8:bad::/48" "$(filter_says '.sources[] | .prefix' | sort -V)"
check "--clear" filter --clear
check "what --dump has printed" filter --drop --replace --file "$work/dump"
equal "is what was in force" "2001:db8:bad::/48 203.0.113.8/32" "$(filter_says '.sources[] | .prefix' | sort | xargs)"

echo "# $MANY and $MANY prefixes"
awk -v count="$MANY" 'BEGIN {
	for (i = 0; i < count; i++) {
		h = (i * 2654435761) % 4294967296
		printf "%d.%d.%d.%d # tag %d\n", int(h / 16777216), int(h / 65536) % 256, int(h / 256) % 256, h % 256, i % 100
		printf "2%03x:%x:%x::/%d ; tag %d\n", i % 4096, int(h / 65536), h % 65536, 48, i % 50
	}
}' >"$work/etc/many.list"
load_many() {
	filter --drop --replace --file "$work/etc/many.list"
}
started=${EPOCHREALTIME/./}
check "they are loaded" load_many
echo "loaded in $(((${EPOCHREALTIME/./} - started) / 1000)) ms, $(filter_says .list.memory) bytes of memory"
equal "all of them" "$MANY $MANY" "$(filter_says '"\(.list.drop_ipv4) \(.list.drop_ipv6)"')"
check "--dump" sh -c "'$build/bin/xdp_filter' --bpffs '$bpffs' --interface eth0 --dump >'$work/dump'"
equal "prints all" $((2 * MANY)) "$(wc -l <"$work/dump")"
equal "the sources of the file" "$(awk '{ sub(/(:0)+::/, "::", $1); print $1 ($1 ~ /\// ? "" : "/32") }' "$work/etc/many.list" | sort | md5sum)" "$(awk '{ print $1 }' "$work/dump" | sort | md5sum)"
check "--clear" filter --clear
check "--replace by what was printed" sh -c "'$build/bin/xdp_filter' --bpffs '$bpffs' --interface eth0 --drop --replace --file - <'$work/dump'"
check "--dump prints the same" cmp "$work/dump" <(filter --dump)
check "one that is not listed passes" arrives_now "udp-listed udp" udp-listed
check "one more" filter --drop --ips 203.0.113.0/24
arrives "does not" "udp" udp-listed
printf '{ "xdp_filter": { "drop": "many.list" } }' >"$config"
check "--clear" filter --clear
check "--reload" filter --reload --config "$config"
equal "adds all" "eth0: $((2 * MANY)) sources added, 0 removed, 0 changed, ptb_max_pps: 7 -> 200, ptb_mtu: 1280 -> 0, evil_bit: drop -> count" "$(cat "$work/output")"
check "--reload again" filter --reload --config "$config"
equal "finds no difference" "eth0: 0 sources added, 0 removed, 0 changed" "$(cat "$work/output")"
check "--dump prints the same" cmp "$work/dump" <(filter --dump)
check "--detach" loader --detach --interface eth0
equal "nothing is pinned" "" "$(pin_tree)"
