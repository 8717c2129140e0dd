// The agent of librdkafka's C library: administration.
#include "line.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT = 20000 };

static rd_kafka_queue_t *queue;

static rd_kafka_event_t *answer(void) {
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, WAIT + 5000);
    if (!event) fail(7, "no answer");
    if (rd_kafka_event_error(event)) fail(rd_kafka_event_error(event), rd_kafka_event_error_string(event));
    return event;
}

static void check_topics(const rd_kafka_topic_result_t **results, size_t count) {
    for (size_t index = 0; index < count; index++)
        if (rd_kafka_topic_result_error(results[index]))
            fail(rd_kafka_topic_result_error(results[index]), rd_kafka_topic_result_error_string(results[index]));
}

static void check_groups(const rd_kafka_group_result_t **results, size_t count) {
    for (size_t index = 0; index < count; index++) {
        const rd_kafka_error_t *error = rd_kafka_group_result_error(results[index]);
        if (error) fail(rd_kafka_error_code(error), rd_kafka_error_string(error));
        const rd_kafka_topic_partition_list_t *places = rd_kafka_group_result_partitions(results[index]);
        if (places) check_places(places);
    }
}

static rd_kafka_AdminOptions_t *options_of(rd_kafka_t *client) {
    char text[128];
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_ANY);
    rd_kafka_AdminOptions_set_request_timeout(options, WAIT, text, sizeof text);
    return options;
}

static void topics(rd_kafka_t *client, const char *operation, const Line *line) {
    char text[256];
    const char *topic = line_text(line, "topic", "");
    rd_kafka_AdminOptions_t *options = options_of(client);
    size_t count;
    if (!strcmp(operation, "create-topic")) {
        rd_kafka_NewTopic_t *made = rd_kafka_NewTopic_new(
            topic, line_number(line, "partitions", 1), line_number(line, "replication", 1), text, sizeof text);
        if (!made) fail(-186, text);
        for (int index = 0; index < line->count; index++) {
            if (strcmp(line->fields[index].name, "config")) continue;
            size_t length;
            char *name = part_of(line->fields[index].raw, 0, &length);
            char *value = part_of(line->fields[index].raw, 1, &length);
            rd_kafka_NewTopic_set_config(made, name, value);
            free(name), free(value);
        }
        if (line_number(line, "validate", 0)) rd_kafka_AdminOptions_set_validate_only(options, 1, text, sizeof text);
        rd_kafka_CreateTopics(client, &made, 1, options, queue);
        rd_kafka_event_t *event = answer();
        const rd_kafka_topic_result_t **results =
            rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
        check_topics(results, count);
        rd_kafka_NewTopic_destroy(made);
        rd_kafka_event_destroy(event);
    } else if (!strcmp(operation, "delete-topic")) {
        rd_kafka_DeleteTopic_t *gone = rd_kafka_DeleteTopic_new(topic);
        rd_kafka_DeleteTopics(client, &gone, 1, options, queue);
        rd_kafka_event_t *event = answer();
        const rd_kafka_topic_result_t **results =
            rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count);
        check_topics(results, count);
        rd_kafka_DeleteTopic_destroy(gone);
        rd_kafka_event_destroy(event);
    } else {
        rd_kafka_NewPartitions_t *more =
            rd_kafka_NewPartitions_new(topic, (size_t)line_number(line, "count", 1), text, sizeof text);
        if (!more) fail(-186, text);
        rd_kafka_CreatePartitions(client, &more, 1, options, queue);
        rd_kafka_event_t *event = answer();
        const rd_kafka_topic_result_t **results =
            rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event), &count);
        check_topics(results, count);
        rd_kafka_NewPartitions_destroy(more);
        rd_kafka_event_destroy(event);
    }
    rd_kafka_AdminOptions_destroy(options);
}

static void check_configs(const rd_kafka_ConfigResource_t **found, size_t count) {
    for (size_t index = 0; index < count; index++)
        if (rd_kafka_ConfigResource_error(found[index]))
            fail(rd_kafka_ConfigResource_error(found[index]), rd_kafka_ConfigResource_error_string(found[index]));
}

static void configs(rd_kafka_t *client, const char *operation, const Line *line) {
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, line_text(line, "topic", ""));
    rd_kafka_AdminOptions_t *options = options_of(client);
    size_t count;
    if (!strcmp(operation, "describe-config")) {
        rd_kafka_DescribeConfigs(client, &resource, 1, options, queue);
        rd_kafka_event_t *event = answer();
        const rd_kafka_ConfigResource_t **found =
            rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &count);
        check_configs(found, count);
        size_t entry_count;
        const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(found[0], &entry_count);
        for (size_t index = 0; index < entry_count; index++) {
            row_begin();
            row_text("name", rd_kafka_ConfigEntry_name(entries[index]));
            row_text("value", rd_kafka_ConfigEntry_value(entries[index]));
            row_end();
        }
        rd_kafka_event_destroy(event);
    } else {
        for (int index = 0; index < line->count; index++) {
            if (strcmp(line->fields[index].name, "config")) continue;
            size_t length;
            char *name = part_of(line->fields[index].raw, 0, &length);
            char *value = part_of(line->fields[index].raw, 1, &length);
            rd_kafka_ConfigResource_set_config(resource, name, value);
            free(name), free(value);
        }
        rd_kafka_AlterConfigs(client, &resource, 1, options, queue);
        rd_kafka_event_t *event = answer();
        const rd_kafka_ConfigResource_t **found =
            rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(event), &count);
        check_configs(found, count);
        rd_kafka_event_destroy(event);
    }
    rd_kafka_ConfigResource_destroy(resource);
    rd_kafka_AdminOptions_destroy(options);
}

