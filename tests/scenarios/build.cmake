# SPDX-License-Identifier: GPL-2.0-only
# Programs, good and bad, that the scenarios load.
ecbpf_test_objects(tests/scenarios/objects)

if(BUILD_TESTING)
	add_executable(exit_hook_loader ${CMAKE_CURRENT_LIST_DIR}/exit_hook_loader.c)
	target_link_libraries(exit_hook_loader PRIVATE ecbpf_flags ecbpf_common)
	set_target_properties(exit_hook_loader PROPERTIES
		RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/scenarios)
endif()
