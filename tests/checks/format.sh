#!/usr/bin/env bash
# C code is laid out as .clang-format says. --fix rewrites what is not.
. "$(dirname "$0")/lib.sh"
need clang-format

mapfile -t files < <(source_files '*.c' '*.h')
if [ "${1:-}" = --fix ]; then
	clang-format -i "${files[@]}"
	exit
fi
mapfile -t wrong < <(clang-format --dry-run -Werror "${files[@]}" 2>&1 |
	sed -n 's/^\([^: ]*\):[0-9]*:[0-9]*: error: .*/\1/p' | sort -u)
if [ "${#wrong[@]}" -gt 0 ]; then
	printf 'not formatted: %s\n' "${wrong[@]}"
	clang-format "${wrong[0]}" | diff -u "${wrong[0]}" - | head -n 20 || true
	echo "tests/checks/format.sh --fix rewrites them"
	exit 1
fi
echo "${#files[@]} files"
