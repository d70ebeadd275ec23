# SPDX-License-Identifier: GPL-2.0-only
# Tests of one folder. Exit status 77 of a test means: this environment cannot run it.

# Files in tests/harness become the library every unit test is linked with.
function(ecbpf_harness directory)
	file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${directory}/*.c)
	list(FILTER sources EXCLUDE REGEX "\\.bpf\\.c$")
	if(BUILD_TESTING AND sources)
		add_library(ecbpf_harness STATIC ${sources})
		target_link_libraries(ecbpf_harness PRIVATE ecbpf_flags PUBLIC ecbpf_common
			PkgConfig::CMOCKA)
		target_include_directories(ecbpf_harness PUBLIC ${CMAKE_SOURCE_DIR}/tests)
		# By which C code finds the objects of this build; the tests get the same.
		target_compile_definitions(ecbpf_harness PRIVATE ECBPF_OBJECT_DIR="${ECBPF_OBJECT_DIR}"
			TEST_OBJECT_DIR="${ECBPF_TEST_OBJECT_DIR}")
	endif()
	ecbpf_test_objects(${directory})
endfunction()

# Every *.bpf.c of the folder becomes test_objects/*.o. One named *_without_btf.bpf.c loses its BTF.
function(ecbpf_test_objects directory)
	file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${directory}/*.bpf.c)
	if(NOT BUILD_TESTING)
		return()
	endif()
	string(REPLACE "/" "_" prefix ${directory})
	foreach(source IN LISTS sources)
		cmake_path(GET source FILENAME name)
		string(REPLACE ".bpf.c" "" name ${name})
		get_property(taken GLOBAL PROPERTY ecbpf_test_object_${name})
		if(taken)
			message(FATAL_ERROR "${source} and ${taken} would both become test_objects/${name}.o")
		endif()
		set_property(GLOBAL PROPERTY ecbpf_test_object_${name} ${source})
		set(without_btf "")
		if(name MATCHES "_without_btf$")
			set(without_btf WITHOUT_BTF)
		endif()
		ecbpf_bpf_object(TARGET ${prefix}_${name}_object SOURCE ${source} UNCHECKED ${without_btf}
			OUTPUT ${ECBPF_TEST_OBJECT_DIR}/${name}.o INCLUDES ${CMAKE_SOURCE_DIR})
	endforeach()
endfunction()

# ecbpf_tests(folder library…): FOLDER/tests/test_*.c each become a cmocka executable and a CTest
# test FOLDER/x, FOLDER/tests/fuzz_*.c each a fuzz target. All are linked with the libraries and with
# the folder's other *.c, which several tests share.
function(ecbpf_tests folder)
	ecbpf_test_objects(${folder}/tests)
	file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/tests/*.c)
	list(FILTER sources EXCLUDE REGEX "\\.bpf\\.c$")
	if(NOT BUILD_TESTING OR NOT sources)
		return()
	endif()
	set(tests ${sources})
	list(FILTER tests INCLUDE REGEX "/test_[^/]*$")
	set(fuzzers ${sources})
	list(FILTER fuzzers INCLUDE REGEX "/fuzz_[^/]*$")
	list(FILTER sources EXCLUDE REGEX "/(test|fuzz)_[^/]*$")

	add_library(${folder}_test_parts INTERFACE)
	target_link_libraries(${folder}_test_parts INTERFACE ecbpf_flags ${ARGN})
	target_include_directories(${folder}_test_parts INTERFACE ${CMAKE_SOURCE_DIR}/tests)
	if(TARGET ecbpf_harness)
		target_link_libraries(${folder}_test_parts INTERFACE ecbpf_harness)
	endif()
	target_link_libraries(${folder}_test_parts INTERFACE PkgConfig::CMOCKA)
	target_compile_definitions(${folder}_test_parts INTERFACE
		ECBPF_OBJECT_DIR="${ECBPF_OBJECT_DIR}" TEST_OBJECT_DIR="${ECBPF_TEST_OBJECT_DIR}")
	if(sources)
		add_library(${folder}_test_shared STATIC ${sources})
		target_link_libraries(${folder}_test_shared PUBLIC ${folder}_test_parts)
		set(shared ${folder}_test_shared)
	else()
		set(shared ${folder}_test_parts)
	endif()

	foreach(source IN LISTS tests)
		ecbpf_test_executable(${folder} ${source} ${shared})
	endforeach()
	if(ECBPF_FUZZ)
		foreach(source IN LISTS fuzzers)
			cmake_path(GET source STEM name)
			add_executable(${folder}_${name} ${source})
			target_link_libraries(${folder}_${name} PRIVATE ${shared})
			target_link_options(${folder}_${name} PRIVATE -fsanitize=fuzzer)
			set_target_properties(${folder}_${name} PROPERTIES
				RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
		endforeach()
	endif()
endfunction()

function(ecbpf_test_executable folder source shared)
	cmake_path(GET source STEM name)
	set(target ${folder}_${name})
	add_executable(${target} ${source})
	target_link_libraries(${target} PRIVATE ${shared})
	set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name}
		RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/${folder})
	string(REGEX REPLACE "^test_" "" short_name ${name})
	add_test(NAME ${folder}/${short_name} COMMAND ${target})
	set_tests_properties(${folder}/${short_name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
endfunction()
