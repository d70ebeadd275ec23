# SPDX-License-Identifier: GPL-2.0-only
# What the benchmarks share: how a price is measured, and chains of programs to measure. Their
# programs for the kernel are in bench_objects/, with copies of ours. The benchmarks include this.
include_guard(GLOBAL)
set(ecbpf_bench_objects ${CMAKE_BINARY_DIR}/bench_objects)
add_custom_target(bench_objects ALL DEPENDS xdp_root_object xdp_filter_object
	xdp_sampler_object xdp_sampler_verdict_object bypass_udp_object
	COMMAND ${CMAKE_COMMAND} -E copy_if_different ${ECBPF_OBJECT_DIR}/xdp_root.o
		${ECBPF_OBJECT_DIR}/xdp_filter.o ${ECBPF_OBJECT_DIR}/xdp_sampler.o
		${ECBPF_OBJECT_DIR}/xdp_sampler_verdict.o ${ECBPF_OBJECT_DIR}/bypass_udp.o
		${ecbpf_bench_objects}
	COMMENT "Copying our objects to bench_objects" VERBATIM)

file(GLOB ecbpf_measure_parts CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.c)
add_library(bench_measure STATIC ${ecbpf_measure_parts})
target_link_libraries(bench_measure PRIVATE ecbpf_flags PUBLIC ecbpf_common PkgConfig::LIBBPF)
target_include_directories(bench_measure PUBLIC ${CMAKE_CURRENT_LIST_DIR})
target_compile_definitions(bench_measure PUBLIC BENCH_OBJECT_DIR="${ecbpf_bench_objects}")

# ecbpf_bench_programs(DIRECTORY [INCLUDES …]): builds its *.bpf.c.
function(ecbpf_bench_programs directory)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "INCLUDES")
	file(GLOB sources CONFIGURE_DEPENDS ${directory}/*.bpf.c)
	foreach(source IN LISTS sources)
		cmake_path(GET source FILENAME name)
		string(REPLACE ".bpf.c" "" name ${name})
		ecbpf_bpf_object(TARGET bench_${name}_object SOURCE ${source}
			OUTPUT ${CMAKE_BINARY_DIR}/bench_objects/${name}.o INCLUDES ${arg_INCLUDES})
		add_dependencies(bench_objects bench_${name}_object)
	endforeach()
endfunction()
