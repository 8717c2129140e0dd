// The life of one record through a schedule, and the first moment after which nothing can save it.
internal import Engine
internal import Evidence
internal import Judgement
internal import Simulation
public import World

/// What happened to one record.
public struct RecordLife: Sendable {
    /// One thing that happened to it.
    public struct Moment: Equatable, Sendable {
        /// The life of the engine in which it happened, from 1; 0 for the production.
        public var life: Int
        /// Who did it: `producer`, `engine`, `log`, `sink`, `state` or `world`.
        public var place: Place
        /// What happened.
        public var text: String
        /// Whether this is the first moment after which every continuation loses, or repeats, the record.
        public var isPointOfNoReturn = false

        /// Where something happens.
        public enum Place: String, CaseIterable, Sendable {
            case broker, engine, log, sink, state, world
        }

        init(_ life: Int, _ place: Place, _ text: String) {
            self.life = life
            self.place = place
            self.text = text
        }
    }

    /// The record's partition.
    public var partition: Partition
    /// Its offset.
    public var offset: Offset
    /// Rows that the sink holds of it in the end.
    public var deliveries: Int
    /// What happened to it, in order.
    public var moments: [Moment]

    /// The moment after which nothing can save it; nil: nothing is wrong with it.
    public var pointOfNoReturn: Moment? { moments.first(where: \.isPointOfNoReturn) }

    /// The record as a Mermaid sequence diagram.
    public var diagram: String {
        var text = "sequenceDiagram\n"
        for place in Moment.Place.allCases where moments.contains(where: { $0.place == place }) {
            text += "    participant \(place.rawValue)\n"
        }
        if !moments.contains(where: { $0.place == .engine }) { text += "    participant engine\n" }
        for moment in moments {
            switch moment.place {
            case .broker: text += "    broker->>engine: \(moment.text)\n"
            case .engine: text += "    engine->>engine: \(moment.text)\n"
            case .world: text += "    Note over engine: \(moment.text)\n"
            case .log, .sink, .state: text += "    engine->>\(moment.place.rawValue): \(moment.text)\n"
            }
            if moment.isPointOfNoReturn { text += "    Note over engine: point of no return\n" }
        }
        return text
    }
}

extension Schedule {
    /// Follows one record through the schedule.
    ///
    /// - Throws: ``ExplorationError``, `noRecord`.
    public func life(ofRecordAt offset: Offset, of partition: Partition) throws -> RecordLife {
        try RecordFollower(self, partition, offset).follow()
    }

    /// The places of records that end up in other than one row, at most `limit` of them.
    public func brokenRecords(limit: Int) -> [(partition: Partition, offset: Offset, deliveries: Int)] {
        var found: [(partition: Partition, offset: Offset, deliveries: Int)] = []
        _ = run(lifeEnded: { number, run in
            guard number == self.lives.count else { return }
            let deliveries = run.deliveries()
            for (place, count) in zip(run.places, deliveries) where count != 1 && found.count < limit {
                found.append((place.partition, place.offset, count))
            }
        })
        return found
    }
}

extension SimulatedRun {
    /// How many rows the sink holds of each record, by the record's number.
    func deliveries() -> [Int] {
        var deliveries = [Int](repeating: 0, count: places.count)
        let sink = configuration.sink.deliveries(ofRunIn: configuration.directory, disk: disk, openStore: stores.open)
        // A sink that cannot be read holds nothing for anybody.
        try? sink.forEachDelivery { delivery in
            if let number = delivery.number, number < deliveries.count { deliveries[number] += 1 }
        }
        return deliveries
    }
}
