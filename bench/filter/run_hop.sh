#!/usr/bin/env bash
# Dropping a listed source behind a veth hop: the filter against nftables at netdev ingress, the same
# list, the same frames. Makes a network namespace that is gone afterwards.
#
#   bench/filter/run_hop.sh [4|6] [PREFIXES] [bench_filter's options]
#
# ECBPF_BUILD names the build, build/ by default.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${ECBPF_BUILD:-$here/../../build}
family=${1:-4}
count=${2:-10000}
shift $(($# < 2 ? $# : 2))

if [ -z "${ECBPF_HOP_INSIDE:-}" ]; then
	exec env ECBPF_HOP_INSIDE=1 unshare --net "$0" "$family" "$count" "$@"
fi
for name in at_once filter nft; do
	ip link add "${name}_from" type veth peer name "${name}_to"
	for end in from to; do # no frames but those of the benchmark
		ip link set "${name}_$end" addrgenmode none
		ip link set "${name}_$end" up
	done
done
# A veth without an XDP program takes frames from XDP only with this.
ethtool -K nft_to gro on
case $family in
4) type=ipv4_addr match='ip saddr' ;;
6) type=ipv6_addr match='ip6 saddr' ;;
*) echo "run_hop.sh: the family is 4 or 6" >&2 && exit 2 ;;
esac
{
	echo "table netdev hop {"
	echo "set listed { type $type; flags interval; auto-merge; elements = {"
	"$build/bin/bench_filter" list --family "$family" --count "$count" | sed 's/$/,/'
	echo "} }"
	echo "chain ingress { type filter hook ingress device nft_to priority 0;"
	echo "$match @listed drop"
	echo "}"
	echo "}"
} | { time nft -f -; } 2>&1 | sed -n 's/^real/nft loads the list in/p'
"$build/bin/bench_filter" hop --family "$family" --count "$count" "$@"
