# SPDX-License-Identifier: GPL-2.0-only
# cmake -D BPFTOOL=bpftool -D OBJECT=x.o -D NAME=x -D OUTPUT=x.skel.h -P GenerateSkeleton.cmake
#
# clang-tidy is told to leave generated code alone.
cmake_minimum_required(VERSION 3.25)

execute_process(COMMAND ${BPFTOOL} gen skeleton ${OBJECT} name ${NAME}
	OUTPUT_VARIABLE skeleton COMMAND_ERROR_IS_FATAL ANY)
file(WRITE ${OUTPUT} "/* NOLINTBEGIN */\n${skeleton}/* NOLINTEND */\n")
