# SPDX-License-Identifier: GPL-2.0-only
# The benchmark of the sampler: bin/bench_sampler, and its programs in bench_objects/.
include(${CMAKE_SOURCE_DIR}/bench/measure/build.cmake)
ecbpf_bench_programs(${CMAKE_CURRENT_LIST_DIR}/bpf INCLUDES ${CMAKE_SOURCE_DIR})

file(GLOB ecbpf_bench_sampler_parts CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.c)
add_executable(bench_sampler ${ecbpf_bench_sampler_parts})
target_link_libraries(bench_sampler PRIVATE ecbpf_flags bench_measure xdp_sampler_parts)
add_dependencies(bench_sampler bench_objects)
