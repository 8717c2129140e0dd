// The page's colours, light and dark: every text with what it stands on, so that a test can hold their contrast.

/// A colour for text and one for what is behind it.
struct ColorPair {
    /// The name in the style sheet: `--name` is the text and `--name-back` what is behind it.
    var name: String
    /// Text and ground on a bright page.
    var light: (text: String, back: String)
    /// Text and ground on a dark page.
    var dark: (text: String, back: String)
}

/// The colours.
enum Palette {
    /// What people read, each on its own ground.
    static let texts: [ColorPair] = [
        ColorPair(name: "page", light: ("#1c2128", "#ffffff"), dark: ("#e6edf3", "#0f1419")),
        ColorPair(name: "quiet", light: ("#505963", "#f4f6f8"), dark: ("#a5b1bd", "#171d25")),
        ColorPair(name: "link", light: ("#0550ae", "#ffffff"), dark: ("#79b8ff", "#0f1419")),
        ColorPair(name: "good", light: ("#0f5525", "#dcf5e3"), dark: ("#7ee2a0", "#12331f")),
        ColorPair(name: "bad", light: ("#82071e", "#ffe7e4"), dark: ("#ffa8a1", "#461a1c")),
        ColorPair(name: "unsure", light: ("#5c3c00", "#fff3c4"), dark: ("#f0c95a", "#3a2e0c")),
        ColorPair(name: "none", light: ("#505963", "#eef1f4"), dark: ("#a5b1bd", "#1f2731")),
    ]

    /// The steps of a heat map, from few to many: what came twice, and what was lost.
    static let heat: [ColorPair] =
        zip(
            ["#e3effc", "#bfd9f7", "#93c0f1", "#649fe6"], ["#1b2f47", "#224463", "#295684", "#31689d"]
        ).enumerated().map { step, colors in
            ColorPair(name: "twice-\(step + 1)", light: ("#10243e", colors.0), dark: ("#eaf3ff", colors.1))
        }
        + zip(
            ["#fde3dc", "#f9c3b5", "#f3a28e", "#ec8069"], ["#4a201c", "#672922", "#86332b", "#a23f36"]
        ).enumerated().map { step, colors in
            ColorPair(name: "lost-\(step + 1)", light: ("#3b0d06", colors.0), dark: ("#ffeae6", colors.1))
        }

    /// Lines, bars and points, which are also told apart by their shape or their name: on the page's ground.
    static let series: [(light: String, dark: String)] = [
        ("#0b62c4", "#6cb0ff"), ("#b3470b", "#ff9e5e"), ("#197a3d", "#5fd38a"), ("#8a3ab0", "#d59bf5"),
        ("#9a6700", "#e3b341"), ("#0f7a82", "#4fd0d8"), ("#b5235d", "#ff8ab5"), ("#57606a", "#aab4bf"),
    ]

    /// The colours as variables.
    static let css: String = {
        func lines(
            _ pick: (ColorPair) -> (text: String, back: String), _ color: ((light: String, dark: String)) -> String
        )
            -> String
        {
            (texts + heat).map { "--\($0.name): \(pick($0).text); --\($0.name)-back: \(pick($0).back);\n" }.joined()
                + series.enumerated().map { "--series-\($0 + 1): \(color($1));\n" }.joined()
        }
        let light = lines({ $0.light }, { $0.light })
        let dark = lines({ $0.dark }, { $0.dark })
        return """
            :root {
            --line: #c9d1d9;
            \(light)}
            @media screen and (prefers-color-scheme: dark) {
            :root {
            --line: #3a4652;
            \(dark)}
            }

            """
    }()
}
