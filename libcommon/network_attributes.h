/* SPDX-License-Identifier: GPL-2.0-only */
/* Attributes of netlink messages, none of whose lengths is believed. */
#ifndef ECBPF_UDP_NETWORK_ATTRIBUTES_H
#define ECBPF_UDP_NETWORK_ATTRIBUTES_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* table[type] for all types below `count`: the attribute, or NULL. `header`: bytes before the first. */
void network_attributes(const struct nlmsghdr *message, size_t header, const struct nlattr **table,
			size_t count);
/* The same of an attribute that holds others; it may be NULL. */
void network_nested(const struct nlattr *attribute, const struct nlattr **table, size_t count);

/* The value, 0 if there is none or it has another size. */
uint8_t network_u8(const struct nlattr *attribute);
uint16_t network_u16(const struct nlattr *attribute);
uint32_t network_u32(const struct nlattr *attribute);
uint64_t network_u64(const struct nlattr *attribute);

/* Copies it if it has exactly that size; else false, and *ret as it was. */
bool network_bytes(const struct nlattr *attribute, void *ret, size_t size);
/* A text cut to the size; empty if there is none. */
void network_text(const struct nlattr *attribute, char *ret_text, size_t size);
/* Whether it is exactly this text. */
bool network_text_is(const struct nlattr *attribute, const char *text);

#endif
