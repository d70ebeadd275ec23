#!/usr/bin/env bash
# The user side is free of what cppcheck finds.
. "$(dirname "$0")/lib.sh"
need cppcheck

includes=()
places=()
for component in */component.cmake; do
	includes+=(-I "${component%/*}")
	places+=("${component%/*}/*.c")
done
mapfile -t files < <(source_files 'libcommon/*.c' 'tests/harness/*.c' "${places[@]}" | grep -v '\.bpf\.c$')
# Suppressed: what others fill in looks uninitialised, be it the kernel through a pointer cast to a number
# or a function that returns an error otherwise (clang-tidy's analyzer knows better), and pointers to locals
# in structures that do not outlive them. NULL is a pointer with every libc here, also behind "...".
# cppcheck does not read libbpf's headers.
macros=(
	'-DLIBBPF_OPTS(type, name, ...)=struct type name = { __VA_ARGS__ }'
	'-Dbpf_object__for_each_program(program, object)=while ((program = next_of(object)))'
	'-Dbpf_object__for_each_map(map, object)=while ((map = next_of(object)))'
)
cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr -j "$(nproc)" \
	--enable=warning,performance,portability \
	--suppress=uninitvar --suppress=uninitStructMember --suppress=autoVariables --suppress=varFuncNullUB \
	-D_GNU_SOURCE "${macros[@]}" -I libcommon -I tests "${includes[@]}" "${files[@]}"
echo "${#files[@]} files"
