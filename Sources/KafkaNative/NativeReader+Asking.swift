// Asks the leaders of a reader's partitions, takes their answers, and finds the leaders again when they have changed.
internal import KafkaWire
internal import Posix
internal import World

extension NativeReader {
    /// How long a broker may hold an empty answer back.
    static let patience: Duration = .milliseconds(20)
    /// Answers that may wait to be read before only what is needed at once is asked for.
    private static let mostAnswers = 6
    /// How long a topic that was there may be unknown to brokers, beyond what the settings say.
    private static let unknownTimeout: Duration = .seconds(3)

    /// Waits until something has come of `wanted`, or of any partition where that is nil.
    ///
    /// - Returns: Whether something has; not when `deadline` is over.
    func more(of wanted: PartitionPlace?, until deadline: ContinuousClock.Instant) throws -> Bool {
        while true {
            do {
                let isThere = try step(wanted, until: deadline)
                if hasNews(wanted) { return true }
                if !isThere, clock.now >= deadline { return false }
            } catch {
                guard Failures.isTransient(error) else {
                    closeLanes()
                    throw failure(error, "fetch", wanted)
                }
                // Everything that is on its way is asked for again, wherever its leader is then.
                closeLanes()
                for place in places {
                    place.looksForLeaderAt = nil
                    look(for: place)
                }
                do {
                    try cluster.throwIfDown(error)
                } catch {
                    throw failure(error, "fetch", wanted)
                }
                if clock.now >= deadline { return false }
            }
        }
    }

    private func hasNews(_ wanted: PartitionPlace?) -> Bool {
        guard let wanted else { return places.contains { $0.waiting > 0 || $0.failure != nil } }
        return wanted.waiting > 0 || wanted.failure != nil
    }

    /// Asks whom nothing is asked yet, and takes one answer. False: nothing came.
    private func step(_ wanted: PartitionPlace?, until deadline: ContinuousClock.Instant) throws -> Bool {
        try findLeaders(for: wanted, until: deadline)
        try confirmLogs()
        if wanted?.failure != nil { return true }
        let wait = min(NativeReader.patience, max(.zero, deadline - clock.now))
        var known: [FetchLane] = []
        for place in wanted.map({ [$0] }) ?? places where known.count < cluster.leaderCount {
            guard let lane = try lane(of: place), !known.contains(where: { $0 === lane }) else { continue }
            known.append(lane)
            if !lane.isAsked { try ask(lane, first: wanted, wait: wait) }
        }
        let open = known.filter(\.isAsked)
        guard !open.isEmpty else {
            // Nobody to ask: the leaders are looked for again after a pause.
            sleep(until: min(deadline, places.compactMap(\.looksForLeaderAt).min() ?? deadline))
            return false
        }
        if open.count > 1 { StreamSocket.wait(for: open.map(\.connection.socket), until: deadline) }
        var isThere = false
        for lane in open {
            guard let (answer, response, asked) = try lane.receive(until: open.count > 1 ? clock.now : deadline) else {
                continue
            }
            isThere = true
            cluster.noteAnswer()
            try take(answer, response, asked)
            // While this answer is read, the next one is on its way.
            if response.responses.contains(where: { $0.partitions.contains { !($0.records?.range.isEmpty ?? true) } }) {
                try ask(lane, first: nil, wait: .zero, isAhead: true)
            }
        }
        return isThere
    }

    // MARK: Asking

    /// `isAhead`: nobody waits for the answer, which a broker may hold back for lack of records whatever it was told, so
    /// only those are asked for whose log is known to go on.
    private func ask(
        _ lane: FetchLane, first: PartitionPlace?, wait: Duration, isAhead: Bool = false
    ) throws {
        var all: [(PartitionPlace, epoch: Int32)] = []
        if let first, let leader = cluster.leaders[first.partition], leader.node == lane.node {
            first.mostBytes = max(first.mostBytes, share)
            all = [(first, leader.epoch)]
        }
        // Where answers wait that few partitions have begun to read, each further one gets its part of that memory.
        var mostOfFirst = Int.max
        if pool.outstanding >= NativeReader.mostAnswers {
            mostOfFirst = NativeReader.mostAnswers * settings.answerBytes / places.count
        } else {
            // No more than will fill an answer: what has no room in it would be asked for, and refused, for nothing.
            var room = 2 * settings.answerBytes
            var steps = 0
            while steps < places.count, room > 0 {
                let place = places[(turn + steps) % places.count]
                steps += 1
                guard !isAhead || place.fetchFrom < place.knownEnd else { continue }
                guard place !== first, place.waiting < 2, place.failure == nil, place.looksForLeaderAt == nil,
                    let leader = cluster.leaders[place.partition], leader.node == lane.node
                else { continue }
                place.mostBytes = max(place.mostBytes, share)
                room -= expectedBytes(of: place)
                all.append((place, leader.epoch))
            }
            // Beginning elsewhere each time, as the first ones fill an answer.
            turn = (turn + (steps < places.count ? steps : 1)) % places.count
        }
        if !all.isEmpty { try lane.ask(all, topic: topic, wait: wait, mostOfFirst: mostOfFirst) }
    }

