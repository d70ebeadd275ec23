# SPDX-License-Identifier: GPL-2.0-only
ecbpf_component(NAME ecbpf FRONT_DOOR LIBRARIES PkgConfig::LIBMICROHTTPD
	SUMMARY "status, live rates, checks and metrics of all XDP programs of this host")

# Written by those who read the file. A build with sanitizers leaves looking for leaks to the tests.
set(schema ${CMAKE_BINARY_DIR}/ecbpf.schema.json)
add_custom_command(OUTPUT ${schema} DEPENDS ecbpf VERBATIM
	COMMAND ${CMAKE_COMMAND} -E env ASAN_OPTIONS=detect_leaks=0 $<TARGET_FILE:ecbpf> --schema > ${schema}
	COMMENT "Generating ecbpf.schema.json")
add_custom_target(ecbpf_schema ALL DEPENDS ${schema})
install(FILES ${schema} DESTINATION share/ecbpf COMPONENT runtime)

ecbpf_static_units(ecbpf.target ecbpf-status.socket ecbpf-status-json.socket ecbpf-metrics.socket
	ecbpf-metrics-textfile.timer)
ecbpf_wanted_by(ecbpf-status.socket ecbpf.target)
ecbpf_wanted_by(ecbpf-status-json.socket ecbpf.target)

# Looking takes less than attaching.
set(looks CAPABILITIES CAP_BPF CAP_NET_ADMIN)
# One for each connection, which it answers and ends. 1: something on this host is sick.
set(answer "SuccessExitStatus=1" "StandardInput=socket" "StandardOutput=socket" "StandardError=journal" "TimeoutStopSec=5"
	"RuntimeMaxSec=30")
ecbpf_unit(NAME ecbpf-status@ ${looks} TOOL ecbpf DESCRIPTION "ecbpf: status for the group ecbpf"
	UNIT "CollectMode=inactive-or-failed" SERVICE "ExecStart=/usr/sbin/ecbpf --status" ${answer})
ecbpf_unit(NAME ecbpf-status-json@ ${looks} TOOL ecbpf DESCRIPTION "ecbpf: status as JSON for the group ecbpf"
	UNIT "CollectMode=inactive-or-failed" SERVICE "ExecStart=/usr/sbin/ecbpf --status --json" ${answer})

# Interfaces that were not there when the others were attached: a DHCP answer later, or plugged in.
set(late TOOL ecbpf WRITABLE /sys/fs/bpf /proc/sys/net/ipv4/conf/lo
	SERVICE "Type=oneshot" "ExecStart=/usr/sbin/ecbpf --reload" "SuccessExitStatus=3 SIGTERM" "TimeoutStartSec=60")
set(late_unit "Requisite=ecbpf.target" "After=ecbpf.target" "ConditionPathExists=/etc/ecbpf/ecbpf.json")
ecbpf_unit(NAME ecbpf-late ${late} DESCRIPTION "ecbpf: interfaces that came late"
	UNIT ${late_unit} "Wants=network-online.target" "After=network-online.target")
ecbpf_unit(NAME ecbpf-late@ ${late} DESCRIPTION "ecbpf: a new interface"
	UNIT ${late_unit} "CollectMode=inactive-or-failed")
ecbpf_wanted_by(ecbpf-late.service ecbpf.target)

ecbpf_unit(NAME ecbpf-metrics ${looks} TOOL ecbpf DESCRIPTION "ecbpf: metrics over HTTP"
	UNIT "Requires=ecbpf-metrics.socket" "After=ecbpf-metrics.socket"
	SERVICE "Type=notify" "WatchdogSec=30" "Restart=on-failure" "RestartSec=1"
		"ExecStart=/usr/sbin/ecbpf --serve --idle 300")
set(collected /var/lib/prometheus/node-exporter)
ecbpf_unit(NAME ecbpf-metrics-textfile ${looks} TOOL ecbpf DESCRIPTION "ecbpf: metrics for node_exporter"
	UNIT "ConditionPathIsDirectory=${collected}" WRITABLE /sys/fs/bpf -${collected}
	SERVICE "Type=oneshot" "ExecStart=/usr/sbin/ecbpf --metrics --textfile ${collected}/ecbpf.prom"
		"TimeoutStartSec=30" "UMask=0022" "LogLevelMax=notice")
ecbpf_unit(NAME ecbpf-statsd@ ${looks} TOOL ecbpf DESCRIPTION "ecbpf: metrics to the statsd server %i"
	UNIT "After=network.target"
	SERVICE "Type=notify" "WatchdogSec=30" "Restart=on-failure" "RestartSec=1"
		"ExecStart=/usr/sbin/ecbpf --metrics --statsd %i --every 10"
	INSTALL "" "[Install]" "WantedBy=multi-user.target")
ecbpf_restart_on_upgrade(ecbpf-metrics.service ecbpf-statsd@*.service)
