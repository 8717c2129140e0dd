// Messages full of made-up values, for tests and the fuzzer: every field that a version has, by the list that it has.
internal import World

/// How full a sample is.
package enum Fullness: CaseIterable, Sendable {
    /// Every field at its default, and null where it may be.
    case empty
    /// Some of everything, made from a seed.
    case random
    /// Numbers at the ends of their ranges, long names, nothing null.
    case extreme
}

/// Gives each field that it is shown a value.
package struct SampleCoder: FieldCoder {
    package let version: Int16
    package let isFlexible: Bool
    fileprivate let fullness: Fullness
    fileprivate var random: SeededRandom
    /// The bytes of all records so far: their ranges follow each other.
    fileprivate var recordsEnd = 0
    fileprivate var mayBeNull = true

    package init(version: Int16, isFlexible: Bool, _ fullness: Fullness, seed: UInt64) {
        self.version = version
        self.isFlexible = isFlexible
        self.fullness = fullness
        random = SeededRandom(seed: seed)
    }

    package mutating func visit<V: WireValue>(
        _ name: StaticString, _ value: inout V, mayBeNull: Bool
    ) throws(WireError) {
        self.mayBeNull = mayBeNull
        value = try V.sample(&self)
    }

    package mutating func visitTagged<V: WireValue & Equatable>(
        _ tag: UInt32, _ name: StaticString, _ value: inout V, unless: V
    ) throws(WireError) {
        guard fullness != .empty else { return }
        try visit(name, &value, mayBeNull: true)
    }

    /// How many elements, letters or bytes.
    fileprivate mutating func count(extreme: Int) -> Int {
        switch fullness {
        case .empty: 0
        case .random: Int.random(in: 0...3, using: &random)
        case .extreme: extreme
        }
    }

    fileprivate mutating func integer<I: FixedWidthInteger>() -> I {
        switch fullness {
        case .empty: 0
        case .random: I.random(in: .min ... .max, using: &random)
        case .extreme: Bool.random(using: &random) ? .max : .min
        }
    }
}

extension Structure {
    package static func sample(_ samples: inout SampleCoder) throws(WireError) -> Self {
        var value = Self()
        try value.fields(&samples)
        return value
    }
}

extension FixedWidthInteger where Self: WireValue {
    package static func sample(_ samples: inout SampleCoder) -> Self { samples.integer() }
}

extension Bool {
    package static func sample(_ samples: inout SampleCoder) -> Bool { samples.integer() & 1 as UInt8 == 1 }
}

extension ErrorCode {
    package static func sample(_ samples: inout SampleCoder) -> ErrorCode {
        allCases[Int(samples.integer() as UInt8) % allCases.count]
    }
}

extension Uuid {
    package static func sample(_ samples: inout SampleCoder) -> Uuid {
        Uuid(high: samples.integer(), low: samples.integer())
    }
}

extension String {
    package static func sample(_ samples: inout SampleCoder) -> String {
        String(repeating: "größer ", count: samples.count(extreme: 300))
    }
}

extension Bytes {
    package static func sample(_ samples: inout SampleCoder) -> Bytes {
        Bytes((0..<samples.count(extreme: 70_000)).map { UInt8(truncatingIfNeeded: $0) })
    }
}

extension Records {
    package static func sample(_ samples: inout SampleCoder) -> Records {
        let start = samples.recordsEnd
        samples.recordsEnd += samples.count(extreme: 1_000)
        return Records(start..<samples.recordsEnd)
    }
}

extension Array where Element: WireValue {
    package static func sample(_ samples: inout SampleCoder) throws(WireError) -> [Element] {
        var elements: [Element] = []
        for _ in 0..<samples.count(extreme: 2) { elements.append(try Element.sample(&samples)) }
        return elements
    }
}

extension Optional where Wrapped: LengthPrefixed {
    package static func sample(_ samples: inout SampleCoder) throws(WireError) -> Wrapped? {
        let isNull: Bool
        switch samples.fullness {
        case .empty: isNull = samples.mayBeNull
        case .random: isNull = samples.mayBeNull && samples.integer() & 1 as UInt8 == 1
        case .extreme: isNull = false
        }
        return isNull ? nil : try Wrapped.sample(&samples)
    }
}