    /// What an answer will have of a partition, by where its log is known to end and what an offset took so far.
    private func expectedBytes(of place: PartitionPlace) -> Int {
        guard place.knownEnd > place.fetchFrom else { return 0 }
        guard taken.offsets > 0 else { return place.mostBytes }
        let offsets = Double(place.knownEnd - place.fetchFrom)
        return Int(min(Double(place.mostBytes), offsets * taken.bytes / taken.offsets))
    }

    private func lane(of place: PartitionPlace) throws -> FetchLane? {
        guard place.looksForLeaderAt == nil, let leader = cluster.leaders[place.partition] else { return nil }
        if let known = lanes[leader.node] {
            if known.connection.isOpen { return known }
            lanes[leader.node] = nil
        }
        guard let address = cluster.address(of: leader.node) else { throw NoLeader() }
        // A connection of its own: on those of the cluster, answers to other questions are waited for.
        let connection = try Connection(address, settings, timeout: settings.attemptTimeout)
        let made = try FetchLane(leader.node, connection, settings, pool, smallPool)
        lanes[leader.node] = made
        return made
    }

    // MARK: Taking

    private func take(_ answer: Answer, _ response: Fetch.Response, _ asked: [FetchLane.Asked]) throws {
        guard response.errorCode == .none else { throw Refusal(response.errorCode) }
        var order = 0
        for told in response.responses where told.topic == topic {
            for part in told.partitions {
                // Mostly they come in the order in which they were asked for.
                if order >= asked.count || asked[order].place.partition != part.partitionIndex {
                    order = asked.firstIndex { $0.place.partition == part.partitionIndex } ?? asked.count
                }
                guard order < asked.count else {
                    throw Disconnection(reason: "the broker answers for a partition that was not asked for")
                }
                let question = asked[order]
                order += 1
                // What was asked for before a jump is of no use.
                guard question.version == question.place.version, question.offset == question.place.fetchFrom else {
                    continue
                }
                try take(part, question.place, answer)
            }
        }
    }

    private func take(_ part: Fetch.Response.Partition, _ place: PartitionPlace, _ answer: Answer) throws {
        switch part.errorCode {
        case .none: break
        case .unknownTopicOrPartition:
            let since = place.unknownSince ?? clock.now
            place.unknownSince = since
            if clock.now - since > settings.topicTimeout + NativeReader.unknownTimeout {
                place.failure = Refusal(part.errorCode)
            } else {
                look(for: place)
            }
            return
        case let code where Failures.isTransient(Refusal(code)): return look(for: place)
        default:
            place.failure = Refusal(part.errorCode)
            return
        }
        place.unknownSince = nil
        place.pause = Pause()
        place.knownEnd = part.lastStableOffset >= 0 ? part.lastStableOffset : part.highWatermark
        guard let records = part.records, !records.range.isEmpty else { return }
        var cutShort = 0
        var next = place.fetchFrom
        let batches = try FetchedBatches(
            answer, records.range, aborted: part.abortedTransactions, next: &next, cutShort: &cutShort)
        if cutShort > place.mostBytes { place.mostBytes = min(cutShort, Frame.defaultLimit) }
        guard !batches.isEmpty else { return }
        share = max(share, min(batches.nextByteCount, settings.partitionBytes))
        taken.bytes += Double(batches.byteCount)
        taken.offsets += Double(next - place.fetchFrom)
        place.fetchFrom = next
        place.lastEpoch = batches.lastEpoch
        place.append(batches)
    }

    // MARK: Leaders

    /// The leader of a partition is to be found out anew, after a pause.
    func look(for place: PartitionPlace) {
        guard place.looksForLeaderAt == nil else { return }
        place.looksForLeaderAt = clock.now + .milliseconds(place.pause.milliseconds)
        place.pause.next()
    }

    private func findLeaders(for wanted: PartitionPlace?, until deadline: ContinuousClock.Instant) throws {
        let missing = places.filter { $0.looksForLeaderAt != nil }
        guard let next = missing.compactMap(\.looksForLeaderAt).min() else { return }
        // Where others can be read meanwhile, nobody waits.
        if clock.now < next {
            guard missing.count == places.count || (wanted.map { $0.looksForLeaderAt != nil } ?? false) else { return }
            sleep(until: min(deadline, next))
            guard clock.now >= next else { return }
        }
        do {
            try cluster.refresh()
        } catch let refusal as Refusal where refusal.code == .unknownTopicOrPartition {
            for place in missing {
                let since = place.unknownSince ?? clock.now
                place.unknownSince = since
                place.looksForLeaderAt = nil
                if clock.now - since > settings.topicTimeout + NativeReader.unknownTimeout {
                    place.failure = refusal
                } else {
                    look(for: place)
                }
            }
            return
        }
        for place in missing {
            place.looksForLeaderAt = nil
            if cluster.leaders[place.partition] == nil { look(for: place) }
        }
    }

    private func sleep(until moment: ContinuousClock.Instant) {
        let (seconds, attoseconds) = (moment - clock.now).components
        guard seconds >= 0, attoseconds > 0 || seconds > 0 else { return }
        MonotonicClock().sleep(UInt64(min(seconds, 1) * 1_000_000_000 + attoseconds / 1_000_000_000))
    }

    private func closeLanes() {
        for lane in lanes.values { lane.close() }
        lanes = [:]
    }
}
