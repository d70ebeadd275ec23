#!/usr/bin/env bash
# A Debian machine from the installation of the package to its purge: systemd as process 1, the units as they are, real
# packets. As it comes nothing is attached; the configuration file brings everything; a reload takes what differs and
# refuses a broken file; daemons that are killed come back and nothing else notices; an upgrade under a flood lets no
# packet of a listed source through and keeps lists and counters; stop takes everything away, start and a reboot bring
# it back; purge leaves nothing.
. "$(dirname "$0")/../system/lib_container.sh"
. "$(dirname "$0")/../harness/netns.sh"
need_containers
. "$(dirname "$0")/lib_system.sh"

echo "# installed"
check "a package of this build" package
package=$(package)
container_make server
boot
check "provision" provision "$package"
equal "nothing is attached as it comes" "" "$(container_pins server)"
equal "no unit fails for that" "" "$(failed_units)"
equal "and no daemon runs" "" "$(running_daemons)"
check "status says so" on server ecbpf status
contains "  of each component" "xdp_filter    not attached" "$work/output"
check "a manual page" test -s "$(container_path server)/usr/share/man/man8/ecbpf.8.gz"
check "provision again changes nothing" provision "$package"

echo "# configured"
configure ""
check "provision with a configuration" provision "$package" "$configuration"
equal "everything runs" "$everything" "$(running)"
equal "no unit failed" "" "$(failed_units)"
check "status is well" on server ecbpf status
before=$(counted)
send peer0 udp-listed udp udp-listed
equal "the filter drops what is listed" "2 1" "$(moved "$before")"
check "metrics" on server ecbpf metrics
contains "  tell the same" 'ecbpf_chain_packets_total{interface="eth0",slot="2",program="xdp_filter",verdict="drop",reason="source_ipv4"} 2' "$work/output"
contains "  to their end" "# EOF" "$work/output"
check "metrics over HTTP" on server sh -c 'systemctl start ecbpf-metrics.socket && curl -sSf http://127.0.0.1:9431/metrics'
contains "  the same" 'verdict="drop",reason="source_ipv4"} 2' "$work/output"
check "status for the group ecbpf" as_user ecbpf ecbpf status
contains "  with everything" "xdp_filter    3 sources, 2 dropped" "$work/output"
check "as JSON" as_user ecbpf ecbpf status --json
equal "  the same" "2 0" "$(jq -r '"\(.components.xdp_filter.status.interfaces.eth0.stats.ip_drop_count) \(.sick)"' "$work/output")"
check "not for others" fails as_user nogroup ecbpf status
contains "  who are told of the group" "ecbpf" "$work/output"
check "samples are written" wait_until 20 has_samples
check "statistics are written" wait_until 20 has_statistics

echo "# reloaded"
kept=$(programs)
echo 192.0.2.1/32 >>"$(container_path server)/etc/ecbpf/drop.list"
check "ecbpf reload" on server ecbpf reload
before=$(counted)
send peer0 udp-listed udp
equal "a list file that has changed" "2 0" "$(moved "$before")"
equal "the programs are the same" "$kept" "$(programs)"
configure ""
check "by the unit" on server systemctl reload ecbpf-filter
before=$(counted)
send peer0 udp-listed udp
equal "  as it was" "1 1" "$(moved "$before")"
configure '"evil_bits": 1,'
check "a broken file is refused" fails on server ecbpf reload
contains "  with the line" "line 5: xdp_filter.evil_bits:" "$work/output"
check "by the unit as well" fails on server systemctl reload ecbpf-filter
before=$(counted)
send peer0 udp-listed udp
equal "  and nothing has changed" "1 1 $everything" "$(moved "$before") $(running)"
configure ""
check "the file is fine again" on server systemctl reload ecbpf-filter

echo "# killed"
kept=$(programs)
pins=$(container_pins server)
for daemon in $(running_daemons); do
	pid=$(show "$daemon" MainPID)
	[ "$pid" -gt 0 ] && on server kill -KILL "$pid"
	check "$daemon comes back" wait_until 20 runs_anew "$daemon" "$pid"
done
equal "nothing else has changed" "$kept $everything" "$(programs) $(running)"
equal "not even a pin" "$pins" "$(container_pins server)"
check "a daemon that hangs" hang ecbpf-sampler-daemon
check "  is ended by the watchdog, and comes back" wait_until 60 runs_anew ecbpf-sampler-daemon "$pid"

echo "# upgraded"
check "a higher version" package_as 99.0.0
flood_and "upgrade" provision "$work/packages/99.0.0.deb"
equal "it is installed" "Version: 99.0.0" "$(in_container server dpkg -s ecbpf | grep ^Version)"
equal "everything runs" "$everything" "$(running)"
equal "no unit failed" "" "$(failed_units)"
check "with new programs" test "$kept" != "$(programs)"
check "and the old configuration" cmp "$configuration" "$(container_path server)/etc/ecbpf/ecbpf.json"
check "status is well" on server ecbpf status

echo "# stopped"
check "stop of the root" on server systemctl stop ecbpf-root
equal "takes all that is in the chain away" "" "$(in_chain)"
check "start of the root" on server systemctl start ecbpf-root
check "brings all of it back" wait_until 20 is_running "$everything"
check "stop of everything" on server systemctl stop ecbpf.target
# systemctl does not wait for what is a part of the target.
check "leaves nothing behind" wait_until 30 is_empty
equal "no daemon" "" "$(running_daemons)"
equal "and no failed unit" "" "$(failed_units)"
send peer0 udp-listed
check "start of everything" on server systemctl start ecbpf.target
check "brings all of it back" wait_until 20 is_running "$everything"

echo "# interfaces that come and go"
check "the container sees devices" container_sees_devices server
in_ns server ip link add eth1 type veth peer name other1
check "one that the configuration wants is taken" wait_until 30 has_chain eth1
in_ns server ip link add wan0 type veth peer name other2
check "an instance for one that it does not name" on server systemctl start ecbpf-root@wan0 ecbpf-filter@wan0
check "  has it" has_chain wan0
equal "  with the settings of the file" generic "$(mode_of wan0)"
in_ns server ip link delete eth1
in_ns server ip link delete wan0
check "  until it is gone" wait_until 20 is_inactive ecbpf-root@wan0
equal "  without a trace" "" "$(container_pins server | grep wan0)"
equal "  or a failure" "" "$(failed_units)"

echo "# off and on"
container_power_off server
boot
equal "everything runs" "$everything" "$(running)"
equal "no unit failed" "" "$(failed_units)"
send peer0 udp-listed udp udp-listed
equal "the filter drops what is listed" "2 1" "$(moved "0 0")"
container_power_fails server
boot
equal "everything runs after a power failure" "$everything" "$(running)"
equal "no unit failed" "" "$(failed_units)"

echo "# removed"
check "apt-get remove" on server apt-get -q -y remove ecbpf
equal "takes all programs away" "" "$(container_pins server)"
check "the configuration stays" test -e "$(container_path server)/etc/ecbpf/ecbpf.json"
check "provision" provision "$package"
check "everything runs" wait_until 20 is_running "$everything"
rm "$(container_path server)"/etc/ecbpf/*.list
check "apt-get purge" on server apt-get -q -y purge ecbpf
equal "takes all programs away" "" "$(container_pins server)"
equal "no unit is left" "" "$(leftovers)"
equal "and no failed one" "" "$(failed_units)"
container_power_off server
equal "nothing is left of the container" "" "$(ip -o link show | grep -v ' lo:')"
