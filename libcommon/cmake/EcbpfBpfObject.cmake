# SPDX-License-Identifier: GPL-2.0-only
# Kernel side: one C file to one object, and an object to a skeleton header.

set(ECBPF_OBJECT_DIR ${CMAKE_BINARY_DIR}/objects)
set(ECBPF_TEST_OBJECT_DIR ${CMAKE_BINARY_DIR}/test_objects)

set(ECBPF_BPF_FLAGS -target bpf -mcpu=v3 -O2 -g)
set(ECBPF_BPF_WARNINGS -Wall -Wextra -Werror)
set(ECBPF_BPF_SYSTEM_INCLUDES -idirafter ${ECBPF_ASM_INCLUDE_DIR})

# ecbpf_bpf_object(TARGET name SOURCE x.bpf.c OUTPUT dir/x.o [UNCHECKED] [WITHOUT_BTF] [INCLUDES …])
#
# UNCHECKED objects may break the rules that every object we ship keeps: they are inputs of tests.
function(ecbpf_bpf_object)
	cmake_parse_arguments(PARSE_ARGV 0 arg "UNCHECKED;WITHOUT_BTF" "TARGET;SOURCE;OUTPUT" "INCLUDES")

	set(strip ${ECBPF_LLVM_STRIP} -g ${arg_OUTPUT}.new)
	if(arg_WITHOUT_BTF)
		set(strip ${ECBPF_LLVM_STRIP} -g -R .BTF -R .BTF.ext ${arg_OUTPUT}.new)
	endif()
	set(check ${CMAKE_COMMAND} -D OBJECT=${arg_OUTPUT}.new -D SOURCE=${arg_SOURCE}
		-D READELF=${ECBPF_LLVM_READELF}
		-P ${CMAKE_SOURCE_DIR}/libcommon/cmake/CheckBpfObject.cmake)
	if(arg_UNCHECKED)
		set(check ${CMAKE_COMMAND} -E true)
	endif()
	set(includes -I ${CMAKE_SOURCE_DIR}/libcommon)
	foreach(directory IN LISTS arg_INCLUDES)
		list(APPEND includes -I ${directory})
	endforeach()

	cmake_path(GET arg_OUTPUT PARENT_PATH output_directory)
	cmake_path(RELATIVE_PATH arg_OUTPUT BASE_DIRECTORY ${CMAKE_BINARY_DIR} OUTPUT_VARIABLE shown)
	file(MAKE_DIRECTORY ${output_directory})
	add_custom_command(OUTPUT ${arg_OUTPUT}
		COMMAND ${ECBPF_CLANG} ${ECBPF_BPF_FLAGS} ${ECBPF_BPF_WARNINGS} ${includes}
			${ECBPF_BPF_SYSTEM_INCLUDES} -MD -MT ${arg_OUTPUT} -MF ${arg_OUTPUT}.d
			-c ${arg_SOURCE} -o ${arg_OUTPUT}.new
		COMMAND ${strip}
		COMMAND ${check}
		COMMAND ${CMAKE_COMMAND} -E rename ${arg_OUTPUT}.new ${arg_OUTPUT}
		DEPENDS ${arg_SOURCE} ${CMAKE_SOURCE_DIR}/libcommon/cmake/CheckBpfObject.cmake
		DEPFILE ${arg_OUTPUT}.d
		COMMENT "Building BPF object ${shown}"
		VERBATIM)
	add_custom_target(${arg_TARGET} ALL DEPENDS ${arg_OUTPUT})
endfunction()

# ecbpf_skeleton(TARGET name OBJECT x.o OUTPUT x.skel.h NAME x): the header's functions are x__*().
function(ecbpf_skeleton)
	cmake_parse_arguments(PARSE_ARGV 0 arg "" "TARGET;OBJECT;OUTPUT;NAME" "")
	cmake_path(GET arg_OUTPUT PARENT_PATH output_directory)
	file(MAKE_DIRECTORY ${output_directory})
	add_custom_command(OUTPUT ${arg_OUTPUT}
		COMMAND ${CMAKE_COMMAND} -D BPFTOOL=${ECBPF_BPFTOOL} -D OBJECT=${arg_OBJECT}
			-D NAME=${arg_NAME} -D OUTPUT=${arg_OUTPUT}
			-P ${CMAKE_SOURCE_DIR}/libcommon/cmake/GenerateSkeleton.cmake
		DEPENDS ${arg_OBJECT} ${CMAKE_SOURCE_DIR}/libcommon/cmake/GenerateSkeleton.cmake
		COMMENT "Generating skeleton ${arg_NAME}.skel.h"
		VERBATIM)
	add_custom_target(${arg_TARGET} DEPENDS ${arg_OUTPUT})
endfunction()
