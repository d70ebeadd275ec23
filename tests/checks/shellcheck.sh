#!/usr/bin/env bash
# Shell scripts are free of what shellcheck finds.
. "$(dirname "$0")/lib.sh"
need shellcheck

mapfile -t files < <(shell_scripts)
shellcheck "${files[@]}"
echo "${#files[@]} scripts"
