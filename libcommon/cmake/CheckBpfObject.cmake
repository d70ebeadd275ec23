# SPDX-License-Identifier: GPL-2.0-only
# cmake -D OBJECT=x.o -D SOURCE=x.bpf.c -D READELF=llvm-readelf -P CheckBpfObject.cmake
#
# Refuses an object with writable globals (all CPUs would share them: a data race) or without a
# licence the kernel takes for GPL.

cmake_minimum_required(VERSION 3.25)

execute_process(COMMAND ${READELF} -SW ${OBJECT} OUTPUT_VARIABLE sections COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "\\] \\.(bss|data)[^ ]*" writable "${sections}")
if(writable)
	string(REPLACE "] " "" writable "${writable}")
	string(REPLACE ";" " " writable "${writable}")
	message(FATAL_ERROR "${SOURCE}: writable globals or static locals (section ${writable}); "
		"use a per-CPU map, or const volatile for what the loader sets")
endif()

set(accepted "GPL" "GPL v2" "GPL and additional rights" "Dual BSD/GPL" "Dual MIT/GPL" "Dual MPL/GPL")
set(license "")
if(sections MATCHES "\\] license ")
	execute_process(COMMAND ${READELF} -p license ${OBJECT} OUTPUT_VARIABLE dump
		COMMAND_ERROR_IS_FATAL ANY)
	if(dump MATCHES "\\[ *0\\] ([^\n]*)")
		set(license "${CMAKE_MATCH_1}")
	endif()
endif()
if(NOT license IN_LIST accepted)
	message(FATAL_ERROR "${SOURCE}: licence \"${license}\" is not one the kernel takes for GPL; "
		"add: char LICENSE[] SEC(\"license\") = \"GPL\";")
endif()
