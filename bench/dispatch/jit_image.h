/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine code the kernel made of programs, as `bpftool prog dump jited` shows it where that is
 * built with a disassembler. */
#ifndef BENCH_JIT_IMAGE_H
#define BENCH_JIT_IMAGE_H

#include "program_set.h"

/* Writes DIRECTORY/N.bin for the set's Nth program, and DIRECTORY/programs with one line for each:
 * N, its name, its slot (or "-"), address and length in bytes. Returns 0, -ENOTSUP when the kernel
 * does not show the code or has no JIT, or another negative errno; told on stderr. */
int jit_image_write(const struct program_set *set, const char *directory);

#endif
