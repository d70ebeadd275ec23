# SPDX-License-Identifier: GPL-2.0-only
# The benchmark of dispatching: bin/bench_dispatch, its programs in bench_objects/, and the test that
# reads the kernel's machine code.
include(${CMAKE_SOURCE_DIR}/bench/measure/build.cmake)
ecbpf_bench_programs(${CMAKE_CURRENT_LIST_DIR}/bpf)

file(GLOB ecbpf_bench_parts CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.c)
add_executable(bench_dispatch ${ecbpf_bench_parts})
target_link_libraries(bench_dispatch PRIVATE ecbpf_flags bench_measure)
add_dependencies(bench_dispatch bench_objects)

if(BUILD_TESTING AND NOT ECBPF_SANITIZE)
	add_test(NAME bench/direct_jumps
		COMMAND ${CMAKE_CURRENT_LIST_DIR}/test_direct_jumps.py $<TARGET_FILE:bench_dispatch>)
	set_tests_properties(bench/direct_jumps PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 60)
endif()
