# Runs the checks through the clients against the brokers, and writes what came out as Markdown.
import argparse
import concurrent.futures
import fnmatch
import importlib
import json
import os
import pathlib
import subprocess
import sys
import time

sys.dont_write_bytecode = True
here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here))

import report
import world
from agents import Cannot, Pool, Refused, Silent

TOPICS = ["produce", "fetch", "times", "commits", "groups", "idempotence", "transactions", "removal", "admin",
          "cluster"]


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/conformance", description=__doc__)
    parser.add_argument("--client", action="append", help="only this client; may be given again")
    parser.add_argument("--check", action="append", help="only checks like this pattern; may be given again")
    parser.add_argument("--list", action="store_true", help="list the checks")
    parser.add_argument("--quick", action="store_true", help="leave out checks that wait for time-outs")
    parser.add_argument("--jobs", type=int, default=8, help="checks that run at the same time")
    parser.add_argument("--markdown", help="where the page is written")
    parser.add_argument("--clients", help=argparse.SUPPRESS)
    parser.add_argument("--brokers", help=argparse.SUPPRESS)
    parser.add_argument("--work", help=argparse.SUPPRESS)
    return parser.parse_args()


def run(check, client, pools, helper, broker):
    """One outcome: a word and a reason."""
    if "three" in check.needs:
        if "three" not in pools:
            return "not served", "one broker only"
        pool, assistant = pools["three"], helper["three"]
    else:
        pool, assistant = pools["one"], helper["one"]
    here = world.World(pool, client, assistant, broker)
    try:
        check(here)
        return "pass", ""
    except Cannot as reason:
        return "cannot", str(reason)
    except Refused as refusal:
        if refusal.code in world.UNSERVED:
            return "not served", str(refusal)
        return "FAIL", str(refusal)
    except (world.Failed, Silent) as failure:
        return "FAIL", str(failure)
    except Exception as error:
        return "FAIL", f"{type(error).__name__}: {error}"
    finally:
        here.end()


def main():
    options = arguments()
    for topic in TOPICS:
        importlib.import_module("checks." + topic)
    checks = [
        check for check in world.CHECKS
        if not (options.quick and "slow" in check.needs)
        and (not options.check or any(fnmatch.fnmatch(check.title, pattern) for pattern in options.check))]
    if options.list:
        for check in checks:
            print(f"{check.title:34} {check.asserts}")
        return 0
    # Each client and broker comes as `{"name", "version", "command"}` and `{"name", "version", "one", "three"}`.
    clients = [
        client for client in json.loads(options.clients)
        if not options.client or client["name"] in options.client]
    brokers = json.loads(options.brokers)
    if not checks or not clients or not brokers:
        print("conformance: nothing is left to run", file=sys.stderr)
        return 64
    log = open(pathlib.Path(options.work) / "clients.log", "w")
    every_client = json.loads(options.clients)
    helpers = next((client for client in every_client if client["name"] == "confluent-kafka"), every_client[0])
    every, outcomes, tasks = [], {}, []
    for broker in brokers:
        def pools(client):
            made = {size: Pool(client["command"], broker[size], log) for size in ("one", "three") if broker.get(size)}
            every.extend(made.values())
            return made

        helper = pools(helpers)
        for client in clients:
            own = pools(client)
            tasks += [(check, client["name"], own, helper, broker["name"]) for check in checks]
    tasks.sort(key=lambda task: checks.index(task[0]))
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as executor:
        running = {executor.submit(run, *task): task for task in tasks}
        for number, future in enumerate(concurrent.futures.as_completed(running), 1):
            check, client, _, _, broker = running[future]
            outcome, reason = future.result()
            outcomes[check.title, client, broker] = (outcome, reason)
            if outcome == "FAIL":
                print(f"FAIL {check.title} by {client} on {broker}: {reason}", file=sys.stderr, flush=True)
            elif sys.stderr.isatty():
                print(f"\r{number} of {len(tasks)}", end="", file=sys.stderr, flush=True)
    for pool in every:
        pool.end()
    print(f"{len(tasks)} outcomes in {time.monotonic() - begun:.0f} s", file=sys.stderr)
    page = report.page(checks, clients, brokers, outcomes)
    if options.markdown:
        pathlib.Path(options.markdown).write_text(page)
    else:
        print(page)
    failed = sum(
        1 for (_, _, broker), (outcome, _) in outcomes.items() if outcome == "FAIL" and broker == brokers[0]["name"])
    if failed:
        print(f"conformance: {failed} checks failed on {brokers[0]['name']}", file=sys.stderr)
    return 1 if failed else 0


sys.exit(main())
