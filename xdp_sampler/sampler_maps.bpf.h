/* SPDX-License-Identifier: GPL-2.0-only */
/* The sampler's private maps (xdp_sampler.h says what is in them). Both programs declare all of them;
 * the one that is loaded second uses those of the first. Kernel side only. */
#ifndef XDP_SAMPLER_MAPS_BPF_H
#define XDP_SAMPLER_MAPS_BPF_H

#include "bpf/chain_maps.bpf.h"
#include "recorder_layout.h"
#include "sample.h"
#include "sampler_ledger.h"
#include "xdp_sampler.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sampler_config);
} sampler_config SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sampler_cpu);
} sampler_cpus SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, SAMPLER_RING_DEFAULT);
} sampler_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, RECORDER_KEYS);
	__type(key, struct recorder_key);
	__type(value, __u32);
} recorder_keys SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RECORDER_LIMIT);
	__type(key, __u32);
	__type(value, struct recorder);
} recorders SEC(".maps");

/* The image a sampler starts with: zeros, no recorder. Words, as kernels up to 6.1 let maps with and
 * without BTF take each other's place only if the value is no struct. */
typedef __u64 recorder_image_words[RECORDER_IMAGE_WORDS];

struct recorder_image_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, recorder_image_words);
} recorder_image SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct recorder_image_map);
} recorder_search SEC(".maps") = { .values = { &recorder_image } };

/* These two are for the reader of the ring alone. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* the loader sets the number of CPUs */
	__type(key, __u32);
	__type(value, struct ledger_cpu);
} sampler_ledger SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ledger_daemon);
} sampler_daemon SEC(".maps");

/* The key of every map here that has one entry. */
#define SAMPLER_ONLY_ENTRY ((const void *)&ecbpf_program.only_entry)

#endif
