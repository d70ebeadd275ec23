# shellcheck shell=bash
# What the scenarios with the container "server" share: eth0 to the scenario's peer0, all components configured. Sourced behind
# need_containers.
: "${work:?}" "${senders:?}" "${source_dir:?}"
configuration=$work/ecbpf.json

boot() {
	container_boot server peer0:eth0
}
# on CONTAINER COMMAND...: what it says is in $work/output.
on() {
	in_container "$@" >"$work/output" 2>&1
}
# fails COMMAND...
fails() {
	! "$@"
}
# as_user GROUP COMMAND...: without any right, but with the group.
as_user() {
	on server setpriv --reuid nobody --regid nogroup --groups "$1" --inh-caps -all --bounding-set -all "${@:2}"
}
# provision PACKAGE [CONFIG]
provision() {
	local file arguments=()
	for file in "$source_dir/scripts/provision.sh" "$@"; do
		cp "$file" "$(container_path server)/root/" || return
		arguments+=("/root/$(basename "$file")")
	done
	on server "${arguments[0]}" server "${arguments[@]:1}"
}

# configure SETTING: the configuration of all components, with "SETTING," in front of the filter's own or with "".
configure() {
	cat >"$configuration" <<-END
		// of the system test
		{
			"interfaces": ["eth*"],
			"xdp_filter": {
				$1
				"drop": ["drop.list"], "allow": ["allow.list"]
			},
			"xdp_sampler": {
				"at": ["ingress", "verdict"], "rate": 2, "sinks": [{ "type": "pcapng", "file": "/var/spool/ecbpf/samples.pcapng" }]
			},
			"bypass_udp": {
				"stats": { "seconds": 1, "format": "json", "to": "/var/lib/ecbpf/bypass.json" }
			},
			"tc_offload": { "interfaces": ["lo"] },
			"xdp_root": { "interface": { "wan0": { "mode": "generic" } } }
		}
	END
	local etc
	etc=$(container_path server)/etc/ecbpf
	mkdir -p "$etc"
	printf '203.0.113.0/24\n2001:db8:bad::/48\n' >"$etc/drop.list"
	echo 192.0.2.0/28 >"$etc/allow.list"
	[ ! -e "$etc/ecbpf.json" ] || cp "$configuration" "$etc/ecbpf.json"
}
has_samples() {
	[ -s "$(container_path server)/var/spool/ecbpf/samples.pcapng" ]
}
has_statistics() {
	[ -s "$(container_path server)/var/lib/ecbpf/bypass.json" ]
}

# show UNIT PROPERTY
show() {
	in_container server systemctl show -P "$2" "$1"
}
failed_units() {
	in_container server systemctl list-units --failed --no-legend --plain | cut -d ' ' -f 1
}
running_daemons() {
	in_container server systemctl list-units --type service --state running --no-legend --plain 'ecbpf-*' | cut -d ' ' -f 1 |
		grep -v '@' | sort | grep -v -x ecbpf-metrics.service
}
# in_chain: what is in the slots.
in_chain() {
	in_container server xdp_root_loader --status --json |
		jq -r '.interfaces | to_entries[] | .key as $i | .value.subprograms[]? | select(.prog_loaded) | "\($i) \(.name)"'
}
# running: all that shows that a component does its work.
running() {
	{
		in_chain
		in_container server tc_offload --status --json | jq -r '.places[]? | "\(.interface) tc_offload"'
		running_daemons
	} 2>&1 | paste -s -d ' '
}
is_running() {
	[ "$(running)" = "$1" ]
}
everything="eth0 xdp_sampler eth0 xdp_filter eth0 bypass_udp lo tc_offload ecbpf-bypass-daemon.service"
everything+=" ecbpf-bypass-stats.service ecbpf-filter-daemon.service ecbpf-offload-daemon.service ecbpf-sampler-daemon.service"
# programs: what is new after an upgrade, and only then.
programs() {
	in_container server xdp_root_loader --status --json |
		jq -r '.interfaces | to_entries[] | "\(.key) \(.value.xdp_program_id) \([.value.subprograms[]?.id])"'
}
has_chain() { # INTERFACE
	in_chain | grep -q "^$1 xdp_filter"
}
mode_of() { # INTERFACE
	in_container server xdp_root_loader --status --json | jq -r --arg interface "$1" '.interfaces[$interface].mode'
}
is_inactive() { # UNIT
	[ "$(show "$1" ActiveState)" = inactive ]
}
is_empty() {
	[ -z "$(container_pins server)" ]
}
runs_anew() { # UNIT PID
	[ "$(show "$1" ActiveState)" = active ] && [ "$(show "$1" MainPID)" != "$2" ]
}
# hang UNIT: its daemon does nothing any more; $pid is what it was.
hang() {
	pid=$(show "$1" MainPID)
	[ "$pid" -gt 0 ] && on server kill -STOP "$pid"
}

# counted: "dropped passed" by the filter and behind the chain; moved BEFORE: since then.
counted() {
	in_container server xdp_root_loader --status --json | jq -r '.interfaces.eth0 |
		"\(.subprograms[2].statistics.XDP_DROP) \(.root.statistics.XDP_PASS)"'
}
moved() {
	local before now
	read -r -a before <<<"$1"
	read -r -a now <<<"$(counted)"
	echo "$((now[0] - before[0])) $((now[1] - before[1]))"
}
# told NAME: a number of the last words of tests/senders/flood.
told() {
	sed -n "s/^$1 //p" "$work/flood"
}
is_flooded() {
	local counts
	read -r -a counts <<<"$(moved "$1")"
	[ "${counts[0]}" -gt "${2:-5000}" ]
}
# flood_and WHAT COMMAND...: runs the command while a listed source and another one send, and looks at every packet.
flood_and() {
	local what=$1 before flood pairs
	shift
	before=$(counted)
	"$senders/flood" here:peer0 server:eth0 udp-listed.9 udp >"$work/flood" 2>&1 &
	flood=$!
	check "$what: the flood is on" wait_until 20 is_flooded "$before"
	check "$what: it works" "$@"
	check "$what: the flood goes on" wait_until 20 is_flooded "$(counted)"
	kill "$flood"
	wait "$flood"
	pairs=$(($(told sent) / 2))
	echo "$what: $((2 * pairs)) packets, $(told packets_per_second) per second"
	equal "$what: the receiver kept up" 0 "$(told socket_drops)"
	equal "$what: of the listed source none passed" 0 "$(told leaked)"
	equal "$what: of the other one none is missing" "0 $pairs" "$(told lost) $(told passed)"
	equal "$what: the counters went on" "$pairs $pairs" "$(moved "$before")"
}

# leftovers: what a purged package has left on the disk, but for what dpkg and systemd know of all packages.
leftovers() {
	find "$(container_path server)" -xdev -name '*ecbpf*' ! -path '*/root/root/*' ! -path '*/var/log/*' ! -path '*/var/lib/dpkg/*' \
		! -path '*/var/lib/systemd/*' ! -path '*/run/*' -printf '%P\n'
}
