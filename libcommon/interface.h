/* SPDX-License-Identifier: GPL-2.0-only */
/* Network interfaces of this network namespace, by name. */
#ifndef ECBPF_INTERFACE_H
#define ECBPF_INTERFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "problem.h"

#define INTERFACE_NAME_SIZE 16 /* IFNAMSIZ: 15 characters and the terminator */

/* A list of distinct names. Owned by the caller; release with interface_list_free(). */
struct interface_list {
	char (*names)[INTERFACE_NAME_SIZE];
	size_t count;
};

/* True for a name the kernel would accept: 1..15 characters, no '/', ':' or white space, neither
 * "." nor "..". */
bool interface_name_valid(const char *name);

/* Adds the names of a comma-separated list to `list`, each once. On failure nothing is added.
 * -EINVAL: an empty or impossible name; the text quotes it. A comma always separates: the kernel
 * allows it in a name, but such an interface cannot be given here. */
int interface_list_add(struct interface_list *list, const char *text, struct problem *problem);
bool interface_list_has(const struct interface_list *list, const char *name);
void interface_list_free(struct interface_list *list);

/* Index of a name, or -ENODEV. The kernel finds an interface by its alternative names as well:
 * interface_name_of() tells the one it goes by. */
int interface_index(const char *name, uint32_t *ret_index);
/* Name of an index, or -ENODEV. */
int interface_name_of(uint32_t index, char ret_name[INTERFACE_NAME_SIZE]);
/* The interface's own name where `name` is an alternative one (ip link property add … altname); a name
 * that no interface has stays as it is. */
void interface_real_name(const char *name, char ret_name[INTERFACE_NAME_SIZE]);
/* MTU in bytes, or a negative errno. */
int interface_mtu(const char *name, uint32_t *ret_mtu);
/* Whether the NIC takes VLAN tags out of received frames (ethtool: rxvlan), or a negative errno. */
int interface_strips_vlan(const char *name, bool *ret_strips);

/* Which network namespace this process is in. */
struct network_namespace {
	uint64_t cookie; /* SO_NETNS_COOKIE, unique for the life of the kernel; 0 before 5.14 */
	uint64_t inode;  /* of /proc/self/ns/net; the kernel uses it again */
};

int network_namespace_current(struct network_namespace *ret_namespace);
/* By cookie where both have one, else by inode. */
bool network_namespace_same(const struct network_namespace *a, const struct network_namespace *b);

#endif
