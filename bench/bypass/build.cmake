# SPDX-License-Identifier: GPL-2.0-only
# The benchmark of the bypass: bin/bench_bypass, and its programs in bench_objects/.
include(${CMAKE_SOURCE_DIR}/bench/measure/build.cmake)
ecbpf_bench_programs(${CMAKE_CURRENT_LIST_DIR}/bpf INCLUDES ${CMAKE_SOURCE_DIR})

file(GLOB ecbpf_bench_bypass_parts CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.c)
add_executable(bench_bypass ${ecbpf_bench_bypass_parts})
target_link_libraries(bench_bypass PRIVATE ecbpf_flags bench_measure ecbpf_common)
target_include_directories(bench_bypass PRIVATE ${CMAKE_SOURCE_DIR}/bypass_udp)
add_dependencies(bench_bypass bench_objects)
