#!/usr/bin/env bash
# The bypass: what arrives at a port where nobody listens goes back to another port of the client, by XDP.
. "$(dirname "$0")/lib.sh"
mac=$(client "ip -j route get $SERVER | jq -r '.[0].dev' | xargs ip -j link show dev | jq -r '.[0].address'")
server "xdp_root_loader --attach --interface $SERVER_INTERFACE && bypass_udp --attach --interface $SERVER_INTERFACE
	bypass_udp --flow-add '$CLIENT:4000 > $SERVER:5000 => $SERVER:5000 > $CLIENT:6000 dev $SERVER_INTERFACE mac $mac'"
is "datagrams that came back" 10 arrived 10 6000
is "packets that XDP forwarded" 10 server "bypass_udp --flow-show --json | jq '.flows[0].state.packets'"
server "bypass_udp --detach --interface $SERVER_INTERFACE; xdp_root_loader --detach --interface $SERVER_INTERFACE"
ends
