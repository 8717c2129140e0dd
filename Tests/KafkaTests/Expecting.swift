// What several suites expect with.
import Testing
import World

/// The code of the ``BrokerError`` that `body` throws; an issue when it throws none.
func brokerError<Result>(
    _ body: () throws -> Result, sourceLocation: SourceLocation = #_sourceLocation
) -> BrokerError? {
    do {
        _ = try body()
        Issue.record("no error was thrown", sourceLocation: sourceLocation)
    } catch let error as BrokerError {
        return error
    } catch {
        Issue.record("not a BrokerError: \(error)", sourceLocation: sourceLocation)
    }
    return nil
}

/// Long enough for any answer on a busy machine.
let patience = Duration.seconds(30)
