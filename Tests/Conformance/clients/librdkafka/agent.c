// The agent of librdkafka's C library: writing, reading, groups and transactions.
#include "line.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST = 64, WAIT = 20000 };

typedef struct {
    char *name;
    rd_kafka_t *client;
    int reads;
    rd_kafka_consumer_group_metadata_t *remembered;
    char *remembered_as;
} Handle;

typedef struct {
    Line line;
    char *text;
} Pending;

typedef struct {
    int32_t partition;
    int64_t offset;
    rd_kafka_resp_err_t error;
    int told;
} Delivery;

static const char *bootstrap;
static Handle handles[MOST];
static int handle_count;
static Pending *pending;
static int pending_count;
static rd_kafka_t *administrator;

static long long now_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

static Handle *handle_of(const char *name) {
    for (int index = 0; index < handle_count; index++)
        if (name && handles[index].name && !strcmp(handles[index].name, name)) return &handles[index];
    fail(-1, "no such handle");
}

static rd_kafka_t *client_of(const Line *line) {
    return handle_of(line_text(line, "id", NULL))->client;
}

static void set(rd_kafka_conf_t *settings, const char *name, const char *value) {
    char text[256];
    if (!value) return;
    if (rd_kafka_conf_set(settings, name, value, text, sizeof text) != RD_KAFKA_CONF_OK) {
        rd_kafka_conf_destroy(settings);
        if (strstr(text, "Unsupported partition.assignment.strategy")) cannot(text);
        fail(-186, text);
    }
}

static void delivered(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
    (void)client, (void)opaque;
    Delivery *delivery = message->_private;
    *delivery = (Delivery){message->partition, message->offset, message->err, 1};
}

static rd_kafka_t *open_client(rd_kafka_type_t type, rd_kafka_conf_t *settings) {
    char text[256];
    rd_kafka_t *client = rd_kafka_new(type, settings, text, sizeof text);
    if (!client) {
        rd_kafka_conf_destroy(settings);
        if (strstr(text, "partition.assignment.strategy")) cannot(text);
        fail(-186, text);
    }
    return client;
}

static void keep(const Line *line, rd_kafka_t *client, int reads) {
    if (handle_count == MOST) fail(-1, "too many handles");
    handles[handle_count++] = (Handle){strdup(line_text(line, "id", "")), client, reads, NULL, NULL};
}

