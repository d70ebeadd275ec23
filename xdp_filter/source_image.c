// SPDX-License-Identifier: GPL-2.0-only
#include "source_image.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#define CELLS_PER_LINE (SOURCE_LINE_SIZE / sizeof(struct source_cell))
#define ENTRIES_PER_LINE (SOURCE_LINE_SIZE / sizeof(struct source_entry))

static uint64_t lines_for(uint64_t count, uint64_t per_line)
{
	return (count + per_line - 1) / per_line;
}

static uint32_t copies_of_cells(uint64_t cell_lines, unsigned int cpus)
{
	uint32_t copies = 1;

	while (copies < cpus && cell_lines * SOURCE_LINE_SIZE * copies * 2 <= SOURCE_COPIES_SIZE)
		copies *= 2;
	return copies;
}

/* The header of the window that a root is; 0: it is none. */
static uint32_t window_of(const struct source_search *search, uint32_t root)
{
	if (root >> SOURCE_LINK_KIND_SHIFT != SOURCE_WINDOW)
		return 0;
	return search->words[(root & SOURCE_LINK_INDEX) - SOURCE_LINE_WORDS];
}

/* Where everything is in the image of a list. */
static struct source_header make_header(const struct source_search *search,
					const struct source_list *list, unsigned int cpus)
{
	struct source_header header = {
		.root = { { search->root_ipv4, window_of(search, search->root_ipv4) },
			  { search->root_ipv6, window_of(search, search->root_ipv6) } },
		.cells = 1 + (uint32_t)search->lines,
		.cell_lines = (uint32_t)lines_for(list->count, CELLS_PER_LINE),
		.entry_count = (uint32_t)list->count,
	};
	uint32_t copies = copies_of_cells(header.cell_lines, cpus);

	while (header.entry_count_ipv4 < list->count &&
	       list->sources[header.entry_count_ipv4].prefix.family == AF_INET)
		header.entry_count_ipv4++;
	header.copy_mask = copies - 1;
	header.entries = header.cells + copies * header.cell_lines;
	header.tags = header.entries + (uint32_t)lines_for(list->count, ENTRIES_PER_LINE);
	if (list->count)
		header.tags_size = (uint32_t)list->tags_size;
	header.lines = header.tags + (uint32_t)lines_for(header.tags_size, SOURCE_LINE_SIZE);
	return header;
}

uint32_t source_image_lines(const struct source_search *search, const struct source_list *list,
			    unsigned int cpus)
{
	return make_header(search, list, cpus).lines;
}

static void *line_at(void *image, uint64_t line)
{
	return (uint8_t *)image + line * SOURCE_LINE_SIZE;
}

static const void *const_line_at(const void *image, uint64_t line)
{
	return (const uint8_t *)image + line * SOURCE_LINE_SIZE;
}

static struct source_entry entry_of(const struct source *source)
{
	struct source_entry entry = {
		.length = source->prefix.length,
		.family = source->prefix.family == AF_INET ? 4 : 6,
		.action = source->action,
		.origin = source->origin,
		.tag = source->tag,
		.load_time = source->load_time,
	};

	memcpy(entry.address, source->prefix.address, sizeof(entry.address));
	return entry;
}

void source_image_write(void *image, const struct source_search *search,
			const struct source_list *list, unsigned int cpus)
{
	const struct source_header header = make_header(search, list, cpus);
	struct source_entry *entries = line_at(image, header.entries);

	for (uint32_t copy = 0; copy <= header.copy_mask; copy++) {
		struct source_cell *cells =
			line_at(image, header.cells + (uint64_t)copy * header.cell_lines);

		for (size_t i = 0; i < list->count; i++) {
			const struct source *source = &list->sources[i];

			cells[i] = (struct source_cell){
				.packets = copy ? 0 : source->packets,
				.bytes = copy ? 0 : source->bytes,
				.expires = source->expires,
				.parent = search->parent[i],
				.action = source->action,
			};
		}
	}
	for (size_t i = 0; i < list->count; i++)
		entries[i] = entry_of(&list->sources[i]);
	if (search->lines)
		memcpy(line_at(image, 1), search->words, search->lines * SOURCE_LINE_SIZE);
	if (header.tags_size)
		memcpy(line_at(image, header.tags), list->tags, header.tags_size);
	memcpy(image, &header, sizeof(header));
}

