// The command line's entry point.
@main
struct Kbench {
    static func main() {}
}
