# SPDX-License-Identifier: GPL-2.0-only
# Debian packages of this build: `cpack -G DEB` in the build directory makes ecbpf, ecbpf-dbgsym and libecbpf-dev.
# CPack and not debhelper: the packages are of the very build that was tested, whatever its directory, and nothing is
# compiled twice. Another version (for a test of upgrades): cpack -G DEB -D CPACK_PACKAGE_VERSION=0.2.0

set(packaging ${CMAKE_SOURCE_DIR}/packaging)
set(made ${CMAKE_BINARY_DIR}/package)

# What belongs to a host is in the package only: `cmake --install` with a prefix leaves /etc and /lib alone.
function(ecbpf_install_for_host destination)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "COMPONENT;RENAME" "FILES")
	if(arg_RENAME)
		set(renamed RENAME ${arg_RENAME})
	endif()
	install(FILES ${arg_FILES} DESTINATION ${destination} COMPONENT ${arg_COMPONENT} EXCLUDE_FROM_ALL ${renamed})
endfunction()

# The configuration file, which attaches nothing as it comes.
ecbpf_install_for_host(/etc/ecbpf COMPONENT runtime FILES ${CMAKE_SOURCE_DIR}/systemd/ecbpf.json)
file(WRITE ${made}/conffiles "/etc/ecbpf/ecbpf.json\n")
# Its schema is beside it, too.
file(MAKE_DIRECTORY ${made})
file(CREATE_LINK /usr/share/ecbpf/ecbpf.schema.json ${made}/ecbpf.schema.json SYMBOLIC)
ecbpf_install_for_host(/etc/ecbpf COMPONENT runtime FILES ${made}/ecbpf.schema.json)
ecbpf_install_for_host(lib/sysusers.d COMPONENT runtime RENAME ecbpf.conf
	FILES ${CMAKE_SOURCE_DIR}/systemd/ecbpf.sysusers)
ecbpf_install_for_host(lib/tmpfiles.d COMPONENT runtime RENAME ecbpf.conf
	FILES ${CMAKE_SOURCE_DIR}/systemd/ecbpf.tmpfiles)

ecbpf_install_for_host(/lib/udev/rules.d COMPONENT runtime RENAME 70-ecbpf.rules
	FILES ${CMAKE_SOURCE_DIR}/systemd/ecbpf.rules)

# Maintainer scripts and completion name the programs and units that there are.
get_property(tools GLOBAL PROPERTY ecbpf_tools)
get_property(reloaded GLOBAL PROPERTY ecbpf_reloaded_units)
get_property(restarted GLOBAL PROPERTY ecbpf_restarted_units)
get_property(upper GLOBAL PROPERTY ecbpf_upper_tools)
get_property(lower GLOBAL PROPERTY ecbpf_lower_tools)
list(JOIN tools " " TOOLS)
list(JOIN upper " " UPPER_TOOLS)
list(JOIN lower " " LOWER_TOOLS)
list(JOIN reloaded "' '" RELOADED_UNITS)
list(JOIN restarted "' '" RESTARTED_UNITS)
set(RELOADED_UNITS "'${RELOADED_UNITS}'")
set(RESTARTED_UNITS "'${RESTARTED_UNITS}'")
foreach(script IN ITEMS postinst prerm postrm)
	configure_file(${packaging}/${script}.in ${made}/${script} @ONLY
		FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
endforeach()
configure_file(${packaging}/completion.bash ${made}/completion.bash @ONLY)
install(FILES ${made}/completion.bash RENAME ecbpf DESTINATION share/bash-completion/completions
	COMPONENT runtime)

# What Debian wants to find in every package.
configure_file(${packaging}/changelog ${made}/changelog COPYONLY)
execute_process(COMMAND gzip -9nfk ${made}/changelog COMMAND_ERROR_IS_FATAL ANY)
foreach(package IN ITEMS "runtime ecbpf" "dev libecbpf-dev")
	separate_arguments(package)
	list(POP_FRONT package component)
	ecbpf_install_for_host(share/doc/${package} COMPONENT ${component}
		FILES ${made}/changelog.gz ${packaging}/copyright)
	if(EXISTS ${packaging}/${package}.lintian-overrides)
		ecbpf_install_for_host(share/lintian/overrides COMPONENT ${component} RENAME ${package}
			FILES ${packaging}/${package}.lintian-overrides)
	endif()
endforeach()
file(GLOB documents CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/docs/*.json ${CMAKE_SOURCE_DIR}/docs/*.yml
	${CMAKE_SOURCE_DIR}/docs/*.md)
ecbpf_install_for_host(share/doc/ecbpf COMPONENT runtime FILES ${documents})
ecbpf_install_for_host(share/doc/ecbpf COMPONENT runtime RENAME units.md
	FILES ${CMAKE_SOURCE_DIR}/systemd/README.md)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/examples/ DESTINATION share/doc/libecbpf-dev/examples
	COMPONENT dev EXCLUDE_FROM_ALL PATTERN "*.o" EXCLUDE)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ecbpf)
set(CPACK_PACKAGE_CONTACT "ecbpf maintainers <maintainers@users.noreply.h-seed-fc0af29f.example>")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_COMPONENTS_ALL runtime dev)
# /etc and /lib beside the prefix.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
	OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# Of each package its own: the first line of its description.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(about "Several XDP programs share one network interface, each built, loaded,
upgraded and removed by itself, while traffic flows. A small root program
is attached once per interface and walks an array of eight slots.")

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME ecbpf)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION net)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION "XDP programs that share network interfaces
${about}

This package has the root, a packet filter, a packet sampler, a bypass for
UDP flows and a NAT offload at tc, their systemd units, one configuration
file for all of them, status and metrics.")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_DEPENDS
	"systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_RECOMMENDS systemd)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SUGGESTS "bpftool, ethtool, prometheus-node-exporter, tshark")
set(CPACK_DEBIAN_RUNTIME_DEBUGINFO_PACKAGE ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA
	${made}/postinst ${made}/prerm ${made}/postrm ${made}/conffiles)

set(CPACK_DEBIAN_DEV_PACKAGE_NAME libecbpf-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_COMPONENT_DEV_DESCRIPTION "kit for XDP programs that share network interfaces
${about}

This package has what such a program is built with: headers, ecbpf.pc and
an example.")
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "libbpf-dev, linux-libc-dev")
set(CPACK_DEBIAN_DEV_PACKAGE_RECOMMENDS "clang, ecbpf")
set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS bpftool)
set(CPACK_POST_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/libcommon/cmake/MendSymbolPackage.cmake)
include(CPack)
