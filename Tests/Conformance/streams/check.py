# Runs three stream processors on a broker, each with a restart in the middle: as many results as there was input.
import collections
import os
import pathlib
import signal
import subprocess
import sys
import time
import uuid

import confluent_kafka as ck
from confluent_kafka.admin import AdminClient, NewTopic

here = pathlib.Path(__file__).resolve().parent
bootstrap, work = sys.argv[1], pathlib.Path(sys.argv[2])
HALF, WAIT = 500, 90


class Failed(Exception):
    pass


class Case:
    """Topics of a case, its numbers, and what it made of them."""

    def __init__(self, name):
        self.name, self.made = name, 0
        self.group = f"{name}-{uuid.uuid4().hex[:8]}"
        self.source, self.target = self.group + "-in", self.group + "-out"
        self.folder = work / self.group
        self.folder.mkdir()
        self.log = open(self.folder / "log", "wb")
        admin = AdminClient({"bootstrap.servers": bootstrap})
        futures = admin.create_topics(
            [NewTopic(self.source, 2), NewTopic(self.target, 2)])
        for future in futures.values():
            future.result(20)
        self.reader = ck.Consumer({
            "bootstrap.servers": bootstrap, "group.id": self.group + "-judge", "isolation.level": "read_committed",
            "enable.auto.commit": False})
        self.reader.assign([ck.TopicPartition(self.target, partition, 0) for partition in range(2)])
        self.results, self.seen = [], []

    def produce(self, count=HALF):
        producer = ck.Producer({"bootstrap.servers": bootstrap})
        for number in range(self.made, self.made + count):
            producer.produce(self.source, str(number), str(number % 7), partition=number % 2)
        if producer.flush(20):
            raise Failed("the input was not taken")
        self.made += count

    def start(self, *command, **environment):
        return subprocess.Popen(
            [sys.executable, "-B", *command], stdout=self.log, stderr=self.log, cwd=self.folder,
            env={**os.environ, **environment})

    def app(self):
        script = str(here / f"{self.name.split('-')[0]}_app.py")
        return self.start(script, bootstrap, self.source, self.target, self.group, str(self.folder / "state"))

    def read(self, count, process=None):
        """Reads until there are so many results."""
        end = time.monotonic() + WAIT
        while len(self.results) < count:
            message = self.reader.poll(0.3)
            if message is not None:
                if message.error():
                    raise Failed(message.error().str())
                self.take(message)
            elif process is not None and process.poll() is not None:
                raise Failed(f"it ended by itself, with {process.returncode}; {len(self.results)} results")
            elif time.monotonic() > end:
                raise Failed(f"{len(self.results)} results of {count} after {WAIT} s")

    def take(self, message):
        number, *seen = message.value().decode().split()
        self.results.append(int(number))
        # A processor with a state counts what it has seen of each key, which is kept by partition.
        self.seen += [(int(number) % 2, message.key(), int(count)) for count in seen]

    def judge(self):
        """Nothing may come after what was wanted, and each number is there once."""
        end = time.monotonic() + 3
        while time.monotonic() < end:
            message = self.reader.poll(0.3)
            if message is not None and not message.error():
                self.take(message)
        counts = collections.Counter(self.results)
        lost = [number for number in range(self.made) if not counts[number]]
        twice = [number for number, count in counts.items() if count > 1]
        if lost or twice or len(self.results) != self.made:
            raise Failed(f"{self.made} in, {len(self.results)} out; lost {lost[:5]}, twice {twice[:5]}")
        keys = collections.Counter((partition, key) for partition, key, _ in self.seen)
        wanted = {(*key, count) for key, most in keys.items() for count in range(1, most + 1)}
        if set(self.seen) != wanted or len(self.seen) != len(wanted):
            raise Failed("the state that is kept for a key counted something twice or not at all")
        return f"{self.made} in, {len(self.results)} out" + (", state exact" if self.seen else "")


def stop(process, number=signal.SIGTERM):
    process.send_signal(number)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        raise Failed("it did not end within 30 s of SIGTERM") from None


def clean_restart(case):
    """It runs, is stopped in an orderly way, and runs again."""
    case.produce()
    process = case.app()
    try:
        case.read(HALF, process)
        # What was written is committed by now or at the end.
        stop(process)
        process = case.app()
        case.produce()
        case.read(2 * HALF, process)
        stop(process)
    finally:
        process.kill()
        process.wait()


def killed(case):
    """It is killed in the middle, and runs again."""
    case.produce(4 * HALF)
    process = case.app()
    try:
        case.read(50, process)
        stop(process, signal.SIGKILL)
        process = case.app()
        case.produce()
        case.read(5 * HALF, process)
        stop(process)
    finally:
        process.kill()
        process.wait()


def bytewax(case):
    """It reads to the end and ends, twice, and goes on from its recovery store."""
    store = case.folder / "recovery"
    store.mkdir()
    words = {"BOOTSTRAP": bootstrap, "SOURCE": case.source, "TARGET": case.target, "PYTHONPATH": str(here)}
    if case.start("-m", "bytewax.recovery", str(store), "1").wait(30):
        raise Failed("no recovery store")
    for run in (1, 2):
        case.produce()
        process = case.start("-m", "bytewax.run", "bytewax_app", "-r", str(store), "-s", "0", "-b", "0", **words)
        try:
            code = process.wait(WAIT)
        except subprocess.TimeoutExpired:
            process.kill()
            raise Failed(f"it did not end within {WAIT} s") from None
        if code:
            raise Failed(f"it ended with {code}")
        case.read(run * HALF)


CASES = [
    ("quix-restarted", "Quix Streams, exactly once, restarted", clean_restart),
    ("quix-killed", "Quix Streams, exactly once, killed in the middle", killed),
    ("faust-restarted", "Faust, restarted", clean_restart),
    ("bytewax-restarted", "Bytewax, restarted", bytewax)]
failures = 0
for name, title, run in CASES:
    if sys.argv[3:] and name not in sys.argv[3:]:
        continue
    case = Case(name)
    begun = time.monotonic()
    try:
        run(case)
        print(f"yes  {title}: {case.judge()}, {time.monotonic() - begun:.0f} s", flush=True)
    except Failed as failure:
        failures += 1
        print(f"NO   {title}: {failure}", flush=True)
        sys.stderr.write((case.folder / "log").read_text(errors="replace")[-3000:])
    case.reader.close()
sys.exit(1 if failures else 0)
