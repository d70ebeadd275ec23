#!/usr/bin/env bash
# No file names a place on the machine it was written on.
. "$(dirname "$0")/lib.sh"

places=("$top")
parent=$(dirname "$top")
case $parent in
/ | /tmp | /var/tmp | /root | /home | /opt | /srv | /mnt | /usr/src | /usr/local/src) ;;
*) places+=("$parent") ;;
esac
pattern='(^|[^[:alnum:]_./-])(/home/[a-z]|/Users/'
# shellcheck disable=SC2016  # for sed
for place in "${places[@]}"; do
	pattern+="|$(printf '%s' "$place" | sed 's/[][\.*^$(){}?+|]/\\&/g')([^[:alnum:]_-]|\$)"
done
pattern+=')'
mapfile -t files < <(source_files | grep -vF tests/checks/machine_paths.sh)
if grep -nIE -e "$pattern" -- "${files[@]}"; then
	echo "a path of one machine only"
	exit 1
fi
echo "${#files[@]} files"
