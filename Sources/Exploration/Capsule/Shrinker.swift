// Makes a schedule small: leaves out whatever the broken promise does not need.
internal import Engine
internal import Judgement
internal import Simulation
internal import World

extension Schedule {
    /// What the schedule decides: its records, its crashes, power losses, faults and arrivals, and whether it chooses an order of
    /// stages. This is what shrinking brings down.
    public var eventCount: Int {
        shape.records + (interleaving == nil ? 0 : 1)
            + lives.reduce(0) { count, life in
                count + life.faults.count + (life.crash == nil ? 0 : 1) + (life.powerLoss == nil ? 0 : 1)
                    + life.arrivals
            }
    }

    /// Makes the schedule small. `progress` is called with each smaller one.
    ///
    /// - Returns: the smallest schedule found that breaks the same promise: nothing can be left out of it, or made smaller
    ///   by a step, without keeping the promise.
    /// - Throws: ``ExplorationError``, `nothingBroken`.
    public func shrunk(progress: (Schedule) -> Void = { _ in }) throws -> Schedule {
        guard let breach = check() else {
            throw ExplorationError(.nothingBroken, "the schedule breaks no promise", location: ending)
        }
        var best = self
        var isSmaller = true
        while isSmaller {
            isSmaller = false
            for candidate in best.smaller()
            where candidate.size.lexicographicallyPrecedes(best.size) && candidate.check() == breach {
                best = candidate
                progress(best)
                isSmaller = true
                break
            }
        }
        return best
    }

    /// By what two schedules are compared: first the number of decisions, then how far in and how large everything is.
    private var size: [Int] {
        [
            eventCount, lives.count, shape.partitions, shape.blockRecords + shape.batchRecords,
            shape.groupCommitBlocks + shape.checkpointLagTasks + shape.autoCommitBlocks,
            lives.reduce(0) { $0 + ($1.crash?.occurrence ?? 0) }, shape.chunkRecords,
            lives.count { if case .allLost? = $0.powerLoss { false } else { $0.powerLoss != nil } },
            restartBatch == .limited ? 0 : 1,
        ]
    }

    /// Schedules with one thing less, the boldest first.
    private func smaller() -> [Schedule] {
        var found: [Schedule] = []
        func add(_ change: (inout Schedule) -> Void) {
            var other = self
            change(&other)
            if other != self { found.append(other) }
        }
        for life in lives.indices {
            add { $0.lives.remove(at: life) }
            add { $0.lives[life].faults = [] }
            for fault in lives[life].faults.indices { add { $0.lives[life].faults.remove(at: fault) } }
            add { $0.lives[life].powerLoss = nil }
            add { $0.lives[life].crash = nil }
            if lives[life].powerLoss != nil { add { $0.lives[life].powerLoss = .allLost } }
            for arrivals in [0, lives[life].arrivals / 2, lives[life].arrivals - 1] where arrivals >= 0 {
                add { $0.lives[life].arrivals = arrivals }
            }
        }
        add { $0.interleaving = nil }
        add { $0.restartBatch = .limited }
        for shape in smallerShapes() {
            add { $0.shape = shape }
            // In a smaller load a point is reached less often.
            for life in lives.indices {
                guard let crash = lives[life].crash else { continue }
                for occurrence in Set([1, 2, crash.occurrence / 2, crash.occurrence - 1]).sorted() where occurrence >= 1
                {
                    add {
                        $0.shape = shape
                        $0.lives[life].crash?.occurrence = occurrence
                    }
                }
            }
        }
        for life in lives.indices {
            guard let crash = lives[life].crash else { continue }
            for occurrence in Set([1, crash.occurrence / 2, crash.occurrence - 1]).sorted() where occurrence >= 1 {
                add { $0.lives[life].crash?.occurrence = occurrence }
            }
        }
        return found
    }

    private func smallerShapes() -> [LoadShape] {
        var shapes: [LoadShape] = []
        func add(_ change: (inout LoadShape) -> Void) {
            var other = shape
            change(&other)
            other.batchRecords = max(other.batchRecords, other.blockRecords)
            if other != shape { shapes.append(other) }
        }
        for records in Set([1, 2, shape.records / 2, shape.records - 1]).sorted() where records >= 1 {
            add { $0.records = records }
            // Fewer records are the same only in fewer partitions, blocks and batches.
            add {
                $0.records = records
                $0.partitions = 1
                $0.blockRecords = 1
                $0.batchRecords = 1
                $0.chunkRecords = 1
            }
            add {
                $0.records = records
                $0.partitions = 1
                $0.blockRecords = max(1, $0.blockRecords / 2)
                $0.batchRecords = max(1, $0.batchRecords / 2)
            }
        }
        for partitions in Set([1, shape.partitions / 2, shape.partitions - 1]).sorted() where partitions >= 1 {
            add { $0.partitions = partitions }
        }
        for block in Set([1, shape.blockRecords / 2, shape.blockRecords - 1]).sorted() where block >= 1 {
            add { $0.blockRecords = block }
        }
        for batch in Set([1, shape.batchRecords / 2, shape.batchRecords - 1]).sorted() where batch >= 1 {
            add { $0.batchRecords = batch }
        }
        add { $0.groupCommitBlocks = 1 }
        add { $0.checkpointLagTasks = 0 }
        add { $0.autoCommitBlocks = 1 }
        add { $0.chunkRecords = 1 }
        return shapes
    }
}
