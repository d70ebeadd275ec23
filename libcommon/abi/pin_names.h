/* SPDX-License-Identifier: GPL-2.0-only */
/* Names below the pin directory. They are an interface: other loaders and bpftool users rely on
 * them. All are at most 15 characters, so that the kernel shows maps under the same names. */
#ifndef ECBPF_ABI_PIN_NAMES_H
#define ECBPF_ABI_PIN_NAMES_H

#define ECBPF_BPFFS_DEFAULT "/sys/fs/bpf"

/* BPFFS/ecbpf/<interface>/ holds everything of one interface. A dot, which bpffs refuses in a
 * name, is written as a colon, which no interface name can have. */
#define ECBPF_PIN_BASE "ecbpf"

/* BPFFS/ecbpf/second_references/<interface>/: the kernel empties a PROG_ARRAY when its last user
 * reference goes, so every shared object is pinned here too. The name is longer than any
 * interface name can be. */
#define ECBPF_PIN_SECOND "second_references"

/* Shared maps of one chain. */
#define ECBPF_MAP_SLOTS "xdp_program_array" /* kernel name: first 15 characters */
#define ECBPF_MAP_STATS "xdp_stats"
#define ECBPF_MAP_EXIT_HOOK "xdp_exit_hook"
#define ECBPF_MAP_CAPTURE_HOOK "xdpcap_hook"
#define ECBPF_MAP_CLEARED "xdp_stats_clear"
#define ECBPF_MAP_CHAIN "xdp_chain"
#define ECBPF_MAP_PROGRAMS "xdp_programs"

/* The attachment. */
#define ECBPF_PIN_LINK "root_link"
#define ECBPF_PIN_ROOT "root_program"

/* slot_<N>/ and exit_hook/: the program of one place and its private maps, by name. */
#define ECBPF_PIN_SLOT "slot_%u"
#define ECBPF_PIN_EXIT_HOOK "exit_hook"
#define ECBPF_PIN_PROGRAM "program"
#define ECBPF_PIN_REASON_NAMES "reason_names" /* what its reasons are called; may be missing */

#endif
