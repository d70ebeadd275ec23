// SPDX-License-Identifier: GPL-2.0-only
#include "tap_message.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

static bool is_text(const char *text, size_t size)
{
	return memchr(text, '\0', size);
}

static bool is_port(const struct tap_port *port)
{
	return port->header.size == sizeof(*port) && port->port < TAP_PORTS;
}

static bool is_sample(const struct tap_sample *message)
{
	const struct sample *sample = &message->sample;

	return message->header.size >= sizeof(*message) &&
	       sample->captured <= message->header.size - sizeof(*message) &&
	       sample->place < SAMPLER_PLACE_COUNT && sample->recorder_count <= SAMPLE_RECORDERS &&
	       message->port < TAP_PORTS && is_text(message->program, sizeof(message->program)) &&
	       is_text(message->reason, sizeof(message->reason));
}

int tap_message_next(const void *packet, size_t size, size_t *position,
		     struct tap_message *ret_message)
{
	const void *message = (const char *)packet + *position;
	const struct tap_header *header = message;

	*ret_message = (struct tap_message){ 0 };
	if (*position == size)
		return 0;
	if (size - *position < sizeof(*header) || header->size < sizeof(*header) ||
	    header->size % 8 || header->size > size - *position)
		return -EPROTO;
	*position += header->size;
	if (header->kind == TAP_PORT && is_port(message))
		ret_message->port = message;
	else if (header->kind == TAP_SAMPLE && is_sample(message))
		ret_message->sample = message;
	else
		return -EPROTO;
	return 1;
}

int tap_request_check(const struct tap_request *request, size_t size, struct problem *problem)
{
	bool is_good = size == sizeof(*request) && request->version == TAP_VERSION &&
		       request->port_count <= TAP_PORTS;

	for (uint32_t i = 0; is_good && i < request->port_count; i++)
		is_good = is_text(request->ports[i].interface, sizeof(request->ports[i].interface));
	return is_good ? 0 :
			 problem_set(problem, -EPROTO,
				     "what is asked for is not understood: it is another version "
				     "of xdp_sampler");
}

int tap_address(const char *bpffs, uint32_t pid, struct sockaddr_un *ret_address,
		socklen_t *ret_length, struct problem *problem)
{
	struct stat mount;
	int length;

	if (stat(bpffs, &mount) < 0)
		return problem_errno(problem, -errno, "cannot look at %s", bpffs);
	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	/* A name that begins with a zero is in no file system. */
	length = snprintf(ret_address->sun_path + 1, sizeof(ret_address->sun_path) - 1,
			  "ecbpf/xdp_sampler/%llx:%llx/%u", (unsigned long long)mount.st_dev,
			  (unsigned long long)mount.st_ino, pid);
	*ret_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
	return 0;
}
