# SPDX-License-Identifier: GPL-2.0-only
# What a subprogram outside of this tree is built with: headers and ecbpf.pc.

# cmake --install puts ecbpf.pc into lib/pkgconfig, the package where Debian looks for this architecture's.
function(ecbpf_install_kit)
	install(DIRECTORY ${CMAKE_SOURCE_DIR}/libcommon/abi ${CMAKE_SOURCE_DIR}/libcommon/bpf
		DESTINATION include/ecbpf COMPONENT dev FILES_MATCHING PATTERN "*.h")
	set(to_prefix ../..)
	configure_file(${CMAKE_SOURCE_DIR}/libcommon/ecbpf.pc.in ${CMAKE_BINARY_DIR}/ecbpf.pc @ONLY)
	install(FILES ${CMAKE_BINARY_DIR}/ecbpf.pc DESTINATION lib/pkgconfig COMPONENT prefix)
	set(to_prefix ../../..)
	configure_file(${CMAKE_SOURCE_DIR}/libcommon/ecbpf.pc.in ${CMAKE_BINARY_DIR}/package/ecbpf.pc @ONLY)
	install(FILES ${CMAKE_BINARY_DIR}/package/ecbpf.pc COMPONENT dev EXCLUDE_FROM_ALL
		DESTINATION lib/${CMAKE_LIBRARY_ARCHITECTURE}/pkgconfig)
endfunction()
