# SPDX-License-Identifier: GPL-2.0-only
# The benchmark of dispatching: bin/bench_dispatch, its programs in bench_objects/, and the test that
# reads the kernel's machine code.
set(ecbpf_bench_objects ${CMAKE_BINARY_DIR}/bench_objects)
file(GLOB ecbpf_bench_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/bpf/*.bpf.c)
add_custom_target(bench_objects ALL DEPENDS xdp_root_object
	COMMAND ${CMAKE_COMMAND} -E copy_if_different ${ECBPF_OBJECT_DIR}/xdp_root.o ${ecbpf_bench_objects}
	COMMENT "Copying xdp_root.o to bench_objects" VERBATIM)
foreach(source IN LISTS ecbpf_bench_sources)
	cmake_path(GET source FILENAME name)
	string(REPLACE ".bpf.c" "" name ${name})
	ecbpf_bpf_object(TARGET bench_${name}_object SOURCE ${source}
		OUTPUT ${ecbpf_bench_objects}/${name}.o)
	add_dependencies(bench_objects bench_${name}_object)
endforeach()

file(GLOB ecbpf_bench_parts CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.c)
add_executable(bench_dispatch ${ecbpf_bench_parts})
target_link_libraries(bench_dispatch PRIVATE ecbpf_flags PkgConfig::LIBBPF)
target_include_directories(bench_dispatch PRIVATE ${CMAKE_SOURCE_DIR}/libcommon)
target_compile_definitions(bench_dispatch PRIVATE BENCH_OBJECT_DIR="${ecbpf_bench_objects}")
add_dependencies(bench_dispatch bench_objects)

if(BUILD_TESTING AND NOT ECBPF_SANITIZE)
	add_test(NAME bench/direct_jumps
		COMMAND ${CMAKE_CURRENT_LIST_DIR}/test_direct_jumps.py $<TARGET_FILE:bench_dispatch>)
	set_tests_properties(bench/direct_jumps PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 60)
endif()
