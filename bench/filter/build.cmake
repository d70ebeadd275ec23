# SPDX-License-Identifier: GPL-2.0-only
# The benchmark of the filter: bin/bench_filter, and its programs in bench_objects/.
include(${CMAKE_SOURCE_DIR}/bench/measure/build.cmake)
ecbpf_bench_programs(${CMAKE_CURRENT_LIST_DIR}/bpf INCLUDES ${CMAKE_SOURCE_DIR})

file(GLOB ecbpf_bench_filter_parts CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.c)
add_executable(bench_filter ${ecbpf_bench_filter_parts})
target_link_libraries(bench_filter PRIVATE ecbpf_flags bench_measure xdp_filter_parts)
target_compile_definitions(bench_filter PRIVATE
	BENCH_PEER_DIR="/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/bpf")
add_dependencies(bench_filter bench_objects)
