#!/usr/bin/env bash
# The filter: a listed source is dropped, and no longer.
. "$(dirname "$0")/lib.sh"
server "xdp_root_loader --attach --interface $SERVER_INTERFACE && xdp_filter --attach --interface $SERVER_INTERFACE"
is "pings" 10 answered 10
server "xdp_filter --drop --ips $CLIENT --interface $SERVER_INTERFACE"
is "pings from a listed source" 0 answered 10
server "xdp_filter --no-drop --ips $CLIENT --interface $SERVER_INTERFACE"
is "pings from a source listed no more" 10 answered 10
server "xdp_root_loader --detach --interface $SERVER_INTERFACE"
ends
