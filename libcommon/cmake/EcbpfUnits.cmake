# SPDX-License-Identifier: GPL-2.0-only
# systemd units: all services are systemd/ecbpf.service.in, filled in with what a component.cmake declares.
# They call the programs of the package, in /usr/sbin.

set(ECBPF_UNIT_DIR ${CMAKE_BINARY_DIR}/units)
# Of the package; other installations (cmake --install) have no business in the host's /etc and /lib.
set(ECBPF_HOST_UNIT_DIR /lib/systemd/system)

# What every unit may say beside its own words (defaults in brackets):
#	CAPABILITIES x …   [CAP_BPF CAP_NET_ADMIN CAP_PERFMON]
#	FAMILIES x …       [AF_UNIX AF_NETLINK AF_INET AF_INET6: the last two for ioctls]
#	WRITABLE path …    [/sys/fs/bpf]; one with a - before it may be missing
#	SERVICE line …     more lines of [Service]
set(ecbpf_unit_lists CAPABILITIES FAMILIES WRITABLE SERVICE)
set(ecbpf_unit_texts NAME TOOL DESCRIPTION)

# ecbpf_attach_unit(NAME ecbpf-foo TOOL xdp_foo DESCRIPTION "…" [BINDS_TO ecbpf-bar] [RELOAD]
#	[WANTS unit …] [INSTANCE_WANTS unit …] [INSTANCE_OPTIONS "--x y"] …)
#
# What is attached while the unit is active, at the interfaces that the configuration wants; ecbpf.target wants
# it. RELOAD: TOOL has the verb --reload. BINDS_TO: it lives only on top of that attach unit, which then wants it, and
# hands its reload on to it. Also made is NAME@.service, for one interface that is named there.
function(ecbpf_attach_unit)
	cmake_parse_arguments(PARSE_ARGV 0 arg "RELOAD" "${ecbpf_unit_texts};BINDS_TO"
		"${ecbpf_unit_lists};WANTS;INSTANCE_WANTS;INSTANCE_OPTIONS")
	foreach(at IN ITEMS "" "@")
		set(where "--configured")
		set(attached "--attached")
		set(below "${arg_BINDS_TO}.service")
		set(wants ${arg_WANTS})
		set(unit "PartOf=ecbpf.target" "After=network.target")
		set(install "")
		if(at)
			string(JOIN " " where "--interface %I" ${arg_INSTANCE_OPTIONS})
			set(attached "${where}")
			set(below "${arg_BINDS_TO}@%i.service")
			set(wants ${arg_INSTANCE_WANTS})
			set(device "sys-subsystem-net-devices-%i.device")
			set(unit "BindsTo=${device}" "After=${device}")
			set(install "" "[Install]" "WantedBy=${device}")
		endif()
		# Attaching takes some links down for a moment; who waits for the network does not see it.
		list(APPEND unit "Before=network-online.target")
		if(arg_BINDS_TO)
			list(APPEND unit "BindsTo=${below}" "After=${below}" "ReloadPropagatedFrom=${below}")
			if(at)
				set(install "" "[Install]" "WantedBy=${below}")
			else()
				ecbpf_wanted_by(${arg_NAME}.service ${below})
			endif()
		endif()
		if(wants)
			list(JOIN wants " " wants)
			list(APPEND unit "Wants=${wants}")
		endif()

		set(tool /usr/sbin/${arg_TOOL})
		set(service "Type=oneshot" "RemainAfterExit=yes" "ExecStart=${tool} --attach ${where}"
			"ExecReload=${tool} --attach ${where}")
		if(arg_RELOAD)
			list(APPEND service "ExecReload=${tool} --reload ${where}")
		endif()
		# A stop in the middle of a reload ends that, and skips ExecStop=. Of an interface that is gone there is
		# nothing to detach any more, and what is left in the bpffs goes with the root's.
		set(detach "${tool} --detach ${attached}")
		set(fine_if_gone "")
		if(at)
			set(fine_if_gone "-")
		endif()
		list(APPEND service "ExecStop=${fine_if_gone}${detach}"
			"ExecStopPost=${fine_if_gone}/bin/sh -c 'test $$SERVICE_RESULT != signal || exec ${detach}'"
			"# 3: done, but an interface of the configuration does not exist." "SuccessExitStatus=3"
			"TimeoutStartSec=60" "TimeoutStopSec=30" ${arg_SERVICE})
		set(description "${arg_DESCRIPTION}")
		if(at)
			string(APPEND description " on %I")
		endif()
		ecbpf_unit(NAME ${arg_NAME}${at} TOOL ${arg_TOOL} DESCRIPTION "${description}" UNIT ${unit}
			CAPABILITIES ${arg_CAPABILITIES} FAMILIES ${arg_FAMILIES} WRITABLE ${arg_WRITABLE}
			SERVICE ${service} INSTALL ${install})
	endforeach()
	ecbpf_wanted_by(${arg_NAME}.service ecbpf.target)
	if(arg_BINDS_TO)
		set_property(GLOBAL APPEND PROPERTY ecbpf_upper_tools ${arg_TOOL})
	else()
		set_property(GLOBAL APPEND PROPERTY ecbpf_lower_tools ${arg_TOOL})
		set_property(GLOBAL APPEND PROPERTY ecbpf_reloaded_units ${arg_NAME}.service ${arg_NAME}@*.service)
	endif()
endfunction()

