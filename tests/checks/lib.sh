# shellcheck shell=bash
# What the checks share. Sourced; sets `top` to the source tree and goes there.
# ECBPF_BUILD names the build that a check looks at, build/ of the tree by default.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$top"
# Used by the checks that look at a build.
# shellcheck disable=SC2034
build=${ECBPF_BUILD:-$top/build}

skip() {
	echo "SKIP: $*"
	exit 77
}

# need TOOL...: skips where a tool is missing.
need() {
	local tool
	for tool in "$@"; do
		command -v "$tool" >/dev/null || skip "$tool is not installed"
	done
}

# need_build FILE: skips where the build has no FILE.
need_build() {
	[ -e "$build/$1" ] || skip "no $1 in $build: build first, or set ECBPF_BUILD"
}

# source_files [GLOB...]: the files of the tree, tracked or not, without what .gitignore names;
# GLOBs are matched against the whole path. Works in an unpacked archive, too.
# shellcheck disable=SC2120  # the arguments are optional
source_files() {
	local file glob
	{
		git ls-files --cached --others --exclude-standard 2>/dev/null ||
			find . -name .git -prune -o -path './build*' -prune -o -type f -printf '%P\n'
	} | sort -u | while IFS= read -r file; do
		[ -f "$file" ] || continue
		[ $# -gt 0 ] || printf '%s\n' "$file"
		for glob in "$@"; do
			# shellcheck disable=SC2053  # a pattern
			if [[ $file == $glob ]]; then
				printf '%s\n' "$file"
				break
			fi
		done
	done
}

# shell_scripts: every shell script, by its name or by its first line.
shell_scripts() {
	local file first
	# shellcheck disable=SC2119
	source_files | while IFS= read -r file; do
		case $file in
		*.sh) printf '%s\n' "$file" ;;
		*.*) ;;
		*)
			first=$(head -c 80 "$file" | head -n 1 | tr -d '\0')
			[[ ! $first =~ ^#!.*[/\ ](ba|da)?sh( |$) ]] || printf '%s\n' "$file"
			;;
		esac
	done
}
