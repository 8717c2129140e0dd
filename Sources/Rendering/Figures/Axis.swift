// An axis: what place a value has, and the round values that are written along it.
internal import Foundation

/// Values along a length.
struct Axis {
    private let low: Double
    private let high: Double
    private let isLogarithmic: Bool
    /// Where the lowest and the highest value are, in pixels.
    let from: Double
    let to: Double

    /// An axis over `values`, from nothing on, or where there is a `base` around that; a logarithmic one goes by whole powers
    /// of ten.
    init(_ values: [Double], from: Double, to: Double, isLogarithmic: Bool = false, base: Double? = nil) {
        let sound = values.filter { $0.isFinite && (!isLogarithmic || $0 > 0) }
        (self.from, self.to, self.isLogarithmic) = (from, to, isLogarithmic)
        if isLogarithmic {
            low = floor(log10(sound.min() ?? 1))
            high = max(low + 1, ceil(log10(sound.max() ?? 10)))
        } else if let base {
            let all = sound + [base]
            let span = max((all.max() ?? base) - (all.min() ?? base), 1e-6)
            let step = Axis.step(for: span)
            low = floor((all.min() ?? base) / step) * step
            high = max(low + step, ceil((all.max() ?? base) / step) * step)
        } else {
            low = 0
            let most = max(sound.max() ?? 0, 1e-9)
            let step = Axis.step(for: most)
            high = ceil(most / step) * step
        }
    }

    /// The place of a value.
    func place(_ value: Double) -> Double {
        let worth = isLogarithmic ? (value > 0 ? log10(value) : low) : value
        guard worth.isFinite, high > low else { return from }
        return from + (max(low, min(high, worth)) - low) / (high - low) * (to - from)
    }

    /// Round values from the lowest to the highest.
    var ticks: [Double] {
        if isLogarithmic { return (Int(low)...Int(high)).map { pow(10, Double($0)) } }
        let step = Axis.step(for: high - low)
        return (0...max(1, min(20, Int(((high - low) / step).rounded())))).map { low + Double($0) * step }
    }

    /// A round number of which four to ten go into `most`.
    private static func step(for most: Double) -> Double {
        let magnitude = pow(10, floor(log10(most)))
        let share = most / magnitude
        return magnitude * (share <= 2 ? 0.25 : share <= 5 ? 0.5 : 1)
    }

    /// A value in few characters.
    static func text(_ value: Double) -> String {
        switch value.magnitude {
        case 0: "0"
        case 1e9...: Axis.trimmed(value / 1e9) + "G"
        case 1e6...: Axis.trimmed(value / 1e6) + "M"
        case 1e4...: Axis.trimmed(value / 1e3) + "k"
        default: Axis.trimmed(value)
        }
    }

    private static func trimmed(_ value: Double) -> String {
        Numbers.trimmed(value, places: value.magnitude < 0.1 ? 4 : value.magnitude < 1 ? 3 : 2)
    }
}

extension Numbers {
    /// A number with at most so many decimals, none of them a last zero.
    static func trimmed(_ value: Double, places: Int = 3) -> String {
        var text = fixed(value, places: places)
        guard text.contains(".") else { return text }
        while text.hasSuffix("0") { text.removeLast() }
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }

    /// A count in at most five characters: `1,104`, `12k`, `3M`.
    static func short(_ count: Int) -> String {
        switch count.magnitude {
        case ..<10_000: grouped(count)
        case ..<1_000_000: grouped(count / 1_000) + "k"
        default: grouped(count / 1_000_000) + "M"
        }
    }
}

extension SVG {
    /// Draws an axis below a plot, with a rule at each of its ticks up to `top`.
    mutating func axis(_ axis: Axis, y: Double, top: Double, unit: String) {
        for tick in axis.ticks {
            let x = axis.place(tick)
            line((x, top), (x, y), style: "rule")
            // A number at either end stays within the picture.
            let word = Axis.text(tick)
            let half = SVG.width(of: [word]) / 2
            text(
                word, x: max(left + half, min(width - half, x)), y: y + 15, anchor: "middle", style: "quiet")
        }
        text(unit, x: axis.to, y: y + 30, anchor: "end", style: "quiet")
    }

    /// Draws an axis at the left of a plot, with a rule at each of its ticks up to `right`.
    mutating func axis(_ axis: Axis, x: Double, right: Double, unit: String) {
        for tick in axis.ticks {
            let y = axis.place(tick)
            line((x, y), (right, y), style: "rule")
            text(Axis.text(tick), x: x - 6, y: y + 4, anchor: "end", style: "quiet")
        }
        text(unit, x: 0, y: axis.to - 10, style: "quiet")
    }
}
