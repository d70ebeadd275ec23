#!/usr/bin/env bash
# The sampler: what a recorder finds is in the capture, with its verdict.
. "$(dirname "$0")/lib.sh"
server "xdp_root_loader --attach --interface $SERVER_INTERFACE && xdp_sampler --attach --interface $SERVER_INTERFACE"
server "rm -f /tmp/ecbpf-smoke.json; timeout 20 xdp_sampler --capture --filter '$CLIENT * * * ICMP' --count 5 \
	--json-lines /tmp/ecbpf-smoke.json --interface $SERVER_INTERFACE >/tmp/ecbpf-smoke.log 2>&1 &
	i=0; while ! grep -qs ^capturing /tmp/ecbpf-smoke.log && [ \$i -lt 100 ]; do i=\$((i + 1)); sleep 0.05; done # poll interval"
is "pings" 10 answered 10
is "samples" 5 server "i=0; while [ \$(wc -l </tmp/ecbpf-smoke.json) -lt 5 ] && [ \$i -lt 100 ]; do i=\$((i + 1)); sleep 0.05; done # poll interval
	wc -l </tmp/ecbpf-smoke.json; rm -f /tmp/ecbpf-smoke.json /tmp/ecbpf-smoke.log"
server "xdp_root_loader --detach --interface $SERVER_INTERFACE"
ends
