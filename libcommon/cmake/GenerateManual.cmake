# SPDX-License-Identifier: GPL-2.0-only
# cmake -D LOWDOWN=lowdown -D TOOL=x -D SUMMARY=text -D VERSION=0 -D README=x/README.md -D OUTPUT=x.8 -P GenerateManual.cmake
#
# A README has the tool's name as its title, and sections below; a man page has sections only, the first of
# which is NAME. Links to other files of the tree have no place in it.
cmake_minimum_required(VERSION 3.25)

file(READ ${README} text)
string(REGEX REPLACE "^# [^\n]*\n" "" text "${text}")
string(REGEX REPLACE "\n##(#*) " "\n#\\1 " text "${text}")
string(REGEX REPLACE "!?\\[([^]\n]*)\\]\\([^)\n]*\\)" "\\1" text "${text}")
file(WRITE ${OUTPUT}.md "# NAME\n\n${TOOL} - ${SUMMARY}\n\n# DESCRIPTION\n${text}")
execute_process(COMMAND ${LOWDOWN} -s -Tman --parse-no-intraemph -m title=${TOOL} -m section=8 -m volume=ecbpf
	-m "source=ecbpf ${VERSION}" -o ${OUTPUT} ${OUTPUT}.md COMMAND_ERROR_IS_FATAL ANY)
