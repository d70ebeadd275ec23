# SPDX-License-Identifier: GPL-2.0-only
# What a subprogram outside of this tree is built with: headers and ecbpf.pc.

function(ecbpf_install_kit)
	install(DIRECTORY ${CMAKE_SOURCE_DIR}/libcommon/abi ${CMAKE_SOURCE_DIR}/libcommon/bpf
		DESTINATION include/ecbpf FILES_MATCHING PATTERN "*.h")
	configure_file(${CMAKE_SOURCE_DIR}/libcommon/ecbpf.pc.in ${CMAKE_BINARY_DIR}/ecbpf.pc @ONLY)
	install(FILES ${CMAKE_BINARY_DIR}/ecbpf.pc DESTINATION lib/pkgconfig)
endfunction()
