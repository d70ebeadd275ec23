# SPDX-License-Identifier: GPL-2.0-only
# ecbpf_component(NAME xdp_foo [BINARY xdp_foo_loader] [SLOT n] [OBJECTS x …] [SOURCES y.c …]
#	[LIBRARIES PkgConfig::Z …])
#
# Builds the component in the folder of the calling component.cmake: its objects (default: every
# *.bpf.c), their skeletons (x.skel.h), its binary (default: NAME, from every other *.c) and its
# tests. main() is in NAME.c, which the tests are not linked with. Two components that claim the
# same default slot stop the configuration.
function(ecbpf_component)
	cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;BINARY;SLOT" "OBJECTS;SOURCES;LIBRARIES")
	set(where ${CMAKE_CURRENT_LIST_DIR})
	cmake_path(GET where FILENAME folder)
	if(NOT arg_NAME OR arg_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "${folder}/component.cmake: "
			"NAME is missing or a word is unknown: ${arg_UNPARSED_ARGUMENTS}")
	endif()
	if(NOT arg_BINARY)
		set(arg_BINARY ${arg_NAME})
	endif()
	if(DEFINED arg_SLOT)
		ecbpf_claim_slot(${arg_NAME} ${arg_SLOT})
	endif()

	ecbpf_component_objects(${arg_NAME} ${where} "${arg_OBJECTS}")
	ecbpf_component_binary(${arg_NAME} ${arg_BINARY} ${where} "${arg_SOURCES}" "${arg_LIBRARIES}")
	ecbpf_tests(${folder} ${arg_NAME}_parts)
endfunction()

function(ecbpf_claim_slot name slot)
	file(STRINGS ${CMAKE_SOURCE_DIR}/libcommon/abi/slots.h count REGEX "define ECBPF_SLOT_COUNT [0-9]")
	string(REGEX MATCH "[0-9]+" count "${count}")
	if(NOT slot MATCHES "^[0-9]+$" OR NOT slot LESS count)
		message(FATAL_ERROR "${name}: SLOT ${slot} is not a slot, there are ${count} from 0")
	endif()
	get_property(owner GLOBAL PROPERTY ecbpf_slot_${slot})
	if(owner)
		message(FATAL_ERROR "${name} and ${owner} both claim slot ${slot}; give one another SLOT")
	endif()
	set_property(GLOBAL PROPERTY ecbpf_slot_${slot} ${name})
endfunction()

# Target NAME_kernel_side: the include directory with all skeletons, and what generates them.
function(ecbpf_component_objects name where objects)
	if(NOT objects)
		file(GLOB objects CONFIGURE_DEPENDS RELATIVE ${where} ${where}/*.bpf.c)
		list(TRANSFORM objects REPLACE "\\.bpf\\.c$" "")
	endif()
	set(skeletons ${CMAKE_BINARY_DIR}/skeletons/${name})
	add_library(${name}_kernel_side INTERFACE)
	target_include_directories(${name}_kernel_side SYSTEM INTERFACE ${skeletons})
	foreach(object IN LISTS objects)
		set(output ${ECBPF_OBJECT_DIR}/${object}.o)
		ecbpf_bpf_object(TARGET ${object}_object SOURCE ${where}/${object}.bpf.c OUTPUT ${output})
		ecbpf_skeleton(TARGET ${object}_skeleton OBJECT ${output} NAME ${object}
			OUTPUT ${skeletons}/${object}.skel.h)
		add_dependencies(${object}_skeleton ${object}_object)
		add_dependencies(${name}_kernel_side ${object}_skeleton)
		install(FILES ${output} DESTINATION lib/ecbpf)
	endforeach()
endfunction()

# Target NAME_parts: everything but main(), for the binary and for the tests.
function(ecbpf_component_binary name binary where sources libraries)
	if(sources)
		list(TRANSFORM sources PREPEND ${where}/)
	else()
		file(GLOB sources CONFIGURE_DEPENDS ${where}/*.c)
		list(FILTER sources EXCLUDE REGEX "\\.bpf\\.c$")
	endif()
	set(main ${where}/${name}.c)
	set(parts ${sources})
	list(REMOVE_ITEM parts ${main})

	if(parts)
		add_library(${name}_parts STATIC ${parts})
		target_link_libraries(${name}_parts PRIVATE ecbpf_flags ${libraries}
			PUBLIC ecbpf_common ${name}_kernel_side)
		target_include_directories(${name}_parts PUBLIC ${where})
	else()
		add_library(${name}_parts INTERFACE)
		target_link_libraries(${name}_parts INTERFACE ecbpf_common ${name}_kernel_side)
		target_include_directories(${name}_parts INTERFACE ${where})
	endif()
	if(EXISTS ${main})
		add_executable(${binary} ${main})
		target_link_libraries(${binary} PRIVATE ecbpf_flags ${name}_parts)
		install(TARGETS ${binary} DESTINATION sbin)
	endif()
endfunction()
