# SPDX-License-Identifier: GPL-2.0-only
# The benchmark of the offload: bin/bench_offload, and its programs in bench_objects/. Frames, flows and bare peers
# are those of the bypass's benchmark.
include(${CMAKE_SOURCE_DIR}/bench/measure/build.cmake)
ecbpf_bench_programs(${CMAKE_CURRENT_LIST_DIR}/bpf INCLUDES ${CMAKE_SOURCE_DIR})
add_custom_target(bench_offload_objects DEPENDS tc_offload_object bench_objects
	COMMAND ${CMAKE_COMMAND} -E copy_if_different ${ECBPF_OBJECT_DIR}/tc_offload.o ${ecbpf_bench_objects}
	COMMENT "Copying tc_offload.o to bench_objects" VERBATIM)

set(ecbpf_bench_bypass ${CMAKE_SOURCE_DIR}/bench/bypass)
file(GLOB ecbpf_bench_offload_parts CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.c)
add_executable(bench_offload ${ecbpf_bench_offload_parts} ${ecbpf_bench_bypass}/flow_case.c
	${ecbpf_bench_bypass}/flow_subject.c ${ecbpf_bench_bypass}/subject_bare.c ${ecbpf_bench_bypass}/lab.c)
target_link_libraries(bench_offload PRIVATE ecbpf_flags bench_measure ecbpf_common tc_offload_kernel_side)
target_include_directories(bench_offload PRIVATE ${CMAKE_SOURCE_DIR}/tc_offload ${ecbpf_bench_bypass})
add_dependencies(bench_offload bench_offload_objects)
