#!/usr/bin/env bash
# The offload: the same at tc.
. "$(dirname "$0")/lib.sh"
server "tc_offload --attach --interface $SERVER_INTERFACE
	tc_offload --flow-add '$CLIENT:4000 > $SERVER:5000 => $SERVER:5000 > $CLIENT:6000'"
is "datagrams that came back" 10 arrived 10 6000
is "packets rewritten" 10 server "tc_offload --flow-show --json | jq '.flows[0].state.packets'"
server "tc_offload --detach --interface $SERVER_INTERFACE"
ends