static void describe_group(rd_kafka_t *client, const char *group, rd_kafka_AdminOptions_t *options) {
    rd_kafka_DescribeConsumerGroups(client, &group, 1, options, queue);
    rd_kafka_event_t *event = answer();
    size_t count;
    const rd_kafka_ConsumerGroupDescription_t **found = rd_kafka_DescribeConsumerGroups_result_groups(
        rd_kafka_event_DescribeConsumerGroups_result(event), &count);
    const rd_kafka_error_t *error = rd_kafka_ConsumerGroupDescription_error(found[0]);
    if (error) fail(rd_kafka_error_code(error), rd_kafka_error_string(error));
    char state[64];
    snprintf(
        state, sizeof state, "%s",
        rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupDescription_state(found[0])));
    for (char *letter = state; *letter; letter++)
        if (*letter >= 'A' && *letter <= 'Z') *letter |= 0x20;
    row_begin();
    row_text("state", state);
    row_text("assignor", rd_kafka_ConsumerGroupDescription_partition_assignor(found[0]));
    row_end();
    for (size_t index = 0; index < rd_kafka_ConsumerGroupDescription_member_count(found[0]); index++) {
        const rd_kafka_MemberDescription_t *member = rd_kafka_ConsumerGroupDescription_member(found[0], index);
        row_begin();
        row_text("member", rd_kafka_MemberDescription_consumer_id(member));
        row_text("instance", rd_kafka_MemberDescription_group_instance_id(member));
        row_end();
    }
    rd_kafka_event_destroy(event);
}

static void group_offsets(
    rd_kafka_t *client, const char *operation, const Line *line, rd_kafka_AdminOptions_t *options) {
    const char *group = line_text(line, "group", "");
    rd_kafka_topic_partition_list_t *places = line_places(line);
    rd_kafka_event_t *event;
    const rd_kafka_group_result_t **results;
    size_t count;
    if (!strcmp(operation, "group-offsets")) {
        rd_kafka_ListConsumerGroupOffsets_t *wanted =
            rd_kafka_ListConsumerGroupOffsets_new(group, places->cnt ? places : NULL);
        rd_kafka_ListConsumerGroupOffsets(client, &wanted, 1, options, queue);
        event = answer();
        results = rd_kafka_ListConsumerGroupOffsets_result_groups(
            rd_kafka_event_ListConsumerGroupOffsets_result(event), &count);
        check_groups(results, count);
        const rd_kafka_topic_partition_list_t *found = rd_kafka_group_result_partitions(results[0]);
        for (int index = 0; index < found->cnt; index++) {
            row_begin();
            row_text("topic", found->elems[index].topic);
            row_number("partition", found->elems[index].partition);
            row_number("offset", found->elems[index].offset < 0 ? -1 : found->elems[index].offset);
            row_end();
        }
        rd_kafka_ListConsumerGroupOffsets_destroy(wanted);
    } else if (!strcmp(operation, "alter-group-offsets")) {
        rd_kafka_AlterConsumerGroupOffsets_t *wanted = rd_kafka_AlterConsumerGroupOffsets_new(group, places);
        rd_kafka_AlterConsumerGroupOffsets(client, &wanted, 1, options, queue);
        event = answer();
        results = rd_kafka_AlterConsumerGroupOffsets_result_groups(
            rd_kafka_event_AlterConsumerGroupOffsets_result(event), &count);
        check_groups(results, count);
        rd_kafka_AlterConsumerGroupOffsets_destroy(wanted);
    } else {
        rd_kafka_DeleteConsumerGroupOffsets_t *wanted = rd_kafka_DeleteConsumerGroupOffsets_new(group, places);
        rd_kafka_DeleteConsumerGroupOffsets(client, &wanted, 1, options, queue);
        event = answer();
        results = rd_kafka_DeleteConsumerGroupOffsets_result_groups(
            rd_kafka_event_DeleteConsumerGroupOffsets_result(event), &count);
        check_groups(results, count);
        rd_kafka_DeleteConsumerGroupOffsets_destroy(wanted);
    }
    rd_kafka_event_destroy(event);
    rd_kafka_topic_partition_list_destroy(places);
}

