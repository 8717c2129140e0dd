// What both programs share: settings, the life of the context, and the output, which has a line for each record.
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.function.Function0;
import org.apache.spark.streaming.Duration;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;

final class App {
    /// Executors of a cluster are given what the driver has in its environment.
    private static final List<String> NAMES =
        List.of("KBENCH_BOOTSTRAP", "KBENCH_TOPIC", "KBENCH_GROUP", "KBENCH_OUTPUT", "KBENCH_STATE");

    static void run(String name, Function0<JavaStreamingContext> create) throws Exception {
        var context = JavaStreamingContext.getOrCreate(of("KBENCH_STATE"), create);
        context.start();
        context.awaitTermination();
    }

    /// A context without a checkpoint yet.
    static JavaStreamingContext context(String name, Duration interval) {
        var settings = new SparkConf().setAppName(name).set("spark.streaming.receiver.writeAheadLog.enable", "true");
        NAMES.forEach(each -> settings.setExecutorEnv(each, of(each)));
        var context = new JavaStreamingContext(settings, interval);
        context.checkpoint(of("KBENCH_STATE"));
        return context;
    }

    static String of(String name) {
        return System.getenv(name);
    }

    static KafkaConsumer<String, String> consumer(int most) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", of("KBENCH_BOOTSTRAP"));
        settings.put("group.id", of("KBENCH_GROUP"));
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", false);
        settings.put("max.poll.records", most);
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }

    static List<TopicPartition> partitions(KafkaConsumer<?, ?> consumer) {
        return consumer.partitionsFor(of("KBENCH_TOPIC")).stream()
            .map(each -> new TopicPartition(each.topic(), each.partition())).collect(Collectors.toList());
    }

    /// Each row says which batch it is of: the same record twice in one batch ran again, in two it was read again.
    static void write(JavaDStream<String> stream) {
        stream.foreachRDD((records, time) -> {
            long batch = time.milliseconds();
            records.foreachPartition(rows -> append(rows, batch));
        });
    }

    private static void append(Iterator<String> rows, long batch) throws Exception {
        var text = new StringBuilder();
        while (rows.hasNext()) {
            text.append(rows.next()).append(" batch=").append(batch).append('\n');
        }
        // In one write, as other tasks write to the same file.
        var path = Path.of(of("KBENCH_OUTPUT"));
        try (var output = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            output.write(ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
        }
    }
}
