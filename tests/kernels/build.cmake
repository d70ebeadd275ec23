# SPDX-License-Identifier: GPL-2.0-only
# tests/kernels/load_object of the build: what suite.sh loads every object with.
if(BUILD_TESTING)
	add_executable(load_object ${CMAKE_CURRENT_LIST_DIR}/load_object.c)
	target_link_libraries(load_object PRIVATE ecbpf_flags ecbpf_harness)
	set_target_properties(load_object PROPERTIES
		RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/kernels)
endif()
