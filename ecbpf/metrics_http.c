// SPDX-License-Identifier: GPL-2.0-only
#include "metrics_http.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

#define MILLISECOND UINT64_C(1000000)
#define CONNECTIONS_MAX 32U
#define CONNECTION_SECONDS 10U
#define CONNECTION_MEMORY ((size_t)16 << 10)

#define TYPE_TEXT "text/plain; charset=utf-8"
#define TYPE_OPENMETRICS "application/openmetrics-text; version=1.0.0; charset=utf-8"
#define TYPE_PROMETHEUS "text/plain; version=0.0.4; charset=utf-8"

struct metrics_http {
	struct MHD_Daemon *daemon;
	metrics_http_fill fill;
	void *context;
};

/* `text` is freed later on, if it is_allocated. */
static enum MHD_Result answer(struct MHD_Connection *connection, unsigned int status,
			      const char *type, const char *text, bool is_allocated)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(strlen(text), (void *)(uintptr_t)text,
						is_allocated ? MHD_RESPMEM_MUST_FREE :
							       MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (!response) {
		if (is_allocated)
			free((void *)(uintptr_t)text);
		return MHD_NO;
	}
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	/* A connection that stays open keeps the service from ending when it is idle. */
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum metrics_format format_for(struct MHD_Connection *connection)
{
	const char *accept =
		MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);

	return accept && strcasestr(accept, "application/openmetrics-text") ? METRICS_OPENMETRICS :
									      METRICS_PROMETHEUS;
}

/* To be freed; NULL: told. */
static char *metrics_text(const struct metrics_http *http, enum metrics_format format,
			  struct problem *problem)
{
	struct metrics *metrics = metrics_new();
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	int err = stream ? http->fill(http->context, metrics, problem) :
			   problem_errno(problem, -ENOMEM, "metrics");

	if (!err)
		err = metrics_write_as(metrics, format, stream, problem);
	if (stream && fclose(stream) && !err)
		err = problem_errno(problem, -ENOMEM, "metrics");
	metrics_free(metrics);
	if (!err)
		return text;
	free(text);
	return NULL;
}

static enum MHD_Result answer_metrics(const struct metrics_http *http,
				      struct MHD_Connection *connection)
{
	enum metrics_format format = format_for(connection);
	struct problem problem = { 0 };
	char *text = metrics_text(http, format, &problem);

	if (text)
		return answer(connection, MHD_HTTP_OK,
			      format == METRICS_OPENMETRICS ? TYPE_OPENMETRICS : TYPE_PROMETHEUS,
			      text, true);
	log_warning("%s", problem.text);
	return answer(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, TYPE_TEXT, problem.text, false);
}

static enum MHD_Result take_request(void *context, struct MHD_Connection *connection,
				    const char *url, const char *method, const char *version,
				    const char *upload, size_t *upload_size, void **request)
{
	const struct metrics_http *http = context;

	(void)version;
	(void)upload;
	(void)upload_size;
	(void)request;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED, TYPE_TEXT,
			      "GET and HEAD only\n", false);
	if (strcmp(url, "/metrics") == 0)
		return answer_metrics(http, connection);
	if (strcmp(url, "/") == 0)
		return answer(connection, MHD_HTTP_OK, TYPE_TEXT,
			      "ecbpf " ECBPF_VERSION ": the metrics are at /metrics\n", false);
	return answer(connection, MHD_HTTP_NOT_FOUND, TYPE_TEXT,
		      "not here: the metrics are at /metrics\n", false);
}

__attribute__((format(printf, 2, 0))) static void take_message(void *unused, const char *format,
							       va_list arguments)
{
	char text[256];

	(void)unused;
	(void)vsnprintf(text, sizeof(text), format, arguments);
	text[strcspn(text, "\r\n")] = '\0';
	log_detail("libmicrohttpd: %s", text);
}

int metrics_http_start(int socket, metrics_http_fill fill, void *context,
		       struct metrics_http **ret_http, struct problem *problem)
{
	struct metrics_http *http = calloc(1, sizeof(*http));

	if (!http)
		return problem_errno(problem, -ENOMEM, "serve");
	http->fill = fill;
	http->context = context;
	http->daemon =
		MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, NULL, NULL, take_request,
				 http, MHD_OPTION_EXTERNAL_LOGGER, take_message, NULL,
				 MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_CONNECTION_LIMIT,
				 CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_SECONDS,
				 MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
				 MHD_OPTION_END);
	if (!http->daemon) {
		free(http);
		return problem_set(problem, -EIO, "serve: libmicrohttpd cannot start");
	}
	*ret_http = http;
	return 0;
}

void metrics_http_stop(struct metrics_http *http)
{
	if (!http)
		return;
	(void)MHD_quiesce_daemon(http->daemon);
	MHD_stop_daemon(http->daemon);
	free(http);
}

int metrics_http_wakes(const struct metrics_http *http)
{
	return MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

int metrics_http_turn(struct metrics_http *http, uint64_t *ret_wait, struct problem *problem)
{
	MHD_UNSIGNED_LONG_LONG milliseconds;

	if (MHD_run(http->daemon) != MHD_YES)
		return problem_set(problem, -EIO, "serve: libmicrohttpd failed");
	*ret_wait = MHD_get_timeout(http->daemon, &milliseconds) == MHD_YES ?
			    milliseconds * MILLISECOND :
			    UINT64_MAX;
	return 0;
}

bool metrics_http_is_busy(const struct metrics_http *http)
{
	return MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)
		       ->num_connections != 0;
}
