// SPDX-License-Identifier: GPL-2.0-only
/* With libbpf's macro for constant indexes. */
#define TAIL_CALL(ctx, index) bpf_tail_call_static(ctx, &slots, index)

#include "tail_calls.bpf.h"
