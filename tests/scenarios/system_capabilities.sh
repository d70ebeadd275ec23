#!/usr/bin/env bash
# No unit has a right to spare: each does what it is there for, and does not when any one of its capabilities is taken
# away.
#
# Usage: system_capabilities.sh [REGEX]   only units whose name matches
. "$(dirname "$0")/../system/lib_container.sh"
. "$(dirname "$0")/../harness/netns.sh"
need_containers
need socat
. "$(dirname "$0")/lib_system.sh"

check "a package of this build" package
container_make server
boot
configure ""
check "provision" provision "$(package)" "$configuration"
exporter=$(container_path server)/var/lib/prometheus/node-exporter
mkdir -p "$exporter"
# As on a Debian that is not the newest: reading maps is a right, too.
check "everything runs" wait_until 20 is_running "$everything"

# anew UNIT...: from nothing.
anew() {
	on server systemctl stop "$@" && on server systemctl start "$@"
}
# Each component has told numbers, and none is sick.
has_all_metrics() { # FILE
	local component
	for component in chain sampler filter bypass offload; do
		grep -q "^ecbpf_${component}_" "$1" || return
	done
	! grep '^ecbpf_component_sick{' "$1" | grep -qv ' 0$'
}
asked_by_http() {
	on server systemctl stop ecbpf-metrics.service
	on server systemctl restart ecbpf-metrics.socket && on server curl -sSf --max-time 10 http://127.0.0.1:9431/metrics &&
		has_all_metrics "$work/output"
}
textfile() {
	rm -f "$exporter/ecbpf.prom"
	on server systemctl start ecbpf-metrics-textfile && has_all_metrics "$exporter/ecbpf.prom"
}
statsd() {
	local receiver rc
	: >"$work/datagrams"
	nsenter --net=/run/netns/server socat -u UDP-RECV:8125,bind=127.0.0.1 "OPEN:$work/datagrams,append" &
	receiver=$!
	wait_until 10 in_ns server grep -q :1FBD /proc/net/udp
	on server systemctl start ecbpf-statsd@127.0.0.1:8125 && wait_until 5 grep -q "^ecbpf_offload" "$work/datagrams"
	rc=$?
	on server systemctl stop ecbpf-statsd@127.0.0.1:8125
	kill "$receiver"
	wait "$receiver"
	return "$rc"
}
asked_by_socket() { # [--json]
	as_user ecbpf ecbpf status "$@" || return
	cp "$work/output" "$work/told"
	if [ $# -eq 0 ]; then
		! grep -q -E 'SICK|UNKNOWN|not attached' "$work/told"
	else
		jq -e '[.components[] | .attached and .sick == 0 and .problem == null] | all' "$work/told"
	fi
}
statistics() {
	rm -f "$(container_path server)/var/lib/ecbpf/bypass.json"
	on server systemctl restart ecbpf-bypass-stats && wait_until 5 has_statistics && knows_the_host
}
knows_the_host() {
	[ "$(jq -r .host.attached "$(container_path server)/var/lib/ecbpf/bypass.json" | tail -n 1)" = true ] &&
		! in_container server journalctl -q -I -u ecbpf-bypass-stats | grep 'EPERM'
}
late() {
	on server systemctl stop ecbpf-root ecbpf-offload
	on server systemctl start ecbpf-late && [ -n "$(in_chain)" ]
}
# works UNIT: it does what it is there for, begun now.
works() {
	case $1 in
	ecbpf-root.service | ecbpf-filter.service | ecbpf-sampler.service | ecbpf-bypass.service | ecbpf-offload.service) anew "$1" ;;
	ecbpf-bypass-stats.service) statistics ;;
	ecbpf-*-daemon.service) on server systemctl restart "$1" ;;
	ecbpf-late.service | ecbpf-late@.service) late ;;
	ecbpf-metrics.service) asked_by_http ;;
	ecbpf-metrics-textfile.service) textfile ;;
	ecbpf-statsd@.service) statsd ;;
	ecbpf-status@.service) asked_by_socket ;;
	ecbpf-status-json@.service) asked_by_socket --json ;;
	*) echo "nobody knows what $1 is for" >&2 && return 2 ;;
	esac
}
# back: everything as it should be, whatever the last one has left.
back() {
	on server sh -c "systemctl reset-failed 'ecbpf*'
		systemctl start ecbpf-root ecbpf-filter ecbpf-sampler ecbpf-bypass ecbpf-offload
		systemctl start ecbpf-filter-daemon ecbpf-sampler-daemon ecbpf-bypass-daemon ecbpf-offload-daemon ecbpf-bypass-stats"
	wait_until 20 is_running "$everything"
}
# rights UNIT: names of capabilities.
rights() {
	in_container server systemctl show -P CapabilityBoundingSet "${1/@./@x.}"
}
# gets UNIT [CAPABILITY...]: these only; without any what it has.
gets() {
	local drop_in
	drop_in=$(container_path server)/etc/systemd/system/$1.d
	rm -rf "$drop_in"
	if [ $# -gt 1 ]; then
		mkdir -p "$drop_in"
		printf '[Unit]\nStartLimitIntervalSec=0\n[Service]\nCapabilityBoundingSet=\nCapabilityBoundingSet=%s\n' "${*:2}" >"$drop_in/rights.conf"
	fi
	on server systemctl daemon-reload
}

for unit in "$(container_path server)"/lib/systemd/system/ecbpf*.service; do
	unit=$(basename "$unit")
	[[ $unit =~ ${1:-.} ]] || continue
	read -r -a rights <<<"$(rights "$unit")"
	# An instance does what its elder does, for one interface.
	elder=${unit/@/}
	if [ "$elder" != "$unit" ] && [ -e "$(container_path server)/lib/systemd/system/$elder" ]; then
		equal "$unit has the rights of $elder" "$(rights "$elder")" "${rights[*]}"
		continue
	fi
	check "$unit works" works "$unit"
	check "  and everything runs" back
	for right in "${rights[@]}"; do
		read -r -a left <<<"$(printf '%s\n' "${rights[@]}" | grep -vx "$right" | paste -s -d ' ')"
		gets "$unit" "${left[@]:-}"
		check "  not without $right" fails works "$unit"
		gets "$unit"
		back || fail "  everything runs again"
	done
done
container_power_off server
