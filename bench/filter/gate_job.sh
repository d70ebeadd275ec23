#!/bin/sh
# Runs in the virtual machine of gate.sh, where one instruction takes one nanosecond.
set -e

./bench_filter instructions --objects . >"$OUT/instructions"