static int bad_image(struct problem *problem, const char *why)
{
	return problem_set(problem, -EBADMSG,
			   "source list as loaded is damaged: %s; load the list again", why);
}

static int check_header(const struct source_header *header, uint32_t lines, struct problem *problem)
{
	uint64_t copies = (uint64_t)header->copy_mask + 1;

	if (header->lines > lines)
		return bad_image(problem, "it is cut");
	if (copies & header->copy_mask)
		return bad_image(problem, "number of copies is no power of two");
	if (header->entry_count_ipv4 > SOURCE_LIST_MAX ||
	    header->entry_count < header->entry_count_ipv4 ||
	    header->entry_count - header->entry_count_ipv4 > SOURCE_LIST_MAX)
		return bad_image(problem, "number of prefixes");
	if (header->cell_lines < lines_for(header->entry_count, CELLS_PER_LINE) ||
	    header->cells + copies * header->cell_lines > header->lines)
		return bad_image(problem, "its counters are outside of it");
	if (header->entries + lines_for(header->entry_count, ENTRIES_PER_LINE) > header->lines)
		return bad_image(problem, "its prefixes are outside of it");
	if (header->tags + lines_for(header->tags_size, SOURCE_LINE_SIZE) > header->lines)
		return bad_image(problem, "its tags are outside of it");
	return 0;
}

static bool host_bits_are_clear(const struct source_entry *entry)
{
	unsigned int byte = entry->length / 8;
	uint8_t below = (uint8_t)(0xff >> entry->length % 8);

	if (byte < sizeof(entry->address) && (entry->address[byte++] & below))
		return false;
	for (; byte < sizeof(entry->address); byte++) {
		if (entry->address[byte])
			return false;
	}
	return true;
}

static bool in_order(const struct source_entry *before, const struct source_entry *entry)
{
	int difference = memcmp(before->address, entry->address, sizeof(entry->address));

	if (before->family != entry->family)
		return before->family < entry->family;
	return difference < 0 || (difference == 0 && before->length < entry->length);
}

/* The image, and what reading it has come to. */
struct reader {
	const void *image;
	struct source_header header;
	struct source_entry before; /* family 0: there is none */
	uint32_t before_tag;        /* before.tag in the list */
};

static int read_tag(struct reader *reader, const struct source_entry *entry,
		    struct source_list *list, uint32_t *ret_tag, struct problem *problem)
{
	const char *tags = const_line_at(reader->image, reader->header.tags);
	uint64_t space;
	size_t length;

	/* One tag for very many prefixes is common. */
	if (reader->before.family && reader->before.tag == entry->tag) {
		*ret_tag = reader->before_tag;
		return 0;
	}
	if (entry->tag >= reader->header.tags_size)
		return bad_image(problem, "a tag is outside of it");
	space = reader->header.tags_size - entry->tag;
	length = strnlen(tags + entry->tag, space > SOURCE_TAG_MAX ? SOURCE_TAG_MAX + 1 : space);
	if (length == space || length > SOURCE_TAG_MAX)
		return bad_image(problem, "a tag has no end");
	return source_list_tag(list, tags + entry->tag, length, ret_tag);
}

static int read_entry(struct reader *reader, uint32_t number, struct source_list *list,
		      struct problem *problem)
{
	const struct source_entry *entries = const_line_at(reader->image, reader->header.entries);
	const struct source_cell *cells = const_line_at(reader->image, reader->header.cells);
	const struct source_entry entry = entries[number];
	bool ipv4 = number < reader->header.entry_count_ipv4;
	struct source source = {
		.prefix = { .family = ipv4 ? AF_INET : AF_INET6, .length = entry.length },
		.action = entry.action,
		.origin = entry.origin,
		.load_time = entry.load_time,
		.expires = cells[number].expires,
	};
	int err;

