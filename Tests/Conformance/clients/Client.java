// The agent of Java's client: reads operations, one to a line, and carries them out.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.*;

public class Client {
    static final int WAIT = 20;
    static final PrintStream out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), false);
    final String bootstrap;
    final Map<String, KafkaProducer<byte[], byte[]>> producers = new HashMap<>();
    final Map<String, KafkaConsumer<byte[], byte[]>> consumers = new HashMap<>();
    final Map<String, ConsumerGroupMetadata> remembered = new HashMap<>();
    final List<Fields> pending = new ArrayList<>();
    Admin adminClient;

    static class Cannot extends Exception {
        Cannot(String text) {
            super(text);
        }
    }

    Client(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    // Words of the lines

    static byte[] decode(String text) {
        byte[] found = new byte[text.length()];
        int length = 0;
        for (int index = 0; index < text.length(); index++) {
            char letter = text.charAt(index);
            if (letter == '%') {
                found[length++] = (byte) Integer.parseInt(text.substring(index + 1, index + 3), 16);
                index += 2;
            } else {
                found[length++] = (byte) letter;
            }
        }
        return Arrays.copyOf(found, length);
    }

    static String encode(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte value : bytes) {
            boolean plain = value >= '0' && value <= '9' || value >= 'a' && value <= 'z' || value >= 'A' && value <= 'Z'
                || value == '-' || value == '_' || value == '.';
            if (plain) {
                text.append((char) value);
            } else {
                text.append(String.format("%%%02X", value & 0xFF));
            }
        }
        return text.toString();
    }

    static String encode(String text) {
        return encode(text.getBytes(StandardCharsets.UTF_8));
    }

    static class Fields {
        final List<String[]> pairs = new ArrayList<>();

        Fields(String[] words) {
            for (int index = 1; index < words.length; index++) {
                pairs.add(words[index].split("=", 2));
            }
        }

        byte[] bytes(String name) {
            for (String[] pair : pairs) {
                if (pair[0].equals(name)) {
                    return decode(pair[1]);
                }
            }
            return null;
        }

        String text(String name) {
            return text(name, null);
        }

        String text(String name, String other) {
            byte[] found = bytes(name);
            return found == null ? other : new String(found, StandardCharsets.UTF_8);
        }

        Integer number(String name, Integer other) {
            String found = text(name);
            return found == null ? other : Integer.valueOf(found);
        }

        boolean flag(String name) {
            return number(name, 0) == 1;
        }

        List<String> texts(String name) {
            List<String> found = new ArrayList<>();
            for (String[] pair : pairs) {
                if (pair[0].equals(name)) {
                    found.add(new String(decode(pair[1]), StandardCharsets.UTF_8));
                }
            }
            return found;
        }

        List<List<String>> lists(String name) {
            List<List<String>> found = new ArrayList<>();
            for (String[] pair : pairs) {
                if (pair[0].equals(name)) {
                    List<String> parts = new ArrayList<>();
                    for (String part : pair[1].split(":", -1)) {
                        parts.add(new String(decode(part), StandardCharsets.UTF_8));
                    }
                    found.add(parts);
                }
            }
            return found;
        }

        List<TopicPartition> places() {
            List<TopicPartition> found = new ArrayList<>();
            for (List<String> parts : lists("tp")) {
                found.add(new TopicPartition(parts.get(0), Integer.parseInt(parts.get(1))));
            }
            return found;
        }

        /** The third part of each place, null where there is none. */
        List<Long> numbers() {
            List<Long> found = new ArrayList<>();
            for (List<String> parts : lists("tp")) {
                found.add(parts.size() > 2 ? Long.valueOf(parts.get(2)) : null);
            }
            return found;
        }

        Map<TopicPartition, OffsetAndMetadata> offsets() {
            Map<TopicPartition, OffsetAndMetadata> found = new LinkedHashMap<>();
            for (List<String> parts : lists("tp")) {
                found.put(
                    new TopicPartition(parts.get(0), Integer.parseInt(parts.get(1))),
                    new OffsetAndMetadata(Long.parseLong(parts.get(2)), parts.size() > 3 ? parts.get(3) : ""));
            }
            return found;
        }
    }

    static void row(Object... fields) {
        StringBuilder line = new StringBuilder("row");
        for (int index = 0; index < fields.length; index += 2) {
            if (fields[index + 1] == null) {
                continue;
            }
            Object value = fields[index + 1];
            line.append('\t').append(fields[index]).append('=');
            line.append(value instanceof byte[] ? encode((byte[]) value) : encode(String.valueOf(value)));
        }
        out.print(line.append('\n'));
    }

    Admin admin() {
        if (adminClient == null) {
            adminClient = Admin.create(Map.of("bootstrap.servers", bootstrap, "request.timeout.ms", "10000",
                "default.api.timeout.ms", "20000"));
        }
        return adminClient;
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.get(WAIT, TimeUnit.SECONDS);
    }

    void reset() {
        for (KafkaConsumer<byte[], byte[]> consumer : consumers.values()) {
            consumer.close(CloseOptions.timeout(Duration.ofSeconds(3)));
        }
        for (KafkaProducer<byte[], byte[]> producer : producers.values()) {
            producer.close(Duration.ZERO);
        }
        if (adminClient != null) {
            adminClient.close(Duration.ofSeconds(1));
        }
        adminClient = null;
        consumers.clear();
        producers.clear();
        remembered.clear();
        pending.clear();
    }

    // Producing

    void producer(Fields fields) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("acks", fields.text("acks", "all"));
        settings.put("compression.type", fields.text("compression", "none"));
        settings.put("linger.ms", fields.text("linger", "5"));
        settings.put("enable.idempotence", String.valueOf(fields.flag("idempotent")));
        settings.put("request.timeout.ms", "10000");
        settings.put("delivery.timeout.ms", "15000");
        settings.put("max.block.ms", "15000");
        if (fields.text("transactional") != null) {
            settings.put("transactional.id", fields.text("transactional"));
            settings.put("enable.idempotence", "true");
            settings.put("transaction.timeout.ms", fields.text("txn-timeout", "15000"));
        }
        if (fields.text("batch") != null) {
            settings.put("batch.size", fields.text("batch"));
        }
        if (fields.text("max-request") != null) {
            settings.put("max.request.size", fields.text("max-request"));
        }
        producers.put(
            fields.text("id"), new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer()));
    }

    void send(Fields fields) throws Exception {
        KafkaProducer<byte[], byte[]> producer = producers.get(fields.text("id"));
        List<Future<RecordMetadata>> futures = new ArrayList<>();
        List<Fields> records = new ArrayList<>(pending);
        pending.clear();
        for (Fields record : records) {
            String timestamp = record.text("timestamp");
            ProducerRecord<byte[], byte[]> made = new ProducerRecord<>(
                fields.text("topic"), fields.number("partition", null),
                timestamp == null ? null : Long.valueOf(timestamp), record.bytes("key"), record.bytes("value"));
            for (String[] pair : record.pairs) {
                if (pair[0].equals("header")) {
                    String[] parts = pair[1].split(":", -1);
                    String name = new String(decode(parts[0]), StandardCharsets.UTF_8);
                    made.headers().add(name, parts.length > 1 ? decode(parts[1]) : null);
                }
            }
            futures.add(producer.send(made));
        }
        producer.flush();
        for (Future<RecordMetadata> future : futures) {
            RecordMetadata found = await(future);
            row("partition", found.partition(), "offset", found.offset());
        }
    }

    void fill(Fields fields) {
        for (int number = 0; number < fields.number("count", 0); number++) {
            byte[] start = (fields.text("prefix") + number).getBytes(StandardCharsets.UTF_8);
            byte[] value = Arrays.copyOf(start, Math.max(start.length, fields.number("size", 0)));
            Arrays.fill(value, start.length, value.length, (byte) '.');
            pending.add(new Fields(new String[] {"record", "value=" + encode(value)}));
        }
    }

    void sendOffsets(Fields fields) {
        ConsumerGroupMetadata group = remembered.get(fields.text("metadata"));
        if (group == null) {
            group = consumers.get(fields.text("consumer")).groupMetadata();
        }
        producers.get(fields.text("id")).sendOffsetsToTransaction(fields.offsets(), group);
    }

    // Reading

    void consumer(Fields fields) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        if (fields.text("group") != null) {
            settings.put("group.id", fields.text("group"));
        }
        settings.put("enable.auto.commit", String.valueOf(fields.flag("auto-commit")));
        settings.put("auto.commit.interval.ms", "500");
        settings.put("auto.offset.reset", fields.text("reset", "earliest"));
        settings.put("isolation.level", fields.text("isolation", "read_uncommitted"));
        settings.put("fetch.max.wait.ms", fields.text("max-wait", "100"));
        settings.put("fetch.min.bytes", fields.text("min-bytes", "1"));
        settings.put("allow.auto.create.topics", String.valueOf(fields.flag("auto-create")));
        settings.put("heartbeat.interval.ms", "500");
        settings.put("session.timeout.ms", fields.text("session", "6000"));
        settings.put("metadata.max.age.ms", "1000");
        settings.put("default.api.timeout.ms", "20000");
        settings.put("partition.assignment.strategy", "org.apache.kafka.clients.consumer." + Map.of(
            "range", "RangeAssignor", "roundrobin", "RoundRobinAssignor", "sticky", "StickyAssignor",
            "cooperative-sticky", "CooperativeStickyAssignor").get(fields.text("assignor", "range")));
        if (fields.text("instance") != null) {
            settings.put("group.instance.id", fields.text("instance"));
        }
        if (fields.text("fetch-max") != null) {
            settings.put("fetch.max.bytes", fields.text("fetch-max"));
        }
        if (fields.text("partition-max") != null) {
            settings.put("max.partition.fetch.bytes", fields.text("partition-max"));
        }
        if (fields.number("max-wait", 0) > 10000) {
            settings.put("request.timeout.ms", "60000");
        }
        consumers.put(
            fields.text("id"),
            new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
        rests.put(fields.text("id"), new ArrayDeque<>());
    }

    final Map<String, Deque<ConsumerRecord<byte[], byte[]>>> rests = new HashMap<>();

    KafkaConsumer<byte[], byte[]> consumer(String name) {
        return consumers.get(name);
    }

    void place(KafkaConsumer<byte[], byte[]> consumer, TopicPartition place, Long offset) {
        if (offset == null) {
            return;
        }
        if (offset == -2) {
            consumer.seekToBeginning(List.of(place));
        } else if (offset == -1) {
            consumer.seekToEnd(List.of(place));
        } else {
            consumer.seek(place, offset);
        }
    }

    void seek(Fields fields, boolean assigning) {
        KafkaConsumer<byte[], byte[]> consumer = consumer(fields.text("id"));
        List<TopicPartition> places = fields.places();
        if (assigning) {
            consumer.assign(places);
        }
        rests.get(fields.text("id")).clear();
        for (int index = 0; index < places.size(); index++) {
            place(consumer, places.get(index), fields.numbers().get(index));
        }
    }

    void subscribe(Fields fields) {
        KafkaConsumer<byte[], byte[]> consumer = consumer(fields.text("id"));
        if (fields.text("pattern") != null) {
            consumer.subscribe(Pattern.compile("^" + fields.text("pattern")));
        } else {
            consumer.subscribe(fields.texts("topic"));
        }
    }

    void poll(Fields fields) {
        String name = fields.text("id");
        KafkaConsumer<byte[], byte[]> consumer = consumer(name);
        Deque<ConsumerRecord<byte[], byte[]>> rest = rests.get(name);
        long end = System.nanoTime() + fields.number("timeout", 1000) * 1_000_000L;
        int left = fields.number("count", 1);
        boolean polled = false;
        while (left > 0) {
            if (rest.isEmpty()) {
                long time = (end - System.nanoTime()) / 1_000_000;
                if (time <= 0 && polled) {
                    return;
                }
                polled = true;
                consumer.poll(Duration.ofMillis(Math.max(0, Math.min(time, 500)))).forEach(rest::add);
                continue;
            }
            ConsumerRecord<byte[], byte[]> record = rest.poll();
            List<Object> words = new ArrayList<>(List.of(
                "topic", record.topic(), "partition", record.partition(), "offset", record.offset(),
                "timestamp", record.timestamp(),
                "create", record.timestampType() == TimestampType.CREATE_TIME ? 1 : 0));
            if (record.value() != null) {
                words.addAll(List.of("value", record.value()));
            }
            if (record.key() != null) {
                words.addAll(List.of("key", record.key()));
            }
            StringBuilder line = new StringBuilder("row");
            for (int index = 0; index < words.size(); index += 2) {
                Object value = words.get(index + 1);
                line.append('\t').append(words.get(index)).append('=');
                line.append(value instanceof byte[] ? encode((byte[]) value) : encode(String.valueOf(value)));
            }
            for (Header header : record.headers()) {
                line.append("\theader=").append(encode(header.key()));
                if (header.value() != null) {
                    line.append(':').append(encode(header.value()));
                }
            }
            out.print(line.append('\n'));
            left--;
        }
    }

    /** Where the reader stands: what was fetched but not yet handed over counts as unread. */
    long position(String name, TopicPartition place) {
        for (ConsumerRecord<byte[], byte[]> record : rests.get(name)) {
            if (record.topic().equals(place.topic()) && record.partition() == place.partition()) {
                return record.offset();
            }
        }
        return consumer(name).position(place, Duration.ofSeconds(WAIT));
    }

    void commit(Fields fields) {
        String name = fields.text("id");
        Map<TopicPartition, OffsetAndMetadata> offsets = fields.offsets();
        if (offsets.isEmpty()) {
            for (TopicPartition place : consumer(name).assignment()) {
                offsets.put(place, new OffsetAndMetadata(position(name, place)));
            }
        }
        consumer(name).commitSync(offsets);
    }

    void committed(Fields fields) {
        Map<TopicPartition, OffsetAndMetadata> found =
            consumer(fields.text("id")).committed(new LinkedHashSet<>(fields.places()));
        for (TopicPartition place : fields.places()) {
            OffsetAndMetadata offset = found.get(place);
            row("topic", place.topic(), "partition", place.partition(), "offset", offset == null ? -1 : offset.offset(),
                "metadata", offset == null ? null : offset.metadata());
        }
    }

    void times(Fields fields) {
        Map<TopicPartition, Long> wanted = new LinkedHashMap<>();
        for (int index = 0; index < fields.places().size(); index++) {
            wanted.put(fields.places().get(index), fields.numbers().get(index));
        }
        consumer(fields.text("id")).offsetsForTimes(wanted).forEach(
            (place, found) -> row("partition", place.partition(), "offset", found == null ? -1 : found.offset()));
    }

    void watermarks(Fields fields) {
        KafkaConsumer<byte[], byte[]> consumer = consumer(fields.text("id"));
        for (TopicPartition place : fields.places()) {
            row("low", consumer.beginningOffsets(List.of(place)).get(place),
                "high", consumer.endOffsets(List.of(place)).get(place));
        }
    }

    // Administration

    static Map<String, String> configs(Fields fields) {
        Map<String, String> found = new LinkedHashMap<>();
        fields.lists("config").forEach(parts -> found.put(parts.get(0), parts.get(1)));
        return found;
    }

    void administer(String operation, Fields fields) throws Exception {
        String topic = fields.text("topic"), group = fields.text("group");
        switch (operation) {
            case "create-topic":
                NewTopic made = new NewTopic(
                    topic, fields.number("partitions", 1), fields.number("replication", 1).shortValue());
                CreateTopicsOptions options = new CreateTopicsOptions().validateOnly(fields.flag("validate"));
                await(admin().createTopics(List.of(made.configs(configs(fields))), options).all());
                break;
            case "delete-topic":
                await(admin().deleteTopics(List.of(topic)).all());
                break;
            case "create-partitions":
                await(admin().createPartitions(Map.of(topic, NewPartitions.increaseTo(fields.number("count", 1)))).all());
                break;
            case "list-topics":
                await(admin().listTopics().names()).forEach(name -> row("topic", name));
                break;
            case "describe-topic":
                await(admin().describeTopics(List.of(topic)).allTopicNames()).get(topic).partitions().forEach(
                    place -> row("partition", place.partition(), "leader", place.leader().id(),
                        "replicas", place.replicas().size()));
                break;
            case "describe-config":
                ConfigResource described = new ConfigResource(ConfigResource.Type.TOPIC, topic);
                await(admin().describeConfigs(List.of(described)).all()).get(described).entries().forEach(
                    entry -> row("name", entry.name(), "value", entry.value()));
                break;
            case "alter-config":
                List<AlterConfigOp> changes = new ArrayList<>();
                configs(fields).forEach((name, value) -> changes.add(
                    new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET)));
                await(admin().incrementalAlterConfigs(
                    Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), changes)).all());
                break;
            case "list-groups":
                await(admin().listGroups().all()).forEach(found -> row("group", found.groupId()));
                break;
            case "describe-group":
                ConsumerGroupDescription description =
                    await(admin().describeConsumerGroups(List.of(group)).all()).get(group);
                row("state", description.groupState().toString().toLowerCase(),
                    "assignor", description.partitionAssignor());
                description.members().forEach(member -> row("member", member.consumerId(),
                    "instance", member.groupInstanceId().orElse(null),
                    "partitions", member.assignment().topicPartitions().size()));
                break;
            case "delete-group":
                await(admin().deleteConsumerGroups(List.of(group)).all());
                break;
            case "group-offsets":
                await(admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata()).forEach((place, found) ->
                    row("topic", place.topic(), "partition", place.partition(),
                        "offset", found == null ? -1 : found.offset()));
                break;
            case "alter-group-offsets":
                await(admin().alterConsumerGroupOffsets(group, fields.offsets()).all());
                break;
            case "delete-group-offsets":
                await(admin().deleteConsumerGroupOffsets(group, new HashSet<>(fields.places())).all());
                break;
            case "delete-records":
                Map<TopicPartition, RecordsToDelete> wanted = new LinkedHashMap<>();
                for (int index = 0; index < fields.places().size(); index++) {
                    wanted.put(
                        fields.places().get(index), RecordsToDelete.beforeOffset(fields.numbers().get(index)));
                }
                for (var low : admin().deleteRecords(wanted).lowWatermarks().values()) {
                    row("low", await(low).lowWatermark());
                }
                break;
            case "describe-cluster":
                DescribeClusterResult cluster = admin().describeCluster();
                row("cluster", await(cluster.clusterId()), "controller", await(cluster.controller()).id());
                for (Node node : await(cluster.nodes())) {
                    row("broker", node.id(), "host", node.host(), "port", node.port());
                }
                break;
            default:
                throw new Cannot(operation);
        }
    }

    void carryOut(String operation, Fields fields) throws Exception {
        String id = fields.text("id");
        switch (operation) {
            case "reset": reset(); break;
            case "producer": producer(fields); break;
            case "send": send(fields); break;
            case "fill": fill(fields); break;
            case "init-transactions": producers.get(id).initTransactions(); break;
            case "begin": producers.get(id).beginTransaction(); break;
            case "commit-transaction": producers.get(id).commitTransaction(); break;
            case "abort-transaction": producers.get(id).abortTransaction(); break;
            case "send-offsets": sendOffsets(fields); break;
            case "remember": remembered.put(fields.text("as"), consumer(id).groupMetadata()); break;
            case "close-producer": producers.remove(id).close(Duration.ofSeconds(WAIT)); break;
            case "consumer": consumer(fields); break;
            case "assign": seek(fields, true); break;
            case "seek": seek(fields, false); break;
            case "subscribe": subscribe(fields); break;
            case "poll": poll(fields); break;
            case "assignment":
                consumer(id).assignment().forEach(place -> row("topic", place.topic(), "partition", place.partition()));
                break;
            case "commit": commit(fields); break;
            case "committed": committed(fields); break;
            case "position":
                fields.places().forEach(place -> row("offset", position(id, place)));
                break;
            case "times": times(fields); break;
            case "watermarks": watermarks(fields); break;
            case "leave": consumers.remove(id).close(CloseOptions.timeout(Duration.ofSeconds(5))); break;
            default: administer(operation, fields);
        }
    }

    public static void main(String[] words) throws Exception {
        Client client = new Client(words[0]);
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] parts = line.split("\t", -1);
            Fields fields = new Fields(parts);
            if (parts[0].equals("record")) {
                client.pending.add(fields);
                continue;
            }
            try {
                client.carryOut(parts[0], fields);
                out.print("ok\n");
            } catch (Cannot reason) {
                out.print("cannot\ttext=" + encode(reason.getMessage()) + "\n");
            } catch (Exception error) {
                Throwable cause = error;
                while ((cause instanceof ExecutionException || cause.getClass() == KafkaException.class)
                        && cause.getCause() != null) {
                    cause = cause.getCause();
                }
                int code = cause instanceof InvalidOffsetException ? 1
                    : cause instanceof CommitFailedException ? 25 : Errors.forException(cause).code();
                out.print("error\tcode=" + code + "\ttext=" + encode(String.valueOf(cause)) + "\n");
                if (code == -1) {
                    error.printStackTrace();
                }
            }
            out.flush();
        }
        System.exit(0);
    }
}
