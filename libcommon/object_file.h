/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_OBJECT_FILE_H
#define ECBPF_OBJECT_FILE_H

#include "problem.h"

/* Looks into a BPF object file for what the kernel and the chain will want of it, so that a bad
 * file is refused in words: 0, or a negative errno with the problem told. -ENOENT: no such file;
 * -ENOEXEC: not an ELF object for BPF, no licence section or an empty one, no BTF. */
int object_file_check(const char *path, struct problem *problem);

#endif
