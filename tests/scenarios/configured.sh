#!/usr/bin/env bash
# xdp_filter and xdp_sampler by the configuration file alone: --check-config, --wanted, --attach --configured, --reload
# --configured, --metrics, --detach --attached; with names that are not there, and with a file that is wrong.
. "$(dirname "$0")/../harness/netns.sh"

add_namespace client
for link in 0 1 2; do
	add_link "eth$link" client "peer$link"
done
check "roots" loader --attach --interface eth0,eth1,eth2
config=$work/ecbpf.json
tools="xdp_filter xdp_sampler"

tool() { # TOOL OPTION...
	"$build/bin/$1" --bpffs "$bpffs" "${@:2}"
}
# says WHAT STATUS OUTPUT ERROR TOOL OPTION...: all that it says, without its name; "*" is anything.
says() {
	local rc=0
	tool "${@:5}" >"$work/said" 2>"$work/told" || rc=$?
	equal "$1: exit status" "$2" "$rc"
	[ "$3" = "*" ] || equal "$1: stdout" "$3" "$(<"$work/said")"
	[ "$4" = "*" ] || equal "$1: stderr" "$4" "$(sed "s/^$5: //" "$work/told")"
}
places() { # TOOL: the interfaces that have it
	tool "$1" --status --json | jq -r '.interfaces | keys | join(" ")'
}

echo "# nothing is wanted"
echo '{ "interfaces": ["eth0"] }' >"$config"
for t in $tools; do
	says "$t: --check-config" 0 "$config: no section $t: not wanted on this host" "" "$t" --check-config --config "$config"
	says "$t: --wanted" 1 "" "$config: no section $t: not wanted on this host" "$t" --wanted --config "$config"
	says "$t: --attach" 0 "$config: no section $t: not wanted on this host" "" "$t" --attach --configured --config "$config"
	says "$t: --detach" 0 "attached nowhere: nothing to do" "" "$t" --detach --attached
	equal "$t: nothing is attached" "" "$(places "$t")"
done

echo "# a file that is wrong"
cat >"$config" <<-END
	{
	"interfaces": ["eth*"],
	"xdp_filter": { "monitr": true,
		"drop": ["none.list"], "slot": 9 },
	"xdp_sampler": { "rate": "fast",
		"sinks": [ { "type": "pcapng", "fill": "x" } ] }
	}
END
says "xdp_filter: --check-config tells all" 1 "" "$config: line 3: xdp_filter.monitr: no such setting; did you mean 'monitor'?
$config: line 4: xdp_filter.slot: 9 is not a slot, 0 to 7
$config: line 4: xdp_filter.drop[0]: $work/none.list: cannot be opened: -ENOENT (No such file or directory)
$config: 3 errors" xdp_filter --check-config --config "$config"
says "xdp_sampler: --check-config tells all" 1 "" "$config: line 5: xdp_sampler.rate: 'fast' is not a rate: N for 1 packet in N, from 1 to 16777216, or 0 for none
$config: line 6: xdp_sampler.sinks[0].fill: no such setting; did you mean 'file'?
$config: 2 errors" xdp_sampler --check-config --config "$config"
for t in $tools; do
	says "$t: --attach" 1 "" "*" "$t" --attach --configured --config "$config"
	equal "$t: nothing is attached" "" "$(places "$t")"
	says "$t: a unit would start, and say so" 0 "$config: $t is wanted" "" "$t" --wanted --config "$config"
done

echo "# attached where the file says"
echo "192.0.2.0/24" >"$work/drop.list"
# configure FILTER SAMPLER: what differs.
configure() {
	cat >"$config" <<-END
		{
			"interfaces": ["eth[01]"], // the host's
			"xdp_filter": { $1 "drop": "drop.list", "slot": 5 },
			"xdp_sampler": { $2 "interfaces": ["eth1", "eth9"], "rate": 5 }
		}
	END
}
configure "" ""
says "xdp_filter: --check-config" 0 "$config: fine" "" xdp_filter --check-config --config "$config"
says "xdp_filter: --attach" 0 "" "" xdp_filter --attach --configured --config "$config"
equal "xdp_filter is there" "eth0 eth1" "$(places xdp_filter)"
equal "in its slot" "5 5" "$(tool xdp_filter --status --json | jq -r '[.interfaces[].slot] | join(" ")')"
missing=$(tool xdp_sampler --attach --configured --config "$config" 2>&1)
equal "xdp_sampler: exit status: one is not there" 3 $?
equal "xdp_sampler: and says which" "xdp_sampler: eth9: no such interface
xdp_sampler: 1 interface of the configuration is not there (see above)" "$missing"
equal "xdp_sampler is where it can be" eth1 "$(places xdp_sampler)"
for t in $tools; do
	says "$t: --interface besides" 1 "" "--interface and --configured exclude each other: give one" "$t" --attach --configured --interface eth0
	says "$t: no file besides" 1 "" "--configured and --no-config contradict each other" "$t" --attach --configured --no-config
done

echo "# reloaded"
configure '"monitor": true,' '"at": ["ingress", "verdict"],'
says "xdp_filter: --reload" 0 "eth0: 0 sources added, 0 removed, 0 changed, monitor: off -> on
eth1: 0 sources added, 0 removed, 0 changed, monitor: off -> on" "" xdp_filter --reload --configured --config "$config"
says "xdp_sampler: --reload" 3 "eth1: at: verdict -> ingress,verdict" "*" xdp_sampler --reload --configured --config "$config"
sed -i 's/"slot": 5/"slot": 6/' "$config"
says "xdp_filter: another slot is refused" 1 "" "*" xdp_filter --reload --configured --config "$config"
check "and says what to do" grep -q "the filter is in slot 5, and slot 6 of the configuration means another one" "$work/told"

echo "# measured"
says "xdp_filter: --metrics" 0 "*" "" xdp_filter --metrics
check "a counter of each interface" grep -qxF 'ecbpf_filter_found_packets_total{interface="eth1",counter="source_ipv4"} 0' "$work/said"
check "its end" test "$(tail -n 1 "$work/said")" = "# EOF"
says "xdp_sampler: --metrics" 0 "*" "" xdp_sampler --metrics
check "a counter of each place" grep -qxF 'ecbpf_sampler_samples_total{interface="eth1",place="ingress"} 0' "$work/said"

echo "# taken away, wherever it is"
check "one that the file does not name" tool xdp_filter --attach --no-config --interface eth2
for t in $tools; do
	says "$t: --detach" 0 "" "" "$t" --detach --attached --no-config
	equal "$t is nowhere" "" "$(places "$t")"
	says "$t: again" 0 "attached nowhere: nothing to do" "" "$t" --detach --attached
done
check "--detach" loader --detach --interface eth0,eth1,eth2
equal "nothing is left" "" "$(pin_tree)"
