// Kafka Streams: each record of one topic goes to another.
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;

public class StreamsApp {
    public static void main(String[] words) {
        var settings = new Properties();
        settings.put("application.id", System.getenv("KBENCH_GROUP"));
        settings.put("bootstrap.servers", System.getenv("KBENCH_BOOTSTRAP"));
        settings.put("state.dir", System.getenv("KBENCH_STATE"));
        settings.put("processing.guarantee", System.getenv("GUARANTEE"));
        settings.put("commit.interval.ms", 100);
        settings.put("replication.factor", 1);
        settings.put("auto.offset.reset", "earliest");
        settings.put("default.key.serde", Serdes.ByteArray().getClass().getName());
        settings.put("default.value.serde", Serdes.ByteArray().getClass().getName());
        var builder = new StreamsBuilder();
        builder.stream(System.getenv("KBENCH_TOPIC")).to(System.getenv("KBENCH_OUTPUT_TOPIC"));
        var streams = new KafkaStreams(builder.build(), settings);
        Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
        streams.start();
    }
}
