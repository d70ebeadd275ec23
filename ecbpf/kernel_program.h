/* SPDX-License-Identifier: GPL-2.0-only */
/* What this kernel's BPF can do, found out by trying: nothing that is loaded for it stays. */
#ifndef ECBPF_KERNEL_PROGRAM_H
#define ECBPF_KERNEL_PROGRAM_H

#include "interface_switches.h"

struct kernel_programs {
	enum fact_switch xdp;      /* loads an XDP program at all */
	enum fact_switch frags;    /* … for frames in several buffers, 5.18 */
	enum fact_switch ring;     /* ring buffers, 5.8 */
	enum fact_switch no_limit; /* memory of BPF is not counted as locked, 5.11 */
	enum fact_switch tcx;      /* 6.6 */
	enum fact_switch btf;      /* tells its types */
	enum fact_switch
		conntrack; /* lets programs set conntrack's timers, 6.0; unknown also: it is not loaded */
};

/* Unknown is what this process may not try. */
void kernel_programs_probe(struct kernel_programs *ret_programs);

#endif