	if (entry.family != (ipv4 ? 4 : 6) || entry.length > (ipv4 ? 32 : 128) ||
	    !host_bits_are_clear(&entry))
		return bad_image(problem, "a prefix is none");
	if (!in_order(&reader->before, &entry))
		return bad_image(problem, "prefixes are out of order");
	if (entry.action > SOURCE_ALLOW || entry.action != cells[number].action)
		return bad_image(problem, "an action is none");
	if (entry.origin > SOURCE_FROM_CONFIG)
		return bad_image(problem, "an origin is none");
	err = read_tag(reader, &entry, list, &source.tag, problem);
	if (err)
		return err;
	memcpy(source.prefix.address, entry.address, sizeof(entry.address));
	source_image_hits(reader->image, number, &source.packets, &source.bytes);
	reader->before = entry;
	reader->before_tag = source.tag;
	return source_list_append(list, &source);
}

int source_image_read(const void *image, uint32_t lines, struct source_list *ret_list,
		      struct problem *problem)
{
	struct reader reader = { .image = image };
	int err;

	if (!lines)
		return bad_image(problem, "it is empty");
	memcpy(&reader.header, image, sizeof(reader.header));
	if (!reader.header.lines)
		return 0;
	err = check_header(&reader.header, lines, problem);
	for (uint32_t i = 0; !err && i < reader.header.entry_count; i++)
		err = read_entry(&reader, i, ret_list, problem);
	if (err == -ENOMEM)
		problem_errno(problem, err, "source list of %u prefixes",
			      reader.header.entry_count);
	if (err)
		source_list_free(ret_list);
	return err;
}

int source_image_count(const void *image, uint32_t lines, uint64_t now,
		       struct source_counts *ret_counts, struct problem *problem)
{
	const struct source_entry *entries;
	const struct source_cell *cells;
	struct source_header header;
	int err;

	*ret_counts = (struct source_counts){ 0 };
	if (!lines)
		return bad_image(problem, "it is empty");
	memcpy(&header, image, sizeof(header));
	if (!header.lines)
		return 0;
	err = check_header(&header, lines, problem);
	if (err)
		return err;
	entries = const_line_at(image, header.entries);
	cells = const_line_at(image, header.cells);
	for (uint32_t i = 0; i < header.entry_count; i++) {
		bool is_ipv4 = i < header.entry_count_ipv4;
		unsigned int action = entries[i].action == SOURCE_ALLOW;

		if (cells[i].expires && cells[i].expires <= now)
			continue;
		(is_ipv4 ? ret_counts->ipv4 : ret_counts->ipv6)[action]++;
		if (entries[i].load_time > ret_counts->newest)
			ret_counts->newest = entries[i].load_time;
	}
	return 0;
}

void source_image_hits(const void *image, uint32_t number, uint64_t *ret_packets,
		       uint64_t *ret_bytes)
{
	const struct source_header *header = image;

	*ret_packets = 0;
	*ret_bytes = 0;
	for (uint64_t copy = 0; copy <= header->copy_mask; copy++) {
		const struct source_cell *cells =
			const_line_at(image, header->cells + copy * header->cell_lines);

		*ret_packets += __atomic_load_n(&cells[number].packets, __ATOMIC_RELAXED);
		*ret_bytes += __atomic_load_n(&cells[number].bytes, __ATOMIC_RELAXED);
	}
}

void source_image_add_hits(void *image, uint32_t number, uint64_t packets, uint64_t bytes)
{
	const struct source_header *header = image;
	struct source_cell *cells = line_at(image, header->cells);

	__atomic_fetch_add(&cells[number].packets, packets, __ATOMIC_RELAXED);
	__atomic_fetch_add(&cells[number].bytes, bytes, __ATOMIC_RELAXED);
}
