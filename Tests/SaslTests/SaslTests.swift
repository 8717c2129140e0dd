// Both sides of the exchanges, by the standards' own examples and against each other.
import Testing

@testable import Sasl

@Suite struct SaslTests {
    @Test("computes what the standards say")
    func vectors() {
        // RFC 7677, section 3.
        let salt = Base64.decode("W22ZaJ0SNY7soEsUEjb6gQ==") ?? []
        let secret = ScramSecret("pencil", .sha256, salt: salt)
        var exchange = ScramExchange(.sha256, nonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0")
        let first = exchange.step(Array("n,,n=user,r=rOprNGfwEbeRWgbNEkqO".utf8)) { $0 == "user" ? secret : nil }
        let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
        #expect(first == .goOn(Array("r=\(nonce),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096".utf8)))
        let proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        let last = exchange.step(Array("c=biws,r=\(nonce),p=\(proof)".utf8)) { _ in nil }
        // Commas and equals signs of names are escaped.
        var escaped = ScramExchange(.sha256, nonce: "y")
        let step = escaped.step(Array("n,,n=a=2Cb=3D,r=x".utf8)) { $0 == "a,b=" ? secret : nil }
        #expect(step == .goOn(Array("r=xy,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096".utf8)))
        #expect(last == .accepted(user: "user", Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8)))
    }

    @Test("reads and writes base 64", arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v")])
    func base64(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
        for wrong in ["A", "====", " Zg=", "Zg==\n", "Z===", "é==="] {
            #expect(Base64.decode(wrong) == nil, "\(wrong)")
        }
    }

    @Test("says as a client what the standards say")
    func clientVector() throws {
        // RFC 7677, section 3.
        var dialogue = SaslLogin(.scramSha256, user: "user", password: "pencil").begin(nonce: "rOprNGfwEbeRWgbNEkqO")
        #expect(try dialogue.step() == Array("n,,n=user,r=rOprNGfwEbeRWgbNEkqO".utf8))
        let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
        let proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        let first = Array("r=\(nonce),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096".utf8)
        #expect(try dialogue.step(first) == Array("c=biws,r=\(nonce),p=\(proof)".utf8))
        var deceived = dialogue
        #expect(throws: SaslFailure.self) { try deceived.step(Array("v=AAAA".utf8)) }
        #expect(try dialogue.step(Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8)) == nil)
        var plain = SaslLogin(.plain, user: "ann", password: "a b").begin()
        #expect(try plain.step() == Array("\0ann\0a b".utf8))
        #expect(try plain.step() == nil)
    }

    @Test("lets a client in that knows the password, and no other", arguments: [Digest.sha256, .sha512])
    func agreement(digest: Digest) throws {
        let mechanism: SaslMechanism = digest == .sha256 ? .scramSha256 : .scramSha512
        let secret = ScramSecret("päss,w=rd", digest, salt: [1, 2, 3], iterations: 5)
        for (password, isRight) in [("päss,w=rd", true), ("pass", false)] {
            var server = ScramExchange(digest, nonce: "server")
            var client = SaslLogin(mechanism, user: "a=b,c", password: password).begin()
            let first = try #require(try client.step())
            guard case .goOn(let challenge) = server.step(first, { $0 == "a=b,c" ? secret : nil }) else {
                Issue.record("the first message is refused")
                return
            }
            let proof = try #require(try client.step(challenge))
            let end = server.step(proof) { _ in nil }
            guard isRight else {
                #expect(end == .refused)
                continue
            }
            guard case .accepted("a=b,c", let signature) = end else {
                Issue.record("the proof is refused")
                return
            }
            #expect(try client.step(signature) == nil)
        }
    }

    @Test(
        "refuses a challenge that is none",
        arguments: [
            "", "r=", "r=x,s=AAAA,i=4096", "r=own,s=,i=1", "r=own,s=AAAA,i=0", "r=own,s=AAAA,i=100001",
            "r=own,s=AAAA,i=999999999999999999999", "r=own,s=A,i=1", "r=own,s=AAAA", "s=AAAA,r=own,i=1", "\0", "e=no",
        ])
    func challenges(text: String) throws {
        var dialogue = SaslLogin(.scramSha512, user: "u", password: "p").begin(nonce: "own")
        _ = try dialogue.step()
        #expect(throws: SaslFailure.self) { try dialogue.step(Array(text.utf8)) }
    }
}
