/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ECBPF_DOCTOR_HOST_H
#define ECBPF_DOCTOR_HOST_H

#include "findings.h"
#include "host_facts.h"

/* What the host lacks: kernel, rights, bpffs, JIT, sysctls. Pure. */
void doctor_host(const struct host_facts *facts, const char *bpffs, struct findings *findings);

#endif