# ecbpf_daemon_unit(NAME ecbpf-foo-daemon TOOL xdp_foo DESCRIPTION "…" COMMAND "--run"
#	[INSTANCE_COMMAND "--run --interface %I"] BINDS_TO ecbpf-foo | PART_OF ecbpf-foo [RELOAD] …)
#
# What serves an attach unit: it may be killed and started again while that one stays. It runs only if the
# configuration has a section for TOOL. PART_OF: of all interfaces, also of those that instances have attached. RELOAD:
# it takes SIGHUP for that.
function(ecbpf_daemon_unit)
	cmake_parse_arguments(PARSE_ARGV 0 arg "RELOAD" "${ecbpf_unit_texts};COMMAND;INSTANCE_COMMAND;BINDS_TO;PART_OF"
		"${ecbpf_unit_lists}")
	set(tool /usr/sbin/${arg_TOOL})
	set(of ${arg_BINDS_TO}${arg_PART_OF})
	set(service "Type=notify" "WatchdogSec=30" "Restart=on-failure" "RestartSec=1" "TimeoutStartSec=30"
		"TimeoutStopSec=15" ${arg_SERVICE})
	if(arg_RELOAD)
		list(APPEND service "ExecReload=/bin/kill -HUP $MAINPID")
	endif()
	set(common CAPABILITIES ${arg_CAPABILITIES} FAMILIES ${arg_FAMILIES} WRITABLE ${arg_WRITABLE})

	if(arg_BINDS_TO)
		set(unit "BindsTo=${of}.service" "After=${of}.service")
	else()
		set(unit "PartOf=${of}.service" "After=${of}.service")
	endif()
	ecbpf_unit(NAME ${arg_NAME} TOOL ${arg_TOOL} DESCRIPTION "${arg_DESCRIPTION}" UNIT ${unit} ${common}
		SERVICE "ExecCondition=${tool} --wanted" "ExecStart=${tool} ${arg_COMMAND}" ${service})
	if(arg_INSTANCE_COMMAND)
		ecbpf_unit(NAME ${arg_NAME}@ TOOL ${arg_TOOL} DESCRIPTION "${arg_DESCRIPTION} on %I" ${common}
			UNIT "BindsTo=${of}@%i.service" "After=${of}@%i.service"
			SERVICE "ExecStart=${tool} ${arg_INSTANCE_COMMAND}" ${service})
	endif()
	# Beside the attach unit's Wants=, which is not looked at again while that one is active.
	ecbpf_wanted_by(${arg_NAME}.service ecbpf.target)
	ecbpf_restart_on_upgrade(${arg_NAME}.service)
	if(arg_INSTANCE_COMMAND)
		ecbpf_restart_on_upgrade(${arg_NAME}@*.service)
	endif()
endfunction()

# What the package restarts when it is upgraded, if it runs.
function(ecbpf_restart_on_upgrade)
	set_property(GLOBAL APPEND PROPERTY ecbpf_restarted_units ${ARGN})
endfunction()

# ecbpf_unit(NAME x TOOL x DESCRIPTION "…" [UNIT line …] [INSTALL line …] …): any other service.
function(ecbpf_unit)
	cmake_parse_arguments(PARSE_ARGV 0 UNIT "" "${ecbpf_unit_texts}" "${ecbpf_unit_lists};UNIT;INSTALL")
	if(NOT UNIT_CAPABILITIES)
		set(UNIT_CAPABILITIES CAP_BPF CAP_NET_ADMIN CAP_PERFMON)
	endif()
	if(NOT UNIT_FAMILIES)
		set(UNIT_FAMILIES AF_UNIX AF_NETLINK AF_INET AF_INET6)
	endif()
	if(NOT UNIT_WRITABLE)
		set(UNIT_WRITABLE /sys/fs/bpf)
	endif()
	foreach(words IN ITEMS CAPABILITIES FAMILIES WRITABLE)
		list(JOIN UNIT_${words} " " UNIT_${words})
	endforeach()
	foreach(lines IN ITEMS UNIT SERVICE INSTALL)
		list(JOIN UNIT_${lines} "\n" UNIT_${lines})
	endforeach()
	set(file ${ECBPF_UNIT_DIR}/${UNIT_NAME}.service)
	configure_file(${CMAKE_SOURCE_DIR}/systemd/ecbpf.service.in ${file} @ONLY)
	ecbpf_install_unit(${file})
endfunction()

# ecbpf_wanted_by(unit other): a start of `other` starts `unit`, too. A link, so that `other` names nobody.
function(ecbpf_wanted_by unit other)
	set(wants ${ECBPF_UNIT_DIR}/${other}.wants)
	file(MAKE_DIRECTORY ${wants})
	file(CREATE_LINK ../${unit} ${wants}/${unit} SYMBOLIC)
	install(FILES ${wants}/${unit} DESTINATION ${ECBPF_HOST_UNIT_DIR}/${other}.wants
		COMPONENT runtime EXCLUDE_FROM_ALL)
endfunction()

# A unit that is no service (socket, timer, target), as it stands in systemd/.
function(ecbpf_static_units)
	foreach(unit IN LISTS ARGN)
		configure_file(${CMAKE_SOURCE_DIR}/systemd/${unit} ${ECBPF_UNIT_DIR}/${unit} COPYONLY)
		ecbpf_install_unit(${ECBPF_UNIT_DIR}/${unit})
	endforeach()
endfunction()

function(ecbpf_install_unit file)
	install(FILES ${file} DESTINATION ${ECBPF_HOST_UNIT_DIR} COMPONENT runtime EXCLUDE_FROM_ALL)
endfunction()
