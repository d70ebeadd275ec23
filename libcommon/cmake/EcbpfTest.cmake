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
		ecbpf_object_directories(ecbpf_harness)
	endif()
	ecbpf_test_objects(${directory})
endfunction()

# The two macros by which C code finds the objects of this build.
function(ecbpf_object_directories target)
	target_compile_definitions(${target} PRIVATE ECBPF_OBJECT_DIR="${ECBPF_OBJECT_DIR}"
		TEST_OBJECT_DIR="${ECBPF_TEST_OBJECT_DIR}")
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
# test FOLDER/x, FOLDER/tests/fuzz_*.c each a fuzz target, all linked with the libraries.
function(ecbpf_tests folder)
	ecbpf_test_objects(${folder}/tests)
	set(directory ${CMAKE_SOURCE_DIR}/${folder}/tests)
	file(GLOB tests CONFIGURE_DEPENDS ${directory}/test_*.c)
	file(GLOB fuzzers CONFIGURE_DEPENDS ${directory}/fuzz_*.c)
	list(FILTER tests EXCLUDE REGEX "\\.bpf\\.c$")
	list(FILTER fuzzers EXCLUDE REGEX "\\.bpf\\.c$")
	# What several tests of the folder share.
	file(GLOB shared CONFIGURE_DEPENDS ${directory}/*.c)
	list(FILTER shared EXCLUDE REGEX "\\.bpf\\.c$|/(test|fuzz)_[^/]*$")

	if(BUILD_TESTING)
		foreach(source IN LISTS tests)
			ecbpf_test_executable(${folder} ${source} "${shared}" "${ARGN}")
		endforeach()
	endif()
	if(ECBPF_FUZZ)
		foreach(source IN LISTS fuzzers)
			cmake_path(GET source STEM name)
			add_executable(${folder}_${name} ${source})
			target_link_libraries(${folder}_${name} PRIVATE ecbpf_flags ${ARGN})
			target_link_options(${folder}_${name} PRIVATE -fsanitize=fuzzer)
			set_target_properties(${folder}_${name} PROPERTIES
				RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
		endforeach()
	endif()
endfunction()

function(ecbpf_test_executable folder source shared libraries)
	cmake_path(GET source STEM name)
	set(target ${folder}_${name})
	add_executable(${target} ${source} ${shared})
	if(TARGET ecbpf_harness)
		list(APPEND libraries ecbpf_harness)
	endif()
	target_link_libraries(${target} PRIVATE ecbpf_flags ${libraries} PkgConfig::CMOCKA)
	target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
	ecbpf_object_directories(${target})
	set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name}
		RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/${folder})
	string(REGEX REPLACE "^test_" "" short_name ${name})
	add_test(NAME ${folder}/${short_name} COMMAND ${target})
	set_tests_properties(${folder}/${short_name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300)
endfunction()
