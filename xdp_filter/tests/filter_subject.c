// SPDX-License-Identifier: GPL-2.0-only
#include "filter_subject.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "source_image.h"

#define LONG_AGO 1
#define NEVER_REACHED (UINT64_MAX - 1) /* nanoseconds since boot */

static const char *const map_names[SUBJECT_MAP_COUNT] = {
	[SUBJECT_CONFIG] = FILTER_MAP_CONFIG,         [SUBJECT_COUNTERS] = FILTER_MAP_COUNTERS,
	[SUBJECT_SOURCES] = FILTER_MAP_SOURCES,       [SUBJECT_LOCAL_IPV4] = FILTER_MAP_LOCAL_IPV4,
	[SUBJECT_LOCAL_IPV6] = FILTER_MAP_LOCAL_IPV6, [SUBJECT_PTB_BUCKET] = FILTER_MAP_PTB_BUCKET,
};
static const uint32_t only_entry;

void subject_open(struct filter_subject *subject, const struct run_chain *chain, uint32_t slot,
		  int bucket)
{
	*subject = (struct filter_subject){ .chain = chain };
	assert_int_equal(run_open(&subject->program, chain, ECBPF_OBJECT_DIR "/xdp_filter.o", NULL,
				  slot),
			 0);
	if (bucket >= 0)
		assert_int_equal(
			bpf_map__reuse_fd(bpf_object__find_map_by_name(subject->program.object,
								       FILTER_MAP_PTB_BUCKET),
					  bucket),
			0);
	assert_int_equal(run_load(&subject->program), 0);
	for (int i = 0; i < SUBJECT_MAP_COUNT; i++) {
		subject->map[i] = run_map(&subject->program, map_names[i]);
		assert_true(subject->map[i] >= 0);
	}
}

static void forget_list(struct filter_subject *subject)
{
	if (subject->image)
		munmap(subject->image, subject->image_size);
	subject->image = NULL;
	source_list_free(&subject->sources);
	subject->sources = (struct source_list){ 0 };
}

void subject_close(struct filter_subject *subject)
{
	forget_list(subject);
	run_close(&subject->program);
}

void subject_configure(struct filter_subject *subject, const struct filter_config *config)
{
	assert_int_equal(bpf_map_update_elem(subject->map[SUBJECT_CONFIG], &only_entry, config,
					     BPF_ANY),
			 0);
}

/* Makes a map of subject->sources, and makes packets meet it. */
static void publish(struct filter_subject *subject, unsigned int cpus)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE | BPF_F_INNER_MAP);
	struct source_search search = { 0 };
	struct problem problem = { 0 };
	uint32_t lines;
	int fd;

	assert_int_equal(source_list_sort(&subject->sources), 0);
	assert_int_equal(source_search_build(&search, &subject->sources, &problem), 0);
	lines = source_image_lines(&search, &subject->sources, cpus);
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, FILTER_MAP_SOURCE_LIST, sizeof(uint32_t),
			    SOURCE_BLOCK_SIZE, lines / SOURCE_BLOCK_LINES + 1, &options);
	assert_true(fd >= 0);
	subject->image_size = (size_t)lines * SOURCE_LINE_SIZE;
	subject->image = mmap(NULL, subject->image_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(subject->image, MAP_FAILED);
	source_image_write(subject->image, &search, &subject->sources, cpus);
	assert_int_equal(bpf_map_update_elem(subject->map[SUBJECT_SOURCES], &only_entry, &fd,
					     BPF_ANY),
			 0);
	source_search_free(&search);
	close(fd);
}

static void clear_trie(int fd, void *key)
{
	while (bpf_map_get_next_key(fd, NULL, key) == 0)
		assert_int_equal(bpf_map_delete_elem(fd, key), 0);
}

static void follow_locals(struct filter_subject *subject, const struct filter_model *model)
{
	struct filter_ipv4_key ipv4;
	struct filter_ipv6_key ipv6;
	uint8_t nothing = 0;

	clear_trie(subject->map[SUBJECT_LOCAL_IPV4], &ipv4);
	clear_trie(subject->map[SUBJECT_LOCAL_IPV6], &ipv6);
	for (size_t i = 0; i < model->local_count; i++) {
		const struct model_prefix *local = &model->locals[i];
		int is_ipv4 = local->family == 4;

		ipv4.prefix_length = ipv6.prefix_length = local->length;
		memcpy(ipv4.address, local->address, sizeof(ipv4.address));
		memcpy(ipv6.address, local->address, sizeof(ipv6.address));
		assert_int_equal(bpf_map_update_elem(subject->map[is_ipv4 ? SUBJECT_LOCAL_IPV4 :
									    SUBJECT_LOCAL_IPV6],
						     is_ipv4 ? (const void *)&ipv4 : &ipv6,
						     &nothing, BPF_ANY),
				 0);
	}
}

static struct address_prefix to_prefix(const struct model_prefix *prefix)
{
	struct address_prefix same = { .family = prefix->family == 4 ? AF_INET : AF_INET6,
				       .length = (uint8_t)prefix->length };

	memcpy(same.address, prefix->address, prefix->family == 4 ? 4 : 16);
	return same;
}

void subject_follow(struct filter_subject *subject, const struct filter_model *model)
{
	subject_configure(subject, &model->config);
	follow_locals(subject, model);
	forget_list(subject);
	for (size_t i = 0; i < model->source_count; i++) {
		const struct model_source *from = &model->sources[i];
		struct source source = {
			.prefix = to_prefix(&from->prefix),
			.action = from->allow ? SOURCE_ALLOW : SOURCE_DROP,
			.expires = from->expired ? LONG_AGO :
				   i % 2         ? NEVER_REACHED :
						   0,
		};

		assert_int_equal(source_list_append(&subject->sources, &source), 0);
	}
	publish(subject, (unsigned int)libbpf_num_possible_cpus());
}

void subject_list(struct filter_subject *subject, const char *text, unsigned int cpus)
{
	const struct source drop = { .action = SOURCE_DROP };
	struct problem problem = { 0 };

	forget_list(subject);
	assert_int_equal(source_list_add_text(&subject->sources, text, &drop, &problem), 0);
	publish(subject, cpus);
}

void subject_counters(const struct filter_subject *subject, struct filter_counters *ret_counters)
{
	int cpus = libbpf_num_possible_cpus();
	struct filter_counters *each = calloc((size_t)cpus, sizeof(*each));

	assert_non_null(each);
	assert_int_equal(bpf_map_lookup_elem(subject->map[SUBJECT_COUNTERS], &only_entry, each), 0);
	memset(ret_counters, 0, sizeof(*ret_counters));
	for (int cpu = 0; cpu < cpus; cpu++) {
		for (int i = 0; i < FILTER_COUNTER_LIMIT; i++)
			ret_counters->packets[i] += each[cpu].packets[i];
	}
	free(each);
}

void subject_hits(const struct filter_subject *subject, const struct model_prefix *prefix,
		  uint64_t *ret_packets, uint64_t *ret_bytes)
{
	struct address_prefix same = to_prefix(prefix);
	const struct source *source = source_list_find(&subject->sources, &same);

	assert_non_null(source);
	source_image_hits(subject->image, (uint32_t)(source - subject->sources.sources),
			  ret_packets, ret_bytes);
}