static void groups(rd_kafka_t *client, const char *operation, const Line *line) {
    const char *group = line_text(line, "group", "");
    rd_kafka_AdminOptions_t *options = options_of(client);
    if (!strcmp(operation, "list-groups")) {
        rd_kafka_ListConsumerGroups(client, options, queue);
        rd_kafka_event_t *event = answer();
        const rd_kafka_ListConsumerGroups_result_t *result = rd_kafka_event_ListConsumerGroups_result(event);
        size_t count;
        const rd_kafka_error_t **errors = rd_kafka_ListConsumerGroups_result_errors(result, &count);
        if (count) fail(rd_kafka_error_code(errors[0]), rd_kafka_error_string(errors[0]));
        const rd_kafka_ConsumerGroupListing_t **found = rd_kafka_ListConsumerGroups_result_valid(result, &count);
        for (size_t index = 0; index < count; index++) {
            row_begin();
            row_text("group", rd_kafka_ConsumerGroupListing_group_id(found[index]));
            row_end();
        }
        rd_kafka_event_destroy(event);
    } else if (!strcmp(operation, "describe-group")) {
        describe_group(client, group, options);
    } else if (!strcmp(operation, "delete-group")) {
        rd_kafka_DeleteGroup_t *gone = rd_kafka_DeleteGroup_new(group);
        rd_kafka_DeleteGroups(client, &gone, 1, options, queue);
        rd_kafka_event_t *event = answer();
        size_t count;
        const rd_kafka_group_result_t **results =
            rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(event), &count);
        check_groups(results, count);
        rd_kafka_DeleteGroup_destroy(gone);
        rd_kafka_event_destroy(event);
    } else {
        group_offsets(client, operation, line, options);
    }
    rd_kafka_AdminOptions_destroy(options);
}

static void delete_records(rd_kafka_t *client, const Line *line) {
    rd_kafka_topic_partition_list_t *places = line_places(line);
    rd_kafka_DeleteRecords_t *gone = rd_kafka_DeleteRecords_new(places);
    rd_kafka_AdminOptions_t *options = options_of(client);
    rd_kafka_DeleteRecords(client, &gone, 1, options, queue);
    rd_kafka_event_t *event = answer();
    const rd_kafka_topic_partition_list_t *found =
        rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event));
    check_places(found);
    for (int index = 0; index < found->cnt; index++)
        row_begin(), row_number("low", found->elems[index].offset), row_end();
    rd_kafka_event_destroy(event);
    rd_kafka_DeleteRecords_destroy(gone);
    rd_kafka_topic_partition_list_destroy(places);
    rd_kafka_AdminOptions_destroy(options);
}

static void metadata(rd_kafka_t *client, const char *operation, const Line *line) {
    const struct rd_kafka_metadata *found;
    rd_kafka_topic_t *topic = NULL;
    if (!strcmp(operation, "describe-topic")) topic = rd_kafka_topic_new(client, line_text(line, "topic", ""), NULL);
    rd_kafka_resp_err_t error = rd_kafka_metadata(client, !topic, topic, &found, WAIT);
    if (topic) rd_kafka_topic_destroy(topic);
    check(error);
    if (!strcmp(operation, "describe-cluster")) {
        char *cluster = rd_kafka_clusterid(client, WAIT);
        row_begin(), row_text("cluster", cluster);
        row_number("controller", rd_kafka_controllerid(client, WAIT)), row_end();
        rd_kafka_mem_free(client, cluster);
        for (int index = 0; index < found->broker_cnt; index++) {
            row_begin();
            row_number("broker", found->brokers[index].id);
            row_text("host", found->brokers[index].host);
            row_number("port", found->brokers[index].port);
            row_end();
        }
    } else {
        for (int index = 0; index < found->topic_cnt; index++) {
            const rd_kafka_metadata_topic_t *one = &found->topics[index];
            if (!topic) {
                row_begin(), row_text("topic", one->topic), row_end();
                continue;
            }
            check(one->err);
            for (int place = 0; place < one->partition_cnt; place++) {
                row_begin();
                row_number("partition", one->partitions[place].id);
                row_number("leader", one->partitions[place].leader);
                row_number("replicas", one->partitions[place].replica_cnt);
                row_end();
            }
        }
    }
    rd_kafka_metadata_destroy(found);
}

int administer(rd_kafka_t *client, const char *operation, const Line *line) {
    static const char *const topic_words[] = {"create-topic", "delete-topic", "create-partitions", NULL};
    static const char *const config_words[] = {"describe-config", "alter-config", NULL};
    static const char *const group_words[] = {"list-groups", "describe-group", "delete-group", "group-offsets",
                                              "alter-group-offsets", "delete-group-offsets", NULL};
    static const char *const metadata_words[] = {"list-topics", "describe-topic", "describe-cluster", NULL};
    static const struct {
        const char *const *words;
        void (*carry_out)(rd_kafka_t *, const char *, const Line *);
    } rooms[] = {{topic_words, topics}, {config_words, configs}, {group_words, groups}, {metadata_words, metadata}};
    // An answer that came too late for an operation stays in its queue, so each has a queue of its own.
    queue = rd_kafka_queue_new(client);
    if (!strcmp(operation, "delete-records")) return delete_records(client, line), 1;
    for (size_t room = 0; room < sizeof rooms / sizeof *rooms; room++)
        for (const char *const *word = rooms[room].words; *word; word++)
            if (!strcmp(*word, operation)) return rooms[room].carry_out(client, operation, line), 1;
    return 0;
}
