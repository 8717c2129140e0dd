# Makes one table of what Spark did and what kbench's engine did: table.py FOLDER MASTER, with JSON of both in FOLDER and
# Spark's rows, a file for each run in the order of the runs, in FOLDER/receiver and FOLDER/direct.
import collections
import csv
import json
import pathlib
import re
import sys

folder, master = pathlib.Path(sys.argv[1]), sys.argv[2]
ROW = re.compile(r'"id":"(kbench-\d+)".* batch=(\d+)$')
# What must come of a kill at a point: records lost, and records read from Kafka again. A block holds 100.
EXPECTED = {
    ("receiver", "wire.fetch.records"): (0, 0), ("receiver", "wire.offset-commit.request"): (0, 100),
    ("receiver", "wire.offset-commit.response"): (0, 0), ("direct", "wire.list-offsets.request"): (0, 0),
    ("direct", "wire.fetch.records"): (0, 0)}
# The point of kbench's engine that stands beside a point of the wire.
BESIDE = {
    ("receiver", "wire.offset-commit.request"): ("receiver-wal", "receiver.offsets.commit.before"),
    ("receiver", "wire.offset-commit.response"): ("receiver-wal", "receiver.offsets.commit.after"),
    ("direct", "wire.fetch.records"): ("direct", "task.read.before")}


def rows(path):
    """Rows that are there more than once: those of a batch that ran again, and those of records that were read again."""
    batches = collections.defaultdict(list)
    for line in path.read_text().splitlines():
        name, batch = ROW.search(line).groups()
        batches[name].append(batch)
    again = sum(len(all) - len(set(all)) for all in batches.values())
    read = sum(len(set(all)) - 1 for all in batches.values())
    return again, read


engine = {}
for run in json.loads((folder / "engine.json").read_text())["runs"]:
    engine[run["strategy"], run["crashPoint"].split("@")[0]] = run
table = csv.writer(sys.stdout, lineterminator="\n")
table.writerow([
    "program", "master", "killed_at", "frame", "expected_lost", "lost", "expected_read_again", "read_again", "ran_again",
    "engine_lost", "engine_read_again", "agrees"])
for program in ("receiver", "direct"):
    runs = json.loads((folder / f"{program}.json").read_text())["runs"]
    kept = sorted((folder / program).iterdir(), key=lambda path: path.stat().st_ctime)
    for run, path in zip(runs, kept, strict=True):
        if "point" not in run or run["point"] is None:
            continue
        again, read = rows(path)
        lost, wanted = EXPECTED[program, run["point"]]
        beside = engine.get(BESIDE.get((program, run["point"])))
        ours = [beside["lost"], beside["ingestDuplicates"]] if beside else ["", ""]
        agrees = run["fired"] and (run["lost"], read) == (lost, wanted) and ours in ([lost, wanted], ["", ""])
        table.writerow([
            program, master, run["point"], run["occurrence"], lost, run["lost"], wanted, read, again, *ours,
            "yes" if agrees else "no"])
