// Reads the words of an operation's line, and writes those of its answer.
#include "line.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

jmp_buf operation_end;
int failure_code;
char failure_text[512];

static int digit(char letter) {
    return letter <= '9' ? letter - '0' : (letter | 0x20) - 'a' + 10;
}

static char *decode(const char *raw, size_t count, size_t *length) {
    char *text = malloc(count + 1);
    size_t made = 0;
    for (size_t index = 0; index < count; index++) {
        if (raw[index] == '%' && index + 2 < count + 0) {
            text[made++] = (char)(digit(raw[index + 1]) * 16 + digit(raw[index + 2]));
            index += 2;
        } else {
            text[made++] = raw[index];
        }
    }
    text[made] = 0;
    *length = made;
    return text;
}

Line line_read(char *text) {
    Line line = {NULL, 0};
    char *rest = NULL;
    for (char *word = strtok_r(text, "\t", &rest); word; word = strtok_r(NULL, "\t", &rest)) {
        char *equals = strchr(word, '=');
        if (!equals) continue;
        *equals = 0;
        line.fields = realloc(line.fields, sizeof(Field) * (size_t)(line.count + 1));
        Field *field = &line.fields[line.count++];
        field->name = word;
        field->raw = equals + 1;
        field->text = decode(field->raw, strlen(field->raw), &field->length);
    }
    return line;
}

void line_free(Line *line) {
    for (int index = 0; index < line->count; index++) free(line->fields[index].text);
    free(line->fields);
    line->fields = NULL;
    line->count = 0;
}

const Field *line_field(const Line *line, const char *name) {
    for (int index = 0; index < line->count; index++)
        if (!strcmp(line->fields[index].name, name)) return &line->fields[index];
    return NULL;
}

const char *line_text(const Line *line, const char *name, const char *other) {
    const Field *field = line_field(line, name);
    return field ? field->text : other;
}

int line_number(const Line *line, const char *name, int other) {
    const Field *field = line_field(line, name);
    return field ? atoi(field->text) : other;
}

char *part_of(const char *raw, int number, size_t *length) {
    while (number-- > 0) {
        raw = strchr(raw, ':');
        if (!raw) return NULL;
        raw++;
    }
    const char *end = strchr(raw, ':');
    return decode(raw, end ? (size_t)(end - raw) : strlen(raw), length);
}

rd_kafka_topic_partition_list_t *line_places(const Line *line) {
    rd_kafka_topic_partition_list_t *places = rd_kafka_topic_partition_list_new(8);
    for (int index = 0; index < line->count; index++) {
        if (strcmp(line->fields[index].name, "tp")) continue;
        const char *raw = line->fields[index].raw;
        size_t length;
        char *topic = part_of(raw, 0, &length), *partition = part_of(raw, 1, &length);
        char *offset = part_of(raw, 2, &length);
        rd_kafka_topic_partition_t *place = rd_kafka_topic_partition_list_add(places, topic, atoi(partition));
        if (offset) place->offset = atoll(offset);
        size_t words = 0;
        char *metadata = part_of(raw, 3, &words);
        // librdkafka frees it with the list, so it must be memory of its own kind: malloc's.
        place->metadata = metadata;
        place->metadata_size = words;
        free(topic), free(partition), free(offset);
    }
    return places;
}

static void put(const unsigned char *bytes, size_t length) {
    static const char plain[] = "-_.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (size_t index = 0; index < length; index++) {
        if (bytes[index] && strchr(plain, bytes[index]))
            putchar(bytes[index]);
        else
            printf("%%%02X", bytes[index]);
    }
}

void row_begin(void) {
    fputs("row", stdout);
}

void row_bytes(const char *name, const void *bytes, size_t length) {
    printf("\t%s=", name);
    put(bytes, length);
}

void row_text(const char *name, const char *text) {
    if (text) row_bytes(name, text, strlen(text));
}

void row_number(const char *name, int64_t number) {
    printf("\t%s=%lld", name, (long long)number);
}

void row_header(const char *name, const void *bytes, size_t length) {
    fputs("\theader=", stdout);
    put((const unsigned char *)name, strlen(name));
    if (!bytes) return;
    putchar(':');
    put(bytes, length);
}

void row_end(void) {
    putchar('\n');
}

void fail(int code, const char *text) {
    failure_code = code;
    snprintf(failure_text, sizeof failure_text, "%s", text ? text : "");
    longjmp(operation_end, FAILED);
}

void cannot(const char *text) {
    snprintf(failure_text, sizeof failure_text, "%s", text);
    longjmp(operation_end, CANNOT);
}

void check(rd_kafka_resp_err_t error) {
    if (error) fail(error, rd_kafka_err2str(error));
}

void check_error(rd_kafka_error_t *error) {
    if (!error) return;
    char text[256];
    snprintf(text, sizeof text, "%s", rd_kafka_error_string(error));
    int code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    fail(code, text);
}

void check_places(const rd_kafka_topic_partition_list_t *places) {
    for (int index = 0; index < places->cnt; index++) check(places->elems[index].err);
}
