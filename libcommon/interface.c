// SPDX-License-Identifier: GPL-2.0-only
#include "interface.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "cleanup.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

_Static_assert(INTERFACE_NAME_SIZE == IFNAMSIZ, "names have the kernel's size");

static bool name_byte_valid(unsigned char byte)
{
	/* What the kernel takes for white space: 0xa0 is the no-break space of Latin-1. */
	return byte != '/' && byte != ':' && byte != ' ' && !(byte >= '\t' && byte <= '\r') &&
	       byte != 0xa0;
}

bool interface_name_valid(const char *name)
{
	size_t length = 0;

	if (!name || !*name || !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (; name[length]; length++) {
		if (length == INTERFACE_NAME_SIZE - 1 ||
		    !name_byte_valid((unsigned char)name[length]))
			return false;
	}
	return true;
}

static bool names_contain(char (*names)[INTERFACE_NAME_SIZE], size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(names[i], name))
			return true;
	}
	return false;
}

int interface_list_add(struct interface_list *list, const char *text, struct problem *problem)
{
	size_t count = list->count;

	for (;;) {
		char name[INTERFACE_NAME_SIZE] = "";
		size_t length = strcspn(text, ",");
		char(*names)[INTERFACE_NAME_SIZE];

		if (length < sizeof(name))
			memcpy(name, text, length);
		if (!interface_name_valid(name))
			return problem_set(problem, -EINVAL,
					   "'%.*s' is not an interface name: 1 to 15 characters, "
					   "no '/', ':' or white space",
					   length < 64 ? (int)length : 64, text);
		if (!names_contain(list->names, count, name)) {
			names = reallocarray(list->names, count + 1, sizeof(*names));
			if (!names)
				return problem_errno(problem, -ENOMEM, "list of interfaces");
			/* Beyond list->count until the whole text is understood. */
			list->names = names;
			memcpy(names[count++], name, sizeof(name));
		}
		if (!text[length])
			break;
		text += length + 1;
	}
	list->count = count;
	return 0;
}

bool interface_list_has(const struct interface_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!strcmp(list->names[i], name))
			return true;
	}
	return false;
}

void interface_list_free(struct interface_list *list)
{
	free(list->names);
	*list = (struct interface_list){ 0 };
}

int interface_index(const char *name, uint32_t *ret_index)
{
	unsigned int index;

	/* The kernel cuts "eth0:1" at the colon and finds eth0. */
	if (!interface_name_valid(name))
		return -ENODEV;
	index = if_nametoindex(name);
	if (!index)
		return -errno;
	*ret_index = index;
	return 0;
}

int interface_name_of(uint32_t index, char ret_name[INTERFACE_NAME_SIZE])
{
	char name[INTERFACE_NAME_SIZE];

	if (!if_indextoname(index, name))
		return errno == ENXIO ? -ENODEV : -errno;
	memcpy(ret_name, name, sizeof(name));
	return 0;
}

/* A socket to ask the kernel through; of the one family that every kernel and every sandbox has. */
static int control_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

static int interface_ask(const char *name, unsigned long request, struct ifreq *interface)
{
	CLEANUP_CLOSE int fd = -1;

	if (!interface_name_valid(name))
		return -ENODEV;
	strcpy(interface->ifr_name, name);
	fd = control_socket();
	if (fd < 0)
		return fd;
	return ioctl(fd, request, interface) < 0 ? -errno : 0;
}

void interface_real_name(const char *name, char ret_name[INTERFACE_NAME_SIZE])
{
	uint32_t index = 0;

	if (interface_index(name, &index) || interface_name_of(index, ret_name))
		snprintf(ret_name, INTERFACE_NAME_SIZE, "%s", name);
}

int interface_mtu(const char *name, uint32_t *ret_mtu)
{
	struct ifreq interface = { 0 };
	int err = interface_ask(name, SIOCGIFMTU, &interface);

	if (err < 0)
		return err;
	*ret_mtu = (uint32_t)interface.ifr_mtu;
	return 0;
}

int interface_strips_vlan(const char *name, bool *ret_strips)
{
	struct ethtool_value flags = { .cmd = ETHTOOL_GFLAGS };
	struct ifreq interface = { .ifr_data = (void *)&flags };
	int err = interface_ask(name, SIOCETHTOOL, &interface);

	if (err < 0)
		return err;
	*ret_strips = flags.data & ETH_FLAG_RXVLAN;
	return 0;
}

int network_namespace_current(struct network_namespace *ret_namespace)
{
	struct network_namespace current = { 0 };
	socklen_t size = sizeof(current.cookie);
	struct stat file;
	CLEANUP_CLOSE int fd = control_socket();

	if (fd < 0)
		return fd;
	/* A kernel before 5.14 does not know the option; the inode has to do there. */
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &current.cookie, &size) < 0) {
		if (errno != ENOPROTOOPT)
			return -errno;
		current.cookie = 0;
	}
	if (stat("/proc/self/ns/net", &file) < 0)
		return -errno;
	current.inode = file.st_ino;
	*ret_namespace = current;
	return 0;
}

bool network_namespace_same(const struct network_namespace *a, const struct network_namespace *b)
{
	if (a->cookie && b->cookie)
		return a->cookie == b->cookie;
	return a->inode == b->inode;
}
