// The words of an operation's line, and of its answer.
#pragma once
#include <librdkafka/rdkafka.h>
#include <setjmp.h>
#include <stdint.h>

typedef struct {
    const char *name;
    char *text; // decoded, with a zero behind it
    size_t length;
    char *raw; // still encoded
} Field;

typedef struct {
    Field *fields;
    int count;
} Line;

// What was read stays until the line is done with.
Line line_read(char *text);
void line_free(Line *line);

const Field *line_field(const Line *line, const char *name);
const char *line_text(const Line *line, const char *name, const char *other);
int line_number(const Line *line, const char *name, int other);

// The n-th part of a value of several parts, decoded; NULL where there are not so many. The caller frees it.
char *part_of(const char *raw, int number, size_t *length);

// The places `topic:partition[:offset[:metadata]]` of a line; offset is RD_KAFKA_OFFSET_INVALID where there is none.
rd_kafka_topic_partition_list_t *line_places(const Line *line);

void row_begin(void);
void row_bytes(const char *name, const void *bytes, size_t length);
void row_text(const char *name, const char *text);
void row_number(const char *name, int64_t number);
void row_header(const char *name, const void *bytes, size_t length);
void row_end(void);

// Both end the operation: they do not return.
_Noreturn void fail(int code, const char *text);
_Noreturn void cannot(const char *text);

void check(rd_kafka_resp_err_t error);
void check_error(rd_kafka_error_t *error);
void check_places(const rd_kafka_topic_partition_list_t *places);

extern jmp_buf operation_end;
extern int failure_code;
extern char failure_text[512];
enum { FAILED = 1, CANNOT = 2 };

// Administration; false where the operation is none of it.
int administer(rd_kafka_t *client, const char *operation, const Line *line);
