# Makes a page of what came out: a matrix for the first broker, and what differs on the others.


def cell(outcome):
    return {"pass": "yes", "cannot": "-", "not served": "not served", "FAIL": "**no**"}[outcome]


def escaped(text):
    return text.replace("|", "\\|").replace("\n", " ")[:160]


def page(checks, clients, brokers, outcomes):
    first, others = brokers[0], brokers[1:]
    names = [client["name"] for client in clients]
    lines = ["# Conformance", ""]
    lines += ["What clients of Kafka find on the brokers, by checks that know the protocol only through them. Written by",
              "`scripts/conformance`.", ""]
    lines += ["| client | version |", "|---|---|"]
    lines += [f"| {client['name']} | {client['version']} |" for client in clients]
    lines += ["", f"{len(checks)} checks. *yes*: it is so; **no**: it is not; -: the client has no such call."]
    for broker in brokers:
        count = {}
        for (_, _, name), (outcome, _) in outcomes.items():
            if name == broker["name"]:
                count[outcome] = count.get(outcome, 0) + 1
        words = {"pass": "yes", "FAIL": "no", "cannot": "without such a call", "not served": "not served"}
        found = ", ".join(f"{count[word]} {text}" for word, text in words.items() if word in count)
        lines += ["", f"- {broker['name']} ({broker['version']}): {found}."]
    topic = None
    for check in checks:
        if check.topic != topic:
            topic = check.topic
            lines += ["", f"## {topic.capitalize()}", "", "| check | asserts | " + " | ".join(names) + " |",
                      "|---|---" + "|---" * len(names) + "|"]
        cells = [cell(outcomes[check.title, name, first["name"]][0]) for name in names]
        lines += [f"| `{check.title}` | {escaped(check.asserts)} | " + " | ".join(cells) + " |"]
    for broker in brokers:
        rows = []
        for check in checks:
            for name in names:
                outcome, reason = outcomes[check.title, name, broker["name"]]
                other = outcomes[check.title, name, first["name"]]
                if outcome == "FAIL" or (outcome == "not served") or (broker is not first and outcome != other[0]):
                    rows += [f"| `{check.title}` | {name} | {cell(outcome)} | {escaped(reason)} |"]
        title = "What is not so" if broker is first else "Differences"
        lines += ["", f"## {title}: {broker['name']}", ""]
        if rows:
            lines += ["| check | client | outcome | reason |", "|---|---|---|---|", *rows]
        else:
            lines += ["Nothing."]
    return "\n".join(lines) + "\n"
