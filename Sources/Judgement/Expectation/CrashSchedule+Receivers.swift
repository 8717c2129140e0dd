// The moments of a receiver: blocks cut, announced and committed, group by group.
internal import World

extension CrashSchedule {
    /// One moment for each block of the receiver, `cut` being the blocks cut by then; and for the poll that gets nothing.
    func blockMoments(withEmptyPoll: Bool = false, _ cut: (Int) -> Int) -> [CrashMoment] {
        var moments: [CrashMoment] = []
        var block = 0
        for (index, group) in script.groups.enumerated() {
            for _ in group {
                var moment = receiving(group: index, announced: 0)
                moment.blocksCut = cut(block)
                moments.append(moment)
                block += 1
            }
        }
        if withEmptyPoll, script.endsWithEmptyPoll {
            // Before the last group is pushed, if that waits for more; otherwise behind it.
            var moment = receiving(group: script.groups.count - 1, announced: 0)
            moment.blocksCut = block
            moments.append(moment)
        }
        return moments
    }

    func cutMoments(_ isAfter: Bool) -> [CrashMoment] {
        blockMoments { isAfter ? $0 + 1 : $0 }.enumerated().map { block, moment in
            var moment = moment
            moment.isAutoCommitUnderWay = isAfter && (block + 1) % shape.autoCommitBlocks == 0
            return moment
        }
    }

    func autoCommitMoments(_ isAfter: Bool) -> [CrashMoment] {
        blockMoments { $0 + 1 }.enumerated().compactMap { block, moment in
            guard (block + 1) % shape.autoCommitBlocks == 0 else { return nil }
            var moment = moment
            moment.isAutoCommitUnderWay = !isAfter
            return moment
        }
    }

    /// The moments of each group of blocks; `announced` gives, for each of them, the group's blocks announced by then.
    func groupMoments(_ announced: ([Int]) -> [Int]) -> [CrashMoment] {
        script.groups.enumerated().flatMap { index, group in
            group.isEmpty ? [] : announced(group).map { receiving(group: index, announced: $0) }
        }
    }

    func commitMoments(_ when: CrashPoint.Moment) -> [CrashMoment] {
        script.groups.enumerated().filter { !$0.element.isEmpty }.map { index, group in
            var moment = receiving(group: index, announced: group.count)
            switch when {
            case .before, .fails: break
            case .torn: moment.partialCommitBlocks = group.count
            case .after: moment.blocksCommitted += group.count
            }
            return moment
        }
    }

    /// While the group at `index` is pushed: batches that were due are complete, nothing of the next has begun.
    private func receiving(group index: Int, announced: Int) -> CrashMoment {
        let complete = batchesBefore[index]
        var moment = complete == 0 ? CrashMoment() : cleanedMoment(complete - 1)
        moment.blocksCut = blocksBefore[index] + script.groups[index].count
        moment.blocksAnnounced = blocksBefore[index] + announced
        moment.blocksCommitted = blocksBefore[index]
        moment.blocksStored = moment.blocksAnnounced
        return moment
    }
}
