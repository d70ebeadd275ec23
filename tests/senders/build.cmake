# SPDX-License-Identifier: GPL-2.0-only
# Stand-alone senders of the scenarios, in tests/senders of the build.
if(BUILD_TESTING)
	set(harness ${CMAKE_SOURCE_DIR}/tests/harness)
	foreach(sender IN ITEMS send_frames probe flood)
		add_executable(${sender} ${CMAKE_CURRENT_LIST_DIR}/${sender}.c
			${CMAKE_CURRENT_LIST_DIR}/named_frame.c ${CMAKE_CURRENT_LIST_DIR}/raw_link.c
			${harness}/packet_build.c ${harness}/packet_finish.c)
	endforeach()
	add_executable(pmtu_probe ${CMAKE_CURRENT_LIST_DIR}/pmtu_probe.c)
	foreach(sender IN ITEMS tcp_ask tcp_echo udp_ask udp_echo udp_stream)
		add_executable(${sender} ${CMAKE_CURRENT_LIST_DIR}/${sender}.c
			${CMAKE_CURRENT_LIST_DIR}/udp_end.c)
	endforeach()
	add_executable(spoofed_flood ${CMAKE_CURRENT_LIST_DIR}/spoofed_flood.c
		${CMAKE_CURRENT_LIST_DIR}/raw_link.c ${CMAKE_CURRENT_LIST_DIR}/udp_end.c
		${harness}/packet_build.c ${harness}/packet_finish.c)
	foreach(sender IN ITEMS send_frames probe flood pmtu_probe spoofed_flood tcp_ask tcp_echo udp_ask udp_echo udp_stream)
		target_link_libraries(${sender} PRIVATE ecbpf_flags)
		target_include_directories(${sender} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
		set_target_properties(${sender} PROPERTIES
			RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/senders)
	endforeach()
endif()
