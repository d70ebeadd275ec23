#!/bin/sh
# Runs in the virtual machine of gate.sh, where one instruction takes one nanosecond. Writes lines of
# program, slots and instructions to $OUT/instructions.
set -e

./bench_dispatch --instructions --objects . >"$OUT/instructions"

# Debian's libxdp, as its users run it: a dispatcher and eight programs that return XDP_PASS.
ip link add v0 type veth peer name v1
ip link set v0 up
ip link set v1 up
xdp-loader load -m native v0 empty.o empty.o empty.o empty.o empty.o empty.o empty.o empty.o
xdp-loader status v0 >"$OUT/status"
id=$(ip -d link show v0 | sed -n 's/.*prog\/xdp id \([0-9]*\).*/\1/p')
printf 'libxdp\t8\t%s\n' "$(./bench_dispatch --instructions --program-id "$id")" >>"$OUT/instructions"