static void handle_close(Handle *handle, int orderly) {
    if (handle->reads)
        rd_kafka_consumer_close(handle->client);
    else if (orderly)
        rd_kafka_flush(handle->client, WAIT);
    else
        rd_kafka_purge(handle->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    if (handle->remembered) rd_kafka_consumer_group_metadata_destroy(handle->remembered);
    // Deliveries that were never told point to memory that is gone, so they are not waited for.
    rd_kafka_destroy_flags(handle->client, handle->reads ? 0 : RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    free(handle->name), free(handle->remembered_as);
    *handle = handles[--handle_count];
}

static void clear_pending(void) {
    for (int index = 0; index < pending_count; index++) line_free(&pending[index].line), free(pending[index].text);
    pending_count = 0;
}

static void reset(void) {
    while (handle_count) handle_close(&handles[0], 0);
    if (administrator) rd_kafka_destroy(administrator);
    administrator = NULL;
    clear_pending();
}

static void producer(const Line *line) {
    rd_kafka_conf_t *settings = rd_kafka_conf_new();
    set(settings, "bootstrap.servers", bootstrap);
    set(settings, "acks", line_text(line, "acks", "all"));
    set(settings, "compression.type", line_text(line, "compression", "none"));
    set(settings, "linger.ms", line_text(line, "linger", "5"));
    set(settings, "batch.size", line_text(line, "batch", NULL));
    set(settings, "message.max.bytes", line_text(line, "max-request", NULL));
    set(settings, "topic.metadata.refresh.interval.ms", "1000");
    if (line_number(line, "idempotent", 0)) set(settings, "enable.idempotence", "true");
    const char *transactional = line_text(line, "transactional", NULL);
    int time_out = line_number(line, "txn-timeout", 15000);
    set(settings, "transactional.id", transactional);
    char text[16];
    snprintf(text, sizeof text, "%d", time_out);
    if (transactional) set(settings, "transaction.timeout.ms", text);
    set(settings, "message.timeout.ms", transactional && time_out < 15000 ? text : "15000");
    rd_kafka_conf_set_dr_msg_cb(settings, delivered);
    keep(line, open_client(RD_KAFKA_PRODUCER, settings), 0);
}

static rd_kafka_headers_t *headers_of(const Line *record) {
    rd_kafka_headers_t *headers = NULL;
    for (int index = 0; index < record->count; index++) {
        if (strcmp(record->fields[index].name, "header")) continue;
        if (!headers) headers = rd_kafka_headers_new(4);
        size_t name_length, length = 0;
        char *name = part_of(record->fields[index].raw, 0, &name_length);
        char *value = part_of(record->fields[index].raw, 1, &length);
        rd_kafka_header_add(headers, name, (ssize_t)name_length, value, (ssize_t)length);
        free(name), free(value);
    }
    return headers;
}

static void send_records(const Line *line) {
    rd_kafka_t *client = client_of(line);
    int count = pending_count;
    // What is not told in time may still be told later, so this memory is never given back.
    Delivery *deliveries = calloc((size_t)count + 1, sizeof *deliveries);
    const char *topic = line_text(line, "topic", "");
    int partition = line_number(line, "partition", RD_KAFKA_PARTITION_UA);
    for (int index = 0; index < count; index++) {
        const Line *record = &pending[index].line;
        const Field *value = line_field(record, "value"), *key = line_field(record, "key");
        const char *timestamp = line_text(record, "timestamp", "0");
        rd_kafka_headers_t *headers = headers_of(record);
        rd_kafka_resp_err_t error;
        do {
            error = rd_kafka_producev(
                client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
                RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                RD_KAFKA_V_VALUE(value ? value->text : NULL, value ? value->length : 0),
                RD_KAFKA_V_KEY(key ? key->text : NULL, key ? key->length : 0),
                RD_KAFKA_V_TIMESTAMP(atoll(timestamp)), RD_KAFKA_V_OPAQUE(&deliveries[index]),
                RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
            if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) rd_kafka_poll(client, 50);
        } while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL);
        if (error) {
            if (headers) rd_kafka_headers_destroy(headers);
            clear_pending();
            check(error);
        }
    }
    clear_pending();
    rd_kafka_flush(client, WAIT);
    for (int index = 0; index < count; index++) {
        if (!deliveries[index].told) fail(7, "not delivered in time");
        check(deliveries[index].error);
        row_begin();
        row_number("partition", deliveries[index].partition);
        row_number("offset", deliveries[index].offset);
        row_end();
    }
    free(deliveries);
}

static void pend(char *text) {
    pending = realloc(pending, sizeof *pending * (size_t)(pending_count + 1));
    pending[pending_count].text = text;
    pending[pending_count].line = line_read(text);
    pending_count++;
}

static void fill(const Line *line) {
    int count = line_number(line, "count", 0), size = line_number(line, "size", 0);
    for (int number = 0; number < count; number++) {
        char *text = malloc((size_t)size + 64);
        int begun = snprintf(text, (size_t)size + 64, "value=%s%d", line_text(line, "prefix", ""), number);
        int wanted = size + (int)strlen("value=");
        while (begun < wanted) text[begun++] = '.';
        text[begun] = 0;
        pend(text);
    }
}

static void consumer(const Line *line) {
    rd_kafka_conf_t *settings = rd_kafka_conf_new();
    set(settings, "bootstrap.servers", bootstrap);
    set(settings, "group.id", line_text(line, "group", "none"));
    set(settings, "enable.auto.commit", line_number(line, "auto-commit", 0) ? "true" : "false");
    set(settings, "auto.commit.interval.ms", "500");
    const char *reset = line_text(line, "reset", "earliest");
    set(settings, "auto.offset.reset", strcmp(reset, "none") ? reset : "error");
    set(settings, "isolation.level", line_text(line, "isolation", "read_uncommitted"));
    set(settings, "fetch.wait.max.ms", line_text(line, "max-wait", "100"));
    set(settings, "fetch.min.bytes", line_text(line, "min-bytes", "1"));
    set(settings, "allow.auto.create.topics", line_number(line, "auto-create", 0) ? "true" : "false");
    set(settings, "heartbeat.interval.ms", "500");
    set(settings, "session.timeout.ms", line_text(line, "session", "6000"));
    if (line_number(line, "session", 0) > 300000)
        set(settings, "max.poll.interval.ms", line_text(line, "session", NULL));
    set(settings, "topic.metadata.refresh.interval.ms", "1000");
    set(settings, "partition.assignment.strategy", line_text(line, "assignor", "range"));
    set(settings, "group.instance.id", line_text(line, "instance", NULL));
    set(settings, "max.partition.fetch.bytes", line_text(line, "partition-max", NULL));
    if (line_field(line, "fetch-max")) {
        set(settings, "message.max.bytes", "1000");
        set(settings, "fetch.max.bytes", line_text(line, "fetch-max", NULL));
    }
    rd_kafka_t *client = open_client(RD_KAFKA_CONSUMER, settings);
    rd_kafka_poll_set_consumer(client);
    keep(line, client, 1);
}

static void subscribe(const Line *line) {
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(2);
    const char *pattern = line_text(line, "pattern", NULL);
    if (pattern) {
        char text[512];
        snprintf(text, sizeof text, "^%s", pattern);
        rd_kafka_topic_partition_list_add(topics, text, RD_KAFKA_PARTITION_UA);
    }
    for (int index = 0; index < line->count; index++)
        if (!strcmp(line->fields[index].name, "topic"))
            rd_kafka_topic_partition_list_add(topics, line->fields[index].text, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t error = rd_kafka_subscribe(client_of(line), topics);
    rd_kafka_topic_partition_list_destroy(topics);
    check(error);
}

static void tell(rd_kafka_message_t *message) {
    rd_kafka_timestamp_type_t type;
    row_begin();
    row_text("topic", rd_kafka_topic_name(message->rkt));
    row_number("partition", message->partition);
    row_number("offset", message->offset);
    if (message->payload) row_bytes("value", message->payload, message->len);
    if (message->key) row_bytes("key", message->key, message->key_len);
    row_number("timestamp", rd_kafka_message_timestamp(message, &type));
    row_number("create", type == RD_KAFKA_TIMESTAMP_CREATE_TIME);
    rd_kafka_headers_t *headers;
    const char *name;
    const void *value;
    size_t length;
    if (!rd_kafka_message_headers(message, &headers))
        for (size_t index = 0; !rd_kafka_header_get_all(headers, index, &name, &value, &length); index++)
            row_header(name, value, length);
    row_end();
}

static void poll_records(const Line *line) {
    rd_kafka_t *client = client_of(line);
    long long end = now_ms() + line_number(line, "timeout", 1000);
    for (int left = line_number(line, "count", 1); left > 0;) {
        long long rest = end - now_ms();
        rd_kafka_message_t *message = rd_kafka_consumer_poll(client, rest < 0 ? 0 : rest > 500 ? 500 : (int)rest);
        if (message) {
            rd_kafka_resp_err_t error = message->err;
            char text[256];
            if (error)
                snprintf(text, sizeof text, "%s", rd_kafka_message_errstr(message));
            else
                tell(message), left--;
            rd_kafka_message_destroy(message);
            if (error) fail(error, text);
        }
        if (rest <= 0) return;
    }
}

static void tell_places(rd_kafka_topic_partition_list_t *places) {
    for (int index = 0; index < places->cnt; index++) {
        const rd_kafka_topic_partition_t *place = &places->elems[index];
        row_begin();
        row_text("topic", place->topic);
        row_number("partition", place->partition);
        row_number("offset", place->offset < 0 ? -1 : place->offset);
        if (place->metadata_size) row_bytes("metadata", place->metadata, place->metadata_size);
        row_end();
    }
}

static void read_operation(const char *operation, const Line *line, rd_kafka_topic_partition_list_t *places) {
    rd_kafka_t *client = client_of(line);
    if (!strcmp(operation, "assign")) {
        check(rd_kafka_assign(client, places));
    } else if (!strcmp(operation, "seek")) {
        check_error(rd_kafka_seek_partitions(client, places, WAIT));
        check_places(places);
    } else if (!strcmp(operation, "commit")) {
        check(rd_kafka_commit(client, places->cnt ? places : NULL, 0));
        check_places(places);
    } else if (!strcmp(operation, "committed")) {
        check(rd_kafka_committed(client, places, WAIT));
        check_places(places);
        tell_places(places);
    } else if (!strcmp(operation, "position")) {
        check(rd_kafka_position(client, places));
        tell_places(places);
    } else if (!strcmp(operation, "times")) {
        check(rd_kafka_offsets_for_times(client, places, WAIT));
        check_places(places);
        tell_places(places);
    } else if (!strcmp(operation, "watermarks")) {
        for (int index = 0; index < places->cnt; index++) {
            int64_t low, high;
            check(rd_kafka_query_watermark_offsets(
                client, places->elems[index].topic, places->elems[index].partition, &low, &high, WAIT));
            row_begin(), row_number("low", low), row_number("high", high), row_end();
        }
    } else if (!strcmp(operation, "send-offsets")) {
        const char *remembered = line_text(line, "metadata", NULL);
        rd_kafka_consumer_group_metadata_t *group = NULL;
        if (remembered)
            group = handle_of("remembered")->remembered;
        else
            group = rd_kafka_consumer_group_metadata(handle_of(line_text(line, "consumer", ""))->client);
        rd_kafka_error_t *error = rd_kafka_send_offsets_to_transaction(client, places, group, WAIT);
        if (!remembered) rd_kafka_consumer_group_metadata_destroy(group);
        check_error(error);
    }
}

static int is_one_of(const char *word, const char *words) {
    const char *found = strstr(words, word);
    return found && (found == words || found[-1] == ' ') && (found[strlen(word)] == ' ' || !found[strlen(word)]);
}

static void carry_out(const char *operation, const Line *line) {
    if (!strcmp(operation, "reset")) reset();
    else if (!strcmp(operation, "producer")) producer(line);
    else if (!strcmp(operation, "fill")) fill(line);
    else if (!strcmp(operation, "send")) send_records(line);
    else if (!strcmp(operation, "init-transactions")) check_error(rd_kafka_init_transactions(client_of(line), WAIT));
    else if (!strcmp(operation, "begin")) check_error(rd_kafka_begin_transaction(client_of(line)));
    else if (!strcmp(operation, "commit-transaction")) check_error(rd_kafka_commit_transaction(client_of(line), WAIT));
    else if (!strcmp(operation, "abort-transaction")) check_error(rd_kafka_abort_transaction(client_of(line), WAIT));
    else if (!strcmp(operation, "remember")) {
        // The words of a member are kept by a handle of their own, as the member's will be gone.
        rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata(client_of(line));
        rd_kafka_conf_t *settings = rd_kafka_conf_new();
        if (handle_count == MOST) fail(-1, "too many handles");
        handles[handle_count++] =
            (Handle){strdup("remembered"), open_client(RD_KAFKA_PRODUCER, settings), 0, group, NULL};
    } else if (!strcmp(operation, "consumer")) consumer(line);
    else if (!strcmp(operation, "subscribe")) subscribe(line);
    else if (!strcmp(operation, "poll")) poll_records(line);
    else if (is_one_of(operation, "leave close-producer")) handle_close(handle_of(line_text(line, "id", NULL)), 1);
    else if (!strcmp(operation, "assignment")) {
        rd_kafka_topic_partition_list_t *places;
        check(rd_kafka_assignment(client_of(line), &places));
        tell_places(places);
        rd_kafka_topic_partition_list_destroy(places);
    } else if (is_one_of(operation, "assign seek commit committed position times watermarks send-offsets")) {
        // A failure leaves the list behind; this process lives for some minutes.
        rd_kafka_topic_partition_list_t *places = line_places(line);
        read_operation(operation, line, places);
        rd_kafka_topic_partition_list_destroy(places);
    } else {
        if (!administrator) {
            rd_kafka_conf_t *settings = rd_kafka_conf_new();
            set(settings, "bootstrap.servers", bootstrap);
            administrator = open_client(RD_KAFKA_PRODUCER, settings);
        }
        if (!administer(administrator, operation, line)) cannot(operation);
    }
}

int main(int count, char **words) {
    if (count != 2) return 64;
    bootstrap = words[1];
    char *text = NULL;
    size_t room = 0;
    ssize_t length;
    while ((length = getline(&text, &room, stdin)) > 0) {
        if (text[length - 1] == '\n') text[--length] = 0;
        if (!strncmp(text, "record", 6) && (text[6] == '\t' || !text[6])) {
            pend(strdup(text + 6));
            continue;
        }
        char *operation = strdup(strtok(text, "\t"));
        size_t begun = strlen(text);
        char *rest = strdup((ssize_t)begun < length ? text + begun + 1 : "");
        Line line = line_read(rest);
        int end = setjmp(operation_end);
        if (!end) {
            carry_out(operation, &line);
            puts("ok");
        } else {
            fputs(end == CANNOT ? "cannot" : "error", stdout);
            if (end == FAILED) row_number("code", failure_code);
            row_text("text", failure_text);
            row_end();
        }
        fflush(stdout);
        line_free(&line);
        free(rest), free(operation);
    }
    return 0;
}
