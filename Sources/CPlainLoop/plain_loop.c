#include "CPlainLoop.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>
#include <time.h>

#define MOST_MESSAGES 10000

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int64_t kbench_plain_loop(
    void *client, const char *topic, int32_t count, const int64_t *starts, const int64_t *ends, double *seconds) {
    rd_kafka_t *kafka = client;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(kafka);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(count);
    int64_t left = 0;
    for (int32_t partition = 0; partition < count; partition++) {
        rd_kafka_topic_partition_list_add(list, topic, partition)->offset = starts[partition];
        rd_kafka_queue_t *own = rd_kafka_queue_get_partition(kafka, topic, partition);
        rd_kafka_queue_forward(own, queue);
        rd_kafka_queue_destroy(own);
        if (ends[partition] > starts[partition]) left++;
    }
    rd_kafka_resp_err_t error = rd_kafka_assign(kafka, list);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_message_t **messages = malloc(sizeof(*messages) * MOST_MESSAGES);
    char *done = calloc((size_t)count + 1, 1);
    int64_t records = 0;
    double first = 0;
    // Partitions are counted down when their end is passed, by a record or by the broker's word that nothing follows.
    while (left > 0 && error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        ssize_t taken = rd_kafka_consume_batch_queue(queue, 0, messages, MOST_MESSAGES);
        if (taken <= 0) taken = rd_kafka_consume_batch_queue(queue, 100, messages, 1);
        if (first == 0 && taken > 0) first = now();
        for (ssize_t index = 0; index < taken; index++) {
            rd_kafka_message_t *message = messages[index];
            int64_t reached = message->offset;
            if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
                if (reached < ends[message->partition]) records++;
                reached++;
            } else if (message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
                error = message->err;
                reached = 0;
            }
            if (message->partition >= 0 && message->partition < count && reached >= ends[message->partition]
                && !done[message->partition] && ends[message->partition] > starts[message->partition]) {
                done[message->partition] = 1;
                left--;
            }
            rd_kafka_message_destroy(message);
        }
    }
    *seconds = first > 0 ? now() - first : 0;
    free(done);
    free(messages);
    rd_kafka_assign(kafka, NULL);
    rd_kafka_queue_destroy(queue);
    return error == RD_KAFKA_RESP_ERR_NO_ERROR ? records : (int64_t)error;
}
