#!/bin/sh
# Runs in the virtual machine of gate.sh, where one instruction takes one nanosecond.
set -e

./bench_sampler --instructions --objects . >"$OUT/instructions"
