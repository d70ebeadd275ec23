// SPDX-License-Identifier: GPL-2.0-only
#include "legacy_rules.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include "cleanup.h"

/* A table that is replaced while it is read is read again this often. */
#define READ_TRIES 10

/* What differs between the families; the structures of the table as a whole are the same. */
struct family {
	int family, level;
	const char *names;                        /* file with a table's name per line */
	size_t entry_size, counters, next_offset; /* of and in a rule */
};

static const struct family FAMILIES[] = {
	{ AF_INET, IPPROTO_IP, "/proc/thread-self/net/ip_tables_names", sizeof(struct ipt_entry),
	  offsetof(struct ipt_entry, counters), offsetof(struct ipt_entry, next_offset) },
	{ AF_INET6, IPPROTO_IPV6, "/proc/thread-self/net/ip6_tables_names",
	  sizeof(struct ip6t_entry), offsetof(struct ip6t_entry, counters),
	  offsetof(struct ip6t_entry, next_offset) },
};
_Static_assert(sizeof(struct ipt_getinfo) == sizeof(struct ip6t_getinfo) &&
		       offsetof(struct ipt_get_entries, entrytable) ==
			       offsetof(struct ip6t_get_entries, entrytable),
	       "both families' tables are read alike");

/* FNV-1a */
static void digest(uint64_t *sum, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < size; i++)
		*sum = (*sum ^ bytes[i]) * 0x100000001b3;
}

static void digest_rules(uint64_t *sum, const struct family *family, const char *rules, size_t size)
{
	const size_t behind_counters = family->counters + sizeof(struct xt_counters);
	uint16_t length;

	for (size_t at = 0; size - at >= family->entry_size; at += length) {
		memcpy(&length, rules + at + family->next_offset, sizeof(length));
		if (length < family->entry_size || length > size - at)
			return;
		digest(sum, rules + at, family->counters);
		digest(sum, rules + at + behind_counters, length - behind_counters);
	}
}

static int read_table(int fd, const struct family *family, const char *name, uint64_t *sum)
{
	struct ipt_getinfo info = { 0 };
	socklen_t size = sizeof(info);
	CLEANUP_FREE struct ipt_get_entries *rules = NULL;

	memcpy(info.name, name, strnlen(name, sizeof(info.name) - 1));
	if (getsockopt(fd, family->level, IPT_SO_GET_INFO, &info, &size))
		return -errno;
	size = (socklen_t)sizeof(*rules) + info.size;
	rules = calloc(1, size);
	if (!rules)
		return -ENOMEM;
	memcpy(rules->name, info.name, sizeof(rules->name));
	rules->size = info.size;
	if (getsockopt(fd, family->level, IPT_SO_GET_ENTRIES, rules, &size))
		return -errno;
	digest(sum, name, strlen(name));
	digest_rules(sum, family, (const char *)rules->entrytable, info.size);
	return 0;
}

static int read_family(const struct family *family, uint64_t *sum, struct problem *problem)
{
	CLEANUP_CLOSE int fd = -1;
	FILE *names = fopen(family->names, "re");
	char name[XT_TABLE_MAXNAMELEN + 1];
	int err = 0;

	if (!names) /* without the file the kernel has no such tables */
		return errno == ENOENT ?
			       0 :
			       problem_errno(problem, -errno, "cannot open %s", family->names);
	while (!err && fgets(name, sizeof(name), names)) {
		name[strcspn(name, "\n")] = '\0';
		if (fd < 0)
			fd = socket(family->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		err = -EAGAIN;
		for (int i = 0; i < READ_TRIES && err == -EAGAIN; i++)
			err = read_table(fd, family, name, sum);
		if (err == -ENOENT)
			err = 0; /* it has just gone */
		if (err)
			(void)problem_errno(
				problem, err,
				"cannot read the rules of the table %s of legacy ip%stables", name,
				family->family == AF_INET6 ? "6" : "");
	}
	fclose(names);
	return err;
}

int legacy_rules_look(struct legacy_rules *rules, bool *ret_changed, struct problem *problem)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof(FAMILIES) / sizeof(*FAMILIES); i++) {
		int err = read_family(&FAMILIES[i], &sum, problem);

		if (err)
			return err;
	}
	*ret_changed = sum != rules->digest;
	rules->digest = sum;
	return 0;
}
