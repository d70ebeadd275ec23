#!/usr/bin/env bash
# The root: attach, count what passes, detach.
. "$(dirname "$0")/lib.sh"
server "xdp_root_loader --attach --interface $SERVER_INTERFACE"
is "pings through the chain" 20 answered 20
is "pings counted" true server "xdp_root_loader --status --json --interface $SERVER_INTERFACE |
	jq '[.. | objects | .packets? // empty | numbers] | add >= 20'"
server "xdp_root_loader --detach --interface $SERVER_INTERFACE"
is "programs left" 0 server "ip -d link show dev $SERVER_INTERFACE | grep -c prog/xdp"
ends
