#!/usr/bin/env bash
# How long the loader takes to load a list from a file, in place of another list: the whole command, five
# times. Also what one more prefix costs then, and the memory. Makes namespaces that are gone afterwards.
#
#   bench/filter/run_load.sh [4|6] [PREFIXES]
#
# ECBPF_BUILD names the build, build/ by default.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${ECBPF_BUILD:-$here/../../build}
family=${1:-4}
count=${2:-1000000}

if [ -z "${ECBPF_LOAD_DIR:-}" ]; then
	ECBPF_LOAD_DIR=$(mktemp -d)
	export ECBPF_LOAD_DIR
	trap 'rm -rf "$ECBPF_LOAD_DIR"' EXIT
	unshare --net --mount "$0" "$family" "$count"
	exit
fi
cd "$ECBPF_LOAD_DIR"
mkdir bpf
mount -t bpf bpf bpf
ip link add in0 type veth peer name in1
ip link set in0 up
"$build/bin/xdp_root_loader" --attach --interface in0 --bpffs bpf
"$build/bin/xdp_filter" --attach --no-config --interface in0 --bpffs bpf
"$build/bin/bench_filter" list --family "$family" --count "$count" >one
sed 's/$/ ; a tag/' one >two # other tags: nothing is as it was

# timed COMMAND...: seconds and peak memory of the whole command.
timed() { /usr/bin/env time -f '%e s, %M KiB at most' "$@" 2>&1; }
filter() { timed "$build/bin/xdp_filter" "$@" --interface in0 --bpffs bpf; }

echo "IPv$family, $count prefixes, $(stat -c %s one) bytes"
for file in one two one two one two; do # the first fills an empty list
	filter --drop --replace --file "$file"
done
echo "one more:"
filter --drop --ips 192.0.2.77
echo "none of them:"
filter --clear
filter --drop --file one >/dev/null
"$build/bin/xdp_filter" --status --interface in0 --bpffs bpf --interval 0 --entries 1 | grep 'of memory'
