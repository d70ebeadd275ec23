# SPDX-License-Identifier: GPL-2.0-only
# Man pages (section 8) and completion: help, man page and README are one text.

find_program(ECBPF_LOWDOWN NAMES lowdown REQUIRED)

# ecbpf_manual(tool README.md "a few words")
function(ecbpf_manual tool readme summary)
	set(page ${CMAKE_BINARY_DIR}/man/${tool}.8)
	set(script ${CMAKE_SOURCE_DIR}/libcommon/cmake/GenerateManual.cmake)
	add_custom_command(OUTPUT ${page}.gz
		COMMAND ${CMAKE_COMMAND} -D LOWDOWN=${ECBPF_LOWDOWN} -D TOOL=${tool} -D SUMMARY=${summary}
			-D VERSION=${PROJECT_VERSION} -D README=${readme} -D OUTPUT=${page} -P ${script}
		COMMAND gzip -9nf ${page}
		DEPENDS ${readme} ${script}
		COMMENT "Generating man page ${tool}(8)"
		VERBATIM)
	add_custom_target(${tool}_manual ALL DEPENDS ${page}.gz)
	install(FILES ${page}.gz DESTINATION share/man/man8 COMPONENT runtime)

	# One script completes all tools; bash looks for it by the tool's name.
	set(completions ${CMAKE_BINARY_DIR}/completions)
	file(MAKE_DIRECTORY ${completions})
	file(CREATE_LINK ecbpf ${completions}/${tool}.link SYMBOLIC)
	if(NOT tool STREQUAL ecbpf)
		install(FILES ${completions}/${tool}.link RENAME ${tool}
			DESTINATION share/bash-completion/completions COMPONENT runtime)
	endif()
endfunction()
