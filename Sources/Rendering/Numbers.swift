// Numbers as people read them; CSV and JSON keep them exact instead.
internal import Foundation

/// Formats numbers the same way in every locale.
enum Numbers {
    /// `1234567` as `1,234,567`.
    static func grouped(_ number: some BinaryInteger) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return text
    }

    /// A number with `places` decimals, its whole part grouped.
    static func fixed(_ number: Double, places: Int) -> String {
        guard number.isFinite, number.magnitude < 1e15 else { return "-" }
        let scale = pow(10, Double(places))
        let scaled = Int64((number.magnitude * scale).rounded())
        let sign = number < 0 && scaled > 0 ? "-" : ""
        let (whole, part) = scaled.quotientAndRemainder(dividingBy: Int64(scale))
        guard places > 0 else { return sign + grouped(whole) }
        let decimals = String(part)
        return sign + grouped(whole) + "." + String(repeating: "0", count: places - decimals.count) + decimals
    }

    /// A number without needless decimals: whole when it is, else three decimals.
    static func plain(_ number: Double) -> String {
        number == number.rounded() ? fixed(number, places: 0) : fixed(number, places: 3)
    }

    /// A duration: milliseconds below a second, seconds above.
    static func duration(seconds: Double) -> String {
        seconds < 0.9995 ? fixed(seconds * 1000, places: 0) + " ms" : fixed(seconds, places: 2) + " s"
    }

    /// `1 run`, `2 runs`.
    static func count(_ number: Int, _ noun: String) -> String {
        "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
    }
}
