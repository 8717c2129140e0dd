// One measurement of a broker for each call: a bare loop, librdkafka's loop, a producer; or the mock to compare with.
#include "broker_speed.h"

#include "CPlainLoop.h"
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORD_BYTES 200

static void fail(const char *what) {
    fprintf(stderr, "broker speed: %s\n", what);
    exit(1);
}

static rd_kafka_t *client(rd_kafka_type_t type, const char *const (*settings)[2]) {
    char reason[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (; (*settings)[0]; settings++) {
        if (rd_kafka_conf_set(conf, (*settings)[0], (*settings)[1], reason, sizeof reason) != RD_KAFKA_CONF_OK) {
            fail(reason);
        }
    }
    rd_kafka_t *kafka = rd_kafka_new(type, conf, reason, sizeof reason);
    if (!kafka) fail(reason);
    return kafka;
}

static void tell(int64_t records, double seconds) {
    if (records < 0) fail(rd_kafka_err2str((rd_kafka_resp_err_t)records));
    printf("%.0f\n", (double)records / seconds);
}

// The loop of Sources/CPlainLoop, `passes` times over the whole topic, with the settings that kbench reads with. Each
// pass has a client of its own: one that takes up a partition anew may give its records to a queue that nobody reads.
static void plain(const char *bootstrap, const char *topic, int partitions, int passes) {
    const char *const settings[][2] = {
        {"bootstrap.servers", bootstrap}, {"group.id", "speed"}, {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"}, {"enable.partition.eof", "true"}, {"auto.offset.reset", "error"},
        {"isolation.level", "read_committed"}, {"queued.min.messages", "100000"},
        {"queued.max.messages.kbytes", "12288"}, {"fetch.message.max.bytes", "1048576"},
        {"fetch.wait.max.ms", "20"}, {"fetch.error.backoff.ms", "20"}, {"check.crcs", "true"}, {NULL, NULL}};
    int64_t *starts = calloc((size_t)partitions, sizeof *starts), *ends = calloc((size_t)partitions, sizeof *ends);
    int64_t records = 0;
    double seconds = 0;
    while (passes-- > 0) {
        rd_kafka_t *kafka = client(RD_KAFKA_CONSUMER, settings);
        for (int partition = 0; partition < partitions; partition++) {
            if (rd_kafka_query_watermark_offsets(
                    kafka, topic, partition, &starts[partition], &ends[partition], 10000)) {
                fail("no answer about the ends of partitions");
            }
        }
        double pass;
        int64_t read = kbench_plain_loop(kafka, topic, partitions, starts, ends, &pass);
        if (read < 0) tell(read, 1);
        records += read;
        seconds += pass;
        rd_kafka_destroy(kafka);
    }
    tell(records, seconds);
    free(starts);
    free(ends);
}

static void produce(const char *bootstrap, const char *topic, int partitions, int64_t count) {
    const char *const settings[][2] = {
        {"bootstrap.servers", bootstrap}, {"acks", "all"}, {"enable.idempotence", "true"}, {"linger.ms", "50"},
        {"batch.num.messages", "10000"}, {"batch.size", "1000000"}, {"queue.buffering.max.messages", "500000"},
        {"queue.buffering.max.kbytes", "262144"}, {NULL, NULL}};
    rd_kafka_t *kafka = client(RD_KAFKA_PRODUCER, settings);
    rd_kafka_topic_t *handle = rd_kafka_topic_new(kafka, topic, NULL);
    const struct rd_kafka_metadata *metadata;
    if (rd_kafka_metadata(kafka, 0, handle, &metadata, 10000)) fail("no metadata");
    if (metadata->topics[0].partition_cnt != partitions) fail("the topic has another number of partitions");
    rd_kafka_metadata_destroy(metadata);
    char value[RECORD_BYTES];
    memset(value, 'v', sizeof value);
    double start = now();
    for (int64_t record = 0; record < count; record++) {
        while (rd_kafka_produce(
                   handle, (int32_t)(record % partitions), RD_KAFKA_MSG_F_COPY, value, sizeof value, NULL, 0, NULL)) {
            if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) fail("a record is refused");
            rd_kafka_poll(kafka, 10);
        }
        if (record % 1024 == 0) rd_kafka_poll(kafka, 0);
    }
    if (rd_kafka_flush(kafka, 600000)) fail("records are left");
    tell(count, now() - start);
    rd_kafka_topic_destroy(handle);
    rd_kafka_destroy(kafka);
}

static void forget(const char *bootstrap, const char *topic) {
    const char *const settings[][2] = {{"bootstrap.servers", bootstrap}, {NULL, NULL}};
    rd_kafka_t *kafka = client(RD_KAFKA_PRODUCER, settings);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(kafka);
    rd_kafka_DeleteTopic_t *topics[] = {rd_kafka_DeleteTopic_new(topic)};
    rd_kafka_DeleteTopics(kafka, topics, 1, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 10000);
    const rd_kafka_DeleteTopics_result_t *result = event ? rd_kafka_event_DeleteTopics_result(event) : NULL;
    if (!result) fail("no answer about a topic that is to go");
    size_t count;
    const rd_kafka_topic_result_t **answers = rd_kafka_DeleteTopics_result_topics(result, &count);
    if (count != 1 || rd_kafka_topic_result_error(answers[0])) fail("a topic does not go");
    rd_kafka_event_destroy(event);
    rd_kafka_DeleteTopic_destroy(topics[0]);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(kafka);
}

static int ascending(const void *one, const void *other) {
    double left = *(const double *)one, right = *(const double *)other;
    return left < right ? -1 : left > right;
}

// Commits an offset of a group so often, one after the other, and tells the median of the times in microseconds.
static void commit(const char *bootstrap, const char *topic, int count) {
    const char *const settings[][2] = {
        {"bootstrap.servers", bootstrap}, {"group.id", "speed"}, {"enable.auto.commit", "false"}, {NULL, NULL}};
    rd_kafka_t *kafka = client(RD_KAFKA_CONSUMER, settings);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_t *place = rd_kafka_topic_partition_list_add(list, topic, 0);
    double *times = calloc((size_t)count + 1, sizeof *times);
    // The first one looks for the coordinator.
    for (int index = 0; index <= count; index++) {
        place->offset = index;
        double start = now();
        rd_kafka_resp_err_t error = rd_kafka_commit(kafka, list, 0);
        if (error) fail(rd_kafka_err2str(error));
        times[index] = now() - start;
    }
    qsort(times + 1, (size_t)count, sizeof *times, ascending);
    printf("%.0f\n", times[1 + count / 2] * 1e6);
    free(times);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(kafka);
}

// Serves one topic until a signal ends it.
static void mock(const char *topic, int partitions) {
    const char *const settings[][2] = {{NULL, NULL}};
    rd_kafka_t *host = client(RD_KAFKA_PRODUCER, settings);
    rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(host, 1);
    if (!cluster || rd_kafka_mock_topic_create(cluster, topic, partitions, 1)) fail("no mock");
    printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
    fflush(stdout);
    pause();
}

int main(int count, char **words) {
    if ((count == 6 && strcmp(words[1], "bare") == 0) || (count == 7 && strcmp(words[1], "log") == 0)) {
        char *colon = strrchr(words[2], ':');
        if (!colon) fail("the address has no port");
        *colon = 0;
        double seconds;
        int64_t records = atoll(words[5]);
        int partitions = atoi(words[4]);
        int64_t *starts = calloc((size_t)partitions, sizeof *starts);
        int port = atoi(colon + 1);
        records = count == 6 ? kbench_bare_loop(words[2], port, words[3], partitions, starts, records, &seconds)
                             : kbench_log_loop(words[2], port, words[3], partitions, starts, records, words[6], &seconds);
        free(starts);
        tell(records, seconds);
    } else if (count == 6 && strcmp(words[1], "plain") == 0) {
        plain(words[2], words[3], atoi(words[4]), atoi(words[5]));
    } else if (count == 6 && strcmp(words[1], "produce") == 0) {
        produce(words[2], words[3], atoi(words[4]), atoll(words[5]));
    } else if (count == 5 && strcmp(words[1], "commit") == 0) {
        commit(words[2], words[3], atoi(words[4]));
    } else if (count == 4 && strcmp(words[1], "forget") == 0) {
        forget(words[2], words[3]);
    } else if (count == 4 && strcmp(words[1], "mock") == 0) {
        mock(words[2], atoi(words[3]));
    } else {
        fail("use: bare ADDRESS TOPIC PARTITIONS RECORDS | log ADDRESS TOPIC PARTITIONS RECORDS FILE\n"
             "     | plain ADDRESS TOPIC PARTITIONS PASSES\n"
             "     | produce ADDRESS TOPIC PARTITIONS RECORDS | commit ADDRESS TOPIC COUNT | forget ADDRESS TOPIC\n"
             "     | mock TOPIC PARTITIONS");
    }
    return 0;
}
