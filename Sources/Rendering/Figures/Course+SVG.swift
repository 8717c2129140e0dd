// Lines over an axis.
internal import Foundation

extension Course {
    /// Dashes tell lines apart where colours come again.
    private static func style(_ index: Int) -> String {
        let dashes = ["", " dash", " dots", " long"]
        return "line-\(index % Palette.series.count + 1)" + dashes[index / Palette.series.count % dashes.count]
    }

    /// How many nines a percentile has: 1 for 90, 2 for 99; at most 6.
    private static func nines(_ percentile: Double) -> Double {
        percentile < 100 ? min(6, max(0, -log10(1 - percentile / 100))) : 6
    }

    var svg: SVG {
        let (left, top, width, height) = (70.0, 26.0, 620.0, series.count > Palette.series.count ? 400.0 : 240)
        var svg = SVG(width: left + width + 20, height: top + height + 40)
        let points = series.flatMap(\.points)
        let x = Axis(points.map(\.x), from: left, to: left + width)
        let y = Axis(points.map(\.y), from: top + height, to: top, isLogarithmic: isSpectrum, base: base)
        // 0, 90, 99, 99.9 and so on: as many nines, as far from the left.
        let nines = max(2, points.map { Course.nines($0.x) }.max() ?? 2)
        func place(_ value: Double) -> Double {
            isSpectrum ? left + Course.nines(value) / nines * width : x.place(value)
        }
        if isSpectrum {
            for tick in [0, 50, 90, 99, 99.9, 99.99, 99.999] where Course.nines(tick) <= nines {
                svg.line((place(tick), top), (place(tick), top + height), style: "rule")
                svg.text(Numbers.trimmed(tick), x: place(tick), y: top + height + 15, anchor: "middle", style: "quiet")
            }
            svg.text(xUnit, x: left + width, y: top + height + 30, anchor: "end", style: "quiet")
        } else {
            svg.axis(x, y: top + height, top: top, unit: xUnit)
        }
        svg.axis(y, x: left, right: left + width, unit: yUnit)
        for moment in moments {
            svg.line((place(moment.at), top), (place(moment.at), top + height), style: "reach dash")
        }
        for (index, line) in series.enumerated() {
            let points = line.points.map { (place($0.x), y.place($0.y)) }
            // A spectrum's table has a row for each series, and that of other courses one for each point.
            if isSpectrum { svg.open(row: index) }
            svg.path(points, style: Course.style(index))
            if isSpectrum { svg.close() }
        }
        return svg
    }

    var legend: [(style: String, text: String)] {
        series.enumerated().map { (Course.style($0), $1.name) }
            + Places(moments.map(\.name)).names.map { ("line", "upright line: \($0)") }
    }
}
